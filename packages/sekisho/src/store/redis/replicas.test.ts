import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { after, before, suite, test, type TestContext } from 'node:test'
import { Redis } from 'ioredis'
import { startRedisCluster, startRedisSentinel, type Server } from '../../../../../scripts/services.ts'
import {
  glide,
  glideCluster,
  ioredis,
  ioredisCluster,
  ioredisSentinel,
  iovalkey,
  iovalkeyCluster,
  nodeRedis,
  nodeRedisCluster,
  nodeRedisPool,
  nodeRedisSentinel,
  type Connect,
} from '../../../test/redis-clients.ts'
import { heard } from '../../../test/redis-fixture.ts'
import { RedisStore, type RedisClient, type ReplicaWait } from '../redis.ts'
import { long, newAddress, newWriteId, next, record, stored } from '../testing/samples.ts'

const patient: ReplicaWait = { timeoutMs: 10_000 }

async function opened(t: TestContext, connect: Connect, waitForReplicas: ReplicaWait = patient): Promise<RedisStore> {
  const { client, close } = await connect()
  t.after(close)
  return new RedisStore({ client, waitForReplicas, prefix: `test:${randomUUID()}:` })
}

/** Fails unless something waits for as long as the replicas stand still, and then ends. */
async function waitsFor(replicas: readonly Server[], what: string, run: () => unknown): Promise<void> {
  for (const replica of replicas) replica.freeze()
  try {
    const running = (async () => run())()
    const first = await Promise.race([running.then(() => 'it', String), pause(150, 'the clock')])
    assert.equal(first, 'the clock', `${what} does not wait`)
    for (const replica of replicas) replica.thaw()
    await running
  } finally {
    for (const replica of replicas) replica.thaw()
  }
}

/** Everything that a failover must not undo waits for the replicas, and says nothing when they have it. */
async function waits(t: TestContext, connect: Connect, replicas: readonly Server[]): Promise<void> {
  const failures = heard(t, 'store-failure')
  const store = await opened(t, connect)
  const [one, other] = [await stored(store), await stored(store)]
  await waitsFor(replicas, 'a delete', async () => assert.equal(await store.delete(one), 'deleted'))
  await waitsFor(replicas, 'a delete of a version', async () => assert.equal(await store.delete(other, 1), 'deleted'))
  await waitsFor(replicas, 'a delete of what is gone', async () => assert.equal(await store.delete(one), 'gone'))
  await waitsFor(replicas, 'an epoch', async () => assert.equal(await store.principals.raiseEpoch('alice'), 1))
  await waitsFor(replicas, 'an entry', () => store.principals.add('alice', one, 60_000))
  await waitsFor(replicas, 'a login of a visitor', () => visitorLogsIn(store))
  await waitsFor(replicas, 'a login of nobody yet', () => stored(store, record({ principal: 'alice' })))
  await waitsFor(replicas, 'the end of a sealed session', () => stored(store, record({ current: '' })))
  assert.equal(await store.principals.epoch('alice'), 1, 'the second pass raises nothing')
  assert.deepEqual(await store.principals.list('alice'), [one])
  assert.deepEqual(failures, [])
}

/** A session that becomes that of a user. @returns Its address. */
async function visitorLogsIn(store: RedisStore): Promise<string> {
  const visitor = record()
  const address = await stored(store, visitor)
  const writeId = newWriteId()
  const login = { ...next(visitor, writeId, '{}'), principal: 'alice', generation: 1 }
  assert.equal(await store.replace(address, login, 1, long, writeId), 'replaced')
  const found = await store.read(address)
  assert.equal(found?.version, 2, 'the second pass replaces nothing')
  assert.equal(found?.record.principal, 'alice')
  return address
}

