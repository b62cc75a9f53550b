import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, suite, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { channels } from '../../lib/events-node.ts'
import type { SessionStore } from '../contract.ts'
import { SqliteStore, SqliteWorkerStore, type SqliteWorkerStoreOptions } from '../sqlite.ts'
import { storeContract } from '../testing.ts'
import { bytes, long, newAddress, newWriteId, record } from '../testing/samples.ts'
import { contractOf } from './contract.worker.ts'
import { openNode, temporary } from './drivers.worker.ts'
import { ThreadClient } from './thread-client-node.ts'

suite('keeps the store contract in a thread of its own', () => {
  const { options, remove } = contractOf('thread')
  after(remove)
  storeContract(test, options)
})

test('refuses wrong options where they are given, and starts nothing for it', () => {
  const wrong = (options: object): void => {
    const open = (): unknown => new SqliteWorkerStore({ file: '/nowhere/at/all.db', ...options })
    assert.throws(open, { name: 'SekishoUsageError', code: 'ERR_OPTION' })
  }
  wrong({ file: '' })
  wrong({ file: ':memory:' })
  wrong({ file: 'a\0b' })
  wrong({ file: undefined })
  wrong({ prefix: '1' })
  wrong({ durability: 'always' })
  wrong({ lockTimeoutMs: Number.NaN })
  wrong({ maxWaiting: 0 })
})

test('makes a file that only its own user may read', async (t) => {
  const { store, file } = await opened(t)
  await store.create(newAddress(), record(), long)
  for (const name of [file, `${file}-wal`]) assert.equal(statSync(name).mode & 0o777, 0o600, name)
})

test('says which directory is missing, and goes on when it is there', async (t) => {
  const { directory, remove } = temporary()
  t.after(remove)
  const missing = join(directory, 'missing')
  const store = new SqliteWorkerStore({ file: join(missing, 'sessions.db') })
  t.after(() => store.close())
  const setup = { code: 'ERR_STORE_SETUP', message: new RegExp(`ENOENT.*a directory "${missing}"`) }
  await assert.rejects(store.ensureSchema(), setup)
  await assert.rejects(store.read(newAddress()), setup)
  mkdirSync(missing)
  await store.ensureSchema()
  assert.equal(await store.create(newAddress(), record(), long), 'created')
})

test('says what to run when its tables are missing', async (t) => {
  const { directory, remove } = temporary()
  t.after(remove)
  const file = join(directory, 'sessions.db')
  const store = new SqliteWorkerStore({ file })
  t.after(() => store.close())
  await assert.rejects(store.read(newAddress()), { code: 'ERR_STORE_SETUP', message: /ensureSchema/ })
  const database = openNode(file)
  database.exec(store.schema())
  database.close()
  assert.equal(await store.read(newAddress()), undefined)
})

test('brings errors back as what they were', async (t) => {
  const { store } = await opened(t)
  await assert.rejects(async () => store.transfer.scan('no cursor', 1), {
    name: 'SekishoUsageError',
    code: 'ERR_ARGUMENT',
  })
  await assert.rejects(store.create('no address', record(), long), { name: 'SekishoUsageError', code: 'ERR_ARGUMENT' })
})

test('raises outside what its store raises inside', async (t) => {
  const clock = new Float64Array(new SharedArrayBuffer(8)).fill(1_790_000_000_000)
  const { store, file } = await opened(t, { sweepGraceMs: 0 }, clock)
  const seen: unknown[] = []
  const note = (message: unknown): void => void seen.push(message)
  for (const channel of [channels.expired, channels.rejected]) channel.subscribe(note)
  t.after(() => {
    for (const channel of [channels.expired, channels.rejected]) channel.unsubscribe(note)
  })
  const [dead, malformed] = [newAddress(), newAddress()]
  await store.create(dead, record(), { idleMs: 1000, absoluteMs: 1000 })
  await store.create(malformed, record(), long)
  const database = openNode(file)
  database.prepare("UPDATE sekisho_sessions SET fields = '{' WHERE address = ?").run(malformed)
  database.close()
  clock[0] = 1_790_000_001_000
  assert.equal(await store.read(malformed), undefined)
  assert.equal(await store.sweep(10), 1)
  assert.deepEqual(seen, [{ reason: 'malformed-record', address: malformed }, { address: dead }])
})

test('takes along no more memory than a payload shows', async (t) => {
  const { store } = await opened(t)
  const [address, pool] = [newAddress(), Buffer.from('secret, shown, secret')]
  await store.create(address, record({ payload: pool.subarray(8, 13) }), long)
  const stored = await store.read(address)
  assert.deepEqual(stored?.record.payload, bytes('shown'))
  assert.equal(stored?.record.payload.buffer.byteLength, 5)
})

