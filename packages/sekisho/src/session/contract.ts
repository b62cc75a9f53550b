/**
 * The public face of a session and of what opens and commits sessions. The implementations are beside this file.
 *
 * @module
 */
import type { StoreCapabilities } from '../store/contract.ts'
import type { AnswerHeaders, RequestHeaders } from '../transport/contract.ts'

/** A key of the application's session data. */
export type SessionKey<Data> = Extract<keyof Data, string>

/** What is known about a session beside its data. All times are epoch milliseconds on the store's clock. */
export interface SessionMeta {
  /** The handle of the session for lists, logs and `admin.revoke`; no secret. Absent until the session is stored. */
  readonly address: string | undefined
  /** When the session was created. */
  readonly createdAt: number | undefined
  /** When the user last logged in; absent for a visitor who has not. */
  readonly authenticatedAt: number | undefined
  /** When it ends unless it is used. */
  readonly idleDeadline: number | undefined
  /** When it ends at the latest. */
  readonly absoluteDeadline: number | undefined
  /** How many logins it has seen. */
  readonly generation: number
  /** How the user authenticated, as given to `login`. */
  readonly amr: readonly string[]
  /** The device label given to `login`. */
  readonly device: string | undefined
}

/** How a login is made. */
export interface LoginOptions<Data> {
  /**
   * Which of the keys declared `beforeLogin: 'keep'` survive (default: all of them). Naming an undeclared key is an error:
   * what a visitor stored before the login is taken over only where the definition says that it is safe.
   */
  readonly keep?: readonly SessionKey<Data>[] | undefined
  /** How the user authenticated: RFC 8176 values such as `pwd`, `otp`, `hwk`. */
  readonly amr?: readonly string[] | undefined
  /** A label for the user's own list of sessions, such as `Firefox on Linux`. */
  readonly device?: string | undefined
}

/**
 * What all sessions have in common, wherever their data is. Reading is synchronous; changes are written when the answer
 * is about to begin. Printing a session never shows its token.
 */
export interface SessionData<Data extends object = Record<string, unknown>> {
  /** The authenticated user's id; `undefined` for a visitor who has not logged in. */
  readonly principal: string | undefined
  /** Times, address and authentication facts. */
  readonly meta: SessionMeta
  /** The data as plain properties: `session.data.cart`. The same rules as for `get`, `set` and `delete`. */
  readonly data: Partial<Data>

  /**
   * Reads a value. An object or array may be changed in place: the change is found at commit and merged, member by
   * member, with what overlapping requests did.
   */
  get<K extends SessionKey<Data>>(key: K): Data[K] | undefined
  /** Replaces a value as a whole. Throws `ERR_VALUE` when the codec could not keep it. */
  set<K extends SessionKey<Data>>(key: K, value: Data[K]): void
  /** Removes a value. @returns Whether there was one. */
  delete(key: SessionKey<Data>): boolean
  /** Whether there is a value. */
  has(key: SessionKey<Data>): boolean
  /** The keys that have a value. */
  keys(): SessionKey<Data>[]
  /** Removes all values that this request knows of. The session itself, and a login, stay. */
  deleteAll(): void
  /** Keeps a value until it is taken by `flash(key)`, usually by the page after a redirect. */
  flash<K extends SessionKey<Data>>(key: K, value: Data[K]): void
  /** Takes a value: reads and removes it, in answers to `HEAD` too. */
  flash<K extends SessionKey<Data>>(key: K): Data[K] | undefined

  /** Makes sure that a session exists after this answer, even with no data in it. */
  ensure(): void

  /**
   * Binds the session to a user: new secret, no grace for the old one, a fresh absolute lifetime. It happens with the commit,
   * in one write with everything set after it. From another user's session nothing survives; from an anonymous one, the
   * keys declared `beforeLogin: 'keep'`.
   *
   * @param principal The user's id, 1 to 255 characters.
   */
  login(principal: string, options?: LoginOptions<Data>): void
  /** Ends the session in the store now and expires the cookie with this answer. What is set afterwards starts a new session. */
  logout(): Promise<void>
}

