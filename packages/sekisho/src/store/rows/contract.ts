/**
 * What rows must be able to do that are not ours: an id, opaque data, and little else. {@link rowSessions} makes sessions
 * of them.
 *
 * @module
 */
import type { Awaitable, SessionRecord, StoreCapabilities } from '../contract.ts'
import type { Stamp } from '../record-format.ts'

/** A row as read. */
export interface Row<D = string> {
  /** What was last written. */
  readonly data: D
  /** When it was last written, epoch milliseconds, where the row store knows: for formats that keep no times in the data. */
  readonly changedAt?: number
  /** When the row store will drop it, epoch milliseconds, where it knows: for formats that keep no times in the data. */
  readonly expiresAt?: number
}

/** A row with its id. */
export interface ListedRow<D = string> extends Row<D> {
  /** The id it was inserted under. */
  readonly id: string
}

/** The verbs that every row store has. A thrown error means that the row store failed, and nothing else. */
export interface RowVerbs<D = string> {
  /** @returns The row, or `undefined` when there is none. */
  get(id: string): Awaitable<Row<D> | undefined>
  /**
   * Adds a row.
   *
   * @param dueMs Milliseconds from now until nobody wants the row any more, `Infinity` for never: for row stores that drop
   * rows by themselves.
   * @returns `false`, and nothing is written, when the id is taken.
   */
  insert(id: string, data: D, dueMs: number): Awaitable<boolean>
  /** Writes new data and a new end. @returns `false`, and nothing is written, when there is no such row. */
  update(id: string, data: D, dueMs: number): Awaitable<boolean>
  /** Removes a row. @returns Whether there was one. */
  delete(id: string): Awaitable<boolean>
}

/**
 * Rows that somebody else owns: a table of the user's, a store of another library. The weakest thing that sessions can be
 * kept in; what it offers beyond the four verbs decides what can be guaranteed:
 *
 * - `updateIf` and `deleteIf`, or `withLock`: nothing is lost between processes (`capabilities.fenced`).
 * - Neither: nothing is lost within one process. Where `shared` says that there are several, a warning names the rest.
 * - `list`: dead rows are swept, and with `count` sessions can be copied.
 */
export interface RowStore<D = string> extends RowVerbs<D> {
  /** What an acknowledged write survives. */
  readonly durable: StoreCapabilities['durable']
  /** Whether several processes use the rows. */
  readonly shared: boolean
  /** `update` makes a row where there is none (`false`): then a session that ends at the same moment may come back. */
  readonly updateCreates?: boolean
  /** How many of an address's 64 hexadecimal digits make the id: at least 32 (64). */
  readonly idLength?: number
  /**
   * What stands behind the rows (the row store itself). Two row stores over one resource take turns within the process, and
   * warn once.
   */
  readonly resource?: object

  /** Updates the row if its data still is `expected`, atomically. @returns Whether it did. */
  updateIf?(id: string, data: D, expected: D, dueMs: number): Awaitable<boolean>
  /** Removes the row if its data still is `expected`, atomically. @returns Whether it did. */
  deleteIf?(id: string, expected: D): Awaitable<boolean>
  /**
   * Runs `task` while nobody else, in any process, runs one for this id or writes its row. Rejects when the lock cannot be
   * had, and when it was lost before the task's last write.
   *
   * @param task Works with the verbs that it is given, such as those of a transaction.
   */
  withLock?<T>(id: string, task: (locked: RowVerbs<D>) => Promise<T>): Promise<T>
  /**
   * @param after The id after which the page begins; absent: the beginning.
   * @returns The next rows in an order of the row store's own, fewer than `limit` at the end.
   */
  list?(after: string | undefined, limit: number): Awaitable<readonly ListedRow<D>[]>
  /** @returns About how many rows there are. */
  count?(): Awaitable<number>
  /** Removes rows whose end was before `instant`, epoch milliseconds. @returns How many. */
  expire?(instant: number, limit: number): Awaitable<number>
  /** The row store's own clock, epoch milliseconds, where it has one (`Date.now` of the process). */
  now?(): Awaitable<number>
  /** Finds out whether the rows can be used, so that a server can refuse to start. */
  ready?(): Awaitable<void>
  /** Lets go of what the row store opened. */
  close?(): Awaitable<void>
}

/** A session as its row has it. */
export interface RowSession {
  /** The record as last written. */
  readonly record: SessionRecord
  /** Its version and times. */
  readonly stamp: Stamp
}

/**
 * How a session lies in a row's data. The default is an envelope of text that nobody else writes. A format that another
 * program writes too has no room for a version or a write id: it takes the times from the row, and for the version any whole
 * number that changes with the data, such as the first 52 bits of its hash.
 */
export interface RowFormat<D> {
  /** @param before The row that is replaced, for a format of which only a part is ours; absent: a new row. */
  encode(session: RowSession, before: Row<D> | undefined): D
  /**
   * @param now The clock's time at this read, epoch milliseconds.
   * @returns The session, `undefined` when the data is none.
   */
  decode(row: Row<D>, now: number): RowSession | undefined
}
