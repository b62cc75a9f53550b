import { optionError } from '../../errors.ts'
import { glideClusterLink, glideLink, type GlideClient } from './glide.ts'
import { ioredisClusterLink, ioredisLink, type IoredisClient, type IoredisCluster } from './ioredis.ts'
import type { Link } from './link.ts'
import {
  nodeRedisClusterLink,
  nodeRedisLink,
  nodeRedisSentinelLink,
  type NodeRedisClient,
  type NodeRedisCluster,
  type NodeRedisSentinel,
} from './node-redis.ts'

/** The kinds of client that the store can talk to. */
export type RedisClientKind =
  | 'node-redis'
  | 'node-redis-cluster'
  | 'node-redis-sentinel'
  | 'ioredis'
  | 'ioredis-cluster'
  | 'glide'
  | 'glide-cluster'

/** A connected client of node-redis 5 or 6 (client, pool, cluster, sentinel), ioredis 5 or 6, iovalkey, or Valkey GLIDE. */
export type RedisClient =
  | { sendCommand(...command: never[]): unknown; multi(...rest: never[]): unknown }
  | { callBuffer(...command: never[]): unknown; pipeline(...rest: never[]): unknown }
  | { customCommand(...command: never[]): unknown }

/** Each is cast to the members that its kind has; {@link kindOf} has looked at them. */
const links: Readonly<Record<RedisClientKind, (client: unknown) => Link>> = {
  'node-redis': (client) => nodeRedisLink(client as NodeRedisClient),
  'node-redis-cluster': (client) => nodeRedisClusterLink(client as NodeRedisCluster),
  'node-redis-sentinel': (client) => nodeRedisSentinelLink(client as NodeRedisSentinel),
  ioredis: (client) => ioredisLink(client as IoredisClient),
  'ioredis-cluster': (client) => ioredisClusterLink(client as IoredisCluster),
  glide: (client) => glideLink(client as GlideClient),
  'glide-cluster': (client) => glideClusterLink(client as GlideClient),
}

/**
 * @param client The user's client.
 * @param kind Its kind, where it cannot be told by its members.
 * @returns What the store needs of it.
 */
export function linkOf(client: unknown, kind: RedisClientKind | undefined): Link {
  if (kind !== undefined && !Object.hasOwn(links, kind)) {
    throw optionError('clientKind', `one of ${Object.keys(links).join(', ')}`, kind)
  }
  const found = kind ?? kindOf(client)
  if (found === undefined) {
    const clients = 'a client of node-redis (5 or later), ioredis, iovalkey or Valkey GLIDE'
    throw optionError('client', `${clients}, or wrapped with \`clientKind\` given`, client)
  }
  if (hasKeyPrefix(client)) {
    throw optionError(
      'client',
      "without a `keyPrefix`, which scans and hash slots do not know; use the store's `prefix`",
      client,
    )
  }
  return links[found](client)
}

/**
 * Told by members that only one kind has, never by the number of parameters, which wrappers change, and only for GLIDE by
 * the name of the class. ioredis has a `sendCommand` too, of another meaning, and is therefore asked first.
 */
function kindOf(client: unknown): RedisClientKind | undefined {
  if (typeof client !== 'object' || client === null) return undefined
  if (has(client, 'evalshaBuffer') && has(client, 'pipeline'))
    return has(client, 'nodes') ? 'ioredis-cluster' : 'ioredis'
  if (has(client, 'customCommand')) return client.constructor.name.includes('Cluster') ? 'glide-cluster' : 'glide'
  if (!has(client, 'sendCommand') || !has(client, 'multi')) return undefined
  if (has(client, 'nodeClient')) return 'node-redis-cluster'
  return has(client, 'getMasterNode') ? 'node-redis-sentinel' : 'node-redis'
}

function has(client: object, method: string): boolean {
  return typeof (client as Readonly<Record<string, unknown>>)[method] === 'function'
}

/** ioredis would put its prefix before the keys of scripts and not before the pattern of a scan. */
function hasKeyPrefix(client: unknown): boolean {
  const { options } = client as { readonly options?: { readonly keyPrefix?: unknown } | null }
  return Boolean(options?.keyPrefix)
}