/**
 * One visitor's session during one request, with its data in a store. Changes are written once, when the answer is about
 * to begin, or at once by {@link Session.save} and {@link Session.update}.
 */
export interface Session<Data extends object = Record<string, unknown>> extends SessionData<Data> {
  /**
   * Changes one value atomically: `change` gets the newest value and returns the next one, and is called again when
   * another request was faster. When the promise resolves, the change (and every other one made so far) is stored.
   *
   * @param change Synchronous and without side effects, since it may run several times.
   * @returns The value that was stored.
   */
  update<K extends SessionKey<Data>>(key: K, change: (value: Data[K] | undefined) => Data[K]): Promise<Data[K]>
  /** The same for all data at once: `change` edits the draft in place; what it returns is returned. */
  update<R>(change: (draft: Partial<Data>) => R): Promise<R>
  /** Writes everything changed so far. Rejects with {@link SessionGoneError} or {@link SessionSupersededError} when the session is no longer ours to write. */
  save(): Promise<void>
  /**
   * Asks for a new secret with this answer; data and login stay. With `{ grace: false }` the old one is dead at once, as after
   * a login, and who still comes with it stores nothing: for a change of rights that is no `login`.
   */
  rotate(options?: RotateOptions): void
}

/** How a secret is replaced by {@link Session.rotate}. */
export interface RotateOptions {
  /** Whether the old secret works until the new one has been seen, and some time longer (default `true`). */
  readonly grace?: boolean
}

/** A request, as far as it is needed: a fetch `Request` and Node's `IncomingMessage` both are one. */
export interface SessionRequest {
  /** The HTTP method (default `GET`). */
  readonly method?: string | undefined
  /** The headers. */
  readonly headers: RequestHeaders
}

/** An answer, as far as it is needed; a fetch `Response` is one. */
export interface SessionAnswer {
  /** The HTTP status: 304 and 1xx carry no cookie. */
  readonly status: number
  /** The headers, still open to change. */
  readonly headers: AnswerHeaders
}

/** Exclusive use of a session while a request runs, on routes that ask for it. */
export interface LockOptions {
  /** Seconds to wait for the request that has the session now (default 5); then `ERR_SESSION_LOCKED`. */
  readonly wait?: number
  /**
   * Seconds after which somebody else may go on when this process has died (default 10). While it lives the lease is
   * renewed; a request that lost it all the same, and writes after somebody else, gets `ERR_LOCK_LOST`.
   */
  readonly lease?: number
}

/** A token that no session has yet: {@link Sessions.reserve}. */
export interface Reservation {
  /** The text for the cookie: a secret. */
  readonly carrier: string
  /** The address that the session will have; no secret. */
  readonly address: string
}

/** How a session is opened. */
export interface OpenOptions {
  /**
   * The token of the request was reserved, and nothing may have been stored under it yet: the first write of data stores it
   * there. Only for tokens that are proved to come from {@link Sessions.reserve}, by a signature of your own, since a session
   * under a token that a visitor has made up is one that others may know (default `false`).
   */
  readonly reserved?: boolean | undefined
  /** Use the session exclusively (default: overlapping requests are merged). A visitor without a session needs no lock. */
  readonly lock?: LockOptions | undefined
}

/** How a commit is made. */
export interface CommitOptions {
  /** `drop` forgets changes, login and rotation, as after an error in the handler; a logout has happened already (default `keep`). */
  readonly changes?: 'keep' | 'drop'
  /** `false` when no cookie can reach the visitor any more (the client has gone): data of an existing session is still kept (default `true`). */
  readonly deliverable?: boolean
}

/** One entry in a user's list of sessions. All times are epoch milliseconds on the store's clock. */
export interface SessionSummary {
  /** The handle for `revoke`; compare with `session.meta.address` to mark the current one. */
  readonly address: string
  /** The user. */
  readonly principal: string
  /** When the session was created. */
  readonly createdAt: number
  /** When the user last logged in. */
  readonly authenticatedAt: number
  /** When it was last used, to the accuracy of the touch interval. */
  readonly lastUsedAt: number
  /** When it ends at the latest. */
  readonly absoluteDeadline: number
  /** How the user authenticated. */
  readonly amr: readonly string[]
  /** The device label given to `login`. */
  readonly device: string | undefined
}

