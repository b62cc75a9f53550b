/** The server of the store is killed by SIGKILL and started again under load. */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { startRedis } from '../../../../scripts/services.ts'
import type { Broken } from './check-history.ts'
import { Experiment } from './experiment.ts'
import { ownGround, type OwnGround } from './grounds.ts'
import { Workers } from './workers.ts'

/** 503 while it lasts, and everything as before afterwards; our nodes are not restarted. */
async function survivesCrash(
  t: TestContext,
  { store, server }: OwnGround,
  excused: readonly Broken['promise'][] = [],
): Promise<void> {
  const experiment = new Experiment(t, await Workers.start(t, { store }))
  await experiment.untilAnswered(200, 80)
  await server.kill()
  await experiment.untilAnswered(503, 10)
  await server.restart()
  const began = performance.now()
  await experiment.untilAnswered(200, 1)
  t.diagnostic(`served again ${(performance.now() - began).toFixed(0)} ms after the server was back`)
  await experiment.untilAnswered(200, 80)
  const statuses = await experiment.conclude({ excused })
  assert.equal(statuses.get(0), undefined, 'every request is answered')
}

describe(
  'when its server crashes and comes back, a store has everything that it acknowledged',
  { concurrency: 3 },
  () => {
    test('PostgreSQL', async (t) => survivesCrash(t, await ownGround(t, 'postgres')))

    test('MariaDB', async (t) => survivesCrash(t, await ownGround(t, 'mysql')))

    test('Redis that appends to a file', async (t) => survivesCrash(t, await ownGround(t, 'redis')))

    test('a Redis Cluster that appends to files', async (t) => survivesCrash(t, await ownGround(t, 'redis-cluster')))

    test('Redis behind a sentinel, with files', async (t) => survivesCrash(t, await ownGround(t, 'redis-sentinel')))
  },
)

describe('when a Redis that keeps nothing crashes', { concurrency: 3 }, () => {
  test('sessions are gone, and nothing worse: none comes back, and none shows what is not its own', async (t) => {
    const server = await startRedis()
    t.after(() => server.stop())
    const store = { kind: 'redis', url: server.url, prefix: 'faults_' } as const
    await survivesCrash(t, { store, server }, ['lost'])
  })
})