suite('waits for a replica', () => {
  let set: Awaited<ReturnType<typeof startRedisSentinel>>
  before(async () => void (set = await startRedisSentinel({ downAfterMs: 60_000 })))
  after(() => set.stop())
  const master = (): Server => set.nodes[0] as Server
  const replicas = (): Server[] => set.nodes.slice(1) as Server[]

  test('through node-redis', (t) => waits(t, () => nodeRedis(master().url), replicas()))
  test('through a pool of node-redis', (t) => waits(t, () => nodeRedisPool(master().url), replicas()))
  test('through ioredis', (t) => waits(t, () => ioredis(master().url), replicas()))
  test('through iovalkey', (t) => waits(t, () => iovalkey(master().url), replicas()))
  test('through Valkey GLIDE', (t) => waits(t, () => glide(master().url), replicas()))
  test('through a sentinel client of node-redis', (t) => waits(t, () => nodeRedisSentinel(set), replicas()))
  test('through a sentinel client of ioredis', (t) => waits(t, () => ioredisSentinel(set), replicas()))

  test('and does not wait to refuse a delete or a login, nor for visitors, changes and touches', async (t) => {
    const store = await opened(t, () => ioredis(master().url))
    const address = await stored(store)
    replicas()[0]?.freeze()
    t.after(() => replicas()[0]?.thaw())
    const began = performance.now()
    assert.equal(await store.delete(address, 7), 'conflict')
    assert.equal(await store.replace(address, record({ principal: 'alice' }), 7, long, newWriteId()), 'conflict')
    assert.equal(await store.replace(newAddress(), record({ principal: 'alice' }), 1, long, newWriteId()), 'gone')
    assert.equal(await store.replace(address, record(), 1, { idleMs: 5000 }, newWriteId()), 'replaced')
    assert.equal(await store.touch(address, long), 'touched')
    assert.equal(await store.create(newAddress(), record(), long), 'created')
    assert.ok(performance.now() - began < 5000, 'each wait would take 10 s')
  })

  test('and does not bring a session back that is revoked while its login waits', async (t) => {
    const { client, close } = await ioredis(master().url)
    t.after(close)
    const store = new RedisStore({ client: removingBeforeSecondPass(client), waitForReplicas: patient })
    const visitor = record()
    const address = await stored(store, visitor)
    const writeId = newWriteId()
    const login = { ...next(visitor, writeId, '{}'), principal: 'alice' }
    assert.equal(await store.replace(address, login, 1, long, writeId), 'gone')
    assert.equal(await store.read(address), undefined)
    const other = newAddress()
    await assert.rejects(store.create(other, record({ principal: 'alice' }), long), { code: 'ERR_STORE_UNAVAILABLE' })
    assert.equal(await store.read(other), undefined)
  })

  test('and tells of a login that a failover has undone, so that it can be made again', async (t) => {
    const { client, close } = await ioredis(master().url)
    t.after(close)
    const visitor = record()
    const prefix = `test:${randomUUID()}:`
    const address = await stored(new RedisStore({ client, prefix }), visitor)
    const key = `${prefix}session:{${address}}`
    const old = await (client as Redis).getBuffer(key)
    const forgetful = actingBeforeSecondPass(client, () => (client as Redis).set(key, old ?? ''))
    const store = new RedisStore({ client: forgetful, prefix, waitForReplicas: patient })
    const writeId = newWriteId()
    const login = { ...next(visitor, writeId, '{}'), principal: 'alice' }
    assert.equal(await store.replace(address, login, 1, long, writeId), 'conflict')
    assert.equal((await store.read(address))?.record.principal, undefined)
  })

  test('and fails when the server goes away between the two passes', async (t) => {
    const { client, close } = await ioredis(master().url)
    t.after(close)
    const gone = actingBeforeSecondPass(client, async () => {
      throw new Error('READONLY now a replica')
    })
    const store = new RedisStore({ client: gone, waitForReplicas: patient })
    const address = await stored(store)
    await assert.rejects(store.delete(address), (error: Error) => /READONLY/.test(String(error.cause)))
  })

  test('for no longer than it may, says so, and then lets the connection alone for a while', async (t) => {
    const failures = heard(t, 'store-failure')
    const store = await opened(t, () => ioredis(master().url), { timeoutMs: 200 })
    const addresses = [await stored(store), await stored(store), await stored(store)]
    replicas()[0]?.freeze()
    t.after(() => replicas()[0]?.thaw())
    const began = performance.now()
    for (const address of addresses) assert.equal(await store.delete(address), 'deleted')
    assert.ok(performance.now() - began < 500, 'only the first has waited')
    assert.equal(failures.length, 3)
    const [{ error }] = failures as [{ error: Error }]
    assert.match(error.message, /delete a record, confirmed by 0 of 1 replicas within 200 ms/)
  })

  test('and fails where it must, though the session is gone', async (t) => {
    const store = await opened(t, () => ioredis(master().url), { timeoutMs: 50, required: true })
    const address = await stored(store)
    replicas()[0]?.freeze()
    t.after(() => replicas()[0]?.thaw())
    await assert.rejects(store.delete(address), { code: 'ERR_STORE_UNAVAILABLE', status: 503 })
    await assert.rejects(store.delete(address), { code: 'ERR_STORE_UNAVAILABLE' }, 'the repeated logout')
    assert.equal(await store.read(address), undefined)
    replicas()[0]?.thaw()
    await pause(100)
    assert.equal(await store.delete(address), 'gone')
  })

  test('as many as it is told to, also where there are not so many', async (t) => {
    const store = await opened(t, () => ioredis(master().url), { replicas: 2, timeoutMs: 50, required: true })
    const address = await stored(store)
    await assert.rejects(store.delete(address), { message: /confirmed by 1 of 2 replicas within 50 ms/ })
  })

  test('unless it is told not to', async (t) => {
    const failures = heard(t, 'store-failure')
    const store = await opened(t, () => ioredis(master().url), { replicas: 0 })
    const address = await stored(store)
    replicas()[0]?.freeze()
    t.after(() => replicas()[0]?.thaw())
    assert.equal(await store.delete(address), 'deleted')
    assert.deepEqual(failures, [])
  })
})

