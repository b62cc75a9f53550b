/**
 * Sessions in rows that are not ours: a table `(id, data)` of the user's, any connect/express-session store, or whatever
 * else can get, insert, update and delete. What such rows cannot do, their capabilities and one warning say.
 *
 * @module
 */
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
import type { Stamp } from './record-format.ts'
import { isSessionText } from './rows/companions.ts'
import { connectRows, type ConnectStore, type ConnectStoreOptions } from './rows/connect.ts'
import { RowChanges, type Decision } from './rows/changes.ts'
import type { Row, RowFormat, RowSession, RowStore } from './rows/contract.ts'
import { bodyOf, dueOf, endOf, envelope } from './rows/envelope.ts'
import { RowLocks } from './rows/locks.ts'
import { RowPrincipals } from './rows/principals.ts'
import { RowSweeper, type Inspected } from './rows/sweeper.ts'
import { RowTransfer, storedOf } from './rows/transfer.ts'
import { warnUnfenced } from './rows/warning.ts'
import { wholeNumber } from '../lib/whole-number.ts'
import { repeats } from './write-ids.ts'

export type { ListedRow, Row, RowFormat, RowSession, RowStore, RowVerbs } from './rows/contract.ts'
export type { ConnectStore, ConnectStoreOptions } from './rows/connect.ts'
export { sqlRows, type SqlRowsOptions } from './rows/sql.ts'

/** Settings of {@link rowSessions}. */
export interface RowSessionsOptions {
  /** How many milliseconds a dead session is kept before `sweep` removes it (60,000). */
  readonly sweepGraceMs?: number
}

/** Settings of {@link rowSessions} for data that is not text of our own. */
export interface FormattedRowSessionsOptions<D> extends RowSessionsOptions {
  /** How a session lies in a row's data. */
  readonly format: RowFormat<D>
  /** The id of the row of a session, `undefined` for an address that names none (the first `idLength` digits). */
  readonly id?: (address: string) => string | undefined
}

/**
 * A session store over rows. It keeps version and times with the record in the data, and compares and swaps by whatever
 * means the rows offer; where they offer none and several processes use them, it warns once.
 *
 * @example
 * ```ts
 * const rows = sqlRows({
 *   query: (sql, params) => pool.query(sql, params),
 *   placeholder: '$1',
 *   insert: 'INSERT INTO sessions (id, data) VALUES (%s, %s)',
 *   select: 'SELECT data FROM sessions WHERE id = %s',
 *   update: 'UPDATE sessions SET data = %s WHERE id = %s',
 * })
 * const sessions = defineSession({ store: rowSessions(rows) })
 * ```
 */
export function rowSessions(rows: RowStore, options?: RowSessionsOptions): RowSessions<string>
export function rowSessions<D>(rows: RowStore<D>, options: FormattedRowSessionsOptions<D>): RowSessions<D>
export function rowSessions(
  rows: RowStore,
  options: RowSessionsOptions & Partial<FormattedRowSessionsOptions<string>> = {},
): RowSessions<string> {
  const { idLength = 64 } = rows
  if (!Number.isInteger(idLength) || idLength < 32 || idLength > 64) {
    throw optionError('idLength', 'a whole number from 32 to 64', idLength)
  }
  const { sweepGraceMs = 60_000, format, id } = options
  wholeNumber('sweepGraceMs', sweepGraceMs, 0)
  const changes = new RowChanges(rows)
  if (!changes.isFenced) warnUnfenced(rows)
  // Where an entry can be lost, `revokeAll` would end fewer sessions than it says, and a lock would keep nobody out.
  const hasCompanions = changes.isFenced && format === undefined
  const idOf = id ?? ((address) => (isAddress(address) ? address.slice(0, idLength) : undefined))
  return new RowSessions({
    changes,
    sweepGraceMs,
    principals: hasCompanions ? new RowPrincipals(changes, idLength) : undefined,
    locks: hasCompanions ? new RowLocks(changes, idLength) : undefined,
    idOf,
    format: format ?? envelope,
    inspect: format === undefined ? inspectEnvelope : (row, now) => inspected(format.decode(row, now)),
    isListable: id === undefined && idLength === 64,
  })
}

