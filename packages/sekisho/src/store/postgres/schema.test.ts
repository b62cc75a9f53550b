import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CountingClient } from '../../../test/postgres/counting.ts'
import { pgPool, postgresJs } from '../../../test/postgres/clients.ts'
import { TestDatabase } from '../../../test/postgres/database.ts'
import { PostgresStore } from '../postgres.ts'
import { long, newAddress, record, stored } from '../testing/samples.ts'

const database = await TestDatabase.create()
const pool = database.pool({ max: 8 })

test('creates its tables once when many nodes start at the same time', async () => {
  for (let round = 0; round < 3; round += 1) {
    const [prefix, schema] = [database.newName(), `many_${round}`]
    const clients = [pool, pool, database.pool(), database.keep(postgresJs(database.url)), database.pool()]
    const stores = clients.map((client) => new PostgresStore({ client, prefix, schema }))
    await Promise.all(stores.map((store) => store.ensureSchema()))
    const address = await stored(stores[0]!)
    for (const store of stores) assert.ok(await store.read(address))
  }
})

test('gives SQL that may be run twice, also by hand', async () => {
  const prefix = database.newName()
  for (const schema of [undefined, 'by_hand']) {
    const store = new PostgresStore({ client: pool, prefix, ...(schema && { schema }) })
    await database.sql(store.schema())
    await database.sql(store.schema())
    assert.ok(await store.read(await stored(store)))
    await store.ensureSchema()
  }
})

test('only looks where everything is there, and needs no right to create', async () => {
  const client = new CountingClient(pool)
  const prefix = database.newName()
  await database.open(client, prefix)
  await database.sql(`CREATE ROLE ${prefix}app LOGIN;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${prefix}sessions, ${prefix}principals, ${prefix}epochs, ${prefix}locks TO ${prefix}app`)
  const url = new URL(database.url)
  url.username = `${prefix}app`
  const app = database.keep(pgPool(url.href))
  try {
    const store = await database.open(app, prefix)
    const address = await stored(store)
    assert.equal(await store.delete(address), 'deleted')
    assert.equal(await store.principals.raiseEpoch('alice'), 1)
    assert.equal(await store.locks.acquire(address, 'one', 1000), true)
    await store.sweep(10)
    await assert.rejects(database.open(app), {
      code: 'ERR_STORE_SETUP',
      message: /permission denied for schema public \(42501\).*`await store\.ensureSchema\(\)`.*`store\.schema\(\)`/,
    })
  } finally {
    await app.end()
    await database.sql(`DROP OWNED BY ${prefix}app; DROP ROLE ${prefix}app`)
  }
})