test('refuses calls over its limit, and keeps the others', async (t) => {
  const { store } = await opened(t, { maxWaiting: 10 })
  const address = newAddress()
  await store.create(address, record(), long)
  const answers = await Promise.allSettled(Array.from({ length: 15 }, () => store.read(address)))
  const refused = answers.filter((answer) => answer.status === 'rejected')
  assert.equal(refused.length, 5)
  for (const { reason } of refused) {
    assert.equal((reason as { code: string }).code, 'ERR_STORE_OVERLOADED')
    assert.match(String(reason), /10 calls wait .*`maxWaiting`/)
  }
  assert.equal((await store.read(address))?.version, 1)
})

test('is not used after it was closed', async (t) => {
  const { store } = await opened(t)
  await store.close()
  await assert.rejects(store.read(newAddress()), { code: 'ERR_STORE_UNAVAILABLE', message: /closed/ })
  await store.close()
})

test('answers what was asked before it was closed', async (t) => {
  const { store, file } = await opened(t)
  const address = newAddress()
  const [created] = await Promise.all([store.create(address, record(), long), store.close()])
  assert.equal(created, 'created')
  assert.equal(existsSync(`${file}-wal`), false)
})

test('fails what waits for a thread that dies, and starts another', async (t) => {
  const { directory, remove } = temporary()
  t.after(remove)
  const file = join(directory, 'sessions.db')
  const settings = { prefix: 'sekisho_', durability: 'process', lockTimeoutMs: 5000, sweepGraceMs: 0 } as const
  const client = new ThreadClient({ file, settings, clock: undefined }, 1000)
  t.after(() => client.close())
  await client.call('ensureSchema')
  const address = newAddress()
  assert.equal(await client.call('create', address, record(), long), 'created')
  const release = lock(t, file)
  const waiting = client.call('replace', address, record(), 1, long, newWriteId())
  await pause(50)
  client.kill()
  const message = /the thread of the SQLite store ended .*; the next call starts it again/
  await assert.rejects(waiting, { code: 'ERR_STORE_UNAVAILABLE', message })
  release()
  assert.equal((await client.call('read', address))?.version, 1)
  assert.equal(await client.call('replace', address, record(), 1, long, newWriteId()), 'replaced')
})

test('holds this event loop for no moment while another connection holds the lock', async (t) => {
  const { store, file } = await opened(t, { lockTimeoutMs: 300 })
  const release = lock(t, file)
  let [last, longest] = [performance.now(), 0]
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 1)
  const writes = Array.from({ length: 20 }, () => store.create(newAddress(), record(), long))
  for (const answer of await Promise.allSettled(writes)) {
    assert.equal(answer.status === 'rejected' && (answer.reason as { code: string }).code, 'ERR_STORE_LOCKED')
  }
  clearInterval(timer)
  release()
  t.diagnostic(`longest gap ${longest.toFixed(1)} ms`)
  assert.ok(longest < 250, `the event loop was held for ${longest} ms`)
  assert.equal(await store.create(newAddress(), record(), long), 'created')
})

test('keeps a process alive only while a call waits', () => {
  const { directory, remove } = temporary()
  const script = join(directory, 'script.mjs')
  writeFileSync(
    script,
    `import { SqliteWorkerStore } from ${JSON.stringify(new URL('../sqlite.ts', import.meta.url).href)}
     const store = new SqliteWorkerStore({ file: ${JSON.stringify(join(directory, 'sessions.db'))} })
     await store.ensureSchema()
     console.log(await store.read('ab'.repeat(32)))`,
  )
  const args = ['--conditions=source', '--disable-warning=ExperimentalWarning', script]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
  remove()
  assert.deepEqual([stderr, stdout, status], ['', 'undefined\n', 0])
})

test('works on one database with a store in this thread', async (t) => {
  const { store, file } = await opened(t)
  const database = openNode(file)
  t.after(() => database.close())
  const beside: SessionStore = new SqliteStore({ database })
  const address = newAddress()
  const writes = Array.from({ length: 200 }, async (_, at) => {
    return (at % 2 === 0 ? store : beside).create(newAddress(), record(), long)
  })
  assert.deepEqual(new Set(await Promise.all(writes)), new Set(['created']))
  assert.equal(await beside.create(address, record(), long), 'created')
  assert.equal((await store.read(address))?.version, 1)
})

/** A store with its tables. */
async function opened(
  t: TestContext,
  options: Partial<SqliteWorkerStoreOptions> = {},
  clock?: Float64Array,
): Promise<{ store: SqliteWorkerStore; file: string }> {
  const { directory, remove } = temporary()
  const file = join(directory, 'sessions.db')
  const store = new SqliteWorkerStore({ file, ...options }, clock === undefined ? {} : { clock })
  t.after(async () => {
    await store.close()
    remove()
  })
  await store.ensureSchema()
  return { store, file }
}

/** Takes the write lock. @returns What gives it back. */
function lock(t: TestContext, file: string): () => void {
  const database = openNode(file)
  t.after(() => database.close())
  database.exec('BEGIN IMMEDIATE')
  return () => database.exec('ROLLBACK')
}
