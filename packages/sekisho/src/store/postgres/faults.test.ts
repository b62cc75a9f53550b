import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { startPostgres } from '../../../../../scripts/services.ts'
import { pgClient, pgPool, postgresJs, type Client } from '../../../test/postgres/clients.ts'
import { TestDatabase } from '../../../test/postgres/database.ts'
import { Rival } from '../../../test/postgres/rival.ts'
import { channels } from '../../lib/events-node.ts'
import { PostgresStore } from '../postgres.ts'
import { bytes, long, newAddress, newWriteId, record, stored, text } from '../testing/samples.ts'

const database = await TestDatabase.create()

test('fails when its connection is ended in the middle of a write, and goes on with another', async () => {
  const clients: Client[] = [database.pool({ max: 1 }), database.keep(postgresJs(database.url))]
  for (const client of clients) {
    const prefix = database.newName()
    const store = await database.open(client, prefix)
    const address = await stored(store)
    const rival = await Rival.begin(database.url, `SELECT FROM ${prefix}sessions WHERE address = $1 FOR UPDATE`, [
      address,
    ])
    const writing = store.replace(address, record(), 1, long, newWriteId())
    const failure = assert.rejects(writing, /terminat|closed/i)
    await rival.blocks()
    await database.sql(
      // Of this test alone: others wait for each other on the same server.
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE cardinality(pg_blocking_pids(pid)) > 0 AND query LIKE '%${prefix}%'`,
    )
    await failure
    await rival.end('ROLLBACK')
    const read = await store.read(address)
    assert.equal(read?.version, 1)
    assert.equal(await store.replace(address, record(), 1, long, newWriteId()), 'replaced')
  }
})

test('announces idle connections of a pool that break, and lets the process live', async (t) => {
  const pool = database.pool({ max: 1 })
  const stores = [await database.open(pool), await database.open(pool)]
  assert.equal(pool.listenerCount('error'), 1)
  const broken = new Promise<unknown>((resolve) => {
    channels['store-failure'].subscribe(resolve)
    t.after(() => void channels['store-failure'].unsubscribe(resolve))
  })
  const [backend] = (await pool.query('SELECT pg_backend_pid() AS pid')).rows as [{ pid: number }]
  await database.sql('SELECT pg_terminate_backend($1)', [backend.pid])
  const event = (await broken) as { verb: string; error: { code: string } }
  assert.equal(event.verb, 'idle connection')
  assert.equal(event.error.code, '57P01')
  for (const store of stores) assert.ok(await store.read(await stored(store)))
})

test('fails while the server is away and goes on when it is back, with everything that it had acknowledged', async () => {
  const server = await startPostgres({ durable: true })
  const clients = [pgPool(server.url, { connectionTimeoutMillis: 2000 }), postgresJs(server.url)]
  const stores = clients.map(({ client }, at) => new PostgresStore({ client, prefix: `t${at}_` }))
  try {
    await Promise.all(stores.map((store) => store.ensureSchema()))
    assert.equal(stores[0]!.capabilities.durable, 'machine')
    const addresses = await Promise.all(stores.map((store) => stored(store, record({ payload: bytes('kept') }))))
    await server.kill()
    const dead = stores.map((store, at) => assert.rejects(Promise.resolve(store.read(addresses[at]!)), isNoAnswer))
    await Promise.all(dead)
    await server.restart()
    for (const [at, store] of stores.entries()) {
      const read = await until(() => store.read(addresses[at]!))
      assert.equal(text(read!.record.payload), 'kept')
      assert.equal(await store.replace(addresses[at]!, record(), 1, long, newWriteId()), 'replaced')
    }
  } finally {
    await Promise.all(clients.map(({ end }) => end()))
    await server.stop()
  }
})

test('goes on when a table was altered under its prepared statements', async () => {
  const prefix = database.newName()
  const clients = [
    database.pool(),
    database.keep(postgresJs(database.url)),
    database.keep(await pgClient(database.url)),
  ]
  const stores = await Promise.all(clients.map((client) => database.open(client, prefix)))
  const address = await stored(stores[0]!)
  const readAll = () =>
    Promise.all(stores.flatMap((store) => [store, store, store]).map((store) => store.read(address)))
  await readAll()
  await database.sql(`ALTER TABLE ${prefix}sessions ALTER version TYPE integer`)
  for (const read of await readAll()) assert.equal(read?.version, 1)
  await database.sql(`ALTER TABLE ${prefix}sessions ALTER version TYPE bigint, ADD note text`)
  for (const read of await readAll()) assert.equal(read?.version, 1)
})

test('works without prepared statements', async () => {
  for (const client of [database.pool(), database.keep(postgresJs(database.url))]) {
    const prefix = database.newName()
    await database.open(client, prefix)
    const store = new PostgresStore({ client, prefix, prepare: false })
    const address = await stored(store, record({ payload: bytes('plain') }))
    assert.equal(await store.replace(address, record(), 1, long, newWriteId()), 'replaced')
    assert.equal(await store.sweep(10), 0)
    assert.equal(await store.delete(address, 2), 'deleted')
    assert.equal((await store.transfer.scan(undefined, 10)).sessions.length, 0)
  }
  const [left] = await database.sql(`SELECT count(*)::int AS names FROM pg_prepared_statements`)
  assert.equal(left?.['names'], 0)
})

test('says what may be wrong when rows are hidden from it, and does not ask for ever', async () => {
  const prefix = database.newName()
  const pool = database.pool()
  const store = await database.open(pool, prefix)
  const address = await stored(store)
  await database.sql(`CREATE FUNCTION ${prefix}ignore() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER ignored BEFORE UPDATE ON ${prefix}sessions FOR EACH ROW EXECUTE FUNCTION ${prefix}ignore()`)
  await assert.rejects(store.replace(address, record(), 1, long, newWriteId()), {
    code: 'ERR_STORE_UNAVAILABLE',
    message: /look for a trigger or a row-level security policy/,
  })
})

test('hands out payloads that lie in no memory of the driver', async () => {
  const clients = [database.pool(), database.keep(postgresJs(database.url))]
  for (const client of clients) {
    const store = await database.open(client)
    const read = await store.read(await stored(store, record({ payload: bytes('own') })))
    const { payload } = read!.record
    assert.equal(Object.getPrototypeOf(payload), Uint8Array.prototype)
    assert.equal(payload.buffer.byteLength, 3)
  }
})

test('refuses a client that does not read bytes as bytes, and takes any kind of number', async () => {
  const parsers = (oid: number, parse: (text: string) => unknown): pg.CustomTypesConfig => ({
    getTypeParser: ((type: number) => (type === oid ? parse : pg.types.getTypeParser(type))) as never,
  })
  const prefix = database.newName()
  const store = await database.open(database.pool(), prefix)
  const address = await stored(store)
  for (const parse of [Number, BigInt]) {
    const numbers = await database.open(database.pool({ types: parsers(20, parse) } as pg.PoolConfig), prefix)
    const read = await numbers.read(address)
    assert.equal(read?.version, 1)
    assert.equal(typeof read?.now, 'number')
  }
  const texts = await database.open(database.pool({ types: parsers(17, String) } as pg.PoolConfig), prefix)
  await assert.rejects(texts.read(address), { code: 'ERR_STORE_SETUP', message: /must read `bytea` as a Buffer/ })
})

test('raises rejected for a row that is no record, and finds nothing there', async (t) => {
  const prefix = database.newName()
  const store = await database.open(database.pool(), prefix)
  const [address, other] = [await stored(store), await stored(store)]
  await database.sql(`UPDATE ${prefix}sessions SET fields = '{}' WHERE address = $1`, [address])
  const rejected: unknown[] = []
  const listen = (message: unknown): void => void rejected.push(message)
  channels.rejected.subscribe(listen)
  t.after(() => void channels.rejected.unsubscribe(listen))
  assert.equal(await store.read(address), undefined)
  assert.deepEqual(rejected, [{ reason: 'malformed-record', address }])
  const { sessions } = await store.transfer.scan(undefined, 10)
  assert.deepEqual(
    sessions.map((session) => session.address),
    [other],
  )
  assert.equal(await store.read(newAddress()), undefined)
})

/** Node's and the drivers' errors for a server that does not answer; none of them is the server's own. */
function isNoAnswer(error: Error & { code?: string }): boolean {
  return /ECONNREFUSED|ECONNRESET|terminated|CONNECTION_|timeout/i.test(`${error.code} ${error.message}`)
}

async function until<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      return await call()
    } catch {
      await new Promise((resolve) => void setTimeout(resolve, 100))
    }
  }
  return call()
}
