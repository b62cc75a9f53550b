/** Tables, statements and drivers as users really have them. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import BetterSqlite from 'better-sqlite3'
import postgresjs from 'postgres'
import { channels } from '../src/lib/events-node.ts'
import { rowSessions, sqlRows, type SqlRowsOptions } from '../src/store/rows.ts'
import type { SessionStore } from '../src/store/contract.ts'
import { bytes, fullRecord, long, newAddress, newWriteId, record } from '../src/store/testing/samples.ts'
import { documented, mariadb, postgres, sqlite, type Database } from './rows-databases.ts'
import { postgresUrl } from './services.ts'

const lenient = (): Promise<Database> => mariadb([], '')

test('says what the statements of the document can guarantee, and that is everything', async (t) => {
  const store = rowSessions(sqlRows({ ...(await table(t, sqlite(), 'id TEXT PRIMARY KEY, data TEXT')), ...documented }))
  assert.deepEqual(store.capabilities, { durable: 'machine', shared: true, fenced: true, sweeps: true })
  assert.ok(store.principals !== undefined && store.transfer !== undefined)
})

test('keeps no part of the secret and no plain data in the table', async (t) => {
  const database = sqlite()
  const store = await documentedStore(t, database, 'id TEXT PRIMARY KEY, data TEXT')
  const address = newAddress()
  await store.create(address, record({ principal: 'alice' }), long)
  await store.principals?.add('alice', address, long.absoluteMs)
  const rows = (await database.options.query('SELECT id, data FROM sessions', [], true)) as {
    id: string
    data: string
  }[]
  assert.equal(rows.length, 2)
  for (const { id, data } of rows) {
    assert.match(id, /^[0-9a-f]{64}$/)
    assert.match(data, /^sekisho1:\d{15}:[\x20-\x7e]+$/)
  }
})

test('finds out that a database which is not strict cuts off the id', async (t) => {
  const database = await lenient()
  const store = await documentedStore(t, database, 'id VARCHAR(32) PRIMARY KEY, data MEDIUMTEXT')
  const complaint = { code: 'ERR_STORE_SETUP', message: /id of 64 characters.*at least 64 characters wide.*`idLength`/ }
  await assert.rejects(async () => store.create(newAddress(), record(), long), complaint)
  await assert.rejects(async () => store.create(newAddress(), record(), long), complaint)
  assert.equal(await rowCount(database), 1, 'it tries once, however often it is asked')
})

test('uses as many digits of the address as the column holds', async (t) => {
  const options = await table(t, await lenient(), 'id CHAR(32) PRIMARY KEY, data MEDIUMTEXT')
  const store = rowSessions(sqlRows({ ...options, ...documented, idLength: 32 }))
  const address = newAddress()
  assert.equal(await store.create(address, fullRecord(), long), 'created')
  assert.equal((await store.read(address))?.record.principal, 'user 42')
  assert.throws(() => rowSessions(sqlRows({ ...options, ...documented, idLength: 31 })), {
    code: 'ERR_OPTION',
    message: 'option `idLength` must be a whole number from 32 to 64; received 31',
  })
})

test('destroys no session that has grown too long for its column', async (t) => {
  const store = await documentedStore(t, await lenient(), 'id VARCHAR(64) PRIMARY KEY, data TEXT')
  const address = newAddress()
  await store.create(address, record({ payload: bytes('small') }), long)
  const large = record({ payload: new Uint8Array(60_000) })
  await assert.rejects(async () => store.replace(address, large, 1, long, newWriteId()), {
    code: 'ERR_STORE_SETUP',
    message: /the data column cuts off .* MEDIUMTEXT/,
  })
  assert.equal(String(Buffer.from((await store.read(address))?.record.payload ?? '')), 'small')
  const fits = record({ payload: new Uint8Array(40_000) })
  assert.equal(await store.replace(address, fits, 1, long, newWriteId()), 'replaced')
})

test('passes on what a strict database says of data that is too long', async (t) => {
  const store = await documentedStore(t, await postgres(), 'id VARCHAR(64) PRIMARY KEY, data VARCHAR(255)')
  await assert.rejects(async () => store.create(newAddress(), fullRecord(), long), /value too long/)
})

test('refuses a table that takes one id twice, when it is asked at the start', async (t) => {
  const database = sqlite()
  const store = rowSessions(sqlRows({ ...(await table(t, database, 'id TEXT, data TEXT')), ...documented }))
  await assert.rejects(store.ready(), { code: 'ERR_STORE_SETUP', message: /ADD PRIMARY KEY/ })
  assert.equal(await rowCount(database), 0, 'nothing is left of the trial')
})

test('leaves nothing behind when it has found the table good', async (t) => {
  const database = sqlite()
  const options = await table(t, database, 'id TEXT PRIMARY KEY, data TEXT')
  await rowSessions(sqlRows({ ...options, ...documented })).ready()
  assert.equal(await rowCount(database), 0)
})

test('deletes by emptying the row where it has no statement for it', async (t) => {
  const database = sqlite()
  const options = await table(t, database, 'id TEXT PRIMARY KEY, data TEXT')
  const update = 'UPDATE OR ABORT sessions SET data = %s WHERE id = %s'
  const store = rowSessions(sqlRows({ ...options, ...documented, update, shared: false }))
  const address = newAddress()
  await store.create(address, record(), long)
  assert.equal(await store.delete(address), 'deleted')
  assert.equal(await store.delete(address), 'gone')
  assert.equal(await store.read(address), undefined)
  const rows = (await database.options.query('SELECT data FROM sessions', [], true)) as { data: string }[]
  assert.deepEqual(new Set(rows.map(({ data }) => data)), new Set(['']))
  assert.equal(await store.create(address, record(), long), 'created')
  assert.equal((await store.read(address))?.version, 1)
})

test('keeps the end of each session in a column of its own, as mod_session_dbd has it', async (t) => {
  const database = sqlite()
  let now = 1_790_000_000_000
  const options = await table(t, database, '"key" TEXT PRIMARY KEY, value TEXT, expiry BIGINT')
  const store = rowSessions(
    sqlRows({
      ...options,
      insert: 'insert into sessions (value, expiry, "key") values (%{data}, %{expiresMicros}, %{id})',
      select: 'select value from sessions where "key" = %{id} and (expiry = 0 or expiry > %{nowMicros})',
      update: 'update sessions set value = %{data}, expiry = %{expiresMicros}, "key" = %{id} where "key" = %{id}',
      updateIf:
        'update sessions set value = %{data}, expiry = %{expiresMicros} where "key" = %{id} and value = %{expected}',
      deleteIf: 'delete from sessions where "key" = %{id} and value = %{expected}',
      delete: 'delete from sessions where "key" = %s',
      clean: 'delete from sessions where expiry != 0 and expiry < %{nowMicros}',
      now: () => now,
    }),
    { sweepGraceMs: 0 },
  )
  const [short, longer] = [newAddress(), newAddress()]
  await store.create(short, record(), { idleMs: 1000, absoluteMs: 60_000 })
  await store.create(longer, record(), { idleMs: 1000, absoluteMs: 60_000 })
  await store.touch(longer, { idleMs: 30_000 })
  await store.principals?.raiseEpoch('alice')
  await store.principals?.add('bob', short, 1000)
  now += 1001
  assert.equal(await store.read(short), undefined)
  await store.principals?.add('bob', longer, 1000)
  assert.deepEqual(await store.principals?.list('bob'), [longer], 'a dead row that is left out gives its id back')
  assert.equal(await store.sweep(100), 1)
  assert.equal((await store.read(longer))?.idleDeadline, 1_790_000_030_000)
  assert.equal(await store.principals?.epoch('alice'), 1, 'an epoch never ends')
})

test('takes a row that is no session of ours for no session, and says so', async (t) => {
  const database = sqlite()
  const store = await documentedStore(t, database, 'id TEXT PRIMARY KEY, data TEXT')
  const rejected: unknown[] = []
  const listen = (message: unknown): void => void rejected.push(message)
  channels.rejected.subscribe(listen)
  t.after(() => channels.rejected.unsubscribe(listen))
  const address = newAddress()
  await store.create(address, fullRecord(), long)
  const [{ data }] = (await database.options.query('SELECT data FROM sessions', [], true)) as [{ data: string }]
  for (const spoilt of [
    'name=foo',
    data.slice(0, -4),
    `${data.slice(0, 60)}${data[60] === 'A' ? 'B' : 'A'}${data.slice(61)}`,
    data.replace('sekisho1', 'sekisho2'),
    `${data}!`,
  ]) {
    await database.options.query('UPDATE sessions SET data = ?', [spoilt], false)
    assert.equal(await store.read(address), undefined, spoilt.slice(0, 20))
  }
  assert.equal(rejected.length, 5)
  await database.options.query('UPDATE sessions SET data = ?', [data], false)
  assert.equal((await store.read(address))?.record.principal, 'user 42')
})

test('sweeps its own rows out of a table with others, and leaves those', async (t) => {
  const database = sqlite()
  let now = 1_790_000_000_000
  const options = await table(t, database, 'id TEXT PRIMARY KEY, data TEXT')
  await database.run(`INSERT INTO sessions VALUES ('0', 'name=foo'), ('g', ''), ('zz', '{"a":1}')`)
  const store = rowSessions(sqlRows({ ...options, ...documented, now: () => now }), { sweepGraceMs: 60_000 })
  for (let made = 0; made < 5; made += 1) await store.create(newAddress(), record(), { idleMs: 1000, absoluteMs: 1000 })
  now += 61_000
  assert.equal(await store.sweep(3), 3)
  assert.equal(await store.sweep(3), 2)
  assert.equal(await rowCount(database), 3)
})

test('stops a sweep of most sessions at once, and raises an event', async (t) => {
  const database = sqlite()
  let now = 1_790_000_000_000
  const options = await table(t, database, 'id TEXT PRIMARY KEY, data TEXT')
  const store = rowSessions(sqlRows({ ...options, ...documented, now: () => now }), { sweepGraceMs: 0 })
  for (let made = 0; made < 120; made += 1)
    await store.create(newAddress(), record(), { idleMs: 1000, absoluteMs: 1000 })
  const reasons: unknown[] = []
  const listen = (message: unknown): void => void reasons.push(message)
  channels['sweep-stopped'].subscribe(listen)
  t.after(() => channels['sweep-stopped'].unsubscribe(listen))
  now += 3_600_000
  assert.equal(await store.sweep(1000), 0)
  assert.deepEqual(reasons, [{ reason: '120 of 120 records are dead at once' }])
})

test('lets a failing database be a failure, at every verb', async (t) => {
  const database = sqlite()
  const store = await documentedStore(t, database, 'id TEXT PRIMARY KEY, data TEXT')
  const address = newAddress()
  await store.create(address, record(), long)
  await database.run('ALTER TABLE sessions RENAME TO elsewhere')
  const verbs: (() => unknown)[] = [
    () => store.read(address),
    () => store.create(newAddress(), record(), long),
    () => store.replace(address, record(), 1, long, newWriteId()),
    () => store.touch(address, long),
    () => store.delete(address),
    () => store.sweep(10),
    () => store.principals?.list('alice'),
  ]
  for (const verb of verbs) await assert.rejects(async () => verb(), /no such table/)
})

test('goes on when an id is taken at every insert and free at every look, on each database', async (t) => {
  for (const [database, data] of [
    [sqlite(), 'TEXT'],
    [await postgres(), 'TEXT'],
    [await mariadb(), 'MEDIUMTEXT'],
  ] as const) {
    const { query, ...options } = await table(t, database, `id CHAR(64) PRIMARY KEY, data ${data}`)
    const rows = sqlRows({ ...options, ...documented, query: (...call) => query(...call) })
    const address = newAddress()
    let collisions = 0
    const crowded = sqlRows({
      ...options,
      ...documented,
      async query(sql, params, wantsRows) {
        if (!sql.startsWith('INSERT') || !params.includes(address) || collisions === 5)
          return query(sql, params, wantsRows)
        collisions += 1
        await rows.insert(address, 'a rival', 1000)
        try {
          return await query(sql, params, wantsRows)
        } finally {
          await rows.delete(address)
        }
      },
    })
    assert.equal(await rowSessions(crowded).create(address, record(), long), 'created')
    assert.equal(collisions, 5)
  }
})

test('refuses an answer from which it cannot be told what was done', async (t) => {
  const database = sqlite()
  const { query, placeholder } = await table(t, database, 'id TEXT PRIMARY KEY, data TEXT')
  const mute: SqlRowsOptions['query'] = (sql, params) => query(sql, params, true)
  const store = rowSessions(sqlRows({ query: mute, placeholder, ...documented }))
  await assert.rejects(async () => store.create(newAddress(), record(), long), {
    code: 'ERR_STORE_CONTRACT',
    message: '`query` must answer with the number of affected rows; received an array',
  })
  const silent = rowSessions(sqlRows({ query: () => undefined, placeholder, ...documented }))
  await assert.rejects(async () => silent.read(newAddress()), {
    code: 'ERR_STORE_CONTRACT',
    message: '`query` must answer with a list of rows; received undefined',
  })
})

test('works with better-sqlite3', async (t) => {
  const db = new BetterSqlite(':memory:')
  t.after(() => db.close())
  db.exec('CREATE TABLE sessions (id TEXT PRIMARY KEY, data TEXT)')
  await roundTrip({
    placeholder: '?',
    query: (sql, params, wantsRows) => (wantsRows ? db.prepare(sql).all(...params) : db.prepare(sql).run(...params)),
  })
})

test('works with postgres.js', async (t) => {
  const schema = `rows_${newAddress().slice(0, 12)}`
  const sql = postgresjs(postgresUrl(), { max: 2, connection: { search_path: schema }, onnotice: () => {} })
  t.after(async () => {
    await sql.unsafe(`DROP SCHEMA ${schema} CASCADE`)
    await sql.end()
  })
  await sql.unsafe(`CREATE SCHEMA ${schema}`)
  await sql.unsafe(`CREATE TABLE ${schema}.sessions (id TEXT PRIMARY KEY, data TEXT)`)
  await roundTrip({ placeholder: '$1', query: (text, params) => sql.unsafe(text, params) })
})

test('works with columns of bytes', async (t) => {
  await roundTrip(await table(t, await postgres(), 'id TEXT PRIMARY KEY, data BYTEA'))
  await roundTrip(await table(t, await mariadb(), 'id VARCHAR(64) PRIMARY KEY, data LONGBLOB'))
})

async function roundTrip(options: Pick<SqlRowsOptions, 'query' | 'placeholder'>): Promise<void> {
  const [first, second] = [1, 2].map(() => rowSessions(sqlRows({ ...options, ...documented })))
  assert.ok(first !== undefined && second !== undefined)
  const address = newAddress()
  assert.equal(await first.create(address, fullRecord(), long), 'created')
  const answers = await Promise.all(
    [first, second].map((store) => store.replace(address, record(), 1, long, newWriteId())),
  )
  assert.deepEqual(answers.toSorted(), ['conflict', 'replaced'])
  assert.deepEqual(
    (await first.transfer?.scan(undefined, 10))?.sessions.map((each) => each.address),
    [address],
  )
  assert.equal(await second.delete(address, 2), 'deleted')
  assert.equal(await first.read(address), undefined)
}

async function table(t: TestContext, database: Database, columns: string): Promise<Database['options']> {
  t.after(() => database.drop())
  await database.run(`CREATE TABLE sessions (${columns})`)
  return database.options
}

async function documentedStore(t: TestContext, database: Database, columns: string): Promise<SessionStore> {
  return rowSessions(sqlRows({ ...(await table(t, database, columns)), ...documented }))
}

async function rowCount({ options }: Database): Promise<number> {
  return Number(await sqlRows({ ...options, ...documented }).count?.())
}
