/**
 * Sweeps of a large database, beside live traffic.
 *
 *     SEKISHO_LONG=1   200,000 rows instead of 30,000
 *
 * @module
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { channels } from '../../lib/events-node.ts'
import { SqliteStore } from '../sqlite.ts'
import { bytes, long, newAddress, newWriteId, record } from '../testing/samples.ts'
import { openNode, temporary, type TestHandle } from './drivers.worker.ts'
import { rowOf } from './rows.ts'

const rows = process.env['SEKISHO_LONG'] === '1' ? 200_000 : 30_000
const dead = rows / 10
/**
 * For so many milliseconds at a stretch this thread may work. What the disk and other programs take is not counted: a
 * checkpoint of the write-ahead log waits for the disk, beside a sweep as beside any other write.
 */
const longestMs = 20
/** Sweeps that are measured at most: the system counts work by its own ticks. */
const attempts = 3
const start = 1_790_000_000_000

test(`a sweep of ${dead} among ${rows} rows never holds the event loop, and spares every live session`, async (t) => {
  const { store, database } = await opened(t)
  const living = fill(database, rows, start + long.idleMs)
  const work: number[] = []
  for (let attempt = 0; attempt < attempts && !work.some((ms) => ms <= longestMs); attempt += 1) {
    fill(database, dead, start - 100_000)
    const [removed, { held, worked, touches, ms }] = await beside(store, living, () => store.sweep(rows))
    assert.equal(removed, dead)
    assert.ok(touches > 0)
    work.push(worked)
    const gap = `the event loop was held for ${held.toFixed(1)} ms at most, ${worked.toFixed(1)} ms of work at most`
    t.diagnostic(`swept ${removed} in ${ms.toFixed(0)} ms beside ${touches} touches and writes; ${gap}`)
  }
  assert.ok(Math.min(...work) <= longestMs, JSON.stringify(work))
  assert.equal(await store.transfer.estimate(), rows)
})

test('costs nothing that grows with the living', async (t) => {
  const { store, database } = await opened(t)
  const took = async (): Promise<number> => {
    const times: number[] = []
    for (let round = 0; round < 20; round += 1) {
      fill(database, 10, start - 100_000)
      const began = performance.now()
      assert.equal(await store.sweep(1000), 10)
      times.push(performance.now() - began)
    }
    return times.toSorted((one, other) => one - other)[5] ?? Infinity
  }
  fill(database, 1000, start + long.idleMs)
  const few = await took()
  fill(database, rows, start + long.idleMs)
  const many = await took()
  t.diagnostic(`10 dead: ${few.toFixed(2)} ms among 1,000, ${many.toFixed(2)} ms among ${rows}`)
  assert.ok(many < few * 5 + 2, `${few} ms, ${many} ms`)
})

test('stops when more than half of its records are dead at once, and goes on when the clock is right again', async (t) => {
  let now = start
  const { store, database } = await opened(t, () => now)
  const stopped: unknown[] = []
  const note = (message: unknown): void => void stopped.push(message)
  channels['sweep-stopped'].subscribe(note)
  t.after(() => channels['sweep-stopped'].unsubscribe(note))
  const addresses = fill(database, 1000, start + 1000)
  await store.principals.add('alice', addresses[0] ?? '', 1000)
  await store.locks.acquire(addresses[0] ?? '', newWriteId(), 1000)
  now += 3_600_000
  assert.equal(await store.sweep(100), 0)
  assert.equal(await store.sweep(100), 0)
  assert.equal(stopped.length, 1)
  assert.match(JSON.stringify(stopped), /(\d+) of \1 records are dead at once/)
  assert.deepEqual(await store.principals.list('alice'), [addresses[0]])
  now = start
  assert.equal(await store.sweep(100), 0)
  for (const address of addresses) assert.ok(await store.read(address))
})

test('keeps what has died for as long as its grace', async (t) => {
  let now = start
  const { store } = await opened(t, () => now)
  await store.create(newAddress(), record(), { idleMs: 1000, absoluteMs: 1000 })
  now += 1000 + 59_999
  assert.equal(await store.sweep(10), 0)
  now += 1
  assert.equal(await store.sweep(10), 1)
})

