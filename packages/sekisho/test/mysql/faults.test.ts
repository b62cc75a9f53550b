import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { after, test } from 'node:test'
import { MysqlStore, type MysqlClient } from '../../src/store/mysql.ts'
import { together } from '../../src/store/testing/check.ts'
import { fullRecord, long, newAddress, newWriteId, record, stored } from '../../src/store/testing/samples.ts'
import { held, newPrefix, TestDatabase } from './opening.ts'

const database = await TestDatabase.open()
after(() => database.close())

test('reports no write as done that waits for a COMMIT', async () => {
  const prefix = newPrefix()
  await database.openStore({ prefix })
  const connection = await database.openConnection()
  const store = new MysqlStore({ client: connection, prefix })
  const waits = (why: RegExp): Promise<void> =>
    assert.rejects(() => store.create(newAddress(), record(), long), { code: 'ERR_STORE_SETUP', message: why })
  await connection.query('BEGIN')
  await waits(/inside a transaction.*a pool of its own/)
  await connection.query('ROLLBACK')
  await connection.query('SET autocommit = 0')
  await waits(/transaction|autocommit/)
  await connection.query('ROLLBACK')
  await connection.query('SET autocommit = 1')
  assert.equal(await store.create(newAddress(), record(), long), 'created')
})

test('keeps whole what a server cuts that is not strict', async () => {
  const prefix = newPrefix()
  await database.openStore({ prefix })
  const connection = await database.openConnection()
  await connection.query("SET sql_mode = ''")
  const store = new MysqlStore({ client: connection, prefix })
  const principal = '\u{1F375}'.repeat(200)
  const given = { ...fullRecord(), principal, device: '関'.repeat(70_000), payload: new Uint8Array(300_000).fill(255) }
  const address = await stored(store, given)
  assert.deepEqual((await store.read(address))?.record, given)
  await store.principals.add(principal, address, 3_600_000)
  assert.deepEqual(await store.principals.list(principal), [address])
  assert.deepEqual(await store.principals.list(`${principal}x`), [])
  await assert.rejects(async () => store.locks.acquire(address, 'o'.repeat(65), 3_600_000), { code: 'ERR_ARGUMENT' })
  assert.equal(await store.locks.acquire(address, 'o'.repeat(64), 3_600_000), true)
  assert.equal(await store.locks.renew(address, `${'o'.repeat(63)}p`, 3_600_000), false)
})

test('tells principals apart that differ in half a character', async () => {
  const store = await database.openStore()
  const [high, other, low] = ['\ud83c', '\ud83d', '\udf75']
  await store.principals.add(high, newAddress(), 3_600_000)
  for (const principal of [other, low, '\ufffd', `${high}${low}`]) {
    assert.deepEqual(await store.principals.list(principal), [])
  }
  const address = await stored(store, record({ principal: high }))
  assert.equal((await store.read(address))?.record.principal, high)
})

test('refuses a record over the limit, and says so where the server refuses it', async () => {
  const prefix = newPrefix()
  const store = await database.openStore({ prefix })
  const address = await stored(store)
  const large = record({ payload: new Uint8Array(8_388_608) })
  const tooLarge = { code: 'ERR_STORE_FULL', message: /^the record has 8388\d+ bytes, `maxRecordBytes` is 8388608$/ }
  await assert.rejects(() => store.replace(address, large, 1, long, newWriteId()), tooLarge)
  await assert.rejects(() => store.create(newAddress(), large, long), tooLarge)
  const unlimited = new MysqlStore({ client: database.pool, prefix, maxRecordBytes: 2 ** 30 })
  for (const mebibytes of [17, 40]) {
    const larger = record({ payload: new Uint8Array(mebibytes * 1_048_576) })
    await assert.rejects(() => unlimited.create(newAddress(), larger, long), { message: /max_allowed_packet/ })
  }
  // The server closes the connection over which too much came, and until the pool hears of that it may hand it out.
  await pause(100)
  assert.equal((await unlimited.read(address))?.version, 1)
})

