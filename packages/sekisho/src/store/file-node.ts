/**
 * Sessions in files: for one machine, with as many processes as it runs.
 *
 * @module
 */
import { resolve } from 'node:path'
import { optionError } from '../errors.ts'
import { addressError, isAddress } from '../lib/address.ts'
import { channels } from '../lib/events-node.ts'
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
import { storeFault } from './file/faults-node.ts'
import { nodeFileSystem, type FileSystem } from './file/fs-node.ts'
import { Home } from './file/home-node.ts'
import { FileLeases } from './file/leases-node.ts'
import { Leftovers } from './file/leftovers-node.ts'
import { FileLocks } from './file/lock-node.ts'
import { FilePrincipals } from './file/principals-node.ts'
import { RecordFiles } from './file/record-files-node.ts'
import { Staging, writing } from './file/staging-node.ts'
import { Sweeper } from './file/sweep-node.ts'
import { FileTransfer } from './file/transfer-node.ts'
import { RecordWriter } from './file/writer-node.ts'
import { wholeNumber } from '../lib/whole-number.ts'

/** Settings of a {@link FileStore}. */
export interface FileStoreOptions {
  /**
   * The directory, the store's own: created with mode 0700 when it is missing, as are its parents. It must belong to the
   * process's user, or to root with one of the process's groups, and be closed to everybody else.
   */
  readonly directory: string
  /**
   * What an acknowledged write survives (`'process'`): a crash of the process, or of the `'machine'`, which costs several
   * waits for the disk per write.
   */
  readonly durability?: 'process' | 'machine'
  /**
   * Accept a directory on NFS, SMB and the like (`false`). Their locks and renames do not keep the store's promises when
   * several machines use them.
   */
  readonly allowNetworkFileSystem?: boolean
  /** How many milliseconds to wait for the lock of a record before `ERR_STORE_LOCKED` (1,000). */
  readonly lockTimeoutMs?: number
  /** How many milliseconds a dead session is kept before `sweep` removes it (60,000). */
  readonly sweepGraceMs?: number
  /** How many bytes one session may have in its file; larger files are not read (16,777,216, which is 16 MiB). */
  readonly maxRecordBytes?: number
  /** The clock, in epoch milliseconds (`Date.now`). All processes that share the directory must agree about it. */
  readonly now?: () => number
}

/**
 * What only the store's own tests replace.
 *
 * @internal
 */
export interface FileStoreInternals {
  /** The file system. */
  readonly fs?: FileSystem
  /** From what age in milliseconds on a lock is broken although its holder may live (10,000). */
  readonly lockMaxAgeMs?: number
}

/**
 * One file per session, sharded, replaced atomically under a lock between processes. A reader never sees half a record,
 * a process that is killed at any point leaves either the old record or the new one, and its locks do not outlive it.
 *
 * @example
 * ```ts
 * const store = new FileStore({ directory: '/var/lib/shop/sessions' })
 * await store.ready()
 * const sessions = defineSession({ store })
 * ```
 */
export class FileStore implements SessionStore {
  /** Shared by the processes of one machine. */
  readonly capabilities: StoreCapabilities
  /** What is text for the engine is written and lent as text. */
  readonly textual = true
  /** The sessions of each principal. */
  readonly principals: PrincipalIndex
  /** Exclusive use of single sessions. */
  readonly locks: LeaseLock
  /** All sessions at once. */
  readonly transfer: SessionTransfer

  readonly #home: Home
  readonly #files: RecordFiles
  readonly #writer: RecordWriter
  readonly #sweeper: Sweeper
  readonly #now: () => number

