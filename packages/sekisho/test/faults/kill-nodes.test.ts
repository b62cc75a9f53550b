/**
 * Nodes are killed by SIGKILL in the middle of writes, rotations, logins and logouts, again and again.
 *
 *     SEKISHO_LONG=1   100 kills per store, instead of 3
 *
 * @module
 */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { assertOneLineageEach } from './census.ts'
import { Experiment } from './experiment.ts'
import { localGround, proxiedGround, type Ground } from './grounds.ts'
import { Workers } from './workers.ts'

const kills = process.env['SEKISHO_LONG'] === '1' ? 100 : 3
/** Much of what visitors do has several steps. */
const restless = { ends: 0.15, changes: 0.4 }

async function survivesKills(t: TestContext, { store }: Ground): Promise<void> {
  const workers = await Workers.start(t, { store, readMs: 10_000, writeMs: 10_000 }, 2)
  const experiment = new Experiment(t, workers, restless)
  for (let kill = 0; kill < kills; kill += 1) {
    await experiment.untilAnswered(200, 15)
    await pause(experiment.random() * 50)
    await workers.replace(kill % workers.size, 'SIGKILL')
  }
  await experiment.untilAnswered(200, 15)
  const statuses = await experiment.conclude()
  const { info } = experiment.history.counts()
  t.diagnostic(`${kills} kills; ${statuses.get(0) ?? 0} requests without an answer, ${info} of them under way`)
  assert.ok(info > 0, 'nothing was under way')
  await assertOneLineageEach(t, store, experiment.history)
}

describe(
  'when nodes are killed in the middle, a session is as before or as after, once, and never back from its end',
  { concurrency: 2 },
  () => {
    test('in SQLite', async (t) => survivesKills(t, await localGround(t, 'sqlite')))

    test('in PostgreSQL', async (t) => survivesKills(t, await proxiedGround(t, 'postgres')))

    test('in MariaDB', async (t) => survivesKills(t, await proxiedGround(t, 'mysql')))

    test('in Redis', async (t) => survivesKills(t, await proxiedGround(t, 'redis')))
  },
)
