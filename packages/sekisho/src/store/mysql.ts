/**
 * Sessions in MariaDB or MySQL: for as many processes and machines as the database serves.
 *
 * @module
 */
import { addressError, isAddress } from '../lib/address.ts'
import type {
  Lifetime,
  NewLifetime,
  PrincipalIndex,
  LeaseLock,
  SessionRecord,
  SessionStore,
  SessionTransfer,
  StoreCapabilities,
  StoredSession,
} from './contract.ts'
import { executeOf, type MysqlCallbackClient, type MysqlClient } from './mysql/client.ts'
import { Database } from './mysql/database.ts'
import { MysqlLocks } from './mysql/locks.ts'
import { MysqlPrincipals } from './mysql/principals-node.ts'
import { Records } from './mysql/records.ts'
import { tableDefinitions, tableProbes } from './mysql/schema.ts'
import { Sweeper } from './mysql/sweep.ts'
import { MysqlTransfer } from './mysql/transfer.ts'
import { tableNames, type TableNames } from './sql/names.ts'
import { wholeNumber } from '../lib/whole-number.ts'

export type { MysqlCallbackClient, MysqlClient, MysqlStatement, MysqlValue } from './mysql/client.ts'

/** Settings of a {@link MysqlStore}. */
export interface MysqlStoreOptions {
  /**
   * A pool of `mysql2`, from `mysql2/promise` or with callbacks; it stays yours to end. A single connection does as well,
   * until it breaks. Its `FOUND_ROWS` flag, character set and time zone do not matter; `autocommit` must be on.
   */
  readonly client: MysqlClient | MysqlCallbackClient
  /** The beginning of each table's name (`'sekisho_'`): lower-case letters, digits and `_`. */
  readonly prefix?: string
  /** How many milliseconds a dead session is kept before `sweep` removes it (60,000). */
  readonly sweepGraceMs?: number
  /**
   * How many bytes one session may have; a larger one is refused with `ERR_STORE_FULL` (8,388,608, which is 8 MiB). Keep it
   * below the server's `max_allowed_packet`.
   */
  readonly maxRecordBytes?: number
}

/**
 * One row per session, written by single statements that compare the version and judge by the server's clock. It needs
 * InnoDB, and the four tables that {@link MysqlStore.ensureSchema} makes.
 *
 * @example
 * ```ts
 * import { createPool } from 'mysql2/promise'
 *
 * const store = new MysqlStore({ client: createPool('mysql://shop@db.example/shop') })
 * await store.ensureSchema()
 * const sessions = defineSession({ store })
 * ```
 */
export class MysqlStore implements SessionStore {
  /** Survives a crash of the machine where the server flushes its log at each commit, which is its default. */
  readonly capabilities: StoreCapabilities = Object.freeze({
    durable: 'machine',
    shared: true,
    fenced: true,
    sweeps: true,
  })
  /** The sessions of each principal. */
  readonly principals: PrincipalIndex
  /** Exclusive use of single sessions. */
  readonly locks: LeaseLock
  /** All sessions at once, for copies. */
  readonly transfer: SessionTransfer

  readonly #names: TableNames
  readonly #database: Database
  readonly #records: Records
  readonly #sweeper: Sweeper

  /**
   * Asks nothing of the server yet.
   *
   * @param options Settings; a wrong one is refused here.
   */
  constructor(options: MysqlStoreOptions) {
    const { client, prefix = 'sekisho_', sweepGraceMs = 60_000, maxRecordBytes = 8_388_608 } = options
    const names = tableNames(prefix)
    const database = new Database(executeOf(client))
    const records = new Records(database, names.sessions, wholeNumber('maxRecordBytes', maxRecordBytes, 1))
    this.#names = names
    this.#database = database
    this.#records = records
    this.#sweeper = new Sweeper(database, names, wholeNumber('sweepGraceMs', sweepGraceMs, 0))
    this.principals = new MysqlPrincipals(database, names)
    this.locks = new MysqlLocks(database, names.locks)
    this.transfer = new MysqlTransfer(database, records, names.sessions)
  }

  /** @returns The SQL that makes the tables where they are missing, for a migration of your own. */
  schema(): string {
    return tableDefinitions(this.#names)
      .map((definition) => `${definition};\n`)
      .join('\n')
  }

  /**
   * Makes the tables where they are missing, and checks that they have the store's columns; any number of processes may
   * call it at once. Rejects with `ERR_STORE_SETUP` and what mends it.
   */
  async ensureSchema(): Promise<void> {
    for (const sql of tableDefinitions(this.#names)) await this.#database.write({ does: 'make its tables', sql }, [])
    for (const sql of tableProbes(this.#names)) await this.#database.rows({ does: 'check its tables', sql }, [])
  }

  /** @returns The live record, or `undefined`; a row that is no record raises `rejected`. */
  read(address: string): Promise<StoredSession | undefined> {
    return isAddress(address) ? this.#records.read(address) : Promise.resolve(undefined)
  }

  /** Writes a new record with version 1. */
  async create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'> {
    if (!isAddress(address)) throw addressError(address)
    return this.#records.create(address, record, lifetime)
  }

  /** Replaces a live record of exactly this version. */
  async replace(
    address: string,
    record: SessionRecord,
    version: number,
    lifetime: Lifetime,
    writeId: string,
  ): Promise<'replaced' | 'conflict' | 'gone'> {
    return isAddress(address) ? this.#records.replace(address, { record, version, lifetime, writeId }) : 'gone'
  }

  /** Moves the deadlines of a live record forward, never back. */
  async touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'> {
    return isAddress(address) ? this.#records.touch(address, lifetime) : 'gone'
  }

  /** Removes a record, of this version where one is given. */
  async delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'> {
    if (!isAddress(address)) return 'gone'
    return version === undefined ? this.#records.delete(address) : this.#records.deleteVersion(address, version)
  }

  /** Removes at most `limit` records that have been dead for `sweepGraceMs`, the longest dead first, in small batches. */
  sweep(limit: number): Promise<number> {
    return this.#sweeper.sweep(limit)
  }
}
