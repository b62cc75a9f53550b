import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CountingClient } from '../../../test/postgres/counting.ts'
import { TestDatabase } from '../../../test/postgres/database.ts'
import type { PgQuery } from '../postgres.ts'
import { long, newAddress, newWriteId, record } from '../testing/samples.ts'

const database = await TestDatabase.create()
const client = new CountingClient(database.pool({ max: 1 }))
const store = await database.open(client, 'shop_')
const planner = database.pool({ max: 1, options: '-c plan_cache_mode=force_generic_plan' })
const [live] = await fill(20_000)

suite('reaches rows by an index alone in a table of 20,000', () => {
  const address = live ?? ''

  test('when it reads and writes one session', async () => {
    await usesIndexes(() => store.read(address))
    await usesIndexes(() => store.touch(address, long))
    await usesIndexes(() => store.replace(address, record(), 1, long, newWriteId()))
    await usesIndexes(() => store.create(newAddress(), record(), long))
    await usesIndexes(() => store.delete(address, 1))
    await usesIndexes(() => store.delete(address))
  })

  test('when it lists the sessions of a principal', async () => {
    await usesIndexes(() => store.principals.list('user 7'))
    await usesIndexes(() => store.principals.remove('user 7', address))
    await usesIndexes(() => store.principals.epoch('user 7'))
  })

  test('when it takes and gives back locks', async () => {
    await usesIndexes(() => store.locks.renew(address, 'one', 1000))
    await usesIndexes(() => store.locks.release(address, 'one'))
  })

  test('when it sweeps', async () => {
    await usesIndexes(() => store.sweep(100), 2)
  })

  test('when it scans a page', async () => {
    await usesIndexes(() => store.transfer.scan(address, 100))
  })
})

/** Runs a verb, and explains each statement that it sends as a prepared one is planned for any value. */
async function usesIndexes(run: () => PromiseLike<unknown> | unknown, statements = 1): Promise<void> {
  client.take()
  await run()
  const sent = client.take()
  assert.equal(sent.length, statements)
  for (const query of sent) {
    const plan = await planOf(query)
    assert.doesNotMatch(plan, /Seq Scan/, plan)
  }
}

async function planOf({ text, values = [] }: PgQuery): Promise<string> {
  await planner.query(`PREPARE explained AS ${text}`)
  const { rows } = await planner.query(`EXPLAIN EXECUTE explained(${values.map(literal).join(', ')})`)
  await planner.query('DEALLOCATE explained')
  return (rows as { 'QUERY PLAN': string }[]).map((line) => line['QUERY PLAN']).join('\n')
}

function literal(value: unknown): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') return String(value)
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`
  return `'${String(value).replaceAll("'", "''")}'`
}

/** Sessions of which a tenth is dead, four to a principal. @returns Some live addresses. */
async function fill(count: number): Promise<string[]> {
  const now = '(extract(epoch from now()) * 1000)::bigint'
  await database.sql(`INSERT INTO shop_sessions
      (address, version, created_at, idle_deadline, absolute_deadline, fields, payload)
    SELECT encode(sha256(i::text::bytea), 'hex'), 1, 0, CASE WHEN i % 10 = 0 THEN i ELSE ${now} + 600000 + i END, ${now} + 9000000,
      '{}', decode(repeat('00', 300), 'hex')
    FROM generate_series(1, ${count}) AS i;
    INSERT INTO shop_principals SELECT 'user ' || i % 5000, address, expires_at FROM (
      SELECT address, expires_at, row_number() OVER () AS i FROM shop_sessions) AS sessions;
    INSERT INTO shop_epochs SELECT 'user ' || i, 1 FROM generate_series(1, 5000) AS i;
    INSERT INTO shop_locks SELECT address, 'one', expires_at FROM shop_sessions;
    ANALYZE`)
  const rows = await database.sql('SELECT address FROM shop_sessions WHERE expires_at > 1000000 LIMIT 3')
  return rows.map(({ address }) => address as string)
}
