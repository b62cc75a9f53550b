/** The server of the store is down when the application starts. */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { until } from './experiment.ts'
import { proxiedGround, type ServerKind } from './grounds.ts'
import { Workers } from './workers.ts'

async function startsWithoutServer(t: TestContext, kind: ServerKind): Promise<void> {
  const { store, proxy } = await proxiedGround(t, kind)
  const workers = await Workers.start(t, { store }, 1)
  const { status, cookie } = await workers.ask(0, '/create?owner=s')
  assert.equal(status, 200)
  assert.ok(cookie)

  await proxy.become({ kind: 'refuse' })
  proxy.reset()
  await workers.restart('SIGKILL')
  const known = await workers.ask(0, '/read', cookie)
  assert.deepEqual([known.status, known.cookie], [503, undefined], 'a session that cannot be read')
  const fresh = await workers.ask(0, '/create?owner=other')
  assert.deepEqual([fresh.status, fresh.cookie], [503, undefined], 'a session that cannot be made')
  assert.equal((await workers.ask(0, '/read')).status, 401, 'whoever has no cookie needs no store')

  await proxy.heal()
  const began = performance.now()
  await until(async () => (await workers.ask(0, '/read', cookie)).status === 200, 'the session of before')
  t.diagnostic(
    `503 after ${known.ms.toFixed(0)} ms; served ${(performance.now() - began).toFixed(0)} ms after the server came`,
  )
}

describe(
  'a node that starts while its store is down answers 503, leaves cookies alone, and recovers by itself',
  { concurrency: 3 },
  () => {
    test('with PostgreSQL', (t) => startsWithoutServer(t, 'postgres'))

    test('with MariaDB', (t) => startsWithoutServer(t, 'mysql'))

    test('with Redis', (t) => startsWithoutServer(t, 'redis'))
  },
)
