/** What a sealed session holds is seen by the handler, and by nobody else. */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { withCurrent } from '../../src/adapter/current-node.ts'
import { refused } from '../engine/faults.ts'
import type { Visit } from '../engine/visitor.ts'
import { browse, navigation, onBench, type Data } from './bench.ts'

const deeply = { depth: Infinity, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity }

/** Every rendering of a value that a log could make without asking for the data. */
function renderings(value: unknown): string[] {
  const error = value instanceof Error ? [value.message, String(value.stack), JSON.stringify({ ...value })] : []
  return [...error, inspect(value, deeply), inspect(value, { ...deeply, showProxy: true }), JSON.stringify(value) ?? '']
}

onBench('shows neither keys nor cookies nor data when sessions, errors and events are printed', async (bench) => {
  const sessions = bench.revocable({ cookie: { chunks: 2 } })
  const visitor = browse(sessions)
  const secrets = new Set<string>(['the-data-of-ada'])
  const told = [...renderings(sessions), ...renderings(withCurrent(sessions)), ...renderings(bench.keyRing)]
  const step = async (handler: (visit: Visit<Data>) => unknown, from = visitor): Promise<void> => {
    const visit = await from.begin(navigation)
    told.push(...renderings(visit.session))
    try {
      await handler(visit)
      await visit.end()
    } catch (error) {
      told.push(...renderings(error))
    }
    told.push(...renderings(visit.session))
    for (const value of from.jar.values()) secrets.add(value)
  }
  await step(({ session }) => session.set('name', 'the-data-of-ada'))
  const old = visitor.twin()
  await step(({ session }) => session.login('ada'))
  await step(({ session }) => session.set('name', 'the-data-of-ada'))
  await step(({ session }) => session.set('n', 1), old)
  await step(({ session }) => session.set('name', 'the-data-of-ada'.repeat(1000)))
  bench.line.next('read', refused)
  await step(({ session }) => session.set('n', 2)).catch((error: unknown) => told.push(...renderings(error)))
  await step(({ session }) => session.update('n', () => 2))
  const garbage = visitor.twin()
  garbage.jar.set('__Host-sid', `${visitor.token?.slice(0, -1)}-`)
  await step(({ session }) => session.get('n'), garbage)
  await step(({ session }) => session.logout())
  told.push(...renderings(bench.seen))
  const text = told.join('\n')
  assert.ok(secrets.size >= 4, `${secrets.size} secrets`)
  for (const secret of secrets) assert.ok(!text.includes(secret.slice(0, 24)) && !text.includes(secret.slice(-24)))
  for (const form of ['hex', 'base64', 'base64url', 'latin1'] as const) {
    assert.ok(!text.includes(bench.secret.toString(form)), form)
  }
  assert.ok(!text.includes(inspect(bench.secret).slice(8, 40)))
})

onBench('tells a thief of the revocation store nothing that opens a session', async (bench) => {
  const visitor = await bench.user('ada')
  const copy = visitor.twin()
  const address = (await visitor.see((session) => session.meta.address)) ?? ''
  await visitor.request((session) => session.logout())
  const stored = await bench.line.store.read(address)
  assert.ok(stored)
  assert.deepEqual([stored.record.current, stored.record.payload.length, stored.record.principal], ['', 0, undefined])
  for (const carrier of [address, address.slice(0, 43), stored.record.writeIds.join()]) {
    copy.jar.set('__Host-sid', carrier)
    assert.equal(await copy.see(({ principal }) => principal), undefined)
  }
})

onBench('shows the browser nothing of what is in the cookie', async (bench) => {
  const visitor = await bench.visitor({ name: 'readable text', n: 1 })
  const octets = Buffer.from(visitor.token ?? '', 'base64url').toString('latin1')
  for (const part of ['readable', 'name', '"n"', 'shop']) assert.ok(!octets.includes(part))
})
