/** Ours, with the stores in databases, each through the drivers that it takes. */
import type { SessionStore } from 'sekisho'
import { MysqlStore } from 'sekisho/store/mysql'
import { PostgresStore } from 'sekisho/store/postgres'
import { RedisStore } from 'sekisho/store/redis'
import { SqliteStore } from 'sekisho/store/sqlite'
import type { Awaitable, Contender } from '../contract.ts'
import { storedOverFetch, storedOverNode } from './sekisho-stored.ts'
import {
  callers,
  endMysql,
  endPg,
  ioredisClient,
  mysqlPool,
  newPrefix,
  nodeRedisClient,
  pgPool,
  removeKeys,
  sqliteFile,
  type SqliteDriver,
} from './store-parts.ts'

/** A store that is ready, and what removes what it kept. */
export interface OpenStore {
  readonly store: SessionStore
  remove(): Awaitable<void>
}

/** Opens a store in a new file. */
export async function openSqlite(driver: SqliteDriver): Promise<OpenStore> {
  const { database, remove } = sqliteFile(driver)
  const store = new SqliteStore({ database })
  await store.ensureSchema()
  return { store, remove }
}

/** Opens a store in new tables, through pg. */
export async function openPostgres(): Promise<OpenStore> {
  const [client, prefix] = [pgPool(), newPrefix()]
  const store = new PostgresStore({ client, prefix })
  await store.ensureSchema()
  return { store, remove: () => endPg(client, prefix) }
}

/** Opens a store in a new database, through mysql2. */
export async function openMariadb(): Promise<OpenStore> {
  const name = newPrefix()
  const client = await mysqlPool(name)
  const store = new MysqlStore({ client })
  await store.ensureSchema()
  return { store, remove: () => endMysql(client, name) }
}

/** Opens a store under a new prefix, through ioredis. */
export async function openIoredis(): Promise<OpenStore> {
  const [client, prefix] = [ioredisClient(), newPrefix()]
  return {
    store: new RedisStore({ client, prefix }),
    async remove() {
      await removeKeys(prefix)
      await client.quit()
    },
  }
}

/** Opens a store under a new prefix, through node-redis. */
export async function openNodeRedis(): Promise<OpenStore> {
  const [client, prefix] = [await nodeRedisClient(), newPrefix()]
  return {
    store: new RedisStore({ client, prefix }),
    async remove() {
      await removeKeys(prefix)
      await client.close()
    },
  }
}

export const sekishoNodeSqlite: Contender = {
  ...ours('sekisho, SqliteStore, node:sqlite', 'node:sqlite'),
  ...inProcess(() => openSqlite('node:sqlite')),
}

export const sekishoBetterSqlite: Contender = {
  ...ours('sekisho, SqliteStore, better-sqlite3', 'better-sqlite3'),
  ...inProcess(() => openSqlite('better-sqlite3')),
}

export const sekishoPostgres: Contender = {
  ...ours('sekisho, PostgresStore, pg', 'pg'),
  ...overNetwork('postgres', openPostgres),
}

export const sekishoMariadb: Contender = {
  ...ours('sekisho, MysqlStore, mysql2', 'mysql2'),
  ...overNetwork('mariadb', openMariadb),
}

export const sekishoIoredis: Contender = {
  ...ours('sekisho, RedisStore, ioredis', 'ioredis'),
  ...overNetwork('redis', openIoredis),
}

export const sekishoNodeRedis: Contender = {
  ...ours('sekisho, RedisStore, node-redis', 'node-redis'),
  ...overNetwork('redis', openNodeRedis),
}

function ours(name: string, family: Contender['family']): Pick<Contender, 'name' | 'family' | 'role' | 'server'> {
  return { name, family, role: 'ours', server: 'node' }
}

function inProcess(open: () => Promise<OpenStore>): Required<Pick<Contender, 'fetch' | 'node'>> {
  return {
    async fetch() {
      const { store, remove } = await open()
      return storedOverFetch(store, remove)
    },
    async node() {
      const { store, remove } = await open()
      return storedOverNode(store, remove)
    },
  }
}

/** Through one manner of calling only: what it is called through is in the tables of the families without a server. */
function overNetwork(
  needs: NonNullable<Contender['needs']>,
  open: () => Promise<OpenStore>,
): Pick<Contender, 'needs' | 'callers' | 'node'> {
  const { node } = inProcess(open)
  return { needs, callers, node }
}
