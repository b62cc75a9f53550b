/** Stores that are told by a few words of JSON, so that other processes can open them, too. */
import type { Cluster, Redis } from 'ioredis'
import type { SessionStore } from '../../src/store/contract.ts'
import { FileStore } from '../../src/store/file-node.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { MysqlStore } from '../../src/store/mysql.ts'
import { PostgresStore } from '../../src/store/postgres.ts'
import { RedisStore } from '../../src/store/redis.ts'
import { SqliteStore } from '../../src/store/sqlite.ts'

/** The stores there are, by what is behind them. */
export type StoreKind =
  | 'memory'
  | 'file'
  | 'sqlite'
  | 'postgres'
  | 'mysql'
  | 'redis'
  | 'redis-cluster'
  | 'redis-sentinel'

/** Which store, and where it is. */
export interface StoreDescription {
  readonly kind: StoreKind
  /** A folder, the file of a database, a URL, or `host:port` of nodes with commas between them. */
  readonly url: string
  /** The beginning of names of tables (and of keys), so that several stores can share a server. */
  readonly prefix: string
  /** How many connections a client of PostgreSQL or MariaDB has at most (default 4); the other clients have one. */
  readonly connections?: number
  /** Milliseconds for which PostgreSQL's client waits for a connection, a free one too (default 1000). */
  readonly queueMs?: number
  /** Milliseconds for which a dead record stays, where the store has that (default: the store's). */
  readonly sweepGraceMs?: number
}

/** An open store with the client that is its own. */
export interface OpenStore {
  readonly store: SessionStore
  /** Makes the tables, where there are tables to make. */
  prepare(): Promise<void>
  /** Closes the client; the store is closed already. */
  disconnect(): Promise<unknown>
}

/** Opens a store, with that driver alone. Nothing is asked of a server yet, so a server that is down is no obstacle. */
export function openStore(description: StoreDescription): Promise<OpenStore> {
  return openers[description.kind](description)
}

const openers: Readonly<Record<StoreKind, (description: StoreDescription) => Promise<OpenStore>>> = {
  memory: async (description) => plain(new MemoryStore(graceOf(description))),
  file: async ({ url, ...rest }) => plain(new FileStore({ directory: url, ...graceOf(rest) })),
  async sqlite({ url, prefix, ...rest }) {
    const { DatabaseSync } = await import('node:sqlite')
    const database = new DatabaseSync(url)
    const store = new SqliteStore({ database, prefix, ...graceOf(rest) })
    return { store, prepare: () => store.ensureSchema(), disconnect: async () => database.close() }
  },
  async postgres({ url, prefix, connections: max = 4, queueMs: connectionTimeoutMillis = 1_000, ...rest }) {
    const { default: pg } = await import('pg')
    const client = new pg.Pool({ connectionString: url, max, connectionTimeoutMillis })
    client.on('error', () => {})
    const store = new PostgresStore({ client, prefix, ...graceOf(rest) })
    return { store, prepare: () => store.ensureSchema(), disconnect: () => client.end() }
  },
  async mysql({ url, prefix, connections = 4, ...rest }) {
    const { default: mysql } = await import('mysql2/promise')
    const client = mysql.createPool({ uri: url, connectionLimit: connections, connectTimeout: 1_000 })
    const store = new MysqlStore({ client, prefix, ...graceOf(rest) })
    return { store, prepare: () => store.ensureSchema(), disconnect: () => client.end() }
  },
  async redis({ url, prefix, sweepGraceMs }) {
    const ioredis = await import('ioredis')
    return redisStore(new ioredis.Redis(url, impatient), prefix, sweepGraceMs)
  },
  async 'redis-cluster'({ url, prefix }) {
    const ioredis = await import('ioredis')
    const options = { clusterRetryStrategy: () => 100, redisOptions: impatient }
    return redisStore(new ioredis.Cluster(addresses(url), options), prefix)
  },
  async 'redis-sentinel'({ url, prefix }) {
    const ioredis = await import('ioredis')
    return redisStore(new ioredis.Redis({ sentinels: addresses(url), name: 'sekisho', ...impatient }), prefix)
  },
}

/** Settings of ioredis that bring it back soon after an outage. */
const impatient = { retryStrategy: () => 100, sentinelRetryStrategy: () => 100, connectTimeout: 1_000 }

function redisStore(client: Redis | Cluster, prefix: string, graceMs?: number): OpenStore {
  client.on('error', () => {})
  const store = new RedisStore({ client, prefix: `${prefix}:`, ...(graceMs === undefined ? {} : { graceMs }) })
  return { store, prepare: async () => {}, disconnect: async () => client.disconnect() }
}

function graceOf({ sweepGraceMs }: Pick<StoreDescription, 'sweepGraceMs'>): { sweepGraceMs?: number } {
  return sweepGraceMs === undefined ? {} : { sweepGraceMs }
}

function plain(store: SessionStore): OpenStore {
  return { store, prepare: async () => {}, disconnect: async () => {} }
}

function addresses(list: string): { host: string; port: number }[] {
  return list.split(',').map((address) => {
    const [host = '', port] = address.split(':')
    return { host, port: Number(port) }
  })
}
