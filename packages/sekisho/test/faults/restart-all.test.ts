/** Every node is ended and started again: nobody is logged out, and nothing that was acknowledged is missing. */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { Experiment } from './experiment.ts'
import { localGround, proxiedGround, type Ground } from './grounds.ts'
import { Workers } from './workers.ts'

async function survivesRestarts(t: TestContext, { store }: Ground): Promise<void> {
  const workers = await Workers.start(t, { store })
  const experiment = new Experiment(t, workers)
  await experiment.untilAnswered(200, 80)
  await workers.restart('SIGKILL')
  await experiment.untilAnswered(200, 80)
  const statuses = await experiment.conclude()
  assert.ok((statuses.get(0) ?? 0) > 0, 'no request met the restart')
}

describe('when all nodes are killed and started again, sessions stay', { concurrency: 3 }, () => {
  test('in files', async (t) => survivesRestarts(t, await localGround(t, 'file')))

  test('in SQLite', async (t) => survivesRestarts(t, await localGround(t, 'sqlite')))

  test('in PostgreSQL', async (t) => survivesRestarts(t, await proxiedGround(t, 'postgres')))

  test('in MariaDB', async (t) => survivesRestarts(t, await proxiedGround(t, 'mysql')))

  test('in Redis', async (t) => survivesRestarts(t, await proxiedGround(t, 'redis')))
})