/** What a session holds, as {@link SessionAdmin.inspect} finds it. */
export interface SessionContent {
  /** How many octets the data has in the store. */
  readonly bytes: number
  /** The store holds it encrypted. */
  readonly encrypted: boolean
  /** The data by its keys; `undefined` where it cannot be opened here: with other keys, or only with the visitor's own secret. */
  readonly data: Readonly<Record<string, unknown>> | undefined
}

/** Looking after sessions from outside of a request. */
export interface SessionAdmin {
  /** The live sessions of a user, most recently used first. */
  list(principal: string): Promise<SessionSummary[]>
  /** @returns How many live sessions a user has. */
  count(principal: string): Promise<number>
  /**
   * Ends a user's sessions but the latest logins, as `sessionsPerPrincipal` does at every login. Of several calls and
   * logins at once, the same sessions survive.
   *
   * @param most So many stay.
   * @returns How many were ended.
   */
  limit(principal: string, most: number): Promise<number>
  /**
   * Looks into one session, as somebody who runs the site may have to. It counts as no use of it.
   *
   * @returns `undefined` when no such session is alive.
   */
  inspect(address: string): Promise<SessionContent | undefined>
  /**
   * Ends one session.
   *
   * @param options `principal`: only when the session is this user's, for an address that came from a form.
   * @returns Whether it was alive.
   */
  revoke(address: string, options?: { readonly principal?: string | undefined }): Promise<boolean>
  /**
   * Ends all sessions of a user. Every session created before the call is dead when it resolves; one that begins after
   * it resolved lives.
   *
   * @param options `except`: the address of a session to leave alone, usually the caller's own.
   * @returns How many were ended.
   */
  revokeAll(principal: string, options?: { readonly except?: string | undefined }): Promise<number>
}

/** The door through which sessions come and go: all that an adapter needs of a definition. */
export interface SessionSource<S> {
  /** The application's name, as given. */
  readonly name: string
  /**
   * Opens the session of a request. Bad, unknown and expired carriers give an empty session. Rejects only when a store
   * failed (status 503).
   */
  open(request: SessionRequest, options?: OpenOptions): Promise<S>
  /**
   * As `open`, without a promise where there is nothing to wait for; then it throws what `open` rejects with. For adapters:
   * a session in memory costs so little that a promise per request would show.
   */
  openNow(request: SessionRequest, options?: OpenOptions): S | Promise<S>
  /**
   * Writes what changed and puts the cookie into the answer. Call it once, before the first byte; adapters do.
   *
   * @returns `undefined` when there was nothing to wait for, else a promise that rejects when the store failed.
   */
  commit(session: S, answer: SessionAnswer, options?: CommitOptions): Promise<void> | undefined
  /**
   * Runs work with the session as the current one. Only what `withCurrent` of `sekisho/current` has made can do that;
   * adapters run the handler through it.
   */
  run?<T>(session: S, work: () => T): T
}

/** What `defineSession` makes. Opening costs one read when the request carries a token, and no store call otherwise. */
export interface Sessions<Data extends object = Record<string, unknown>> extends SessionSource<Session<Data>> {
  /** What the store guarantees. */
  readonly capabilities: StoreCapabilities
  /** Lists and revokes; needs a store with an index by principal, except for `revoke`. */
  readonly admin: SessionAdmin

  /**
   * A token for a visitor who has nothing to store yet. It costs no store call, and overlapping requests that come with it
   * ({@link OpenOptions.reserved}) store into one session. After a login it is dead: the session has its address and a secret
   * of its own.
   */
  reserve(): Reservation
  /** Waits for work beside the answers, stops the sweeper and closes the store. */
  close(): Promise<void>
}