test('raises `rejected` for a row that is no record, and reads nothing', async () => {
  const prefix = newPrefix()
  const store = await database.openStore({ prefix })
  const address = await stored(store)
  for (const fields of ['', '{', '{}', '\xff\xfe', 'null']) {
    await database.pool.query(`UPDATE ${prefix}sessions SET fields = ?`, [Buffer.from(fields, 'latin1')])
    assert.equal(await store.read(address), undefined)
    assert.deepEqual((await store.transfer.scan(undefined, 10)).sessions, [])
  }
})

test('fails when its connection is killed in the middle, and goes on with the next', async () => {
  const prefix = newPrefix()
  const store = await database.openStore({ prefix })
  const address = await stored(store)
  const holder = await held(database, prefix, address)
  const touch = assert.rejects(() => store.touch(address, long), { code: 'ERR_STORE_UNAVAILABLE' })
  await killWriters(prefix)
  await touch
  await holder.query('ROLLBACK')
  assert.equal(await store.touch(address, long), 'touched')
  assert.equal(await store.replace(address, record(), 1, long, newWriteId()), 'replaced')
})

test('recovers when every idle connection was killed', async () => {
  const pool = database.openPool()
  const store = await database.openStore({ client: pool })
  const addresses = await together(20, () => stored(store))
  const [threads] = await pool.query(
    'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND command = ?',
    ['Sleep'],
  )
  const killer = await database.openConnection()
  for (const { id } of threads as { id: number }[]) await killer.query('KILL ?', [id]).catch(() => undefined)
  for (const address of addresses) {
    for (let tries = 0; ; tries += 1) {
      try {
        assert.equal((await store.read(address))?.version, 1)
        break
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, 'ERR_STORE_UNAVAILABLE')
        assert.ok(tries < 20)
        await pause(10)
      }
    }
  }
})

test('repeats a statement that the server has undone because of others, a few times', async () => {
  const prefix = newPrefix()
  await database.openStore({ prefix })
  for (const [errno, undone, expected] of [
    [1213, 3, 'created'],
    [1020, 3, 'created'],
    [1213, 100, 'ERR_STORE_UNAVAILABLE'],
    [1205, 1, 'ERR_STORE_UNAVAILABLE'],
    [1317, 1, 'ERR_STORE_UNAVAILABLE'],
  ] as const) {
    let left: number = undone
    const client: MysqlClient = {
      execute(statement, values) {
        left -= 1
        if (left >= 0) throw Object.assign(new Error('refused'), { errno })
        return database.pool.execute({ ...statement }, values)
      },
    }
    const creating = new MysqlStore({ client, prefix }).create(newAddress(), record(), long)
    assert.equal(await creating.catch((error: { code: string }) => error.code), expected, `error ${errno}`)
  }
})

test('writes where a snapshot is strictly isolated', async () => {
  const pool = database.openPool()
  pool.on('connection', (connection) => void connection.query('SET innodb_snapshot_isolation = ON'))
  const store = await database.openStore({ client: pool })
  const address = await stored(store)
  const answers = await together(30, (turn) => store.replace(address, record(), 1, long, `${turn}`))
  assert.equal(answers.filter((answer) => answer === 'replaced').length, 1)
  assert.equal(answers.filter((answer) => answer === 'conflict').length, 29)
  const touches = await together(30, (turn) => store.touch(address, { idleMs: long.idleMs + turn }))
  assert.ok(touches.every((answer) => answer === 'touched'))
})

/** Kills the connections that are writing to a store's sessions. */
async function killWriters(prefix: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const [threads] = await database.pool.query('SELECT id FROM information_schema.processlist WHERE info LIKE ?', [
      `UPDATE ${prefix}sessions%`,
    ])
    for (const { id } of threads as { id: number }[]) await database.pool.query('KILL ?', [id])
    if ((threads as unknown[]).length > 0) return
    await pause(10)
  }
  assert.fail('no connection was writing')
}
