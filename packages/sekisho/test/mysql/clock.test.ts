import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { after, test, type TestContext } from 'node:test'
import { MysqlStore } from '../../src/store/mysql.ts'
import { together } from '../../src/store/testing/check.ts'
import { long, newWriteId, record, stored } from '../../src/store/testing/samples.ts'
import { held, newPrefix, TestDatabase } from './opening.ts'

const database = await TestDatabase.open()
after(() => database.close())

const hour = 3_600_000

test('revives no session that died while a write waited for its row', async () => {
  const prefix = newPrefix()
  const store = await database.openStore({ prefix })
  const writes: ((address: string) => Promise<string>)[] = [
    (address) => store.touch(address, long),
    (address) => store.replace(address, record(), 1, long, newWriteId()),
    (address) => store.delete(address),
    (address) => store.delete(address, 1),
  ]
  const addresses = await together(writes.length, () => stored(store, record(), { idleMs: 400, absoluteMs: hour }))
  const holder = await held(database, prefix, ...addresses)
  const answers = Promise.all(writes.map((write, at) => write(addresses[at] ?? '')))
  await pause(600)
  await holder.query('ROLLBACK')
  assert.deepEqual(await answers, ['gone', 'gone', 'gone', 'gone'])
})

test('keeps the time through the hour that summer time repeats or leaves out', async (t) => {
  for (const [before, since] of [
    [2 * hour, 1 * hour],
    [1 * hour, 2 * hour],
  ] as const) {
    const zone = await timeZone(t, { before, since, at: Date.now() - 600_000 })
    const connection = await database.openConnection()
    await connection.query('SET time_zone = ?', [zone])
    const store = await database.openStore({ client: connection })
    const began = Date.now()
    const read = (await store.read(await stored(store))) ?? assert.fail('the session lives')
    assert.ok(read.now >= began - 1 && read.now <= Date.now() + 1)
    assert.equal(read.idleDeadline, read.createdAt + long.idleMs)
  }
})

test('takes an hour less or more of local time for no time while a write waits', async (t) => {
  const prefix = newPrefix()
  await database.openStore({ prefix })
  for (const [before, since] of [
    [2 * hour, 1 * hour],
    [1 * hour, 2 * hour],
  ] as const) {
    const change = Math.ceil(Date.now() / 1000) * 1000 + 1000
    const connection = await database.openConnection()
    await connection.query('SET time_zone = ?', [await timeZone(t, { before, since, at: change })])
    const store = new MysqlStore({ client: connection, prefix })
    const lifetime = { idleMs: 1_800_000, absoluteMs: hour }
    const [lives, dies] = [
      await stored(store, record(), lifetime),
      await stored(store, record(), { ...lifetime, idleMs: change - Date.now() }),
    ]
    const holder = await held(database, prefix, lives)
    const touch = store.touch(lives, lifetime)
    await pause(change + 300 - Date.now())
    await holder.query('ROLLBACK')
    assert.equal(await touch, 'touched')
    assert.equal(await store.touch(dies, lifetime), 'gone')
  }
})

/** A time zone whose offset from UTC changes at an instant; the server reads it from its tables. */
async function timeZone(t: TestContext, zone: { before: number; since: number; at: number }): Promise<string> {
  const name = `Sekisho/${randomBytes(6).toString('hex')}`
  const run = async (sql: string, values: unknown[]): Promise<number> => {
    const [header] = await database.pool.query(sql, values)
    return (header as { insertId: number }).insertId
  }
  const id = await run("INSERT INTO mysql.time_zone (Use_leap_seconds) VALUES ('N')", [])
  t.after(async () => {
    for (const table of ['time_zone', 'time_zone_name', 'time_zone_transition', 'time_zone_transition_type']) {
      await run(`DELETE FROM mysql.${table} WHERE Time_zone_id = ?`, [id])
    }
  })
  const types = [
    [id, 0, zone.before / 1000, 0, 'A'],
    [id, 1, zone.since / 1000, 0, 'B'],
  ]
  const transitions = [
    [id, -2_147_483_648, 0],
    [id, Math.floor(zone.at / 1000), 1],
  ]
  await run('INSERT INTO mysql.time_zone_transition_type VALUES ?', [types])
  await run('INSERT INTO mysql.time_zone_transition VALUES ?', [transitions])
  await run('INSERT INTO mysql.time_zone_name (Name, Time_zone_id) VALUES (?, ?)', [name, id])
  return name
}
