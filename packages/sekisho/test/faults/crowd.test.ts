/**
 * Far more requests at once than the store has connections.
 *
 *     SEKISHO_LONG=1   2000 requests, instead of 200
 *
 * @module
 */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { until } from './experiment.ts'
import { localGround, proxiedGround, type Ground, type ServerKind } from './grounds.ts'
import { Workers, type Answer } from './workers.ts'

const crowd = process.env['SEKISHO_LONG'] === '1' ? 2000 : 200
/** So many wait for the lock of one session at once. */
const queue = 5
/** Seconds after which a lock is free that could not be given back, because the only connection was not to be had in time. */
const lease = 2

/** One connection; the time of a call begins before its turn, so it has to do for all that are before it. */
async function servesAll(t: TestContext, { store }: Ground): Promise<void> {
  const narrow = { ...store, connections: 1, queueMs: 30_000 }
  const patient = { readMs: 30_000, writeMs: 30_000, conflictMs: 60_000 }
  const workers = await Workers.start(t, { store: narrow, ...patient }, 1)
  const cookies = await visitors(workers)

  const plain = await atOnce(t, workers, cookies, '/increment?')
  assert.deepEqual(countsOf(plain), allCounts, 'no increment is lost')
  const locked = await atOnce(t, workers, cookies, '/increment?lease=60')
  assert.deepEqual(
    countsOf(locked),
    allCounts.map((count) => count + queue),
    'no increment under the lock is lost',
  )
}

/** Sends the crowd, with an equal share to each session. @returns All answers. */
async function atOnce(t: TestContext, workers: Workers, cookies: readonly string[], path: string): Promise<Answer[]> {
  const began = performance.now()
  const answers = await Promise.all(
    Array.from({ length: crowd }, (_, index) => workers.ask(0, path, cookies[index % cookies.length])),
  )
  const slowest = Math.max(...answers.map(({ ms }) => ms))
  const all = performance.now() - began
  t.diagnostic(`${path}: ${crowd} answers in ${all.toFixed(0)} ms, the slowest after ${slowest.toFixed(0)} ms`)
  return answers
}

/** @returns The cookies of sessions that were made one after the other. */
async function visitors(workers: Workers): Promise<string[]> {
  const cookies: string[] = []
  for (let made = 0; made < crowd / queue; made += 1) {
    const { status, cookie = '' } = await workers.ask(0, `/create?owner=v${made}`)
    assert.equal(status, 200)
    cookies.push(cookie)
  }
  return cookies
}

/** The only connection is so slow that the limits of time are over long before it is everybody's turn. */
async function refusesInTime(t: TestContext, kind: ServerKind): Promise<void> {
  const { store, proxy } = await proxiedGround(t, kind)
  const narrow = { ...store, connections: 1 }
  const workers = await Workers.start(t, { store: narrow, readMs: 1_000, writeMs: 1_000, pauseMs: 100 }, 1)
  const cookies = await visitors(workers)
  await proxy.become({ kind: 'latency', ms: 50 })
  const answers = await atOnce(t, workers, cookies, `/increment?lease=${lease}`)
  await proxy.heal()
  const slowest = Math.max(...answers.map(({ ms }) => ms))
  const served = answers.filter(({ status }) => status === 200).length
  t.diagnostic(`${served} served, ${crowd - served} refused`)
  assert.ok(served < crowd, 'nobody was refused')
  assert.equal(answers.filter(({ status }) => status === 503).length, crowd - served)
  assert.ok(slowest < 20_000, 'whoever is not served is refused in time')
  await assertCounted(workers, cookies, served)
}

/** Fails when less was counted than was acknowledged. A lock that is still held keeps the question waiting. */
async function assertCounted(workers: Workers, cookies: readonly string[], served: number): Promise<void> {
  let counted = 0
  for (const cookie of cookies) {
    let body = ''
    await until(async () => {
      const answer = await workers.ask(0, `/read?lease=${lease}`, cookie)
      body = answer.body
      return answer.status === 200
    }, 'a session of before')
    counted += (JSON.parse(body) as { count: number }).count
  }
  assert.ok(counted >= served, `${counted} counted, ${served} acknowledged`)
}

/** What the increments of each session counted: from 1 to its share, each once. */
const allCounts = Array.from({ length: crowd }, (_, index) => 1 + Math.floor((index * queue) / crowd))

function countsOf(answers: readonly Answer[]): number[] {
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  const counts = answers.map(({ body }) => (JSON.parse(body) as { count: number }).count)
  return counts.toSorted((a, b) => a - b)
}

describe(
  `${crowd} requests at once over one connection are all answered, with locks and without`,
  { concurrency: 2 },
  () => {
    test('over SQLite', async (t) => servesAll(t, await localGround(t, 'sqlite')))

    test('over PostgreSQL', async (t) => servesAll(t, await proxiedGround(t, 'postgres')))

    test('over MariaDB', async (t) => servesAll(t, await proxiedGround(t, 'mysql')))

    test('over Redis', async (t) => servesAll(t, await proxiedGround(t, 'redis')))
  },
)

describe(
  `${crowd} requests at once over one connection that is too slow for them are answered or refused in time, and no lock outlives its lease`,
  { concurrency: 3 },
  () => {
    test('over PostgreSQL', (t) => refusesInTime(t, 'postgres'))

    test('over MariaDB', (t) => refusesInTime(t, 'mysql'))

    test('over Redis', (t) => refusesInTime(t, 'redis'))
  },
)
