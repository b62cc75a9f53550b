import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pgPool } from '../../../test/postgres/clients.ts'
import { CountingClient } from '../../../test/postgres/counting.ts'
import { TestDatabase } from '../../../test/postgres/database.ts'
import { Lanes } from '../../../test/postgres/lanes.ts'
import { Rival } from '../../../test/postgres/rival.ts'
import type { PostgresStore } from '../postgres.ts'
import { bytes, long, newAddress, newWriteId, record, stored, text } from '../testing/samples.ts'

const database = await TestDatabase.create()

suite('decides races that were lost while waiting for a lock', () => {
  test('says conflict when another replace was first', async () => {
    const { store, address, sql, sent } = await contested()
    const rival = await Rival.begin(database.url, sql.replace, [address, 'other'])
    const writing = store.replace(address, record(), 1, long, newWriteId())
    await rival.blocks()
    await rival.end('COMMIT')
    assert.equal(await writing, 'conflict')
    assert.equal(sent(), 2)
    const read = await store.read(address)
    assert.equal(text(read!.record.payload), 'other')
  })

  test('says replaced when its own repeated write was first, and writes nothing again', async () => {
    const { store, address, sql, sent } = await contested()
    const rival = await Rival.begin(database.url, sql.replace, [address, 'same'])
    const writing = store.replace(address, record({ payload: bytes('mine') }), 1, long, 'same')
    await rival.blocks()
    await rival.end('COMMIT')
    assert.equal(await writing, 'replaced')
    assert.equal(sent(), 2)
    assert.equal((await store.read(address))?.version, 2)
  })

  test('says gone when a delete was first', async () => {
    const { store, address, sql } = await contested()
    const rival = await Rival.begin(database.url, sql.delete, [address])
    const answers = Promise.all([
      store.replace(address, record(), 1, long, newWriteId()),
      store.delete(address, 1),
      store.delete(address),
      store.touch(address, long),
    ])
    await rival.blocks()
    await rival.end('COMMIT')
    assert.deepEqual(await answers, ['gone', 'gone', 'gone', 'gone'])
    assert.equal(await store.read(address), undefined)
  })

  test('says conflict to the delete of a version that a replace has overtaken', async () => {
    const { store, address, sql, sent } = await contested()
    const rival = await Rival.begin(database.url, sql.replace, [address, 'other'])
    const removing = store.delete(address, 1)
    await rival.blocks()
    await rival.end('COMMIT')
    assert.equal(await removing, 'conflict')
    assert.equal(sent(), 2)
    assert.equal((await store.read(address))?.version, 2)
  })

  test('deletes what a replace has just written when no version is named', async () => {
    const { store, address, sql, sent } = await contested()
    const rival = await Rival.begin(database.url, sql.replace, [address, 'other'])
    const removing = store.delete(address)
    await rival.blocks()
    await rival.end('COMMIT')
    assert.equal(await removing, 'deleted')
    assert.equal(sent(), 1)
    assert.equal(await store.read(address), undefined)
  })

  test('writes when the other one has given up', async () => {
    const { store, address, sql, sent } = await contested()
    const rival = await Rival.begin(database.url, sql.replace, [address, 'other'])
    const writing = store.replace(address, record(), 1, long, newWriteId())
    await rival.blocks()
    await rival.end('ROLLBACK')
    assert.equal(await writing, 'replaced')
    assert.equal(sent(), 1)
  })

  test('replaces the version that a touch has prolonged meanwhile, and keeps the later deadline', async () => {
    const { store, address, sql, sent } = await contested()
    const rival = await Rival.begin(database.url, sql.touch, [address])
    const writing = store.replace(address, record(), 1, long, newWriteId())
    await rival.blocks()
    await rival.end('COMMIT')
    assert.equal(await writing, 'replaced')
    assert.equal(sent(), 1)
    const read = await store.read(address)
    assert.ok(read!.idleDeadline - read!.now > 2 * long.idleMs)
  })

  test('says exists to a create that another has overtaken, and created when it was its own', async () => {
    const { store, sql, sent } = await contested()
    const [taken, own] = [newAddress(), newAddress()]
    const given = record()
    for (const [address, writeId] of [
      [taken, 'other'],
      [own, given.writeIds[0]],
    ]) {
      const rival = await Rival.begin(database.url, sql.create, [address, writeId])
      const creating = store.create(address!, given, long)
      await rival.blocks()
      await rival.end('COMMIT')
      assert.equal(await creating, address === own ? 'created' : 'exists')
      assert.equal(sent(), 2)
      assert.equal(text((await store.read(address!))!.record.payload), 'other')
      sent()
    }
  })

  test('creates when the other one has given up, or has deleted again', async () => {
    const { store, sql, address: dead } = await contested()
    const address = newAddress()
    const failing = await Rival.begin(database.url, sql.create, [address, 'other'])
    const creating = store.create(address, record(), long)
    await failing.blocks()
    await failing.end('ROLLBACK')
    assert.equal(await creating, 'created')
    const rival = await Rival.begin(database.url, sql.delete, [dead])
    const anew = store.create(dead, record(), long)
    await rival.blocks()
    await rival.end('COMMIT')
    assert.equal(await anew, 'created')
  })
})

