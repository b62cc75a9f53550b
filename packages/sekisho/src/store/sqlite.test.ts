import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, suite, test, type TestContext } from 'node:test'
import { SekishoError } from '../errors.ts'
import { contractOf } from './sqlite/contract.worker.ts'
import { openBetter, openNode, temporary, type TestHandle } from './sqlite/drivers.worker.ts'
import { SqliteStore, type SqliteStoreOptions } from './sqlite.ts'
import { storeContract } from './testing.ts'
import { long, newAddress, newWriteId, record } from './testing/samples.ts'

suite('keeps the store contract on node:sqlite', () => {
  const { options, remove } = contractOf('node')
  after(remove)
  storeContract(test, options)
})

suite('keeps the store contract on better-sqlite3', () => {
  const { options, remove } = contractOf('better')
  after(remove)
  storeContract(test, options)
})

test('states what it guarantees, less without a file', (t) => {
  const shared = { durable: 'process', shared: true, fenced: true, sweeps: true }
  const { file, database } = opened(t)
  assert.deepEqual(new SqliteStore({ database }).capabilities, shared)
  const machine = new SqliteStore({ database: handle(t, file), durability: 'machine' })
  assert.deepEqual(machine.capabilities, { ...shared, durable: 'machine' })
  const memory = new SqliteStore({ database: handle(t, ':memory:') })
  assert.deepEqual(memory.capabilities, { ...shared, durable: 'no', shared: false })
})

test('keeps sessions in a database without a file', async (t) => {
  const store = new SqliteStore({ database: handle(t, ':memory:') })
  await store.ensureSchema()
  const address = newAddress()
  assert.equal(store.create(address, record(), long), 'created')
  assert.equal((await store.read(address))?.version, 1)
})

test('answers without promises as long as nobody else is writing', async (t) => {
  const { database } = opened(t)
  const store = new SqliteStore({ database })
  await store.ensureSchema()
  const [address, owner] = [newAddress(), newWriteId()]
  assert.equal(store.create(address, record(), long), 'created')
  assert.equal((store.read(address) as { version: number }).version, 1)
  assert.equal(store.replace(address, record(), 1, long, newWriteId()), 'replaced')
  assert.equal(store.touch(address, long), 'touched')
  assert.equal(store.principals.raiseEpoch('alice'), 1)
  assert.equal(store.locks.acquire(address, owner, 1000), true)
  assert.equal(store.transfer.estimate(), 1)
  assert.equal(store.delete(address), 'deleted')
})

test('refuses wrong options where they are given', (t) => {
  const { database } = opened(t)
  const wrong = (options: object): void => {
    const open = (): SqliteStore => new SqliteStore({ database, ...options } as SqliteStoreOptions)
    assert.throws(open, { name: 'SekishoUsageError', code: 'ERR_OPTION' })
  }
  wrong({ database: undefined })
  wrong({ database: '/var/lib/sessions.db' })
  wrong({ database: {} })
  wrong({ prefix: 'a-b' })
  wrong({ prefix: 'x; DROP TABLE users' })
  wrong({ durability: 'always' })
  wrong({ lockTimeoutMs: -1 })
  wrong({ sweepGraceMs: 0.5 })
  wrong({ now: 0 })
})

test('makes with ensureSchema what its schema says, and leaves it alone the second time', async (t) => {
  const { database, file } = opened(t)
  const store = new SqliteStore({ database, prefix: 'shop_' })
  await store.ensureSchema()
  await store.create(newAddress(), record(), long)
  await store.ensureSchema()
  const byHand = handle(t, `${file}.by-hand`)
  byHand.exec(store.schema())
  assert.deepEqual(tablesOf(database), tablesOf(byHand))
  assert.equal(tablesOf(database).length, 7)
  assert.deepEqual(database.prepare('PRAGMA journal_mode').get(), byHand.prepare('PRAGMA journal_mode').get())
  assert.equal(store.transfer.estimate(), 1)
})

test('sets for its connection how long it waits and what a write survives', async (t) => {
  const pragmas = (database: TestHandle): unknown[] =>
    ['busy_timeout', 'synchronous'].map((name) => Object.values(database.prepare(`PRAGMA ${name}`).get() as object)[0])
  const { database, file } = opened(t)
  await new SqliteStore({ database }).ensureSchema()
  assert.deepEqual(pragmas(database), [10, 1])
  const machine = handle(t, file)
  await new SqliteStore({ database: machine, durability: 'machine' }).ensureSchema()
  assert.deepEqual(pragmas(machine), [10, 2])
})

test('keeps stores with different prefixes apart in one database', async (t) => {
  const { database, file } = opened(t)
  const [one, other] = [
    new SqliteStore({ database, prefix: 'one_' }),
    new SqliteStore({ database: handle(t, file), prefix: 'other_' }),
  ]
  await one.ensureSchema()
  await other.ensureSchema()
  const address = newAddress()
  await one.create(address, record(), long)
  await one.principals.raiseEpoch('alice')
  assert.equal(other.read(address), undefined)
  assert.equal(other.principals.epoch('alice'), 0)
})

