/** A node is told by SIGTERM to end while it has work. */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { assertOneLineageEach } from './census.ts'
import { Experiment, until } from './experiment.ts'
import { localGround, proxiedGround, type Ground } from './grounds.ts'
import { Workers } from './workers.ts'

const crowd = 12
/** Seconds: far longer than anybody here has patience for. */
const lease = 600

async function endsGracefully(t: TestContext, { store }: Ground): Promise<void> {
  const workers = await Workers.start(t, { store, readMs: 10_000, writeMs: 10_000 }, 2)
  const cookies = await Promise.all(Array.from({ length: crowd }, (_, index) => visitor(workers, `v${index}`)))
  const experiment = new Experiment(t, workers)
  await experiment.untilAnswered(200, 10)

  const path = (index: number): string =>
    `/dawdle?ms=1500&value=late.${index}${index % 2 === 0 ? `&lease=${lease}` : ''}`
  const answers = Promise.all(cookies.map((cookie, index) => workers.ask(0, path(index), cookie)))
  await until(async () => (await workers.running(0)) >= crowd, 'handlers at work')
  const began = performance.now()
  await workers.replace(0, 'SIGTERM')
  t.diagnostic(`ended and replaced in ${(performance.now() - began).toFixed(0)} ms`)
  for (const { status } of await answers) assert.equal(status, 200, 'whoever was being served has an answer')

  for (const [index, cookie] of cookies.entries()) {
    const { status, body } = await workers.ask(1, `/read?lease=${lease}`, cookie)
    assert.equal(status, 200, 'the lock is free')
    assert.equal((JSON.parse(body) as { keys: { k0: string } }).keys.k0, `late.${index}`)
  }
  await experiment.untilAnswered(200, 10)
  await experiment.conclude()
  await assertOneLineageEach(t, store, experiment.history)
}

async function visitor(workers: Workers, owner: string): Promise<string> {
  const { status, cookie } = await workers.ask(0, `/create?owner=${owner}`)
  assert.equal(status, 200)
  return cookie ?? ''
}

describe(
  'a node that ends by closing its server and then its sessions answers whom it serves, and leaves nothing locked',
  { concurrency: 3 },
  () => {
    test('over files', async (t) => endsGracefully(t, await localGround(t, 'file')))

    test('over SQLite', async (t) => endsGracefully(t, await localGround(t, 'sqlite')))

    test('over PostgreSQL', async (t) => endsGracefully(t, await proxiedGround(t, 'postgres')))

    test('over MariaDB', async (t) => endsGracefully(t, await proxiedGround(t, 'mysql')))

    test('over Redis', async (t) => endsGracefully(t, await proxiedGround(t, 'redis')))
  },
)
