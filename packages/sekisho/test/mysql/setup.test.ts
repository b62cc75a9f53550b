import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { createConnection, createPool as createCallbackPool, type Connection } from 'mysql2'
import { MysqlStore, type MysqlClient } from '../../src/store/mysql.ts'
import { together } from '../../src/store/testing/check.ts'
import { long, newAddress, record, stored } from '../../src/store/testing/samples.ts'
import { newPrefix, TestDatabase } from './opening.ts'

const database = await TestDatabase.open()
after(() => database.close())

test('makes its tables from five clients at once, and again', async () => {
  const prefix = newPrefix()
  await together(5, async (turn) => {
    const store = new MysqlStore({ client: turn % 2 === 0 ? database.pool : database.openPool(), prefix })
    await store.ensureSchema()
    await store.ensureSchema()
    assert.equal(await store.create(newAddress(), record(), long), 'created')
  })
})

test('gives its schema as SQL that a client runs as it is', async () => {
  const prefix = newPrefix()
  const store = new MysqlStore({ client: database.pool, prefix })
  const several = await database.openConnection({ multipleStatements: true })
  await several.query(store.schema())
  await stored(store)
  assert.equal(await store.transfer.estimate(), 1)
})

test('finds a principal by the SQL that the guide gives', async () => {
  const prefix = newPrefix()
  const store = await database.openStore({ prefix })
  const address = newAddress()
  await store.principals.add('Zo\u00eb \u{1F375}', address, 3_600_000)
  const [rows] = await database.pool.query(
    `SELECT address FROM ${prefix}principals WHERE principal = UNHEX(SHA2(CONVERT('Zo\u00eb \u{1F375}' USING utf16le), 256))`,
  )
  assert.deepEqual(rows, [{ address }])
})

test('says what to run when the tables are missing', async () => {
  const store = new MysqlStore({ client: database.pool, prefix: 'absent_' })
  const missing = {
    code: 'ERR_STORE_SETUP',
    message: /absent_\w+' doesn't exist.*store\.ensureSchema\(\).*store\.schema\(\)/,
  }
  await assert.rejects(() => store.read(newAddress()), missing)
  await assert.rejects(() => store.create(newAddress(), record(), long), missing)
  await assert.rejects(() => store.sweep(1), missing)
  await assert.rejects(async () => store.principals.list('alice'), missing)
  await assert.rejects(async () => store.locks.acquire(newAddress(), 'owner', 1), missing)
})

test('refuses tables of the right names and the wrong columns', async () => {
  const prefix = newPrefix()
  await database.pool.query(`CREATE TABLE ${prefix}sessions (address CHAR(64) PRIMARY KEY, data BLOB)`)
  const store = new MysqlStore({ client: database.pool, prefix })
  await assert.rejects(() => store.ensureSchema(), { code: 'ERR_STORE_SETUP', message: /Unknown column/ })
})

test('says which rights it needs when the user has none', async (t) => {
  const store = await database.openStore()
  const user = `u${randomBytes(5).toString('hex')}`
  await database.pool.query(`CREATE USER ${user}@'127.0.0.1' IDENTIFIED BY 'x'`)
  t.after(() => database.pool.query(`DROP USER ${user}@'127.0.0.1'`))
  await database.pool.query(`GRANT SELECT ON *.* TO ${user}@'127.0.0.1'`)
  const prefix = /CREATE TABLE IF NOT EXISTS (\w+)sessions/.exec(store.schema())?.[1] ?? assert.fail()
  const reader = new MysqlStore({ client: database.openPool({ user, password: 'x' }), prefix })
  assert.equal(await reader.read(newAddress()), undefined)
  await assert.rejects(() => reader.create(newAddress(), record(), long), {
    code: 'ERR_STORE_SETUP',
    message: /INSERT command denied.*SELECT, INSERT, UPDATE and DELETE/,
  })
})

test('accepts pools and connections with callbacks', async () => {
  const prefix = newPrefix()
  const pool = createCallbackPool(database.settings())
  const connection: Connection = createConnection(database.settings())
  for (const client of [pool, connection]) {
    const store = new MysqlStore({ client, prefix })
    await store.ensureSchema()
    assert.equal(await store.create(newAddress(), record(), long), 'created')
    await new Promise<unknown>((done) => client.end(done))
  }
})

test('refuses options that cannot be meant', () => {
  const client = database.pool
  const refused = (options: object, message: RegExp): void => {
    assert.throws(() => new MysqlStore(options as { client: MysqlClient }), { code: 'ERR_OPTION', message })
  }
  refused({}, /option `client` must be a pool of `mysql2`.*received undefined/)
  refused({ client: { query() {} } }, /option `client`/)
  refused({ client, prefix: 'a-b' }, /option `prefix`/)
  refused({ client, sweepGraceMs: -1 }, /option `sweepGraceMs` must be a whole number of at least 0; received -1/)
  refused({ client, maxRecordBytes: 0 }, /option `maxRecordBytes` must be a whole number of at least 1; received 0/)
})

test('says that the client is not one when its answers are strange', async () => {
  const store = new MysqlStore({ client: { execute: async () => ({}) as never } })
  const strange = { code: 'ERR_STORE_UNAVAILABLE', message: /expected .* from the client's `execute`/ }
  await assert.rejects(() => store.read(newAddress()), strange)
  await assert.rejects(() => store.touch(newAddress(), long), strange)
})