test('says what to run when its tables are missing', async (t) => {
  await onEachDriver(t, async (openHandle) => {
    const database = openHandle()
    const store = new SqliteStore({ database })
    const setup = { code: 'ERR_STORE_SETUP', message: /ensureSchema\(\).*schema\(\)/ }
    assert.throws(() => store.read(newAddress()), setup)
    assert.throws(() => store.create(newAddress(), record(), long), setup)
    database.exec('PRAGMA journal_mode = WAL')
    assert.throws(() => store.read(newAddress()), setup)
    assert.throws(() => store.locks.acquire(newAddress(), 'x', 1), setup)
    await assert.rejects(store.sweep(1), setup)
    await store.ensureSchema()
    assert.equal(store.create(newAddress(), record(), long), 'created')
    database.exec('DROP TABLE sekisho_sessions')
    assert.throws(() => store.read(newAddress()), setup)
  })
})

test('reads where it may only read, and says what is missing for more', async (t) => {
  await onEachDriver(t, async (openHandle) => {
    const store = new SqliteStore({ database: openHandle() })
    await store.ensureSchema()
    const address = newAddress()
    await store.create(address, record(), long)
    const readOnly = new SqliteStore({ database: openHandle({ readOnly: true }) })
    assert.equal((await readOnly.read(address))?.version, 1)
    const setup = { code: 'ERR_STORE_SETUP', message: /readonly database; mend it with: open it for writing/ }
    assert.throws(() => readOnly.touch(address, long), setup)
    assert.throws(() => readOnly.create(newAddress(), record(), long), setup)
    await assert.rejects(
      readOnly.sweep(1).then(() => readOnly.principals.raiseEpoch('alice')),
      setup,
    )
  })
})

test('fails when its handle was closed', async (t) => {
  await onEachDriver(t, async (openHandle) => {
    const database = openHandle()
    const store = new SqliteStore({ database })
    await store.ensureSchema()
    database.close()
    assert.throws(() => store.read(newAddress()), { code: 'ERR_STORE_UNAVAILABLE' })
    assert.throws(() => store.touch(newAddress(), long), { code: 'ERR_STORE_UNAVAILABLE' })
    assert.throws(() => new SqliteStore({ database }), { code: 'ERR_STORE_UNAVAILABLE' })
  })
})

test("does not write within somebody else's transaction", async (t) => {
  await onEachDriver(t, async (openHandle) => {
    const database = openHandle()
    const store = new SqliteStore({ database })
    await store.ensureSchema()
    database.exec('BEGIN')
    const refused = { code: 'ERR_STORE_UNAVAILABLE', message: /a handle of its own/ }
    assert.throws(() => store.create(newAddress(), record(), long), refused)
    database.exec('ROLLBACK')
    assert.equal(store.create(newAddress(), record(), long), 'created')
  })
})

test('says that the disk is full, and keeps what there is', async (t) => {
  const { database } = opened(t)
  const store = new SqliteStore({ database })
  await store.ensureSchema()
  const address = newAddress()
  await store.create(address, record(), long)
  database.exec('PRAGMA max_page_count = 14')
  const large = record({ payload: new Uint8Array(100_000) })
  assert.throws(() => store.replace(address, large, 1, long, newWriteId()), { code: 'ERR_STORE_FULL' })
  assert.throws(() => store.create(newAddress(), large, long), { code: 'ERR_STORE_FULL' })
  assert.equal((await store.read(address))?.version, 1)
  assert.equal(store.touch(address, long), 'touched')
})

test('fails with a hint when the file is no database', (t) => {
  const { directory, remove } = temporary()
  t.after(remove)
  const file = join(directory, 'sessions.db')
  writeFileSync(file, 'rubbish'.repeat(1000))
  const store = (): unknown => new SqliteStore({ database: handle(t, file) }).read(newAddress())
  assert.throws(store, { code: 'ERR_STORE_UNAVAILABLE', message: /not a database; mend it with: .*integrity_check/ })
})

test('is not used after it was closed, and leaves the handle open', async (t) => {
  const { database } = opened(t)
  const store = new SqliteStore({ database })
  await store.ensureSchema()
  store.close()
  assert.throws(() => store.read(newAddress()), { code: 'ERR_STORE_UNAVAILABLE', message: /closed/ })
  assert.throws(() => store.touch(newAddress(), long), SekishoError)
  await assert.rejects(store.ensureSchema(), { code: 'ERR_STORE_UNAVAILABLE' })
  assert.equal(tablesOf(database).length, 7)
})

/** Runs a check on a new database with each driver that Node has. */
async function onEachDriver(
  t: TestContext,
  check: (openHandle: (options?: { readOnly: boolean }) => TestHandle) => Promise<void>,
): Promise<void> {
  for (const openDriver of [openNode, openBetter]) {
    const { directory, remove } = temporary()
    t.after(remove)
    await check((options) => openDriver(join(directory, 'sessions.db'), options))
  }
}

/** A database with a file of its own. */
function opened(t: TestContext): { file: string; database: TestHandle } {
  const { directory, remove } = temporary()
  t.after(remove)
  const file = join(directory, 'sessions.db')
  return { file, database: handle(t, file) }
}

function handle(t: TestContext, file: string): TestHandle {
  const database = openNode(file)
  t.after(() => database.close())
  return database
}

/** What is in a database, as it says it was made. */
function tablesOf(database: TestHandle): unknown[] {
  const sql = 'SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name'
  return database
    .prepare(sql)
    .all()
    .map((row) => ({ ...(row as object) }))
}