test('says how to mend tables that are missing, and works when it is done', async () => {
  const store = new PostgresStore({ client: pool, prefix: database.newName() })
  const missing = { code: 'ERR_STORE_SETUP', message: /sessions" does not exist \(42P01\).*ensureSchema/ }
  await assert.rejects(store.read(newAddress()), missing)
  await assert.rejects(store.create(newAddress(), record(), long), missing)
  await assert.rejects(new PostgresStore({ client: pool, schema: 'nowhere' }).read(newAddress()), {
    code: 'ERR_STORE_SETUP',
  })
  await store.ensureSchema()
  assert.equal(await store.read(newAddress()), undefined)
})

test('names the column that is not as it must be', async () => {
  const wrong = async (change: string, message: RegExp): Promise<void> => {
    const prefix = database.newName()
    const store = await database.open(pool, prefix)
    await database.sql(change.replaceAll('$', prefix))
    await assert.rejects(store.ensureSchema(), { code: 'ERR_STORE_SETUP', message })
  }
  await wrong(
    'ALTER TABLE $sessions ALTER version TYPE integer',
    /column version of t\d+_sessions must be bigint; found integer/,
  )
  await wrong(
    'ALTER TABLE $sessions DROP payload',
    /column payload of t\d+_sessions must be bytea; found no such column/,
  )
  await wrong('ALTER TABLE $sessions ALTER expires_at DROP EXPRESSION', /must be bigint GENERATED; found bigint/)
  await wrong('ALTER TABLE $epochs ALTER principal TYPE text COLLATE "default"', /must be text COLLATE "C"; found text/)
  await wrong('ALTER TABLE $locks RENAME TO $elsewhere; CREATE TABLE $locks (id int)', /column address of t\d+_locks/)
})

test('refuses a table without the unique index that its writes need', async () => {
  const prefix = database.newName()
  const store = await database.open(pool, prefix)
  await database.sql(`ALTER TABLE ${prefix}sessions DROP CONSTRAINT ${prefix}sessions_pkey`)
  await assert.rejects(store.create(newAddress(), record(), long), { code: 'ERR_STORE_SETUP', message: /42P10/ })
})

test('keeps every principal in a database whose encoding can', async () => {
  const prefix = database.newName()
  await database.sql(`CREATE DATABASE ${prefix}latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'`)
  const url = new URL(database.url)
  url.pathname = `${prefix}latin`
  const latin = pgPool(url.href)
  try {
    await assert.rejects(new PostgresStore({ client: latin.client }).ensureSchema(), {
      code: 'ERR_STORE_SETUP',
      message: /encoding of the database must be UTF8.*LATIN1/,
    })
  } finally {
    await latin.end()
    await database.sql(`DROP DATABASE ${prefix}latin`)
  }
})

test('tells apart principals that no text of the server could hold', async () => {
  const { principals } = await database.open(pool)
  const strange = ['a\0b', 'a\\u0000b', 'ab', '\ud800', '\udfff', '\ufffd', '"', '\\"', '\\', '\ud800'.repeat(255)]
  for (const [at, principal] of strange.entries()) {
    for (let raised = 0; raised <= at; raised += 1) await principals.raiseEpoch(principal)
    await principals.add(principal, newAddress(), 60_000)
  }
  for (const [at, principal] of strange.entries()) {
    assert.equal(await principals.epoch(principal), at + 1, JSON.stringify(principal))
    assert.equal((await principals.list(principal)).length, 1, JSON.stringify(principal))
  }
})

test('writes ordinary principals as they are, for whoever reads the table', async () => {
  const prefix = database.newName()
  const { principals } = await database.open(pool, prefix)
  await principals.raiseEpoch('Ålice 関所 <a@b.example>')
  assert.deepEqual(await database.sql(`SELECT principal FROM ${prefix}epochs`), [
    { principal: 'Ålice 関所 <a@b.example>' },
  ])
})

test('refuses a standby', async () => {
  const schema = database.newName()
  await database.sql(`CREATE SCHEMA ${schema};
    CREATE FUNCTION ${schema}.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true'`)
  const standby = database.pool({ options: `-c search_path=${schema},pg_catalog,public` })
  await assert.rejects(database.open(standby), {
    code: 'ERR_STORE_SETUP',
    message: /is a standby.*connect to the primary/,
  })
})

test('states what a write survives by the settings of the server', async () => {
  const store = new PostgresStore({ client: pool, prefix: database.newName() })
  const guarantees = { shared: true, fenced: true, sweeps: true }
  assert.deepEqual(store.capabilities, { durable: 'machine', ...guarantees })
  await store.ensureSchema()
  const [fsync] = await database.sql('SHOW fsync')
  const durable = fsync!['fsync'] === 'on' ? 'machine' : 'process'
  assert.deepEqual(store.capabilities, { durable, ...guarantees })
  const hasty = database.pool({ options: '-c synchronous_commit=off' })
  const other = await database.open(hasty)
  assert.deepEqual(other.capabilities, { durable: 'process', ...guarantees })
})

test('refuses wrong options where they are given', () => {
  const wrong = (options: object, message: RegExp): void => {
    const open = (): PostgresStore => new PostgresStore({ client: pool, ...options })
    assert.throws(open, { name: 'SekishoUsageError', code: 'ERR_OPTION', message })
  }
  wrong(
    { client: undefined },
    /option `client` must be a Pool or Client of pg, or the sql of postgres\.js; received undefined/,
  )
  wrong({ client: {} }, /received an object/)
  wrong({ client: 'postgres://user:secret@host/db' }, /received a string$/)
  wrong({ prefix: 'a-b' }, /option `prefix`/)
  wrong({ prefix: '' }, /option `prefix`/)
  wrong({ schema: 'x"; DROP TABLE y' }, /option `schema`/)
  wrong({ schema: 'Upper' }, /option `schema`/)
  wrong({ prepare: 1 }, /option `prepare`/)
  wrong({ sweepGraceMs: -1 }, /option `sweepGraceMs`/)
})
