/**
 * Several processes on one database.
 *
 *     SEKISHO_LONG=1   100 kills instead of 8
 *
 * @module
 */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { SqliteStore, type SqliteStoreOptions } from '../sqlite.ts'
import { bytes, newAddress, newWriteId, record, text } from '../testing/samples.ts'
import { openNode, temporary, type TestHandle } from './drivers.worker.ts'
import { processLife, type Job } from './processes.worker.ts'

const program = fileURLToPath(new URL('processes.worker.ts', import.meta.url))
const compileCache = join(tmpdir(), 'sekisho-compile-cache')
const kills = process.env['SEKISHO_LONG'] === '1' ? 100 : 8

test('loses no increment of three processes that read and replace', async (t) => {
  const { store, file } = await opened(t)
  const [address, times] = [newAddress(), 300]
  await store.create(address, record({ payload: bytes('0') }), processLife)
  const jobs = [1, 2, 3].map(() => run({ kind: 'increment', file, address, times }))
  assert.deepEqual((await Promise.all(jobs)).flat(), ['done', 'done', 'done'])
  const stored = await store.read(address)
  assert.equal(text(stored?.record.payload ?? bytes('')), String(3 * times))
  assert.equal(stored?.version, 1 + 3 * times)
})

test('creates what two processes and this one create at the same time', async (t) => {
  const { store, file } = await opened(t, { lockTimeoutMs: 20_000 })
  const others = [1, 2].map(() => run({ kind: 'create', file, times: 1000 }))
  const own: string[] = []
  let areOver = false
  const isOver = Promise.all(others).finally(() => (areOver = true))
  while (!areOver) {
    const address = newAddress()
    assert.equal(await store.create(address, record(), processLife), 'created')
    own.push(address)
    if (own.length % 20 === 0) await pause(1)
  }
  const created = [...own, ...(await isOver).flat()]
  assert.equal(created.length, own.length + 2000)
  assert.equal(await store.transfer.estimate(), created.length)
  for (const address of created) assert.ok(await store.read(address))
  t.diagnostic(`${created.length} sessions, ${own.length} of them by this process`)
})

test('has every acknowledged write after a process was killed, again and again', async (t) => {
  const { store, file, database } = await opened(t)
  let writes = 0
  for (let at = 0; at < kills; at += 1) {
    const { child, lines } = start({ kind: 'write-until-killed', file })
    await until(() => lines.length > 20)
    await pause(Math.random() * 30)
    child.kill('SIGKILL')
    await closed(child)
    const last = new Map(lines.map((line) => line.split(' ') as [string, string]))
    for (const [address, version] of last) {
      const stored = await store.read(address)
      // The write that it was killed in may be there without having been acknowledged.
      assert.ok((stored?.version ?? 0) >= Number(version), `${address} ${version}`)
    }
    writes += lines.length
    assert.deepEqual({ ...(database.prepare('PRAGMA integrity_check').get() as object) }, { integrity_check: 'ok' })
  }
  assert.equal(await store.create(newAddress(), record(), processLife), 'created')
  t.diagnostic(`${kills} kills, ${writes} acknowledged writes, none lost`)
})

test('reads on while another process holds the write lock, and writes when it lets go', async (t) => {
  const { store, file } = await opened(t, { lockTimeoutMs: 10_000 })
  const address = newAddress()
  await store.create(address, record(), processLife)
  const { child, lines } = start({ kind: 'hold-lock', file, ms: 600 })
  await until(() => lines.includes('holding'))
  const gaps = watchEventLoop()
  const began = performance.now()
  const writes = [
    store.touch(address, processLife),
    ...Array.from({ length: 50 }, () => store.create(newAddress(), record(), processLife)),
    store.principals.raiseEpoch('alice'),
    store.locks.acquire(newAddress(), newWriteId(), 1000),
  ]
  assert.ok(writes.every((write) => write instanceof Promise))
  while (child.exitCode === null) {
    assert.equal((store.read(address) as { version: number } | undefined)?.version, 1)
    await pause(5)
  }
  const answers = await Promise.all(writes)
  const [longest, ms] = [gaps(), performance.now() - began]
  assert.deepEqual(new Set(answers), new Set(['touched', 'created', 1, true]))
  t.diagnostic(
    `${writes.length} writes waited ${ms.toFixed(0)} ms; longest gap of the event loop ${longest.toFixed(1)} ms`,
  )
  assert.ok(longest < 250, `the event loop was held for ${longest} ms`)
  assert.equal(store.touch(address, processLife), 'touched')
})

