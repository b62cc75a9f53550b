/**
 * The stores that are grown, and how each gets a million sessions in reasonable time: one session that the engine has made
 * is copied to other addresses, by the database where it can. So the rows are as the store itself would have written them.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SessionStore, StoredSession } from 'sekisho/store'
import { FileStore } from 'sekisho/store/file'
import { MemoryStore } from 'sekisho/store/memory'
import { MysqlStore } from 'sekisho/store/mysql'
import { PostgresStore } from 'sekisho/store/postgres'
import { RedisStore } from 'sekisho/store/redis'
import { SqliteStore } from 'sekisho/store/sqlite'
import {
  callers,
  endMysql,
  endPg,
  ioredisClient,
  mysqlPool,
  newPrefix,
  pgPool,
  removeKeys,
} from '../contenders/store-parts.ts'
import type { Awaitable, DatabaseServer } from '../contract.ts'
import { temporaryDirectory } from '../temporary.ts'

/** A store that can be filled quickly. */
export interface GrowingStore {
  readonly store: SessionStore
  /** Copies a session to the addresses of the locators 1 to `count`, to end one millisecond after the other. */
  multiply(address: string, count: number): Awaitable<void>
  /** Removes everything. */
  remove(): Awaitable<void>
}

/** A kind of store. */
export interface GrowthCase {
  /** As the tables name it; also an argument of `--only`. */
  readonly name: string
  readonly needs?: DatabaseServer
  /** How many requests are under way at once. Those of one caller are measured by CPU time, those of several by the clock. */
  readonly callers: number
  /** How many sessions it is given at most. */
  readonly largest: number
  /** Whether dead sessions wait for a sweep. */
  readonly sweeps: boolean
  open(): Promise<GrowingStore>
}

const million = 1_000_000

/** All of them. */
export const growthCases: readonly GrowthCase[] = [
  { name: 'MemoryStore', callers: 1, largest: million, sweeps: true, open: memory },
  // A million files take minutes to make, and as long to remove.
  { name: 'FileStore', callers: 1, largest: 200_000, sweeps: true, open: file },
  { name: 'SqliteStore, node:sqlite', callers: 1, largest: million, sweeps: true, open: sqlite },
  { name: 'PostgresStore, pg', needs: 'postgres', callers, largest: million, sweeps: true, open: postgres },
  { name: 'MysqlStore, mysql2', needs: 'mariadb', callers, largest: million, sweeps: true, open: mariadb },
  { name: 'RedisStore, ioredis', needs: 'redis', callers, largest: million, sweeps: false, open: redis },
]

/** The first half of a token: 16 octets, here a number. */
export function locatorOf(number: number): Buffer {
  const locator = Buffer.alloc(16)
  locator.writeUInt32BE(number, 12)
  return locator
}

/** What a store files a session under. */
export function addressOf(locator: Uint8Array): string {
  return hash('sha256', locator, 'hex')
}

async function memory(): Promise<GrowingStore> {
  const store = new MemoryStore({ maxSessions: 2 * million, maxBytes: 2 ** 31, sweepGraceMs: 0 })
  return { store, multiply: (address, count) => restoreCopies(store, address, count), remove: () => undefined }
}

async function file(): Promise<GrowingStore> {
  const { directory, remove } = temporaryDirectory()
  const store = new FileStore({ directory: join(directory, 'sessions'), sweepGraceMs: 0 })
  return { store, multiply: (address, count) => restoreCopies(store, address, count), remove }
}

/** For stores without a language of their own. */
async function restoreCopies(store: MemoryStore | FileStore, address: string, count: number): Promise<void> {
  const stored = await store.read(address)
  if (stored === undefined) throw new Error('there is nothing to copy')
  for (let number = 1; number <= count; number += 1) {
    await store.transfer.restore(addressOf(locatorOf(number)), later(stored, number))
  }
}

function later(stored: StoredSession, ms: number): StoredSession {
  return { ...stored, idleDeadline: stored.idleDeadline + ms, absoluteDeadline: stored.absoluteDeadline + ms }
}

async function sqlite(): Promise<GrowingStore> {
  const { directory, remove } = temporaryDirectory()
  const database = new DatabaseSync(join(directory, 'sessions.db'))
  const store = new SqliteStore({ database, sweepGraceMs: 0 })
  await store.ensureSchema()
  database.function('address_of', (number) => addressOf(locatorOf(Number(number))))
  return {
    store,
    multiply(address, count) {
      // Sorted, because rows that come in the order of an index need no room for all of it.
      const copy =
        database.prepare(`WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
        INSERT INTO sekisho_sessions
          (address, version, created_at, idle_deadline, absolute_deadline, expires_at, fields, payload)
        SELECT address_of(n) AS copy, version, created_at, idle_deadline + n, absolute_deadline + n, expires_at + n, fields, payload
        FROM numbers, sekisho_sessions WHERE address = ? ORDER BY copy`)
      copy.run(count, address)
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    remove() {
      database.close()
      remove()
    },
  }
}

async function postgres(): Promise<GrowingStore> {
  const [client, prefix] = [pgPool(), newPrefix()]
  const store = new PostgresStore({ client, prefix, sweepGraceMs: 0 })
  await store.ensureSchema()
  const table = `${prefix}sessions`
  return {
    store,
    async multiply(address, count) {
      await client.query(
        `INSERT INTO ${table} (address, version, created_at, idle_deadline, absolute_deadline, fields, payload)
        SELECT encode(sha256(decode(lpad(to_hex(n), 32, '0'), 'hex')), 'hex'),
          version, created_at, idle_deadline + n, absolute_deadline + n, fields, payload
        FROM ${table}, generate_series(1, $1::integer) AS n WHERE address = $2`,
        [count, address],
      )
      // As the server does by itself, some time later.
      await client.query(`VACUUM ANALYZE ${table}`)
    },
    remove: () => endPg(client, prefix),
  }
}

async function mariadb(): Promise<GrowingStore> {
  const name = newPrefix()
  const client = await mysqlPool(name)
  const store = new MysqlStore({ client, sweepGraceMs: 0 })
  await store.ensureSchema()
  // As an administrator does: it bypasses the cache of the operating system, so its own must hold the data.
  await client.query('SET GLOBAL innodb_buffer_pool_size = 2147483648')
  return {
    store,
    async multiply(address, count) {
      await client.query(
        `INSERT INTO sekisho_sessions (address, version, created_at, idle_deadline, absolute_deadline, fields, payload)
        SELECT SHA2(UNHEX(LPAD(HEX(seq), 32, '0')), 256) AS copy,
          version, created_at, idle_deadline + seq, absolute_deadline + seq, fields, payload
        FROM sekisho_sessions, seq_1_to_${count} WHERE address = ? ORDER BY copy`,
        [address],
      )
      await client.query('ANALYZE TABLE sekisho_sessions')
    },
    remove: () => endMysql(client, name),
  }
}

/** So many commands are on their way to Redis at once. */
const pipelined = 10_000

async function redis(): Promise<GrowingStore> {
  const [client, prefix] = [ioredisClient(), newPrefix()]
  const store = new RedisStore({ client, prefix })
  return {
    store,
    async multiply(address, count) {
      const [key = ''] = await client.keys(`${prefix}*${address}*`)
      for (let from = 1; from <= count; from += pipelined) {
        const pipeline = client.pipeline()
        for (let number = from; number < from + pipelined && number <= count; number += 1) {
          pipeline.copy(key, key.replace(address, addressOf(locatorOf(number))))
        }
        await pipeline.exec()
      }
    },
    async remove() {
      await removeKeys(prefix)
      await client.quit()
    },
  }
}