/**
 * Sessions in any store that was written for connect or express-session. Such a store has no version to compare and creates
 * what it should only change, so it is safe within one process only; see {@link ConnectStoreOptions.shared}. Dead rows are
 * dropped by the store itself, which is told each session's end.
 *
 * @example
 * ```ts
 * const store = fromConnectStore(new RedisStore({ client, prefix: 'shop:' }))
 * ```
 */
export function fromConnectStore(store: ConnectStore, options: ConnectStoreOptions = {}): RowSessions<string> {
  return rowSessions(connectRows(store, options))
}

/**
 * What {@link rowSessions} puts together.
 *
 * @internal
 */
export interface RowSessionsParts<D> {
  /** The rows, and how they are changed. */
  readonly changes: RowChanges<D>
  /** How a session lies in a row. */
  readonly format: RowFormat<D>
  /** The id of a session's row. */
  readonly idOf: (address: string) => string | undefined
  /** What a sweep must know of a row. */
  readonly inspect: (row: Row<D>, now: number) => Inspected | undefined
  /** The index, where no entry can be lost. */
  readonly principals: PrincipalIndex | undefined
  /** The leases, where none can be lost. */
  readonly locks: LeaseLock | undefined
  /** How long a dead row is spared. */
  readonly sweepGraceMs: number
  /** Whether the id of a row is the address of its session. */
  readonly isListable: boolean
}

/** A {@link SessionStore} over a {@link RowStore}; made by {@link rowSessions}. */
export class RowSessions<D> implements SessionStore {
  /** What the rows allow. */
  readonly capabilities: StoreCapabilities
  /** The sessions of each principal, where no entry can be lost. */
  declare readonly principals?: PrincipalIndex
  /** Exclusive use of single sessions, where no lease can be lost. */
  declare readonly locks?: LeaseLock
  /** All sessions at once, where the rows can be listed and counted. */
  declare readonly transfer?: SessionTransfer

  readonly #parts: RowSessionsParts<D>
  readonly #sweeper: RowSweeper<D>

