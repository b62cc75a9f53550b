import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRedis } from '../../../../../scripts/services.ts'
import { fixture } from '../../../test/redis-fixture.ts'
import { bytes, long, newAddress, newWriteId, record, stored, text } from '../testing/samples.ts'

test('refuses writes when the memory is used up, and leaves what is there as it was', async (t) => {
  const server = await startRedis({ policy: 'noeviction' })
  t.after(() => server.stop())
  const { store, redis } = fixture(t, {}, server)
  const address = await stored(store, record({ payload: bytes('old') }))
  await redis.config('SET', 'maxmemory', '1')
  const full = { code: 'ERR_STORE_FULL', status: 503, message: /maxmemory/ }
  await assert.rejects(store.create(newAddress(), record(), long), full)
  await assert.rejects(store.replace(address, record({ payload: bytes('new') }), 1, long, newWriteId()), full)
  await assert.rejects(store.touch(address, { idleMs: 2 * long.idleMs }), full)
  const kept = await store.read(address)
  assert.equal(kept && text(kept.record.payload), 'old')
  assert.equal(kept?.version, 1)
  assert.equal(await store.delete(address), 'deleted', 'a logout works')
  await redis.config('SET', 'maxmemory', '0')
  assert.equal(
    await store.create(address, record(), long),
    'created',
    'and so does everything when there is room again',
  )
})

test('passes a server that takes no writes on as a failure', async (t) => {
  const server = await startRedis()
  t.after(() => server.stop())
  const { store, redis } = fixture(t, {}, server)
  const address = await stored(store)
  await redis.replicaof('127.0.0.1', 1)
  await assert.rejects(store.replace(address, record(), 1, long, newWriteId()), isReadonly)
  await assert.rejects(store.touch(address, long), isReadonly)
  await assert.rejects(store.delete(address), isReadonly)
  await assert.rejects(store.create(newAddress(), record(), long), isReadonly)
  await redis.replicaof('NO', 'ONE')
  assert.equal(await store.replace(address, record(), 1, long, newWriteId()), 'replaced')
})

test('passes a closed connection on as a failure', async (t) => {
  const { store, redis } = fixture(t)
  const address = await stored(store)
  redis.disconnect()
  const failed = { code: 'ERR_STORE_UNAVAILABLE', status: 503 }
  await assert.rejects(store.read(address), failed)
  await assert.rejects(store.touch(address, long), failed)
  await assert.rejects(async () => store.principals.epoch('alice'), failed)
  await assert.rejects(async () => store.transfer.estimate(), failed)
})

test('refuses to go on with a scan after the server has been restarted', async (t) => {
  const server = await startRedis({ appendonly: true })
  t.after(() => server.stop())
  const { store } = fixture(t, {}, server)
  await Promise.all(Array.from({ length: 100 }, () => stored(store)))
  const { next } = await store.transfer.scan(undefined, 10)
  assert.ok(next)
  assert.ok((await store.transfer.scan(next, 10)).sessions.length > 0)
  await server.restart()
  await assert.rejects(async () => store.transfer.scan(next, 10), { code: 'ERR_ARGUMENT', message: /restarted/ })
})

test('projects how many sessions there are from a part of many keys', async (t) => {
  const server = await startRedis()
  t.after(() => server.stop())
  const { store, redis } = fixture(t, {}, server)
  const populate = 'for at = 1, 12000 do redis.call("SET", "other" .. at, "") end'
  await redis.eval(populate, 0)
  await Promise.all(Array.from({ length: 4000 }, () => stored(store)))
  const estimate = await store.transfer.estimate()
  assert.ok(estimate > 3200 && estimate < 4800, `${estimate} for 4,000 among 16,000 keys`)
})

function isReadonly(error: { code?: unknown; cause?: unknown }): boolean {
  assert.equal(error.code, 'ERR_STORE_UNAVAILABLE')
  assert.match(String(error.cause), /READONLY/)
  return true
}
