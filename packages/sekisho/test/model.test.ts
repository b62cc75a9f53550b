/**
 * The engine over a real store, in generated programs of concurrent requests and in generated orders of their store calls.
 *
 *     SEKISHO_LONG=1        100,000 programs
 *     SEKISHO_MODEL_SEED=n  the programs of an earlier run
 *
 * @module
 */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { after, before, test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { channels, type SessionEvent, type SessionEvents } from '../src/lib/events-node.ts'
import type { MemoryStore } from '../src/store/memory.ts'
import { program, type Program } from './model/program.ts'
import { count, type Tally } from './model/traffic.ts'
import { World, type Fault } from './model/world.ts'

const runs = process.env['SEKISHO_LONG'] === '1' ? 100_000 : 1500
const seed = Number(process.env['SEKISHO_MODEL_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** So many programs find a fault that is put into the store. */
const runsToFind = 1500

/** What the programs must come to, each at least once in a hundred of them, or the test would prove nothing. */
const situations = [
  'request begun in the middle of another',
  'replace: conflict',
  'replace: gone',
  'delete: conflict',
  'event: superseded',
  'event: gone',
  'event: rotated',
  'event: replay',
  'event: undeliverable',
  'rejected with ERR_SESSION_GONE',
  'rejected with ERR_SESSION_SUPERSEDED',
  'login: same session',
  'login: fresh session',
  'hand-off',
  'dead token presented',
  'answer lost',
  'late duplicate',
  'HEAD',
  'jar checked',
  'revoked',
  'revoked all',
  'touch: touched',
] as const
/** These are rarer. */
const rareSituations = ['delete: gone', 'sweep: removed', 'login begun anew by a revocation'] as const

let [world, tally]: [World | undefined, Tally] = [undefined, new Map()]
const counted: readonly SessionEvent[] = ['superseded', 'gone', 'rotated', 'replay', 'undeliverable', 'login']
const listeners = counted.map((name) => {
  const listen = (): void => {
    if (world?.traffic.isQuiet === false) count(tally, `event: ${name}`)
  }
  return { channel: channels[name], listen }
})

const listenToLogouts = (message: unknown): void => {
  const { address, by } = message as SessionEvents['destroyed']
  if (by === 'logout') world?.noteLogout(address)
}

before(() => {
  channels.destroyed.subscribe(listenToLogouts)
  for (const { channel, listen } of listeners) channel.subscribe(listen)
})
after(() => {
  channels.destroyed.unsubscribe(listenToLogouts)
  for (const { channel, listen } of listeners) channel.unsubscribe(listen)
})

test('concurrent requests of every kind lose nothing, revive nothing and log nobody out', async (t) => {
  tally = new Map()
  const orders = new Set<string>()
  const rejections: unknown[] = []
  const reject = (error: unknown): void => void rejections.push(error)
  process.on('unhandledRejection', reject)
  try {
    await fc.assert(property(undefined, orders), { numRuns: runs, seed })
  } finally {
    process.off('unhandledRejection', reject)
  }
  assert.deepEqual(rejections, [])
  // A login reads the epoch twice, and twice more when it begins anew.
  count(tally, 'login begun anew by a revocation', of('epoch read') / 2 - of('event: login'))
  t.diagnostic(`seed ${seed}: ${runs} programs, ${orders.size} different orders of ${of('turns')} turns`)
  t.diagnostic(
    [...tally]
      .toSorted()
      .map(([situation, times]) => `${situation} ${times}`)
      .join(', '),
  )
  for (const situation of situations) assert.ok(of(situation) > runs / 100, `too seldom: ${situation}`)
  for (const situation of rareSituations) assert.ok(of(situation) > 0, `never: ${situation}`)
})

test('a store whose replace creates is found out', async (t) => {
  await findsOut(t, (store) => ({
    replace(...given) {
      const [address, record, , lifetime] = given
      const answer = store.replace(...given)
      if (answer !== 'gone') return answer
      store.create(address, record, { absoluteMs: 43_200_000, ...lifetime })
      return 'replaced'
    },
  }))
})

test('a store whose replace ignores versions is found out', async (t) => {
  await findsOut(t, (store) => ({
    replace(...given) {
      const [address, record, , lifetime, writeId] = given
      return store.replace(address, record, versionOf(store, address), lifetime, writeId)
    },
  }))
})

test('a store whose delete ignores versions is found out', async (t) => {
  await findsOut(t, (store) => ({ delete: (address) => store.delete(address) }))
})

test('an index that forgets sessions is found out', async (t) => {
  await findsOut(t, () => ({ principals: { add: () => undefined } }))
})

/** The same property must have a counterexample here. */
async function findsOut(t: TestContext, fault: Fault): Promise<void> {
  const found = await fc.check(property(fault), { numRuns: runsToFind, seed, endOnFailure: true })
  assert.ok(found.failed, 'a broken store was not found out')
  assert.ok(found.counterexample !== null)
  t.diagnostic(`seed ${seed}: found by program ${found.numRuns}: ${String(found.errorInstance).split('\n')[0]}`)
}

function property(fault?: Fault, orders?: Set<string>): fc.IAsyncProperty<[fc.Scheduler, Program]> {
  return fc.asyncProperty(fc.scheduler(), program, async (scheduler, generated) => {
    world = new World(generated, scheduler, tally, fault)
    await world.run()
    if (orders === undefined) return
    const labels = scheduler.report().map(({ label }) => label)
    orders.add(hash('sha1', labels.join()))
  })
}

function of(situation: string): number {
  return tally.get(situation) ?? 0
}

function versionOf(store: MemoryStore, address: string): number {
  return store.read(address)?.version ?? 0
}
