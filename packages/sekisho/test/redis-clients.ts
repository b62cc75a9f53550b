/**
 * The clients that the Redis store is tested through, connected to the servers that all tests share.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { GlideClient, GlideClusterClient, Logger } from '@valkey/valkey-glide'
import { Redis, Cluster } from 'ioredis'
import { Redis as Valkey, Cluster as ValkeyCluster } from 'iovalkey'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import type { RedisClient } from '../src/store/redis.ts'
import { redisCluster, redisSentinel, redisTls, redisUrl, type Address } from './services.ts'

/** A client, and how to end it, whether its server still runs or not. */
export interface Connected {
  readonly client: RedisClient
  close(): Promise<unknown>
}

/** A way to connect to the servers that are shared, or to others. */
export type Connect = () => Promise<Connected>

/** A sentinel, and the name of the master that it watches. */
export type SentinelAddress = Address & { readonly name: string }

/** A client of node-redis. */
export async function nodeRedis(url: string = redisUrl()): Promise<Connected> {
  const client = await createClient({ url }).on('error', ignored).connect()
  return { client, close: async () => client.destroy() }
}

/** A client of node-redis that speaks the older protocol. */
export async function nodeRedisResp2(url: string = redisUrl()): Promise<Connected> {
  const client = await createClient({ url, RESP: 2 }).on('error', ignored).connect()
  return { client, close: async () => client.destroy() }
}

/** A pool of node-redis. */
export async function nodeRedisPool(url: string = redisUrl()): Promise<Connected> {
  const client = createClientPool({ url }, { minimum: 1, maximum: 4 }).on('error', ignored)
  await client.connect()
  return { client, close: async () => client.destroy() }
}

/** A client of node-redis over TLS. */
export async function nodeRedisTls(): Promise<Connected> {
  const { url, ca } = redisTls()
  const socket = { tls: true as const, ca: readFileSync(ca) }
  const client = await createClient({ url, socket }).on('error', ignored).connect()
  return { client, close: async () => client.destroy() }
}

/** A cluster client of node-redis. */
export async function nodeRedisCluster(nodes: readonly Address[] = redisCluster()): Promise<Connected> {
  const rootNodes = nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` }))
  const client = await createCluster({ rootNodes }).on('error', ignored).connect()
  return { client, close: async () => client.destroy() }
}

/** A sentinel client of node-redis. */
export async function nodeRedisSentinel({ name, host, port }: SentinelAddress = redisSentinel()): Promise<Connected> {
  const client = await createSentinel({ name, sentinelRootNodes: [{ host, port }] })
    .on('error', ignored)
    .connect()
  return { client, close: async () => client.destroy() }
}

/** A client of ioredis. */
export async function ioredis(url: string = redisUrl()): Promise<Connected> {
  return closable(new Redis(url))
}

/** A client of ioredis that speaks the newer protocol, and gathers commands into pipelines. */
export async function ioredisResp3(url: string = redisUrl()): Promise<Connected> {
  return closable(new Redis(url, { protocol: 3, enableAutoPipelining: true }))
}

/** A cluster client of ioredis, which reads from replicas where a command allows it. */
export async function ioredisCluster(nodes: readonly Address[] = redisCluster()): Promise<Connected> {
  return closable(new Cluster([...nodes], { scaleReads: 'slave' }))
}

/** A client of ioredis that asks a sentinel. */
export async function ioredisSentinel({ name, host, port }: SentinelAddress = redisSentinel()): Promise<Connected> {
  return closable(new Redis({ name, sentinels: [{ host, port }] }))
}

/** A client of iovalkey. */
export async function iovalkey(url: string = redisUrl()): Promise<Connected> {
  return closable(new Valkey(url))
}

/** A cluster client of iovalkey. */
export async function iovalkeyCluster(nodes: readonly Address[] = redisCluster()): Promise<Connected> {
  return closable(new ValkeyCluster([...nodes]))
}

/** It writes every error reply to the terminal, also those that are awaited. */
Logger.init('off')

/** Its own 250 ms are not enough for a machine that runs everything at once. */
const glidePatience = { requestTimeout: 5000 }

/** A client of Valkey GLIDE. */
export async function glide(url: string = redisUrl()): Promise<Connected> {
  const { hostname: host, port } = new URL(url)
  const client = await GlideClient.createClient({ addresses: [{ host, port: Number(port) }], ...glidePatience })
  return { client, close: async () => client.close() }
}

/** A cluster client of Valkey GLIDE. */
export async function glideCluster(nodes: readonly Address[] = redisCluster()): Promise<Connected> {
  const client = await GlideClusterClient.createClient({ addresses: [...nodes], ...glidePatience })
  return { client, close: async () => client.close() }
}

interface Closable {
  on(event: 'error', listener: () => void): unknown
  disconnect(): void
}

function closable<C extends Closable & RedisClient>(client: C): Connected {
  client.on('error', ignored)
  return { client, close: async () => client.disconnect() }
}

/** Failures come out of the commands; without a listener they would end the process as well. */
function ignored(): void {}
