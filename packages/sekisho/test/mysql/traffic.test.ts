import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { after, test } from 'node:test'
import { MysqlStore } from '../../src/store/mysql.ts'
import { together } from '../../src/store/testing/check.ts'
import { long, newAddress, newWriteId, record, stored } from '../../src/store/testing/samples.ts'
import { held, newPrefix, TestDatabase } from './opening.ts'

const database = await TestDatabase.open()
after(() => database.close())

const rounds = process.env['SEKISHO_LONG'] === '1' ? 2000 : 100

test('lets one writer win each version while others replace, delete and create the same session', async () => {
  const prefix = newPrefix()
  const stores = [await database.openStore({ prefix })]
  for (const options of [{}, { flags: ['-FOUND_ROWS'] }]) {
    stores.push(new MysqlStore({ client: database.openPool(options), prefix, sweepGraceMs: 0 }))
  }
  const address = newAddress()
  const lives: Record<'created' | 'deleted', number> = { created: 0, deleted: 0 }
  const wins = new Map<string, number>()
  await together(12, async (turn) => {
    const store = stores[turn % stores.length] ?? assert.fail()
    for (let round = 0; round < rounds; round += 1) {
      const seen = await store.read(address)
      if (seen === undefined) {
        if ((await store.create(address, record({ device: `${turn}.${round}` }), long)) === 'created')
          lives.created += 1
      } else if (turn % 4 === 3 && round % 5 === 0) {
        if ((await store.delete(address, seen.version)) === 'deleted') lives.deleted += 1
      } else {
        const writeId = newWriteId()
        const next = record({ ...seen.record, writeIds: [...seen.record.writeIds, writeId].slice(-4) })
        const answer = await store.replace(address, next, seen.version, long, writeId)
        // The device names the life; within one, each version is replaced once.
        const key = `${seen.record.device} ${seen.version}`
        if (answer === 'replaced') wins.set(key, (wins.get(key) ?? 0) + 1)
      }
    }
  })
  const last = await stores[0]?.read(address)
  assert.equal(lives.created - lives.deleted, last === undefined ? 0 : 1)
  assert.ok(lives.deleted > 0 && wins.size > rounds, 'there was something to compete for')
  const shared = [...wins].filter(([, winners]) => winners !== 1)
  assert.deepEqual(shared, [])
})

test('loses no count of the versions when many replace one session', async () => {
  const store = await database.openStore()
  const address = await stored(store)
  let replaced = 0
  await together(10, async () => {
    for (let round = 0; round < rounds / 2; round += 1) {
      const seen = (await store.read(address)) ?? assert.fail('the session lives')
      if ((await store.replace(address, record(), seen.version, long, newWriteId())) === 'replaced') replaced += 1
    }
  })
  assert.equal((await store.read(address))?.version, replaced + 1)
})

test('two nodes sweep at once beside live traffic: every dead record goes once, and no live one', async () => {
  const prefix = newPrefix()
  const nodes = [
    await database.openStore({ prefix }),
    new MysqlStore({ client: database.openPool(), prefix, sweepGraceMs: 0 }),
  ]
  const [one] = nodes
  assert.ok(one)
  const living = await together(400, () => stored(one))
  await together(300, () => stored(one, record(), { idleMs: 1, absoluteMs: 1 }))
  await pause(20)
  let [sweeping, slowest, removed] = [true, 0, 0]
  const traffic = together(4, async (turn) => {
    for (let at = turn; sweeping; at += 4) {
      const began = performance.now()
      assert.equal(await one.touch(living[at % living.length] ?? '', { idleMs: long.idleMs + at }), 'touched')
      slowest = Math.max(slowest, performance.now() - began)
    }
  })
  await Promise.all(
    nodes.map(async (node) => {
      for (let swept = await node.sweep(70); swept > 0; swept = await node.sweep(70)) removed += swept
    }),
  )
  sweeping = false
  await traffic
  assert.equal(removed, 300)
  for (const address of living) assert.ok(await one.read(address))
  assert.ok(slowest < 1000, `a touch beside the sweeps took ${slowest} ms`)
})

test('a sweep leaves what somebody holds to the next one, and holds no live row while it waits', async () => {
  const prefix = newPrefix()
  const store = await database.openStore({ prefix })
  const dead = await together(10, () => stored(store, record(), { idleMs: 1, absoluteMs: 1 }))
  const living = await stored(store)
  await pause(20)
  const holder = await held(database, prefix, dead[3] ?? '')
  const impatient = await database.openConnection()
  await impatient.query('SET innodb_lock_wait_timeout = 1')
  const hindered = new MysqlStore({ client: impatient, prefix, sweepGraceMs: 0 })
  let waiting = true
  const sweep = hindered.sweep(100).finally(() => (waiting = false))
  let touches = 0
  for (; waiting; touches += 1) assert.equal(await store.touch(living, long), 'touched')
  assert.equal(await sweep, 0)
  assert.ok(touches > 10, `${touches} touches while the sweep waited`)
  await holder.query('ROLLBACK')
  assert.equal(await store.sweep(100), 10)
})

test('sweeps entries of the index and leases that have expired, and keeps the others', async () => {
  const prefix = newPrefix()
  const store = await database.openStore({ prefix })
  const kept = newAddress()
  await store.principals.add('alice', kept, long.absoluteMs)
  await store.locks.acquire(kept, 'owner', long.idleMs)
  await together(150, async () => {
    await store.principals.add('alice', newAddress(), 1)
    await store.locks.acquire(newAddress(), 'owner', 1)
  })
  await pause(20)
  assert.equal(await store.sweep(1000), 0)
  assert.deepEqual(await store.principals.list('alice'), [kept])
  const [locks] = await database.pool.query(`SELECT address FROM ${prefix}locks`)
  assert.deepEqual(locks, [{ address: kept }])
})

test('stops a sweep that would take most sessions, with their entries, until it is confirmed', async () => {
  const store = await database.openStore()
  await together(150, () => stored(store, record(), { idleMs: 1, absoluteMs: 1 }))
  await store.principals.add('alice', newAddress(), 1)
  await pause(20)
  assert.equal(await store.sweep(1000), 0)
  assert.equal((await store.principals.list('alice')).length, 1)
})

test('keeps a dead record for its grace of one minute', async () => {
  const prefix = newPrefix()
  await database.openStore({ prefix })
  const store = new MysqlStore({ client: database.pool, prefix })
  await stored(store, record(), { idleMs: 1, absoluteMs: 1 })
  await pause(20)
  assert.equal(await store.sweep(10), 0)
  await database.pool.query(`UPDATE ${prefix}sessions SET idle_deadline = idle_deadline - 60000`)
  assert.equal(await store.sweep(10), 1)
})
