import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { createClient } from 'redis'
import {
  glide,
  glideCluster,
  ioredis,
  ioredisResp3,
  iovalkey,
  nodeRedis,
  nodeRedisPool,
  nodeRedisResp2,
  type Connect,
} from '../../../test/redis-clients.ts'
import { redisUrl } from '../../../test/services.ts'
import { RedisStore, type RedisClient } from '../redis.ts'
import { long, newAddress, newWriteId, record, stored } from '../testing/samples.ts'

const everyByte = Uint8Array.from({ length: 1_048_576 }, (_, at) => (at * 31 + (at >> 8)) % 256)

async function keepsBytes(connect: Connect): Promise<void> {
  const { client, close } = await connect()
  try {
    const store = new RedisStore({ client, prefix: `test:${randomUUID()}:` })
    const address = await stored(store, record({ payload: everyByte }))
    assert.deepEqual((await store.read(address))?.record.payload, everyByte)
    assert.equal(await store.replace(address, record({ payload: everyByte.toReversed() }), 1, long, 'id'), 'replaced')
    assert.deepEqual((await store.read(address))?.record.payload, everyByte.toReversed())
    assert.equal(await store.delete(address, 2), 'deleted')
    assert.equal(await store.principals.raiseEpoch('alice'), 1)
    assert.equal(await store.locks.acquire(address, 'me', 1000), true)
    assert.deepEqual((await store.transfer.scan(undefined, 10)).sessions, [])
  } finally {
    await close()
  }
}

test('keeps every byte through node-redis', () => keepsBytes(nodeRedis))
test('keeps every byte through node-redis that speaks RESP2', () => keepsBytes(nodeRedisResp2))
test('keeps every byte through a pool of node-redis', () => keepsBytes(nodeRedisPool))
test('keeps every byte through ioredis', () => keepsBytes(ioredis))
test('keeps every byte through ioredis that speaks RESP3 and gathers commands', () => keepsBytes(ioredisResp3))
test('keeps every byte through iovalkey', () => keepsBytes(iovalkey))
test('keeps every byte through Valkey GLIDE', () => keepsBytes(glide))
test('keeps every byte through a cluster client of Valkey GLIDE', () => keepsBytes(glideCluster))

test('keeps every byte whatever mapping of types the client was given', async () => {
  const url = redisUrl()
  await keepsBytes(async () => {
    const client = await createClient({ url, commandOptions: { typeMapping: { 36: String, 58: String } } }).connect()
    return { client, close: () => client.close() }
  })
})

test('talks to a wrapped client whose kind is named', async () => {
  const { client, close } = await nodeRedis()
  const sending = client as { sendCommand(command: readonly string[], options: object): Promise<unknown> }
  const wrapped = {
    sendCommand: (command: readonly string[], options: object) => sending.sendCommand(command, options),
    multi: () => assert.fail('no replicas to wait for'),
    nodeClient: () => assert.fail('a member that another kind has'),
  }
  const store = new RedisStore({ client: wrapped, clientKind: 'node-redis', prefix: `test:${randomUUID()}:` })
  const address = await stored(store)
  assert.equal((await store.read(address))?.version, 1)
  assert.equal(await store.delete(address), 'deleted')
  await close()
})

test('fails where a client makes text of bytes, instead of giving spoilt data', async () => {
  const { client, close } = await nodeRedis()
  const sending = client as { sendCommand(command: readonly string[]): Promise<unknown> }
  const wrapped = { sendCommand: (command: readonly string[]) => sending.sendCommand(command), multi: () => undefined }
  const store = new RedisStore({ client: wrapped as RedisClient, prefix: `test:${randomUUID()}:` })
  const address = await stored(store)
  await assert.rejects(store.read(address), {
    code: 'ERR_STORE_UNAVAILABLE',
    message: /check that it is passed as it is/,
  })
  assert.equal(await store.touch(address, long), 'touched')
  assert.equal(await store.replace(address, record(), 1, long, newWriteId()), 'replaced')
  assert.equal(await store.delete(address), 'deleted')
  await close()
})

test('refuses unsafe settings when it is made', async () => {
  const { client, close } = await ioredis()
  const refused = (options: object, message: RegExp): void => {
    assert.throws(() => new RedisStore({ client, ...options }), { code: 'ERR_OPTION', message })
  }
  refused({ client: undefined }, /option `client` must be a client of node-redis/)
  refused({ client: {} }, /option `client` .* received an object/)
  refused({ client: { get() {}, set() {} } }, /option `client`/)
  refused({ client: 'redis://127.0.0.1' }, /option `client`/)
  refused({ clientKind: 'jedis' }, /option `clientKind` must be one of node-redis,.*received "jedis"/)
  for (const prefix of ['', '{shop}:', 'a*', 'a b', 'x'.repeat(65), '関所:', 7]) refused({ prefix }, /option `prefix`/)
  for (const graceMs of [-1, 0.5, Number.NaN, Infinity, '1']) refused({ graceMs }, /option `graceMs`/)
  for (const durable of ['yes', true, null]) refused({ durable }, /option `durable`/)
  refused({ waitForReplicas: 1 }, /option `waitForReplicas` must be an object/)
  refused({ waitForReplicas: { replicas: 1.5 } }, /option `waitForReplicas.replicas`/)
  refused({ waitForReplicas: { timeoutMs: 0 } }, /option `waitForReplicas.timeoutMs`.*received 0/)
  refused({ waitForReplicas: { required: 'yes' } }, /option `waitForReplicas.required`/)
  await close()
})

test('refuses a client that would put a prefix before some of the keys', async () => {
  const { Redis } = await import('ioredis')
  const client = new Redis({ lazyConnect: true, keyPrefix: 'app:' })
  assert.throws(() => new RedisStore({ client }), { code: 'ERR_OPTION', message: /without a `keyPrefix`/ })
})

test('tells what was said of the servers', async () => {
  const { client, close } = await ioredis()
  assert.deepEqual(new RedisStore({ client }).capabilities, {
    durable: 'no',
    shared: true,
    fenced: true,
    sweeps: false,
  })
  assert.equal(new RedisStore({ client, durable: 'machine' }).capabilities.durable, 'machine')
  await close()
})

test('names no record by what is no address', async () => {
  const { client, close } = await ioredis()
  const store = new RedisStore({ client, prefix: `test:${randomUUID()}:` })
  assert.equal(await store.locks.acquire('x', 'me', 1000), false)
  await store.principals.add('alice', `${newAddress()}\n`, 1000)
  assert.deepEqual(await store.principals.list('alice'), [])
  await close()
})
