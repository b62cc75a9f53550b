/**
 * What a store must do. Everything that must be right about sessions (tokens, rotation, merging, expiry rules) is above
 * this line; below it there is only: keep one record per address, by version, on your own clock.
 *
 * @module
 */

/** A value, or a promise of it: stores in memory answer at once, and are not made slower by a promise. */
export type Awaitable<T> = T | Promise<T>

/** The secret that a rotation replaced, and how its late users find the new one. */
export interface PreviousSecret {
  /** SHA-256 verifier of the old secret, base64url. */
  readonly verifier: string
  /** When the old secret dies, epoch milliseconds on the store's clock; absent until the new one has been presented. */
  readonly until?: number
  /** The new secret, sealed under a key that only the old secret gives, base64url. */
  readonly handoff: string
}

/** One session as the engine writes it. A store keeps it as it is and looks at nothing but `writeIds`. */
export interface SessionRecord {
  /** How many logins this session has seen; a change of another generation never reaches it. */
  readonly generation: number
  /** SHA-256 verifier of the secret in use, base64url. The secret itself is nowhere in the record. */
  readonly current: string
  /** The secret before the last rotation, while it may still be used. */
  readonly previous?: PreviousSecret
  /** When the secret last changed, epoch milliseconds on the store's clock; absent: at creation. */
  readonly rotatedAt?: number
  /** When the user last logged in, epoch milliseconds on the store's clock; absent: at creation, if there is a principal. */
  readonly authenticatedAt?: number
  /** The authenticated user's id; absent for a visitor who has not logged in. */
  readonly principal?: string
  /** The principal's epoch at login: a session of an older epoch than the principal's has been revoked. */
  readonly epoch?: number
  /** How the user authenticated (RFC 8176 values such as `pwd` or `otp`). */
  readonly amr?: readonly string[]
  /** A label of the device for the user's own list of sessions. */
  readonly device?: string
  /** The version of the application's data layout in `payload`. */
  readonly dataVersion: number
  /** The ids of the last writes (9 random bytes each, base64url), newest last, at most four. */
  readonly writeIds: readonly string[]
  /** The encoded session data: opaque bytes. */
  readonly payload: Uint8Array
  /**
   * The encoded session data as text, and `payload` empty: only where the store is {@link SessionStore.textual}. Such a
   * record is given away and lent as it is: neither side changes it afterwards.
   */
  readonly text?: string
}

/** A live record as read, with what the store alone knows: its version and its times. All times are epoch milliseconds on the store's clock. */
export interface StoredSession {
  /** The record as last written. */
  readonly record: SessionRecord
  /** 1 after `create`, one more after each `replace`. */
  readonly version: number
  /** The store's clock at this read. */
  readonly now: number
  /** When the session was created. */
  readonly createdAt: number
  /** When it ends unless it is used. */
  readonly idleDeadline: number
  /** When it ends at the latest. */
  readonly absoluteDeadline: number
}

/** How long a session shall live from now on: durations, because only the store's clock judges. */
export interface Lifetime {
  /** Milliseconds from now until the session ends unused; never moves the idle deadline back. */
  readonly idleMs: number
  /** Milliseconds from now until the session ends at the latest; absent: the absolute deadline stays as it is. */
  readonly absoluteMs?: number
}

/** The lifetime of a new session: both limits are given. */
export type NewLifetime = Required<Lifetime>

/** What a store guarantees; printed by the checker, so that nobody has to guess. */
export interface StoreCapabilities {
  /** A write that was acknowledged survives a crash of the process (`process`), of the machine (`machine`), or of neither. */
  readonly durable: 'no' | 'process' | 'machine'
  /** Several processes may use the store at once. */
  readonly shared: boolean
  /** `replace` and `delete` compare and swap, so that an outdated writer is always refused. */
  readonly fenced: boolean
  /** Expired records stay until `sweep` removes them; the engine then calls it. */
  readonly sweeps: boolean
}

/**
 * Where stored sessions live. The rules that every verb shares:
 *
 * - An address is 64 lower-case hexadecimal digits; it never changes while the session lives and is no secret. Any other
 *   string names no record: `read` gives `undefined`, the others `gone`, never an error. `create` with one is the
 *   caller's mistake; it may throw, and harms no other record.
 * - A record is dead from the earlier of its two deadlines on, by the store's own clock. Dead, absent and malformed
 *   are the same to every verb: no record.
 * - A thrown error (or rejected promise) means that the store failed, and nothing else.
 * - Each verb is atomic, also against other processes where `capabilities.shared` says so.
 *
 * `storeContract` in `sekisho/store/testing` proves a store against all of this.
 */
export interface SessionStore {
  /** What this store guarantees. */
  readonly capabilities: StoreCapabilities
  /**
   * The store takes records with `text` instead of a payload, and gives it to whom it lends a record (default `false`): for
   * one to which octets would mean copies and nothing else.
   */
  readonly textual?: boolean
  /** The index of sessions by principal, where the store keeps one. */
  readonly principals?: PrincipalIndex
  /** Exclusive use of single sessions, where the store keeps locks. */
  readonly locks?: LeaseLock
  /** All sessions at once, for copies, where the store can list its records. */
  readonly transfer?: SessionTransfer