  /**
   * Touches no file: see {@link FileStore.ready}.
   *
   * @param options Settings; a wrong one is refused here.
   * @param internals For the store's own tests.
   */
  constructor(options: FileStoreOptions, internals: FileStoreInternals = {}) {
    const settings = checked(options)
    const { directory, allowNetworkFileSystem, now } = settings
    const home = new Home({ fs: internals.fs ?? nodeFileSystem, directory, allowNetworkFileSystem })
    const locks = new FileLocks(home, {
      timeoutMs: settings.lockTimeoutMs,
      maxAgeMs: internals.lockMaxAgeMs ?? 10_000,
      oneMachine: !allowNetworkFileSystem,
    })
    const staging = new Staging(home, settings.durability)
    const files = new RecordFiles(home, staging, settings.maxRecordBytes)
    const principals = new FilePrincipals({ home, locks, staging, now })
    const leases = new FileLeases({ home, locks, staging: new Staging(home, 'process'), now })
    const leftovers = new Leftovers(home, locks)
    const writer = new RecordWriter({ locks, files, staging, now })
    this.capabilities = Object.freeze({ durable: settings.durability, shared: true, fenced: true, sweeps: true })
    this.principals = principals
    this.locks = leases
    this.transfer = new FileTransfer({ home, files, writer, now })
    this.#home = home
    this.#files = files
    this.#writer = writer
    const graceMs = settings.sweepGraceMs
    this.#sweeper = new Sweeper({ home, locks, files, principals, leases, leftovers, now, graceMs })
    this.#now = now
  }

  /**
   * Creates and checks the directory now, so that a server can refuse to start; otherwise the first use does. Rejects with
   * `ERR_STORE_SETUP` and the command that mends it.
   */
  async ready(): Promise<void> {
    await writing(this.#home, 'prepare its directory', async () => {
      this.#home.prepare()
      this.#home.desk()
    })
  }

  /** @returns The live record, or `undefined`; a file that is no record raises `rejected`. */
  read(address: string, lent = false): StoredSession | undefined {
    if (!isAddress(address)) return undefined
    try {
      const found = this.#files.read(address, lent)
      if (found === undefined) return undefined
      const now = this.#now()
      if (now < found.due) {
        const { record, stamp } = found
        const { version, createdAt, idleDeadline, absoluteDeadline } = stamp
        return { record, version, now, createdAt, idleDeadline, absoluteDeadline }
      }
      channels.expired.publish({ address })
      return undefined
    } catch (error) {
      throw storeFault('read a record', error)
    }
  }

  /** Writes a new record with version 1. */
  async create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'> {
    if (!isAddress(address)) throw addressError(address)
    return writing(this.#home, 'create a record', () => this.#writer.create(address, record, lifetime))
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
    const replacement = { record, version, lifetime, writeId }
    return writing(this.#home, 'replace a record', () => this.#writer.replace(address, replacement))
  }

  /** Moves the deadlines of a live record forward, never back. */
  async touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'> {
    if (!isAddress(address)) return 'gone'
    return writing(this.#home, 'touch a record', () => this.#writer.touch(address, lifetime))
  }

  /** Removes a record, of this version where one is given. */
  async delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'> {
    if (!isAddress(address)) return 'gone'
    return writing(this.#home, 'delete a record', () => this.#writer.delete(address, version))
  }

  /** Removes at most `limit` records that have been dead for `sweepGraceMs`, without holding the event loop for long. */
  async sweep(limit: number): Promise<number> {
    try {
      return await this.#sweeper.sweep(limit)
    } catch (error) {
      throw storeFault('sweep', error)
    }
  }

  /** Removes what belongs to this process alone; the sessions stay. */
  close(): void {
    this.#home.close()
  }
}

function checked(options: FileStoreOptions): Required<FileStoreOptions> {
  const { directory, durability = 'process', allowNetworkFileSystem = false, now = Date.now } = options
  if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
    throw optionError('directory', 'the path of a directory', directory)
  }
  if (durability !== 'process' && durability !== 'machine') {
    throw optionError('durability', "'process' or 'machine'", durability)
  }
  if (typeof allowNetworkFileSystem !== 'boolean') {
    throw optionError('allowNetworkFileSystem', 'true or false', allowNetworkFileSystem)
  }
  if (typeof now !== 'function') throw optionError('now', 'a function', now)
  return {
    // Absolute, because the process may change its working directory.
    directory: resolve(directory),
    durability,
    allowNetworkFileSystem,
    now,
    lockTimeoutMs: wholeNumber('lockTimeoutMs', options.lockTimeoutMs ?? 1000, 0),
    sweepGraceMs: wholeNumber('sweepGraceMs', options.sweepGraceMs ?? 60_000, 0),
    maxRecordBytes: wholeNumber('maxRecordBytes', options.maxRecordBytes ?? 16_777_216, 1),
  }
}
