import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { channels } from '../../lib/events-node.ts'
import { encodeRecord } from '../record-format.ts'
import { FileStore } from '../file-node.ts'
import { newAddress } from '../testing/samples.ts'
import { newDirectory, run, tagged, tagOf } from './children.worker.ts'
import { workerLife } from './store.worker.ts'
import { watched } from './trip.worker.ts'

const minute = 60_000
const start = 1_790_000_000_000
const life = { idleMs: 30 * minute, absoluteMs: 720 * minute }

test('leaves the dead in place until the grace is over, and says whom it removes', async (t) => {
  const { store, clock, directory } = bench(t)
  const address = newAddress()
  const expired = notes(t, channels.expired)
  await store.create(address, tagged('a'), life)
  clock.now += life.idleMs + minute - 1
  assert.equal(await store.sweep(10), 0)
  clock.now += 1
  assert.equal(await store.sweep(10), 1)
  assert.deepEqual(expired, [{ address }])
  assert.deepEqual(readdirSync(join(directory, 'sessions', address.slice(0, 2))), [])
})

test('looks again under the lock, and spares a record that came back', async (t) => {
  const clock = { now: start }
  const directory = newDirectory(t)
  const address = newAddress()
  let isDue = false
  const fs = watched((call) => {
    if (isDue && call === 'link') write(directory, address, clock.now + life.idleMs)
  })
  const store = new FileStore({ directory, now: () => clock.now }, { fs })
  await store.create(address, tagged('a'), life)
  await store.sweep(10)
  clock.now += life.idleMs + 2 * minute
  isDue = true
  assert.equal(await store.sweep(10), 0)
  assert.equal(tagOf(store.read(address)), 'a')
})

test('does not read a shard again in which nothing can be due', async (t) => {
  const reads: string[] = []
  const fs = watched((call, [path]) => {
    if (call === 'readdir' && String(path).includes('sessions')) reads.push(String(path))
  })
  const { store, clock } = bench(t, fs)
  for (let made = 0; made < 20; made += 1) await store.create(newAddress(), tagged('a'), life)
  await store.sweep(10)
  assert.ok(reads.length > 0)
  reads.length = 0
  await store.sweep(10)
  assert.equal(reads.length, 0)
  clock.now += minute
  await store.sweep(10)
  assert.ok(reads.length > 0)
})

test('goes on where it stopped', async (t) => {
  const { store, clock, directory } = bench(t)
  for (let made = 0; made < 300; made += 1) write(directory, newAddress(), clock.now + 1)
  for (let made = 0; made < 900; made += 1) write(directory, newAddress(), clock.now + life.idleMs)
  clock.now += 2 * minute
  const removed: number[] = []
  for (let sweeps = 0; sweeps < 4; sweeps += 1) removed.push(await store.sweep(100))
  assert.deepEqual(removed, [100, 100, 100, 0])
})

test('stops when more than half of all would go at once', async (t) => {
  const { store, clock, directory } = bench(t)
  for (let made = 0; made < 400; made += 1) write(directory, newAddress(), clock.now + life.idleMs)
  const stopped = notes(t, channels['sweep-stopped'])
  assert.equal(await store.sweep(100), 0)
  clock.now += 365 * 24 * 60 * minute
  assert.equal(await store.sweep(100), 0)
  assert.equal(stopped.length, 1)
  clock.now = start
  assert.equal(await store.sweep(100), 0)
  assert.equal(filesIn(directory), 400)
})

test('believes a clock that says the same a minute later', async (t) => {
  const { store, clock, directory } = bench(t)
  for (let made = 0; made < 300; made += 1) write(directory, newAddress(), clock.now + 1)
  clock.now += 2 * minute
  const steady = { now: 5000 }
  t.mock.method(performance, 'now', () => steady.now)
  assert.equal(await store.sweep(1000), 0)
  steady.now += minute
  assert.equal(await store.sweep(1000), 300)
})

test('removes a file that is no record a day after its time', async (t) => {
  const { store, clock, directory } = bench(t)
  const address = newAddress()
  write(directory, address, clock.now, 'rubbish')
  clock.now += 2 * minute
  assert.equal(await store.sweep(10), 0)
  clock.now += 25 * 60 * minute
  assert.equal(await store.sweep(10), 1)
})