  /**
   * @param address The record to read.
   * @param lent The caller only looks: it changes nothing of what it gets, and shows it to nobody (`false`). A store may then
   * give what it would otherwise copy; it need not know this parameter.
   * @returns The live record, or `undefined`. The caller owns what it gets: changing it changes nothing in the store.
   */
  read(address: string, lent?: boolean): Awaitable<StoredSession | undefined>

  /**
   * Writes a new record with version 1.
   *
   * @returns `created`; `exists` when the address is taken by a live record, except that a repeated `create`, whose last
   * write id the stored record still holds, is answered `created`.
   */
  create(address: string, record: SessionRecord, lifetime: NewLifetime): Awaitable<'created' | 'exists'>

  /**
   * Replaces a live record of exactly this version; the stored version becomes `version + 1`. Never creates.
   *
   * @param lifetime `absoluteMs`, when given, sets the absolute deadline to exactly so long from now, earlier or later.
   * @param writeId The newest id in `record.writeIds`. When the stored version is another, but the stored record holds this
   * id, this very write was applied before (a resent command): the answer is `replaced`, and nothing is written again.
   * @returns `conflict` when the stored version is another, `gone` when there is no live record.
   */
  replace(
    address: string,
    record: SessionRecord,
    version: number,
    lifetime: Lifetime,
    writeId: string,
  ): Awaitable<'replaced' | 'conflict' | 'gone'>

  /**
   * Moves the deadlines of a live record forward, never back, the absolute one too; payload and version stay as they are.
   *
   * @returns `gone` when there is no live record: a touch never revives.
   */
  touch(address: string, lifetime: Lifetime): Awaitable<'touched' | 'gone'>

  /**
   * Removes a record.
   *
   * @param version Remove only this version; absent: whatever is there.
   * @returns `conflict` when the stored version is another, `gone` when there is no live record.
   */
  delete(address: string, version?: number): Awaitable<'deleted' | 'conflict' | 'gone'>

  /**
   * Removes dead records, beside live traffic and other sweepers. It may stop, with 0, when more than half of at least
   * 100 records seem to be dead at once: a clock may have jumped.
   *
   * @param limit At most so many are removed in this call.
   * @returns How many were removed; fewer than `limit` when none are left to find.
   */
  sweep(limit: number): Awaitable<number>

  /** Lets go of timers, handles and files. The store is not used afterwards. */
  close?(): Awaitable<void>
}

/**
 * Which sessions a principal has. Principals are compared code unit by code unit. An entry may dangle (its record is dead); a live session is never missing.
 * The epoch is a counter per principal: 0 until raised, and it never falls.
 */
export interface PrincipalIndex {
  /** @returns The principal's epoch, 0 when it was never raised. */
  epoch(principal: string): Awaitable<number>
  /** Raises the epoch by one, atomically. @returns The new epoch. */
  raiseEpoch(principal: string): Awaitable<number>
  /**
   * Adds a session; adding it again moves its expiry.
   *
   * @param expiresInMs After so many milliseconds the entry may be dropped.
   */
  add(principal: string, address: string, expiresInMs: number): Awaitable<void>
  /** Removes a session from the list; unknown ones are no error. */
  remove(principal: string, address: string): Awaitable<void>
  /** @returns The addresses of the principal's sessions, in no order, dangling ones included. */
  list(principal: string): Awaitable<readonly string[]>
}

/**
 * Exclusive use of a session for a time. A lock belongs to an address, whether or not there is a record, and says nothing
 * about the record: whoever had it too long is refused by the record's version. Leases run on the store's clock.
 */
export interface LeaseLock {
  /**
   * Takes the lock when nobody has it or its lease has run out. For its owner it is the same as `renew`.
   *
   * @param owner Who takes it: 8 random bytes, base64url, new for every request.
   * @returns Whether it is the owner's now. It never waits.
   */
  acquire(address: string, owner: string, leaseMs: number): Awaitable<boolean>
  /** Starts the lease anew. @returns `false` when the lease has run out or the lock is somebody else's; nothing happens then. */
  renew(address: string, owner: string, leaseMs: number): Awaitable<boolean>
  /** Gives the lock back; somebody else's stays. */
  release(address: string, owner: string): Awaitable<void>
}

/** A page of {@link SessionTransfer.scan}. */
export interface TransferPage {
  /** Live records with their addresses. */
  readonly sessions: readonly { readonly address: string; readonly stored: StoredSession }[]
  /** Where the next page begins; absent at the end. It holds no secret and stays valid for another process. */
  readonly next?: string
}

/** Reading and writing records as they are, versions and times included: how sessions move from one store to another. */
export interface SessionTransfer {
  /** @returns About how many records there are, for a progress bar. */
  estimate(): Awaitable<number>
  /**
   * Reads live records in an order of the store's own. What is there during the whole scan comes at least once; what comes
   * or goes meanwhile may come or not.
   *
   * @param cursor `next` of the page before; absent: the beginning. One that the store does not know throws `ERR_ARGUMENT`.
   * @param limit About so many records per page.
   */
  scan(cursor: string | undefined, limit: number): Awaitable<TransferPage>
  /**
   * Writes a record with this version and these times, instants on this store's clock.
   *
   * @returns `kept`, and nothing is written, when there is a live record of the same or a later version, or when this one
   * is dead by this store's clock.
   */
  restore(address: string, stored: StoredSession): Awaitable<'restored' | 'kept'>
}
