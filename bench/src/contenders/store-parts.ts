/** What the contenders over a database share: its clients, and names that nobody else uses. */
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import mysql, { type Pool as MysqlPool } from 'mysql2/promise'
import pg from 'pg'
import { createClient } from 'redis'
import type { SqliteHandle } from 'sekisho/store/sqlite'
import { serverUrl } from '../servers.ts'
import { temporaryDirectory } from '../temporary.ts'

/** How many requests are under way at once, and connections of a pool: nobody waits for a connection. */
export const callers = 8

/** The drivers of SQLite. */
export type SqliteDriver = 'node:sqlite' | 'better-sqlite3'

/** An SQLite database in a file of its own. */
export interface SqliteFile {
  readonly database: SqliteHandle
  remove(): void
}

type OpenSqlite = new (file: string) => SqliteHandle & { close(): void }

const require = createRequire(import.meta.url)

/** Opens a new SQLite database. */
export function sqliteFile(driver: SqliteDriver): SqliteFile {
  const { directory, remove } = temporaryDirectory()
  const database = new (sqliteConstructor(driver))(join(directory, 'sessions.db'))
  return {
    database,
    remove() {
      database.close()
      remove()
    },
  }
}

/** Loaded only when it is wanted: one of them is native code. */
function sqliteConstructor(driver: SqliteDriver): OpenSqlite {
  if (driver === 'better-sqlite3') return require(driver) as OpenSqlite
  return (require(driver) as { DatabaseSync: OpenSqlite }).DatabaseSync
}

/** A beginning for the names of tables and keys. */
export function newPrefix(): string {
  return `bench_${randomBytes(6).toString('hex')}_`
}

/** A pool of pg. */
export function pgPool(): pg.Pool {
  return new pg.Pool({ connectionString: serverUrl('postgres'), max: callers })
}

/** Drops the tables of this prefix and ends the pool. */
export async function endPg(pool: pg.Pool, prefix: string): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    'SELECT tablename AS name FROM pg_tables WHERE tablename LIKE $1',
    [`${prefix.replaceAll('_', '\\_')}%`],
  )
  for (const { name } of rows) await pool.query(`DROP TABLE ${name}`)
  await pool.end()
}

/** A pool of mysql2 in a new database of this name. */
export async function mysqlPool(name: string): Promise<MysqlPool> {
  const connection = await mysql.createConnection(serverUrl('mariadb'))
  await connection.query(`CREATE DATABASE ${name}`)
  await connection.end()
  return mysql.createPool({ uri: new URL(name, serverUrl('mariadb')).href, connectionLimit: callers })
}

/** Drops the database of this name and ends the pool. */
export async function endMysql(pool: MysqlPool, name: string): Promise<void> {
  await pool.query(`DROP DATABASE ${name}`)
  await pool.end()
}

/** A connection of ioredis. */
export function ioredisClient(): Redis {
  return new Redis(serverUrl('redis'))
}

/** A client of node-redis, as its own factory types it. */
export type NodeRedis = ReturnType<typeof createClient>

/** A connection of node-redis. */
export async function nodeRedisClient(): Promise<NodeRedis> {
  const client: NodeRedis = createClient({ url: serverUrl('redis') })
  await client.connect()
  return client
}

/** Removes the keys of this prefix. */
export async function removeKeys(prefix: string): Promise<void> {
  const client = ioredisClient()
  // Step by step, because others use the server too.
  const found = client.scanStream({ match: `${prefix}*`, count: 1000 }) as AsyncIterable<string[]>
  for await (const keys of found) if (keys.length > 0) await client.unlink(...keys)
  await client.quit()
}