suite('waits for a replica in a Cluster', () => {
  let cluster: Awaited<ReturnType<typeof startRedisCluster>>
  before(async () => void (cluster = await startRedisCluster({ replicas: true })))
  after(() => cluster.stop())
  const nodes = () => cluster.nodes.slice(0, 3)
  const replicas = (): Server[] => cluster.nodes.slice(3) as Server[]

  test('through node-redis', (t) => waits(t, () => nodeRedisCluster(nodes()), replicas()))
  test('through ioredis', (t) => waits(t, () => ioredisCluster(nodes()), replicas()))
  test('through iovalkey', (t) => waits(t, () => iovalkeyCluster(nodes()), replicas()))
  test('through Valkey GLIDE', (t) => waits(t, () => glideCluster(nodes()), replicas()))

  test('and reads from the master, though the client may read from replicas', async (t) => {
    const store = await opened(t, () => ioredisCluster(nodes()))
    for (const replica of replicas()) replica.freeze()
    t.after(() => replicas().map((replica) => replica.thaw()))
    for (let round = 0; round < 30; round += 1) {
      const address = await stored(store)
      assert.equal((await store.read(address))?.version, 1)
    }
  })
})

test('brings no deleted session back, and keeps every login, when the replica takes over', async (t) => {
  const set = await startRedisSentinel()
  t.after(() => set.stop())
  const store = await opened(t, () => ioredisSentinel(set))
  const [kept, deleted] = [await several(store), await several(store)]
  const replica = new Redis(set.nodes[1]?.url ?? '')
  replica.on('error', () => {})
  t.after(() => replica.disconnect())
  await until(async () => (await replica.dbsize()) === kept.length + deleted.length)
  const logins = await Promise.all(Array.from({ length: 50 }, () => visitorLogsIn(store)))
  await Promise.all(deleted.map((address) => store.delete(address)))
  assert.equal(await store.principals.raiseEpoch('alice'), 1)
  await set.nodes[0]?.kill()
  await until(async () => (await set.master()) === set.nodes[1])
  for (const address of deleted) assert.equal(await store.read(address), undefined)
  for (const address of kept) assert.ok(await store.read(address))
  for (const address of logins) assert.equal((await store.read(address))?.record.principal, 'alice')
  assert.equal(await store.principals.epoch('alice'), 1)
  assert.equal(await store.delete(newAddress()), 'gone', 'with nobody left to wait for')
})

/** A client through which something happens between the two passes of a write. */
function actingBeforeSecondPass(client: RedisClient, act: () => Promise<unknown>): RedisClient {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      const sending = (...rest: unknown[]): unknown => Reflect.apply(member, target, rest)
      if (name !== 'pipeline') return sending
      const exec = (commands: unknown) => (sending(commands) as { exec(): Promise<unknown> }).exec()
      return (commands: unknown) => ({ exec: () => act().then(() => exec(commands)) })
    },
  })
}

function removingBeforeSecondPass(client: RedisClient): RedisClient {
  const redis = client as Redis
  const remove = async (): Promise<void> => void (await redis.del(await redis.keys('sekisho:session:*')))
  return actingBeforeSecondPass(client, remove)
}

function several(store: RedisStore): Promise<string[]> {
  return Promise.all(Array.from({ length: 50 }, () => stored(store)))
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await isSo()); waited += 50) {
    assert.ok(waited < 20_000, 'it never came to it')
    await pause(50)
  }
}
