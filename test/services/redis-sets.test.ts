import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { startRedis, startRedisCluster, startRedisSentinel, type Server } from '../../scripts/services.ts'

/** Asks until the answer is the wanted one, at most 20 s long. */
async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const giveUp = performance.now() + 20_000
  for (;;) {
    const answer = await ask()
    if (isWanted(answer)) return answer
    assert.ok(performance.now() < giveUp, 'what was waited for did not come')
    await pause(100)
  }
}

/** Lets go of a client when the test is over, however it ends. */
function connected<C extends { disconnect(): void }>(t: TestContext, client: C): C {
  t.after(() => client.disconnect())
  return client
}

const addressesOf = (servers: readonly Server[]) => servers.map(({ host, port }) => ({ host, port }))

describe('Redis with TLS', () => {
  test('answers those who trust its authority, and nobody else', async (t) => {
    const server = await startRedis({ tls: true })
    t.after(() => server.stop())
    const trusting = connected(t, new Redis(server.url, { tls: { ca: readFileSync(server.ca ?? '') } }))
    assert.equal(await trusting.ping(), 'PONG')
    const strict = connected(t, new Redis(server.url, { lazyConnect: true, retryStrategy: () => null }))
    const refused = new Promise<NodeJS.ErrnoException>((resolve) => strict.on('error', resolve))
    await assert.rejects(strict.connect())
    assert.equal((await refused).code, 'SELF_SIGNED_CERT_IN_CHAIN')
  })
})

describe('Redis with a limit of memory', () => {
  test('evicts by the policy it was given', async (t) => {
    const server = await startRedis({ maxmemory: '32mb', policy: 'allkeys-lru' })
    t.after(() => server.stop())
    const client = connected(t, new Redis(server.url))
    assert.deepEqual(await client.config('GET', 'maxmemory-policy'), ['maxmemory-policy', 'allkeys-lru'])
    assert.deepEqual(await client.config('GET', 'maxmemory'), ['maxmemory', '33554432'])
  })
})

describe('a Redis Cluster', () => {
  test('spreads keys over three masters', async (t) => {
    const cluster = await startRedisCluster()
    t.after(() => cluster.stop())
    const client = connected(t, new Cluster(addressesOf(cluster.nodes)))
    const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`)
    for (const key of keys) await client.set(key, key)
    for (const key of keys) assert.equal(await client.get(key), key)
    const counts = await Promise.all(client.nodes('master').map((node) => node.dbsize()))
    assert.equal(counts.length, 3)
    assert.ok(
      counts.every((count) => count > 0),
      `${counts}`,
    )
    assert.deepEqual(await cluster.masters(), cluster.nodes)
  })

  test('promotes the replica of a master that died, and takes it back as a replica', async (t) => {
    const cluster = await startRedisCluster({ replicas: true })
    t.after(() => cluster.stop())
    assert.deepEqual(await cluster.masters(), cluster.nodes.slice(0, 3))
    const [first, ...others] = cluster.nodes
    assert.ok(first !== undefined)
    await first.kill()
    const masters = await until(
      () => cluster.masters(),
      ({ length }) => length === 3,
    )
    assert.deepEqual(masters, [others[0], others[1], others[2]])
    await first.restart()
    assert.deepEqual(
      await until(
        () => cluster.masters(),
        (now) => !now.includes(first),
      ),
      masters,
    )
  })
})

describe('a Redis master with sentinels', () => {
  test('is found through a sentinel', async (t) => {
    const set = await startRedisSentinel()
    t.after(() => set.stop())
    assert.equal(await set.master(), set.nodes[0])
    const client = connected(t, new Redis({ sentinels: addressesOf(set.sentinels), name: set.name }))
    assert.equal(await client.set('key', 'value'), 'OK')
    assert.equal(await client.wait(1, 5_000), 1)
  })

  test('is succeeded by a replica when three sentinels find it dead', async (t) => {
    const set = await startRedisSentinel({ sentinels: 3, replicas: 2 })
    t.after(() => set.stop())
    const [first] = set.nodes
    assert.ok(first !== undefined)
    await first.kill()
    const next = await until(
      () => set.master(),
      (master) => master !== undefined && master !== first,
    )
    const client = connected(t, new Redis({ sentinels: addressesOf(set.sentinels), name: set.name }))
    assert.equal(await client.set('key', 'value'), 'OK')
    assert.deepEqual(await client.config('GET', 'port'), ['port', String(next?.port)])
  })
})
