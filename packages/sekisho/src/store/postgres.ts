/**
 * Sessions in PostgreSQL: for several machines, through the application's own client.
 *
 * @module
 */
import { optionError } from '../errors.ts'
import { addressError, isAddress } from '../lib/address.ts'
import type {
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
import { linkTo, type PgClient, type PostgresJs } from './postgres/clients.ts'
import { Database } from './postgres/database.ts'
import { PostgresLocks } from './postgres/locks.ts'
import { watchPool } from './postgres/pool.ts'
import { PostgresPrincipals } from './postgres/principals.ts'
import { Schema, type Durability } from './postgres/schema.ts'
import { Sessions } from './postgres/sessions.ts'
import { Sweeper } from './postgres/sweep.ts'
import { tablesOf } from './postgres/tables.ts'
import { PostgresTransfer } from './postgres/transfer.ts'
import { wholeNumber } from '../lib/whole-number.ts'

export type { PgClient, PgQuery, PostgresJs } from './postgres/clients.ts'

/** Settings of a {@link PostgresStore}. */
export interface PostgresStoreOptions {
  /**
   * A `Pool` or `Client` of pg, or the `sql` of postgres.js. It stays the application's: the store opens no connection and
   * closes none. It must lead to the primary server.
   */
  readonly client: PgClient | PostgresJs
  /** The beginning of every table's name, at most 32 lower-case letters, digits and `_` (`sekisho_`). */
  readonly prefix?: string
  /** The schema that the tables are in; absent: where the connection's `search_path` leads. */
  readonly schema?: string
  /**
   * Prepare each statement once per connection, under a name (`true`). `false` for a pooler between the application and the
   * server that cannot keep prepared statements; it costs a third to a half of the throughput.
   */
  readonly prepare?: boolean
  /** How many milliseconds a dead session is kept before `sweep` removes it (60,000). */
  readonly sweepGraceMs?: number
}

/**
 * One row per session. Every verb is one statement and one round trip, a transaction of its own, judged by the server's
 * clock; only a write that has lost a race to another one asks a second time.
 *
 * @example
 * ```ts
 * const store = new PostgresStore({ client: new pg.Pool({ connectionString: process.env.DATABASE_URL }) })
 * await store.ensureSchema()
 * const sessions = defineSession({ store })
 * ```
 */
export class PostgresStore implements SessionStore {
  /** The sessions of each principal. */
  readonly principals: PrincipalIndex
  /** Exclusive use of single sessions. */
  readonly locks: LeaseLock
  /** All sessions at once. */
  readonly transfer: SessionTransfer

  readonly #schema: Schema
  readonly #sessions: Sessions
  readonly #sweeper: Sweeper
  #durability: Durability = 'machine'

  /**
   * Sends nothing: see {@link PostgresStore.ensureSchema}.
   *
   * @param options Client and settings; a wrong one is refused here.
   */
  constructor(options: PostgresStoreOptions) {
    const { client, prefix = 'sekisho_', schema, prepare = true, sweepGraceMs = 60_000 } = options
    if (typeof prepare !== 'boolean') throw optionError('prepare', 'true or false', prepare)
    wholeNumber('sweepGraceMs', sweepGraceMs, 0)
    const tables = tablesOf(prefix, schema)
    const database = new Database(linkTo(client), prepare)
    this.principals = new PostgresPrincipals(database, tables.names)
    this.locks = new PostgresLocks(database, tables.names.locks)
    this.transfer = new PostgresTransfer(database, tables.names.sessions)
    this.#schema = new Schema(database, tables)
    this.#sessions = new Sessions(database, tables.names.sessions)
    this.#sweeper = new Sweeper(database, tables.names, sweepGraceMs)
    watchPool(client)
  }

  /**
   * Shared by all that reach the server. `durable` is `machine` as PostgreSQL comes; `ensureSchema` lowers it to `process`
   * when it finds `synchronous_commit` or `fsync` switched off.
   */
  get capabilities(): StoreCapabilities {
    return Object.freeze({ durable: this.#durability, shared: true, fenced: true, sweeps: true })
  }

  /** @returns The SQL that creates the tables where they are missing, for a migration; it may be run again. */
  schema(): string {
    return this.#schema.text()
  }

  /**
   * Creates the tables where they are missing and checks them where they are not. Any number of nodes may call it at once,
   * and one that may not create tables may call it when they are there. Rejects with `ERR_STORE_SETUP`.
   */
  async ensureSchema(): Promise<void> {
    this.#durability = await this.#schema.ensure()
  }

  /** @returns The live record, or `undefined`; a row that is no record raises `rejected`. */
  async read(address: string): Promise<StoredSession | undefined> {
    return isAddress(address) ? this.#sessions.read(address) : undefined
  }

  /** Writes a new record with version 1. */
  async create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'> {
    if (!isAddress(address)) throw addressError(address)
    return this.#sessions.create(address, record, lifetime)
  }

  /** Replaces a live record of exactly this version. */
  async replace(
    address: string,
    record: SessionRecord,
    version: number,
    lifetime: Lifetime,
    writeId: string,
  ): Promise<'replaced' | 'conflict' | 'gone'> {
    return isAddress(address) ? this.#sessions.replace(address, record, version, lifetime, writeId) : 'gone'
  }

  /** Moves the deadlines of a live record forward, never back. */
  async touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'> {
    return isAddress(address) ? this.#sessions.touch(address, lifetime) : 'gone'
  }

  /** Removes a record, of this version where one is given. */
  async delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'> {
    return isAddress(address) ? this.#sessions.delete(address, version) : 'gone'
  }

  /**
   * Removes at most `limit` records that have been dead for `sweepGraceMs`, the longest dead first, and expired index
   * entries and leases. It waits for nobody and makes nobody wait.
   */
  async sweep(limit: number): Promise<number> {
    return this.#sweeper.sweep(limit)
  }
}
