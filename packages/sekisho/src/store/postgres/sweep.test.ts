import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { TestDatabase } from '../../../test/postgres/database.ts'
import { Rival } from '../../../test/postgres/rival.ts'
import { channels } from '../../lib/events-node.ts'
import { PostgresStore } from '../postgres.ts'
import { long, newAddress, stored } from '../testing/samples.ts'

const database = await TestDatabase.create()

test('lets several nodes sweep at once: each dead row goes once, none of them waits, and no live one goes', async (t) => {
  const { prefix, stores } = await nodes(4)
  await fill(prefix, { dead: 2000, living: 3000 })
  const expired = heard(t)
  const removed = await Promise.all(stores.map(sweepAll))
  assert.equal(
    removed.flat().reduce((sum, count) => sum + count, 0),
    2000,
  )
  assert.equal(new Set(expired).size, 2000)
  assert.equal(expired.length, 2000)
  assert.deepEqual(await counts(prefix), { sessions: 3000, dead: 0 })
  for (const counted of removed.flat()) assert.ok(counted <= 100)
})

test('passes over rows that somebody else holds, and does not wait for them', async () => {
  const { prefix, stores } = await nodes(1)
  await fill(prefix, { dead: 20, living: 30 })
  const held = `SELECT FROM ${prefix}sessions WHERE expires_at < 100000 ORDER BY expires_at LIMIT 5 FOR UPDATE`
  const rival = await Rival.begin(database.url, held)
  assert.equal(await stores[0]!.sweep(100), 15)
  await rival.end('ROLLBACK')
  assert.equal(await stores[0]!.sweep(100), 5)
})

test('removes the longest dead first', async () => {
  const { prefix, stores } = await nodes(1)
  await fill(prefix, { dead: 20, living: 30 })
  await stores[0]!.sweep(7)
  const [left] = await database.sql(`SELECT min(expires_at) AS first FROM ${prefix}sessions`)
  assert.equal(left?.['first'], '7')
})

test('keeps the dead for as long as it was told', async () => {
  const { prefix } = await nodes(1)
  await fill(prefix, { dead: 20, living: 30, deadForMs: 30_000 })
  const client = database.pool()
  assert.equal(await new PostgresStore({ client, prefix }).sweep(100), 0)
  assert.equal(await new PostgresStore({ client, prefix, sweepGraceMs: 20_000 }).sweep(100), 20)
})

test('removes expired index entries and leases with the sessions, and counts them not', async () => {
  const { prefix, stores } = await nodes(1)
  const [store] = stores
  const address = newAddress()
  await store!.principals.add('alice', address, 60_000)
  await store!.locks.acquire(address, 'one', 60_000)
  const far = `(extract(epoch from now()) * 1000)::bigint - 5`
  await database.sql(`INSERT INTO ${prefix}principals SELECT 'alice', 'x' || i, ${far} FROM generate_series(1, 30) i;
    INSERT INTO ${prefix}locks SELECT 'x' || i, 'one', ${far} FROM generate_series(1, 30) i`)
  assert.equal(await store!.sweep(20), 0)
  const left = async (kind: string): Promise<unknown> => (await database.sql(`SELECT FROM ${prefix}${kind}`)).length
  assert.deepEqual([await left('principals'), await left('locks')], [11, 11])
  assert.equal(await store!.sweep(20), 0)
  assert.deepEqual([await left('principals'), await left('locks')], [1, 1])
  assert.deepEqual(await store!.principals.list('alice'), [address])
  assert.equal(await store!.locks.renew(address, 'one', 60_000), true)
})

test('stops when most sessions seem to have died at once, index entries included', async (t) => {
  const { prefix, stores } = await nodes(1)
  await fill(prefix, { dead: 3000, living: 1000 })
  await database.sql(`INSERT INTO ${prefix}principals VALUES ('alice', 'x', 5)`)
  const stopped: unknown[] = []
  const listen = (message: unknown): void => void stopped.push(message)
  channels['sweep-stopped'].subscribe(listen)
  t.after(() => void channels['sweep-stopped'].unsubscribe(listen))
  assert.equal(await stores[0]!.sweep(100), 0)
  assert.equal(stopped.length, 1)
  assert.match((stopped[0] as { reason: string }).reason, /^\d+ of 500 records are dead at once$/)
  assert.deepEqual(await counts(prefix), { sessions: 4000, dead: 3000 })
  assert.equal((await stores[0]!.principals.list('alice')).length, 1)
})

test('takes a share below one half for what it is, wherever in the table it looks', async () => {
  const { prefix, stores } = await nodes(1)
  await fill(prefix, { dead: 1500, living: 4500 })
  for (let round = 0; round < 15; round += 1) assert.equal(await stores[0]!.sweep(100), 100)
})

test('does not let a sweep hold up the session that it is about to pass', async () => {
  const { prefix, stores } = await nodes(2)
  const address = await stored(stores[0]!)
  await fill(prefix, { dead: 400, living: 600 })
  const touching = async (): Promise<void> => {
    for (let round = 0; round < 40; round += 1) assert.equal(await stores[1]!.touch(address, long), 'touched')
  }
  await Promise.all([sweepAll(stores[0]!), touching()])
  assert.ok(await stores[0]!.read(address))
})

async function nodes(count: number): Promise<{ prefix: string; stores: PostgresStore[] }> {
  const prefix = database.newName()
  const pools = Array.from({ length: count }, () => database.pool({ max: 2 }))
  return { prefix, stores: await Promise.all(pools.map((pool) => database.open(pool, prefix))) }
}

/** Writes rows; the dead ones have expired at 0, 1, 2 and so on, or so long ago. */
async function fill(prefix: string, rows: { dead: number; living: number; deadForMs?: number }): Promise<void> {
  const now = '(extract(epoch from now()) * 1000)::bigint'
  const died = rows.deadForMs === undefined ? `i - 1` : `${now} - ${rows.deadForMs}`
  const insert = (count: number, kind: string, deadline: string): string => `INSERT INTO ${prefix}sessions
    (address, version, created_at, idle_deadline, absolute_deadline, fields, payload)
    SELECT encode(sha256((i || '${kind}')::bytea), 'hex'), 1, 0, ${deadline}, ${now} + 900000, '{}', ''
    FROM generate_series(1, ${count}) AS i;`
  await database.sql(insert(rows.dead, 'dead', died) + insert(rows.living, 'living', `${now} + 600000`))
}

async function sweepAll(store: PostgresStore): Promise<number[]> {
  const removed: number[] = []
  do removed.push(await store.sweep(100))
  while (removed.at(-1) !== 0)
  return removed
}

async function counts(prefix: string): Promise<Record<string, number>> {
  const [row] =
    await database.sql(`SELECT count(*)::int AS sessions, count(*) FILTER (WHERE expires_at < 100000)::int AS dead
    FROM ${prefix}sessions`)
  return row as Record<string, number>
}

function heard(t: TestContext): string[] {
  const addresses: string[] = []
  const listen = (message: unknown): void => void addresses.push((message as { address: string }).address)
  channels.expired.subscribe(listen)
  t.after(() => void channels.expired.unsubscribe(listen))
  return addresses
}