test('removes entries of the index and leases that have run out, after the records', async (t) => {
  let now = start
  const { store, database } = await opened(t, () => now)
  const addresses = Array.from({ length: 250 }, newAddress)
  for (const address of addresses) {
    await store.principals.add('alice', address, 1000)
    await store.locks.acquire(address, newWriteId(), 1000)
  }
  const [kept, living] = [newAddress(), fill(database, 5, start + 1000)]
  await store.principals.add('alice', kept, long.absoluteMs)
  await store.locks.acquire(kept, 'owner', long.absoluteMs)
  await store.principals.raiseEpoch('alice')
  now += 1000 + 60_000
  assert.equal(await store.sweep(5), living.length)
  assert.equal((await store.principals.list('alice')).length, 251)
  assert.equal(await store.sweep(1000), 0)
  assert.deepEqual(await store.principals.list('alice'), [kept])
  assert.equal(await store.locks.renew(kept, 'owner', 1000), true)
  assert.deepEqual({ ...(database.prepare('SELECT count(*) AS n FROM sekisho_locks').get() as object) }, { n: 1 })
  assert.equal(await store.principals.epoch('alice'), 1)
})

test('says of every session that it removes', async (t) => {
  const { store, database } = await opened(t)
  const expired: string[] = []
  const note = (message: unknown): void => void expired.push((message as { address: string }).address)
  channels.expired.subscribe(note)
  t.after(() => channels.expired.unsubscribe(note))
  const addresses = fill(database, 50, start - 100_000)
  assert.equal(await store.sweep(30), 30)
  assert.equal(await store.sweep(30), 20)
  assert.deepEqual(expired.toSorted(), addresses.toSorted())
})

async function opened(
  t: TestContext,
  now: () => number = () => start,
): Promise<{ store: SqliteStore; database: TestHandle }> {
  const { directory, remove } = temporary()
  const database = openNode(join(directory, 'sessions.db'))
  t.after(() => {
    database.close()
    remove()
  })
  const store = new SqliteStore({ database, now })
  await store.ensureSchema()
  return { store, database }
}

/** Writes rows as the store would, but all at once. @returns Their addresses. */
function fill(database: TestHandle, many: number, due: number): string[] {
  const insert = database.prepare('INSERT INTO sekisho_sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const stamp = { version: 1, createdAt: start - 200_000, idleDeadline: due, absoluteDeadline: start + long.absoluteMs }
  const sample = record({
    payload: bytes(JSON.stringify({ cart: Array.from({ length: 30 }, (_, at) => `item ${at}`) })),
  })
  const addresses = Array.from({ length: many }, newAddress)
  database.exec('BEGIN')
  for (const address of addresses) insert.run(...rowOf(address, sample, stamp))
  database.exec('COMMIT')
  // Not to be paid for by what is measured next.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  return addresses
}

/** What was seen while something else was done; times in milliseconds. */
interface Seen {
  /** The longest time between two turns of the event loop. */
  readonly held: number
  /** The most that this thread worked between two turns. */
  readonly worked: number
  readonly touches: number
  readonly ms: number
}

/** Runs some work beside live traffic. */
async function beside<T>(store: SqliteStore, addresses: readonly string[], work: () => Promise<T>): Promise<[T, Seen]> {
  const began = performance.now()
  let [isOver, touches, held, worked] = [false, 0, 0, 0]
  let [lastTurn, lastWork] = [began, workedMs()]
  const timer = setInterval(() => {
    held = Math.max(held, performance.now() - lastTurn)
    worked = Math.max(worked, workedMs() - lastWork)
    ;[lastTurn, lastWork] = [performance.now(), workedMs()]
  }, 1)
  const serve = async (): Promise<void> => {
    for (let at = 0; !isOver; at = (at + 1) % 100) {
      await use(store, addresses[at] ?? '')
      touches += 1
      await pause(1)
    }
  }
  const serving = serve()
  const result = await work().finally(() => (isOver = true))
  const ms = performance.now() - began
  await serving
  clearInterval(timer)
  return [result, { held, worked, touches, ms }]
}

function workedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** A touch and a write of a session that a sweep must not take for dead. */
async function use(store: SqliteStore, address: string): Promise<void> {
  assert.equal(await store.touch(address, { idleMs: 2 * long.idleMs }), 'touched')
  const stored = await store.read(address)
  assert.ok(stored !== undefined, 'a live session is gone')
  const writeId = newWriteId()
  const next = { ...stored.record, writeIds: [writeId] }
  assert.equal(await store.replace(address, next, stored.version, { idleMs: 2 * long.idleMs }, writeId), 'replaced')
}