test('never revives a session that died while a write waited for its lock', async () => {
  const lanes = new Lanes(database, pgPool)
  await lanes.run(async () => {
    const store = lanes.open()
    const address = await stored(store, record(), { idleMs: 60_000, absoluteMs: 120_000 })
    const table = `${lanes.schema}.sekisho_sessions`
    const rival = await Rival.begin(database.url, `UPDATE ${table} SET payload = '' WHERE address = $1`, [address])
    const writes = Promise.all([
      store.touch(address, long),
      store.replace(address, record(), 1, long, newWriteId()),
      store.delete(address),
    ])
    await rival.blocks()
    await lanes.pass(60_001)
    assert.equal(await lanes.open(1).read(address), undefined)
    await rival.end('COMMIT')
    assert.deepEqual(await writes, ['gone', 'gone', 'gone'])
    assert.equal(await store.read(address), undefined)
  })
})

test('takes nothing for gone that was prolonged while a write waited for its lock', async () => {
  const lanes = new Lanes(database, pgPool)
  await lanes.run(async () => {
    const store = lanes.open()
    const address = await stored(store, record(), { idleMs: 60_000, absoluteMs: 900_000 })
    const prolonged = `UPDATE ${lanes.schema}.sekisho_sessions
      SET version = version + 1, idle_deadline = idle_deadline + 300000 WHERE address = $1`
    const rival = await Rival.begin(database.url, prolonged, [address])
    const writing = store.replace(address, record(), 1, long, newWriteId())
    const removing = lanes.open(1).delete(address, 1)
    await rival.blocks(2)
    await lanes.pass(60_001)
    await rival.end('COMMIT')
    assert.equal(await writing, 'conflict')
    assert.equal(await removing, 'conflict')
    assert.equal((await store.read(address))?.version, 2)
  })
})

/** A store with one live session, SQL by which somebody else changes it, and a count of what the store has sent since. */
async function contested(): Promise<{
  readonly store: PostgresStore
  readonly address: string
  readonly sql: Record<'create' | 'replace' | 'touch' | 'delete', string>
  readonly sent: () => number
}> {
  const client = new CountingClient(database.pool())
  const prefix = database.newName()
  const store = await database.open(client, prefix)
  const address = await stored(store)
  client.take()
  const [table, ms] = [`${prefix}sessions`, '(extract(epoch from now()) * 1000)::bigint']
  const fields = `jsonb_build_object('generation', 0, 'current', 'x', 'dataVersion', 1, 'writeIds', ARRAY[$2::text])::text`
  const sql = {
    create: `INSERT INTO ${table} (address, version, created_at, idle_deadline, absolute_deadline, fields, payload)
      VALUES ($1, 1, ${ms}, ${ms} + 100000, ${ms} + 100000, ${fields}, 'other')`,
    replace: `UPDATE ${table} SET version = version + 1, fields = ${fields}, payload = 'other' WHERE address = $1`,
    touch: `UPDATE ${table} SET idle_deadline = ${ms} + ${3 * long.idleMs} WHERE address = $1`,
    delete: `DELETE FROM ${table} WHERE address = $1`,
  }
  return { store, address, sql, sent: () => client.take().length }
}
