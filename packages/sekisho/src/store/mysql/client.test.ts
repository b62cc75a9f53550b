import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createPool } from 'mysql2'
import { newPrefix, TestDatabase } from '../../../test/mysql/opening.ts'
import { MysqlStore, type MysqlCallbackClient, type MysqlClient } from '../mysql.ts'
import { long, newAddress, newWriteId, record } from '../testing/samples.ts'

const database = await TestDatabase.open()
after(() => database.close())

test('keeps sessions through every kind of client', async () => {
  await keepsSessions(database.pool)
  await keepsSessions(await database.openConnection())
  await withCallbacks(keepsSessions)
  await keepsSessions({ execute: (statement, values) => database.pool.execute({ ...statement }, values) })
})

test('says through every kind of client that the tables are missing', async () => {
  await missesTables(database.pool)
  await missesTables(await database.openConnection())
  await withCallbacks(missesTables)
  await missesTables({ execute: (statement, values) => database.pool.execute({ ...statement }, values) })
})

test('asks an `execute` that somebody has put above the promises of mysql2', async () => {
  const pool = database.openPool()
  const asked: string[] = []
  const execute = pool.execute.bind(pool) as MysqlClient['execute']
  const listening: MysqlClient['execute'] = (statement, values) => {
    asked.push(statement.sql)
    return execute(statement, values)
  }
  const store = await database.openStore({ client: Object.assign(pool, { execute: listening }) as MysqlClient })
  asked.length = 0
  assert.equal(await store.read(newAddress()), undefined)
  assert.equal(asked.length, 1)
})

async function keepsSessions(client: MysqlClient | MysqlCallbackClient): Promise<void> {
  const store = await database.openStore({ client })
  const [address, written] = [newAddress(), record()]
  assert.equal(await store.create(address, written, long), 'created')
  assert.equal(await store.replace(address, written, 1, long, newWriteId()), 'replaced')
  const stored = await store.read(address)
  assert.deepEqual([stored?.record, stored?.version], [written, 2])
}

async function missesTables(client: MysqlClient | MysqlCallbackClient): Promise<void> {
  const store = new MysqlStore({ client, prefix: newPrefix() })
  await assert.rejects(store.read(newAddress()), (error: { code?: unknown; cause?: unknown }) => {
    assert.equal(error.code, 'ERR_STORE_SETUP')
    assert.equal((error.cause as { errno?: unknown }).errno, 1146)
    return true
  })
}

async function withCallbacks(use: (client: MysqlCallbackClient) => Promise<void>): Promise<void> {
  const pool = createPool(database.settings())
  try {
    await use(pool)
  } finally {
    pool.end(() => {})
  }
}
