/**
 * Sessions come and go at a steady rate for a while: nothing piles up.
 *
 *     SEKISHO_LONG=1   an hour, instead of 15 s
 *
 * @module
 */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { inhabitants } from './census.ts'
import { until } from './experiment.ts'
import { localGround, proxiedGround, type Ground } from './grounds.ts'
import type { NodeReport } from './node.worker.ts'
import { openStore, type StoreDescription } from './stores.ts'
import { Workers } from './workers.ts'

const seconds = process.env['SEKISHO_LONG'] === '1' ? 3_600 : 15
/** How many visitors come in a second, while the machine can bear it: each sends four requests. */
const rate = 50
/** No more than so many visitors are there at once, so that a slow machine is not flooded. */
const most = 20
/** Seconds. Every other visitor leaves without a logout, and is swept; until the end of all there is an entry in the list of the user. */
const lifetime = { idle: 1, absolute: 5 }
const mebibyte = 2 ** 20
/** What a heap and a process may be larger at the end than when they were warm. A leak of 1 KB per session is seen in an hour. */
const growth = { heap: 4 * mebibyte, rss: 48 * mebibyte }

async function pilesNothingUp(t: TestContext, { store }: Ground, left: Count): Promise<void> {
  const swept = { ...store, sweepGraceMs: 0 }
  const workers = await Workers.start(t, { store: swept, readMs: 20_000, writeMs: 20_000, lifetime, sweepEvery: 1 }, 1)
  const samples: NodeReport[] = []
  let visitors = 0
  // The first tenth warms up: code is compiled, and caches are filled.
  for (let part = 0; part < 10; part += 1) {
    visitors += await visit(workers, (seconds * 1000) / 10)
    samples.push(...(await workers.reports()))
  }
  const [warm, last] = [median(samples.slice(1, 5)), median(samples.slice(6))]
  const grown = {
    heap: last.heap - warm.heap,
    rss: last.rss - warm.rss,
    descriptors: last.descriptors - warm.descriptors,
  }
  t.diagnostic(`${visitors} sessions in ${seconds} s; heap ${inMebibytes(warm.heap)} + ${inMebibytes(grown.heap)}`)
  t.diagnostic(
    `process ${inMebibytes(warm.rss)} + ${inMebibytes(grown.rss)}; descriptors ${warm.descriptors} + ${grown.descriptors}`,
  )
  assert.ok(grown.heap < growth.heap && grown.rss < growth.rss, 'memory grows')
  assert.ok(Math.abs(grown.descriptors) <= 4, 'descriptors pile up')
  await until(async () => (await left(store)) === 0, 'the store is empty again')
}

/** Lets visitors come at the rate for so long. @returns How many came. */
async function visit(workers: Workers, ms: number): Promise<number> {
  const there = new Set<Promise<void>>()
  const began = performance.now()
  let came = 0
  while (performance.now() - began < ms) {
    if (there.size < most) {
      const visitor: Promise<void> = comeAndGo(workers, (came += 1)).finally(() => there.delete(visitor))
      there.add(visitor)
    }
    await pause(1000 / rate)
  }
  await Promise.all(there)
  return came
}

async function comeAndGo(workers: Workers, number: number): Promise<void> {
  const { status, cookie } = await workers.ask(0, `/create?owner=v${number}`)
  assert.equal(status, 200)
  const paths = ['/push?value=a', '/login?principal=p', ...(number % 2 === 0 ? ['/logout'] : ['/rotate'])]
  let current = cookie
  for (const path of paths) current = (await workers.ask(0, path, current)).cookie ?? current
}

/** How many records a store holds, the dead included where it keeps them. */
type Count = (description: StoreDescription) => Promise<number>

async function rowsOf(description: StoreDescription): Promise<number> {
  const { store, disconnect } = await openStore(description)
  try {
    return (await store.transfer?.estimate()) ?? Infinity
  } finally {
    await store.close?.()
    await disconnect()
  }
}

/** Redis removes what is dead by itself. */
async function livingOf(description: StoreDescription): Promise<number> {
  const { store, disconnect } = await openStore(description)
  try {
    return (await inhabitants(store)).length
  } finally {
    await store.close?.()
    await disconnect()
  }
}

function median(reports: readonly NodeReport[]): NodeReport {
  const middle = (pick: (report: NodeReport) => number): number =>
    reports.map(pick).toSorted((a, b) => a - b)[Math.floor(reports.length / 2)] ?? 0
  const [first] = reports
  assert.ok(first !== undefined)
  return {
    ...first,
    heap: middle(({ heap }) => heap),
    rss: middle(({ rss }) => rss),
    descriptors: middle(({ descriptors }) => descriptors),
  }
}

function inMebibytes(octets: number): string {
  return `${(octets / mebibyte).toFixed(1)} MiB`
}

describe(`${seconds} s of visitors who come and go leave nothing behind`, { concurrency: 2 }, () => {
  test('in SQLite', async (t) => pilesNothingUp(t, await localGround(t, 'sqlite'), rowsOf))

  test('in Redis', async (t) => pilesNothingUp(t, await proxiedGround(t, 'redis'), livingOf))
})