  /** @internal */
  constructor(parts: RowSessionsParts<D>) {
    const { changes, principals, locks, format, isListable } = parts
    const { rows, isFenced } = changes
    this.#parts = parts
    this.#sweeper = new RowSweeper({ changes, graceMs: parts.sweepGraceMs, inspect: parts.inspect })
    this.capabilities = Object.freeze({
      durable: rows.durable,
      shared: rows.shared,
      fenced: isFenced,
      sweeps: rows.list !== undefined || rows.expire !== undefined,
    })
    if (principals !== undefined) this.principals = principals
    if (locks !== undefined) this.locks = locks
    if (!isListable || rows.list === undefined || rows.count === undefined) return
    this.transfer = new RowTransfer({ changes, live: (row, now) => this.#live(row, now), encode: format.encode })
  }

  /** Finds out whether the rows can be used, so that a server can refuse to start; otherwise the first use does. */
  async ready(): Promise<void> {
    await this.#parts.changes.rows.ready?.()
  }

  /** @returns The live record, or `undefined`; data that is no record raises `rejected`. */
  async read(address: string): Promise<StoredSession | undefined> {
    const { changes, format, idOf } = this.#parts
    const id = idOf(address)
    const row = id === undefined ? undefined : await changes.rows.get(id)
    if (row === undefined) return undefined
    const now = await changes.now()
    const session = format.decode(row, now)
    if (session === undefined) channels.rejected.publish({ reason: 'malformed-record', address })
    else if (now < dueOf(session.stamp)) return storedOf(session, now)
    else channels.expired.publish({ address })
    return undefined
  }

  /** Writes a new record with version 1. */
  async create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'> {
    const id = this.#parts.idOf(address)
    if (id === undefined) throw addressError(address)
    return this.#parts.changes.change<'created' | 'exists'>(id, (row, now) => {
      const live = this.#live(row, now)
      if (live !== undefined) return { answer: repeats(record, live.record) ? 'created' : 'exists' }
      const [idleDeadline, absoluteDeadline] = [now + lifetime.idleMs, now + lifetime.absoluteMs]
      const stamp = { version: 1, createdAt: now, idleDeadline, absoluteDeadline }
      return this.#written('created', { record, stamp }, row, now)
    })
  }

  /** Replaces a live record of exactly this version. */
  replace(
    address: string,
    record: SessionRecord,
    version: number,
    lifetime: Lifetime,
    writeId: string,
  ): Promise<'replaced' | 'conflict' | 'gone'> {
    return this.#change<'replaced' | 'conflict'>(address, ({ record: stored, stamp }, row, now) => {
      if (stamp.version !== version) return { answer: stored.writeIds.includes(writeId) ? 'replaced' : 'conflict' }
      const { absoluteMs } = lifetime
      const absoluteDeadline = absoluteMs === undefined ? stamp.absoluteDeadline : now + absoluteMs
      const next = { ...prolonged(stamp, lifetime, now), version: version + 1, absoluteDeadline }
      return this.#written('replaced', { record, stamp: next }, row, now)
    })
  }

  /** Moves the deadlines of a live record forward, never back. */
  touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'> {
    return this.#change<'touched'>(address, ({ record, stamp }, row, now) =>
      this.#written('touched', { record, stamp: prolonged(stamp, lifetime, now) }, row, now),
    )
  }

  /** Removes a record, of this version where one is given. */
  delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'> {
    return this.#change<'deleted' | 'conflict'>(address, ({ stamp }) => {
      const isOther = version !== undefined && stamp.version !== version
      return isOther ? { answer: 'conflict' } : { answer: 'deleted', act: 'remove' }
    })
  }

  /** Removes dead records, where the rows can be listed or expired; 0 where they cannot. */
  sweep(limit: number): Promise<number> {
    return this.#sweeper.sweep(limit)
  }

  /** Closes the row store, where it can be closed. */
  async close(): Promise<void> {
    await this.#parts.changes.rows.close?.()
  }

  /** Changes a live session. */
  async #change<A>(
    address: string,
    decide: (session: RowSession, row: Row<D>, now: number) => Decision<D, A>,
  ): Promise<A | 'gone'> {
    const id = this.#parts.idOf(address)
    if (id === undefined) return 'gone'
    return this.#parts.changes.change<A | 'gone'>(id, (row, now) => {
      const live = this.#live(row, now)
      return row === undefined || live === undefined ? { answer: 'gone' } : decide(live, row, now)
    })
  }

  #written<A>(answer: A, session: RowSession, before: Row<D> | undefined, now: number): Decision<D, A> {
    const data = this.#parts.format.encode(session, before)
    return { answer, act: 'write', data, dueMs: dueOf(session.stamp) - now }
  }

  #live(row: Row<D> | undefined, now: number): RowSession | undefined {
    const session = row === undefined ? undefined : this.#parts.format.decode(row, now)
    return session !== undefined && now < dueOf(session.stamp) ? session : undefined
  }
}

/** Deadlines moved forward, never back. */
function prolonged(stamp: Stamp, { idleMs, absoluteMs = -Infinity }: Lifetime, now: number): Stamp {
  const idleDeadline = Math.max(stamp.idleDeadline, now + idleMs)
  return { ...stamp, idleDeadline, absoluteDeadline: Math.max(stamp.absoluteDeadline, now + absoluteMs) }
}

function inspectEnvelope({ data }: Row): Inspected | undefined {
  const end = endOf(data)
  return end === undefined ? undefined : { end, isSession: isSessionText(bodyOf(data) ?? '') }
}

function inspected(session: RowSession | undefined): Inspected | undefined {
  return session === undefined ? undefined : { end: dueOf(session.stamp), isSession: true }
}
