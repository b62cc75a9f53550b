/** The store accepts connections and does not answer, or answers some calls late. */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { until } from './experiment.ts'
import { proxiedGround, type ServerKind } from './grounds.ts'
import { Workers, type Answer } from './workers.ts'

/** Makes sessions, however busy the machine is. @returns Their cookies. */
async function sessions(workers: Workers, count: number): Promise<string[]> {
  const make = async (owner: string): Promise<string> => {
    let made = ''
    await until(async () => {
      const { status, cookie = '' } = await workers.ask(0, `/create?owner=${owner}`)
      made = cookie
      return status === 200
    }, `session ${owner}`)
    return made
  }
  return Promise.all(Array.from({ length: count }, (_, index) => make(`s${index}`)))
}

/** Dice that meet the share once in so many throws, evenly. */
function onceIn(throws: number): () => number {
  let thrown = 0
  return () => ((thrown += 1) % throws === 0 ? 0 : 1)
}

async function survivesBlackhole(t: TestContext, kind: ServerKind): Promise<void> {
  const [readMs, writeMs] = [300, 400]
  const { store, proxy } = await proxiedGround(t, kind)
  const workers = await Workers.start(t, { store, readMs, writeMs }, 1)
  const cookies = await sessions(workers, 20)
  await workers.reports()

  await proxy.become({ kind: 'blackhole' })
  const answers: Answer[] = []
  for (let round = 0; round < 3; round += 1)
    answers.push(...(await Promise.all(cookies.map((cookie) => workers.ask(0, '/set?key=k0&value=late', cookie)))))
  const [report] = await workers.reports()
  const slowest = Math.max(...answers.map(({ ms }) => ms))
  t.diagnostic(`slowest of ${answers.length} answers ${slowest.toFixed(0)} ms (limit of a read ${readMs} ms)`)
  t.diagnostic(`event loop late by at most ${report?.lagMs.toFixed(0)} ms; ${report?.storeCalls} calls of the store`)
  for (const { status, cookie } of answers) assert.deepEqual([status, cookie], [503, undefined])
  // Far more than it takes, and far less than for ever: other programs may have the machine for a while.
  assert.ok(slowest < readMs + 5_000, 'an answer comes when the time of the read is over')
  assert.ok(report !== undefined && report.lagMs < 1_000, 'nothing blocks the event loop')
  assert.ok(report.storeCalls < cookies.length + 10, 'a store that does not answer is left alone')

  await proxy.heal()
  for (const [index, cookie] of cookies.entries())
    await until(async () => {
      const { status, body } = await workers.ask(0, '/read', cookie)
      return status === 200 && body.startsWith(`{"owner":"s${index}"`)
    }, `session ${index}`)
}

/** A write is a read and a replacement. */
const callsPerWrite = 2
/** A write without an answer is looked for, sent again when it is not there, and looked for once more at most. */
const callsPerDoubt = 3

/** Writes to all sessions at once, some times over. @returns The answers, and how many calls of the store each took. */
async function writes(workers: Workers, cookies: readonly string[], rounds: number) {
  await workers.reports()
  const answers: Answer[] = []
  for (let round = 0; round < rounds; round += 1) {
    const path = `/set?key=k0&value=${round}`
    answers.push(...(await Promise.all(cookies.map((cookie) => workers.ask(0, path, cookie)))))
  }
  const [report] = await workers.reports()
  return { answers, perAnswer: (report?.storeCalls ?? 0) / answers.length }
}

/** A call is a chunk there and a chunk back: one of them is late in 5 % of the calls. */
const slow = { kind: 'latency', ms: 500, share: 0.025 } as const

async function bearsSlowCalls(t: TestContext, kind: ServerKind): Promise<void> {
  const { store, proxy } = await proxiedGround(t, kind, onceIn(40))
  // Limits that no call reaches by being late, however busy the machine is.
  const workers = await Workers.start(t, { store, readMs: 10_000, writeMs: 10_000 }, 1)
  const cookies = await sessions(workers, 10)
  await proxy.become(slow)
  const { answers, perAnswer } = await writes(workers, cookies, 10)
  const late = answers.filter(({ ms }) => ms > 450).length
  const refused = answers.filter(({ status }) => status !== 200)
  t.diagnostic(`${perAnswer} calls per answer; ${late} of ${answers.length} late, ${refused.length} given up`)
  assert.ok(late > 0, 'nothing was late')
  assert.equal(refused.length, 0, 'what is late is waited for')
  assert.ok(perAnswer <= callsPerWrite * 1.1, 'slowness makes no more calls')
}

/** With limits shorter than the latency: late calls are given up, and must not multiply. */
async function makesNoStorm(t: TestContext, kind: ServerKind): Promise<void> {
  const { store, proxy } = await proxiedGround(t, kind, onceIn(40))
  const limitMs = 300
  const workers = await Workers.start(t, { store, readMs: limitMs, writeMs: limitMs }, 1)
  const cookies = await sessions(workers, 10)
  await proxy.become(slow)
  const { answers, perAnswer } = await writes(workers, cookies, 10)
  const refused = answers.filter(({ status }) => status === 503).length
  const late = answers.filter(({ ms }) => ms >= limitMs).length
  t.diagnostic(`${perAnswer} calls per answer; ${late} of ${answers.length} late, ${refused} given up`)
  // A read that is given up is a 503; a write is found out about by a further call, and that may find it made.
  assert.ok(refused > 0 || perAnswer > callsPerWrite, 'nothing was given up')
  const most = callsPerWrite + (callsPerDoubt * late) / answers.length
  assert.ok(perAnswer <= most, 'what is given up makes no more calls than finding out takes')
  await proxy.heal()
  for (const cookie of cookies)
    await until(async () => (await workers.ask(0, '/read', cookie)).status === 200, 'a session of before')
}

describe('when the store accepts connections and never answers, visitors get a 503 in time and keep their sessions', () => {
  test('with PostgreSQL', (t) => survivesBlackhole(t, 'postgres'))

  test('with MariaDB', (t) => survivesBlackhole(t, 'mysql'))

  test('with Redis', (t) => survivesBlackhole(t, 'redis'))
})

describe('when one call in twenty is late, all are answered and no more are made', { concurrency: 3 }, () => {
  test('with PostgreSQL', (t) => bearsSlowCalls(t, 'postgres'))

  test('with MariaDB', (t) => bearsSlowCalls(t, 'mysql'))

  test('with Redis', (t) => bearsSlowCalls(t, 'redis'))
})

describe('when late calls are given up, they do not multiply', { concurrency: 3 }, () => {
  test('with PostgreSQL', (t) => makesNoStorm(t, 'postgres'))

  test('with MariaDB', (t) => makesNoStorm(t, 'mysql'))

  test('with Redis', (t) => makesNoStorm(t, 'redis'))
})