test('gives up on a lock that another process keeps, says so, and recovers', async (t) => {
  const { store, file } = await opened(t, { lockTimeoutMs: 200 })
  const { child, lines } = start({ kind: 'hold-lock', file, ms: 60_000 })
  t.after(() => child.kill('SIGKILL'))
  await until(() => lines.includes('holding'))
  const began = performance.now()
  const writes = Array.from({ length: 20 }, async () => store.create(newAddress(), record(), processLife))
  for (const answer of await Promise.allSettled(writes)) {
    assert.equal(answer.status, 'rejected')
    assert.equal(answer.reason.code, 'ERR_STORE_LOCKED')
    assert.match(answer.reason.message, /held the write lock of the database for 200 ms; .*`lockTimeoutMs`/)
  }
  const ms = performance.now() - began
  t.diagnostic(`20 writes gave up after ${ms.toFixed(0)} ms`)
  assert.ok(ms >= 200 && ms < 2000, `${ms} ms`)
  await assert.rejects(
    store.sweep(10).then(() => store.locks.acquire(newAddress(), 'x', 1)),
    { code: 'ERR_STORE_LOCKED' },
  )
  child.kill('SIGKILL')
  await closed(child)
  assert.equal(store.create(newAddress(), record(), processLife), 'created')
})

test('turns those away who wait for a lock when the store is closed', async (t) => {
  const { store, file } = await opened(t)
  const other = handle(t, file)
  other.exec('BEGIN IMMEDIATE')
  const waiting = store.create(newAddress(), record(), processLife)
  store.close()
  await assert.rejects(async () => waiting, { code: 'ERR_STORE_UNAVAILABLE', message: /closed/ })
  other.exec('ROLLBACK')
})

test('makes its tables while others write, and in several processes at once', async (t) => {
  const { file } = await opened(t)
  const writing = run({ kind: 'create', file, times: 500 })
  const stores = Array.from({ length: 5 }, () => new SqliteStore({ database: handle(t, file), prefix: 'late_' }))
  await Promise.all(stores.map((store) => store.ensureSchema()))
  assert.equal((await writing).length, 500)
  for (const store of stores) assert.equal(store.transfer.estimate(), 0)
})

/** A store with its tables. */
async function opened(
  t: TestContext,
  options: Partial<SqliteStoreOptions> = {},
): Promise<{ store: SqliteStore; file: string; database: TestHandle }> {
  const { directory, remove } = temporary()
  t.after(remove)
  const file = join(directory, 'sessions.db')
  const database = handle(t, file)
  const store = new SqliteStore({ database, ...options })
  await store.ensureSchema()
  return { store, file, database }
}

function handle(t: TestContext, file: string): TestHandle {
  const database = openNode(file)
  t.after(() => database.close())
  return database
}

/** Starts a process; `lines` grows with what it says. */
function start(job: Job): { readonly child: ChildProcess; readonly lines: string[] } {
  const args = ['--conditions=source', '--disable-warning=ExperimentalWarning', program, JSON.stringify(job)]
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  return { child, lines }
}

/** Runs a process to its end. @returns What it said. */
async function run(job: Job): Promise<readonly string[]> {
  const { child, lines } = start(job)
  assert.equal(await closed(child), 0, JSON.stringify(job))
  return lines
}

function closed(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.on('close', resolve)
  })
}

async function until(isDone: () => boolean): Promise<void> {
  for (let waits = 0; !isDone(); waits += 1) {
    assert.ok(waits < 6000, 'a process that was started has not said anything for 30 s')
    await pause(5)
  }
}

/** @returns What ends the watch and tells the longest time for which the event loop was held, in milliseconds. */
function watchEventLoop(): () => number {
  let [last, longest] = [performance.now(), 0]
  const look = (): void => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }
  const timer = setInterval(look, 1)
  return () => {
    look()
    clearInterval(timer)
    return longest
  }
}
