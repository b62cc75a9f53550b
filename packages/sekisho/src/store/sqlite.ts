/**
 * Sessions in an SQLite database: for one machine, with as many processes as it runs.
 *
 * @module
 */
import { optionError } from '../errors.ts'
import { addressError, isAddress } from '../lib/address.ts'
import type {
  Awaitable,
  LeaseLock,
  Lifetime,
  NewLifetime,
  PrincipalIndex,
  SessionRecord,
  SessionStore,
  SessionTransfer,
  StoreCapabilities,
  StoredSession,
} from './contract.ts'
import { tableNames } from './sql/names.ts'
import { Database } from './sqlite/database.ts'
import type { SqliteHandle } from './sqlite/handle.ts'
import { SqliteLocks } from './sqlite/locks.ts'
import { checkedSettings, type SqliteSettings } from './sqlite/options.ts'
import { SqlitePrincipals } from './sqlite/principals.ts'
import { SqliteRecords } from './sqlite/records.ts'
import { schemaOf } from './sqlite/schema.ts'
import { Sweeper } from './sqlite/sweep.ts'
import { SqliteTransfer } from './sqlite/transfer.ts'

export type { SqliteHandle, SqliteStatement, SqliteValue } from './sqlite/handle.ts'
export type { SqliteSettings } from './sqlite/options.ts'
export {
  SqliteWorkerStore,
  type SqliteWorkerStoreInternals,
  type SqliteWorkerStoreOptions,
} from './sqlite/worker-store-node.ts'

/** Settings of a {@link SqliteStore}. */
export interface SqliteStoreOptions extends SqliteSettings {
  /** The open database, the store's own; see {@link SqliteHandle}. It stays open when the store is closed. */
  readonly database: SqliteHandle
  /** The clock, in epoch milliseconds (`Date.now`). All processes that use the database must agree about it. */
  readonly now?: () => number
}

/**
 * One row per session, in a database that the processes of one machine share. It answers at once, without promises, as
 * long as no other connection is writing; then writes wait in line without holding the event loop, and reads go on.
 *
 * @example
 * ```ts
 * const store = new SqliteStore({ database: new DatabaseSync('/var/lib/shop/sessions.db') })
 * await store.ensureSchema()
 * const sessions = defineSession({ store })
 * ```
 */
export class SqliteStore implements SessionStore {
  /** Shared by the processes of one machine; a database without a file ends with its connection. */
  readonly capabilities: StoreCapabilities
  /** What is text for the engine is bound and read as text. */
  readonly textual = true
  /** The sessions of each principal. */
  readonly principals: PrincipalIndex
  /** Leases on sessions. */
  readonly locks: LeaseLock
  /** All sessions, for copies. */
  readonly transfer: SessionTransfer

  readonly #database: Database
  readonly #records: SqliteRecords
  readonly #schema: string
  readonly #sweeper: Sweeper

  /**
   * Keeps nothing in the database yet, and asks it only whether it has a file.
   *
   * @param options Settings; a wrong one is refused here.
   */
  constructor(options: SqliteStoreOptions) {
    const settings = checkedSettings(options)
    const { now = Date.now } = options
    if (typeof now !== 'function') throw optionError('now', 'a function', now)
    const tables = tableNames(settings.prefix)
    const database = new Database(checkedHandle(options.database), settings)
    this.capabilities = Object.freeze({
      durable: database.hasFile ? settings.durability : 'no',
      shared: database.hasFile,
      fenced: true,
      sweeps: true,
    })
    this.principals = new SqlitePrincipals(database, tables, now)
    this.locks = new SqliteLocks(database, tables.locks, now)
    this.transfer = new SqliteTransfer(database, tables.sessions, now)
    this.#database = database
    this.#records = new SqliteRecords(database, tables.sessions, now)
    this.#schema = schemaOf(tables)
    this.#sweeper = new Sweeper({ database, tables, now, graceMs: settings.sweepGraceMs })
  }

  /** @returns The SQL that makes the tables, to read or to run by hand; running it again changes nothing. */
  schema(): string {
    return this.#schema
  }

  /** Makes the tables where they are missing, and sets the database to write-ahead logging. */
  async ensureSchema(): Promise<void> {
    await this.#database.define(this.#schema)
  }

  /**
   * @param lent The data may be text.
   * @returns The live record, or `undefined`; a row that is no record raises `rejected`.
   */
  read(address: string, lent = false): Awaitable<StoredSession | undefined> {
    if (!isAddress(address)) return undefined
    return this.#database.reading('read a record', () => this.#records.read(address, lent))
  }

  /** Writes a new record with version 1. */
  create(address: string, record: SessionRecord, lifetime: NewLifetime): Awaitable<'created' | 'exists'> {
    if (!isAddress(address)) throw addressError(address)
    return this.#database.writing('create a record', () => this.#records.create(address, record, lifetime))
  }

  /** Replaces a live record of exactly this version. */
  replace(
    address: string,
    record: SessionRecord,
    version: number,
    lifetime: Lifetime,
    writeId: string,
  ): Awaitable<'replaced' | 'conflict' | 'gone'> {
    if (!isAddress(address)) return 'gone'
    const write = { address, record, version, lifetime, writeId }
    return this.#database.writing('replace a record', () => this.#records.replace(write))
  }

  /** Moves the deadlines of a live record forward, never back. */
  touch(address: string, lifetime: Lifetime): Awaitable<'touched' | 'gone'> {
    if (!isAddress(address)) return 'gone'
    return this.#database.writing('touch a record', () => this.#records.touch(address, lifetime))
  }

  /** Removes a record, of this version where one is given. */
  delete(address: string, version?: number): Awaitable<'deleted' | 'conflict' | 'gone'> {
    if (!isAddress(address)) return 'gone'
    return this.#database.writing('delete a record', () => this.#records.delete(address, version))
  }

  /** Removes at most `limit` records that have been dead for `sweepGraceMs`, a few milliseconds at a time. */
  sweep(limit: number): Promise<number> {
    return this.#sweeper.sweep(limit)
  }

  /** Turns away whoever waits for the lock. The database stays open. */
  close(): void {
    this.#database.close()
  }
}

function checkedHandle(database: SqliteHandle): SqliteHandle {
  const isHandle =
    typeof database === 'object' &&
    database !== null &&
    typeof database.prepare === 'function' &&
    typeof database.exec === 'function'
  if (isHandle) return database
  throw optionError('database', 'an open database of node:sqlite, better-sqlite3 or bun:sqlite', database)
}
