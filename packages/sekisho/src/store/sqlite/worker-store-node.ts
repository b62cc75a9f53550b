import { resolve } from 'node:path'
import { optionError } from '../../errors.ts'
import { addressError, isAddress } from '../../lib/address.ts'
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
} from '../contract.ts'
import { tableNames } from '../sql/names.ts'
import { checkedSettings, type SqliteSettings } from './options.ts'
import { schemaOf } from './schema.ts'
import { ThreadClient } from './thread-client-node.ts'
import { wholeNumber } from '../../lib/whole-number.ts'

/** Settings of a {@link SqliteWorkerStore}. */
export interface SqliteWorkerStoreOptions extends SqliteSettings {
  /** The path of the database; the file is created with mode 0600 when its directory exists. */
  readonly file: string
  /** How many calls may wait for the thread before `ERR_STORE_OVERLOADED` (1,000). */
  readonly maxWaiting?: number
}

/**
 * What only the store's own tests replace.
 *
 * @internal
 */
export interface SqliteWorkerStoreInternals {
  /** Shared memory with the time in its first element, in epoch milliseconds. */
  readonly clock?: Float64Array
}

/**
 * A `SqliteStore` in a thread of its own, which opens the database with node:sqlite: a slow disk, a checkpoint or another
 * process's lock never holds this thread's event loop. Each call costs a message there and back. A thread that dies fails
 * the calls that wait for it with `ERR_STORE_UNAVAILABLE`, and the next call starts another.
 *
 * @example
 * ```ts
 * const store = new SqliteWorkerStore({ file: '/var/lib/shop/sessions.db' })
 * await store.ensureSchema()
 * const sessions = defineSession({ store })
 * ```
 */
export class SqliteWorkerStore implements SessionStore {
  /** Shared by the processes of one machine. */
  readonly capabilities: StoreCapabilities
  /** The sessions of each principal. */
  readonly principals: PrincipalIndex
  /** Leases on sessions. */
  readonly locks: LeaseLock
  /** All sessions, for copies. */
  readonly transfer: SessionTransfer

  readonly #thread: ThreadClient
  readonly #schema: string

  /**
   * Starts no thread and opens no file yet.
   *
   * @param options Settings; a wrong one is refused here.
   * @param internals For the store's own tests.
   */
  constructor(options: SqliteWorkerStoreOptions, internals: SqliteWorkerStoreInternals = {}) {
    const settings = checkedSettings(options)
    const maxWaiting = wholeNumber('maxWaiting', options.maxWaiting ?? 1000, 1)
    const thread = new ThreadClient({ file: checkedFile(options.file), settings, clock: internals.clock }, maxWaiting)
    this.capabilities = Object.freeze({ durable: settings.durability, shared: true, fenced: true, sweeps: true })
    this.principals = principalsIn(thread)
    this.locks = locksIn(thread)
    this.transfer = transferIn(thread)
    this.#thread = thread
    this.#schema = schemaOf(tableNames(settings.prefix))
  }

  /** @returns The SQL that makes the tables, to read or to run by hand; running it again changes nothing. */
  schema(): string {
    return this.#schema
  }

  /** Makes the tables where they are missing, and sets the database to write-ahead logging. */
  ensureSchema(): Promise<void> {
    return this.#thread.call('ensureSchema')
  }

  /** @returns The live record, or `undefined`; a row that is no record raises `rejected`. */
  async read(address: string): Promise<StoredSession | undefined> {
    return isAddress(address) ? this.#thread.call('read', address) : undefined
  }

  /** Writes a new record with version 1. */
  async create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'> {
    if (!isAddress(address)) throw addressError(address)
    return this.#thread.call('create', address, posted(record), lifetime)
  }

  /** Replaces a live record of exactly this version. */
  async replace(
    address: string,
    record: SessionRecord,
    version: number,
    lifetime: Lifetime,
    writeId: string,
  ): Promise<'replaced' | 'conflict' | 'gone'> {
    if (!isAddress(address)) return 'gone'
    return this.#thread.call('replace', address, posted(record), version, lifetime, writeId)
  }

  /** Moves the deadlines of a live record forward, never back. */
  async touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'> {
    return isAddress(address) ? this.#thread.call('touch', address, lifetime) : 'gone'
  }

  /** Removes a record, of this version where one is given. */
  async delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'> {
    return isAddress(address) ? this.#thread.call('delete', address, version) : 'gone'
  }

  /** Removes at most `limit` records that have been dead for `sweepGraceMs`, a few milliseconds at a time. */
  sweep(limit: number): Promise<number> {
    return this.#thread.call('sweep', limit)
  }

  /** Closes the database and ends the thread, which turns away whoever waits for a lock. */
  close(): Promise<void> {
    return this.#thread.close()
  }
}

function principalsIn(thread: ThreadClient): PrincipalIndex {
  return {
    epoch: (principal) => thread.call('epoch', principal),
    raiseEpoch: (principal) => thread.call('raiseEpoch', principal),
    add: (principal, address, expiresInMs) => thread.call('add', principal, address, expiresInMs),
    remove: (principal, address) => thread.call('remove', principal, address),
    list: (principal) => thread.call('list', principal),
  }
}

function locksIn(thread: ThreadClient): LeaseLock {
  return {
    acquire: (address, owner, leaseMs) => thread.call('acquire', address, owner, leaseMs),
    renew: (address, owner, leaseMs) => thread.call('renew', address, owner, leaseMs),
    release: (address, owner) => thread.call('release', address, owner),
  }
}

function transferIn(thread: ThreadClient): SessionTransfer {
  return {
    estimate: () => thread.call('estimate'),
    scan: (cursor, limit) => thread.call('scan', cursor, limit),
    restore: (address, stored) => thread.call('restore', address, { ...stored, record: posted(stored.record) }),
  }
}

/** A message takes the whole memory along of which a payload shows a part, so it gets a copy of that part. */
function posted(record: SessionRecord): SessionRecord {
  return { ...record, payload: new Uint8Array(record.payload) }
}

function checkedFile(file: string): string {
  if (typeof file !== 'string' || file === '' || file.includes('\0') || file.startsWith(':')) {
    throw optionError('file', 'the path of a database file', file)
  }
  // Absolute, because the process may change its working directory before the thread opens it.
  return resolve(file)
}
