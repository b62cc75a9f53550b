/** One session in Redis, and processes of PHP and of ours that use it at the same time, in phpredis' layout. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Redis } from 'ioredis'
import { decodeVars, type PhpValue } from 'sekisho/php'
import { redisUrl } from '../services.ts'
import { Counting, newId } from './counting.ts'

const times = process.env['SEKISHO_LONG'] === '1' ? 1000 : 50
const ids: string[] = []

let client: Redis
before(() => {
  client = new Redis(redisUrl())
})
after(async () => {
  if (ids.length > 0) await client.del(ids.flatMap((id) => [keyOf(id), `${keyOf(id)}_LOCK`]))
  client.disconnect()
})

test(`four processes of PHP and four of ours count to ${8 * times} in one key`, async () => {
  const id = begun()
  const job = { redis: redisUrl(), id, times }
  const counting = [
    ...[1, 2, 3, 4].map(() => Counting.ofPhp(phpredis({ 'redis.session.lock_expire': 30 }), job)),
    ...[1, 2].map(() => Counting.ofOurs({ ...job, manner: 'lock' })),
    ...[1, 2].map(() => Counting.ofOurs({ ...job, manner: 'merge' })),
  ]
  await Promise.all(counting.map((one) => one.done()))
  assert.equal(await countOf(id), 8 * times)
  assert.equal(await client.exists(`${keyOf(id)}_LOCK`), 0, 'no lock is left')
})

test('the lock of a PHP that was killed ends by itself', async () => {
  const id = begun()
  const holder = Counting.ofPhp(phpredis({ 'redis.session.lock_expire': 2 }), { id, times: 1, workMs: 60_000 })
  await holder.started()
  await assertFreedWithin(2, holder, Counting.ofOurs({ manner: 'lock', redis: redisUrl(), id, times: 1 }))
  assert.equal(await countOf(id), 1)
})

test('the lock of a process of ours that was killed ends by itself', async () => {
  const id = begun()
  const holder = Counting.ofOurs({
    manner: 'lock',
    redis: redisUrl(),
    id,
    times: 1,
    workMs: 60_000,
    lockExpireMs: 2000,
  })
  await holder.started()
  assert.match((await client.get(`${keyOf(id)}_LOCK`)) ?? '', /^[^|]+\|\d+\|[0-9a-f]{16}$/)
  await assertFreedWithin(2, holder, Counting.ofPhp(phpredis({ 'redis.session.lock_expire': 30 }), { id, times: 1 }))
  assert.equal(await countOf(id), 1)
})

test('the engine reads and works while PHP has the session, and writes when it is free', async () => {
  const id = begun()
  await client.setex(keyOf(id), 60, 'n|i:5;')
  const holder = Counting.ofPhp(phpredis({ 'redis.session.lock_expire': 30 }), { id, times: 1, workMs: 5000 })
  await holder.started()
  const engine = Counting.ofOurs({ manner: 'merge', redis: redisUrl(), id, times: 1 })
  await engine.started()
  assert.equal(holder.hasEnded, false, 'it has opened the session while PHP had the lock')
  await Promise.all([holder.done(), engine.done()])
  assert.equal(await countOf(id), 7)
})

function phpredis(ini: Readonly<Record<string, string | number>>): Record<string, string | number> {
  const { hostname, port } = new URL(redisUrl())
  return {
    'session.save_handler': 'redis',
    'session.save_path': `tcp://${hostname}:${port}`,
    'redis.session.locking_enabled': 1,
    'redis.session.lock_retries': -1,
    'redis.session.lock_wait_time': 2000,
    ...ini,
  }
}

function begun(): string {
  const id = newId()
  ids.push(id)
  return id
}

function keyOf(id: string): string {
  return `PHPREDIS_SESSION:${id}`
}

async function countOf(id: string): Promise<PhpValue> {
  const value = await client.getBuffer(keyOf(id))
  assert.ok(value !== null)
  return decodeVars('php', value).get('n') ?? null
}

async function assertFreedWithin(seconds: number, holder: Counting, waiter: Counting): Promise<void> {
  await waiter.ready()
  await holder.kill()
  const killedAt = performance.now()
  await waiter.done()
  assert.ok(performance.now() - killedAt < seconds * 1000 + 8000)
}