test('drops expired entries of the index and the directories that they leave empty', async (t) => {
  const { store, clock, directory } = bench(t)
  const [short, long] = [newAddress(), newAddress()]
  await store.principals.add('alice', short, minute)
  await store.principals.add('alice', long, 10 * minute)
  await store.principals.add('bob', short, minute)
  await store.principals.raiseEpoch('carol')
  clock.now += 2 * minute
  await store.sweep(10)
  assert.deepEqual(await store.principals.list('alice'), [long])
  assert.deepEqual(await store.principals.list('bob'), [])
  assert.equal(await store.principals.epoch('carol'), 1)
  const places = readdirSync(join(directory, 'principals'), { recursive: true, encoding: 'utf8' })
  assert.equal(places.filter((place) => /[/\\][0-9a-f]{64}$/.test(place) && !place.includes(long)).length, 2)
  await store.principals.add('bob', long, minute)
  assert.deepEqual(await store.principals.list('bob'), [long])
})

test('removes no live session while others touch, replace and sweep', async (t) => {
  const directory = newDirectory(t)
  const [store, idleMs] = [new FileStore({ directory, sweepGraceMs: 0 }), 600]
  const living = new Map(Array.from({ length: 50 }, () => [newAddress(), Date.now()]))
  for (const address of living.keys()) await store.create(address, tagged('a'), { ...workerLife, idleMs })
  const untilMs = Date.now() + (process.env['SEKISHO_LONG'] === '1' ? 60_000 : 2000)
  const others = [1, 2].map(() => run({ kind: 'sweep', store: { directory, sweepGraceMs: 0 }, untilMs }))
  let checks = 0
  for (let turn = 0; Date.now() < untilMs; turn += 1) {
    await store.create(newAddress(), tagged('b'), { idleMs: 5, absoluteMs: 5 })
    for (const [address, usedAt] of living) {
      living.set(address, Date.now())
      const answer = await store.touch(address, { idleMs })
      // On a machine that stood still for so long it has died indeed.
      if (answer === 'gone' && Date.now() - usedAt >= idleMs) living.delete(address)
      else assert.equal(answer, 'touched')
      checks += 1
    }
    if (turn % 3 === 0) await store.sweep(10)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await Promise.all(others)
  t.diagnostic(`${checks} checks`)
})

test('counts each dead record once when three processes sweep', async (t) => {
  const directory = newDirectory(t)
  for (let made = 0; made < 600; made += 1) write(directory, newAddress(), 1000)
  for (let made = 0; made < 1500; made += 1) write(directory, newAddress(), Date.now() + life.idleMs)
  const untilMs = Date.now()
  const endings = await Promise.all(
    [1, 2, 3].map(() => run({ kind: 'sweep', store: { directory, sweepGraceMs: 0 }, untilMs })),
  )
  const counts = endings.map(({ reports }) => Number(reports[0]?.answer))
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    600,
  )
  assert.equal(filesIn(directory), 1500)
})

test('never holds the event loop for long', async (t) => {
  const { store, clock, directory } = bench(t)
  const many = process.env['SEKISHO_LONG'] === '1' ? 100_000 : 10_000
  for (let made = 0; made < many; made += 1) {
    write(directory, newAddress(), clock.now + (made % 4 === 0 ? 1 : life.idleMs), '')
  }
  clock.now += 2 * 24 * 60 * minute - life.idleMs
  let [last, longest, isOver] = [performance.now(), 0, false]
  const beat = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (!isOver) setImmediate(beat)
  }
  setImmediate(beat)
  await store.sweep(many)
  isOver = true
  t.diagnostic(`${many} files, longest ${longest.toFixed(1)} ms`)
  // 5 ms by design; the rest is for a machine that is busy with something else.
  assert.ok(longest < 100, `${longest} ms`)
})

interface SweepBench {
  readonly store: FileStore
  readonly directory: string
  readonly clock: { now: number }
}

function bench(t: TestContext, fs = watched(() => undefined)): SweepBench {
  const clock = { now: start }
  const directory = newDirectory(t)
  return { store: new FileStore({ directory, now: () => clock.now }, { fs }), directory, clock }
}

/** Puts a record in its place by hand, which is faster than by the store. */
function write(directory: string, address: string, due: number, content?: string): void {
  const stamp = { version: 1, createdAt: start, idleDeadline: due, absoluteDeadline: due }
  const shard = join(directory, 'sessions', address.slice(0, 2))
  mkdirSync(shard, { recursive: true, mode: 0o700 })
  writeFileSync(join(shard, address), content ?? encodeRecord(tagged('a'), stamp), { mode: 0o600 })
  utimesSync(join(shard, address), due / 1000, due / 1000)
}

function filesIn(directory: string): number {
  const shards = readdirSync(join(directory, 'sessions'))
  return shards.reduce((sum, shard) => sum + readdirSync(join(directory, 'sessions', shard)).length, 0)
}

function notes(t: TestContext, channel: (typeof channels)[keyof typeof channels]): unknown[] {
  const seen: unknown[] = []
  const note = (message: unknown): void => void seen.push(message)
  channel.subscribe(note)
  t.after(() => channel.unsubscribe(note))
  return seen
}
