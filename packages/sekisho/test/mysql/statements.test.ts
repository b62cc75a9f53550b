import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { after, test } from 'node:test'
import type { MysqlClient, MysqlStatement, MysqlValue } from '../../src/store/mysql.ts'
import { together } from '../../src/store/testing/check.ts'
import { long, newAddress, newWriteId, record, stored } from '../../src/store/testing/samples.ts'
import { TestDatabase } from './opening.ts'

const database = await TestDatabase.open()
after(() => database.close())

/** A pool that remembers what it was asked. */
class RecordingClient implements MysqlClient {
  readonly calls: { readonly sql: string; readonly values: MysqlValue[] }[] = []

  execute(statement: MysqlStatement, values: MysqlValue[]): Promise<readonly [unknown, unknown]> {
    this.calls.push({ sql: statement.sql, values })
    return database.pool.execute({ ...statement }, values)
  }

  /** @returns How many statements `run` took, and forgets them. */
  async count(run: () => unknown): Promise<number> {
    this.calls.length = 0
    await run()
    return this.calls.length
  }
}

test('takes one statement per verb where it does its work', async () => {
  const client = new RecordingClient()
  const store = await database.openStore({ client })
  const [address, owner] = [newAddress(), newWriteId()]
  const once = async (what: string, run: () => unknown): Promise<void> => {
    assert.equal(await client.count(run), 1, what)
  }
  await once('create', () => store.create(address, record(), long))
  await once('read', () => store.read(address))
  await once('touch', () => store.touch(address, long))
  await once('a touch that changes nothing', () => store.touch(address, { idleMs: 1 }))
  await once('replace', () => store.replace(address, record(), 1, long, newWriteId()))
  await once('delete of a version', () => store.delete(address, 2))
  await once('delete of nothing', () => store.delete(address))
  await once('touch of nothing', () => store.touch(address, long))
  await once('read of nothing', () => store.read(address))
  await once('add', () => store.principals.add('alice', address, 1000))
  await once('add again', () => store.principals.add('alice', address, 1000))
  await once('list', () => store.principals.list('alice'))
  await once('raiseEpoch', () => store.principals.raiseEpoch('alice'))
  await once('epoch', () => store.principals.epoch('alice'))
  await once('remove', () => store.principals.remove('alice', address))
  await once('acquire', () => store.locks.acquire(address, owner, 1000))
  await once("somebody else's acquire", () => store.locks.acquire(address, newWriteId(), 1000))
  await once('renew', () => store.locks.renew(address, owner, 1000))
  await once('release', () => store.locks.release(address, owner))
  await once('scan', () => store.transfer.scan(undefined, 10))
})

test('takes a second statement only to tell why nothing was written', async () => {
  const client = new RecordingClient()
  const store = await database.openStore({ client })
  const address = await stored(store)
  assert.equal(await client.count(() => store.create(address, record(), long)), 2)
  assert.equal(await client.count(() => store.replace(address, record(), 7, long, newWriteId())), 2)
  assert.equal(await client.count(() => store.delete(address, 7)), 2)
})

test('uses the same texts whatever the values are', async () => {
  const client = new RecordingClient()
  const store = await database.openStore({ client })
  const texts = new Set<string>()
  for (let turn = 0; turn < 3; turn += 1) {
    await together(10 * turn, () => stored(store, record(), { idleMs: 1, absoluteMs: 1 }))
    await pause(10)
    const address = await stored(store)
    await client.count(async () => {
      await store.read(address)
      await store.replace(address, record({ payload: new Uint8Array(turn) }), 1, turn === 0 ? { idleMs: 1 } : long, 'w')
      await store.touch(address, turn === 0 ? { idleMs: 1.5 } : long)
      await store.principals.add('a'.repeat(turn), address, turn)
      await store.locks.acquire(address, 'o'.repeat(turn + 1), turn)
    })
    for (const { sql } of client.calls) texts.add(sql)
    assert.equal(texts.size, 5)
  }
})

test('finds every row by an index, whatever character set the client speaks', async () => {
  const client = new RecordingClient()
  const store = await database.openStore({ client })
  const addresses = await together(300, () => stored(store))
  await together(50, (turn) => store.principals.add('alice', addresses[turn] ?? '', 1))
  await together(50, (turn) => store.locks.acquire(addresses[turn] ?? '', 'owner', 1))
  await together(90, () => stored(store, record(), { idleMs: 1, absoluteMs: 1 }))
  await pause(20)
  const [address = ''] = addresses
  client.calls.length = 0
  await store.read(address)
  await store.replace(address, record(), 7, long, newWriteId())
  await store.touch(address, long)
  await store.delete(address, 7)
  await store.delete(address)
  await store.principals.list('alice')
  await store.principals.remove('alice', address)
  await store.locks.renew(address, 'owner', 1)
  await store.transfer.scan(undefined, 10)
  await store.transfer.estimate()
  assert.equal(await store.sweep(1000), 90)
  for (const charset of ['UTF8MB4_UNICODE_CI', 'LATIN1_SWEDISH_CI', 'UTF8MB4_BIN']) {
    const pool = database.openPool({ charset, connectionLimit: 1 })
    for (const { sql, values } of client.calls) {
      const [plan] = await pool.execute(`EXPLAIN ${sql}`, values)
      for (const step of plan as Step[]) assert.ok(isSearch(step), `${sql}\n${JSON.stringify(step)}`)
    }
  }
})

/** One line of EXPLAIN. */
interface Step {
  readonly table: string | null
  readonly key: string | null
  readonly type: string | null
}

/** Whether rows are searched in an index, or are those of a subquery, instead of all being read. */
function isSearch({ table, key, type }: Step): boolean {
  return table === null || table.startsWith('<') || (key !== null && type !== 'ALL' && type !== 'index')
}
