import type { PassphraseUse } from 'sekisho/apache'
import type { SessionStore } from 'sekisho/store'
import type { Diagnostic } from '../config/diagnostics.ts'
import type { SettingsView } from '../config/directive.ts'
import type { Awaitable } from '../lib/awaitable.ts'
import type { ApacheCipherName } from '../config/directives/session-crypto.ts'

/** What a request told about a session before anything was done with it. */
export type Beginning =
  /** There is a session, and this is it. */
  | 'found'
  /** Nothing was sent: a new visitor. */
  | 'none'
  /** It was over: log `session expired`. */
  | 'expired'
  /** A cookie that belongs to no session of ours: unknown, forged, or sealed with another passphrase. Log `session not found`. */
  | 'not-found'
  /** Several cookies of the name that say different things: none of them counts. */
  | 'several'

/**
 * A session of a visitor, while one request runs: texts by key, in order. Keys are the same in every case of their ASCII
 * letters, as in Apache. What the keeper itself writes down (the id, the login) is no entry and cannot be reached by a key.
 *
 * Reading and changing is synchronous and costs no store call; {@link SessionKeeper.commit} writes.
 */
export interface VisitorSession {
  /** Opaque handle for headers and logs, never the secret of the cookie. Undefined while there is nothing to have one for. */
  readonly id: string | undefined
  /** What the request brought. */
  readonly beginning: Beginning
  /** Who is logged in with this session (form login, not Basic). */
  readonly user: string | undefined
  /** What {@link VisitorSession.login} bound the login to. */
  readonly bound: string | undefined
  /** When that login was, in milliseconds since 1970. */
  readonly authenticatedAt: number | undefined
  /** When the session ends unless another request comes, in milliseconds since 1970; undefined: never. */
  readonly expiry: number | undefined

  /** Keys and values in their order. */
  entries(): readonly (readonly [key: string, value: string])[]
  /** The session as Apache writes it, `cart=tea&expiry=1795286717556000`: what SessionEnv sends. Never a login, never an id. */
  encode(): string
  get(key: string): string | undefined
  /** @param key Not empty, and not `expiry`. @throws SekishoUsageError `ERR_ARGUMENT` for what a session cannot hold. */
  set(key: string, value: string): void
  delete(key: string): void
  /**
   * Takes what an app answered in the header of SessionHeader: of several values the first; keys without a value are removed;
   * `expiry` is the time of expiry. Nothing an app sends makes it throw.
   */
  merge(headerValues: readonly string[]): void

  /** Sees to it that the visitor has a session, and with it a cookie, though nothing is kept in it yet. */
  start(): void
  /**
   * Logs somebody in: a new id at once, the old one is dead, and of what was kept before only the keys of SessionLoginKeep
   * survive (nothing when somebody else was logged in).
   *
   * @param user 1 to 255 characters.
   * @param bound What the login depends on, such as a fingerprint of realm and password hash; whoever asks for
   *   {@link VisitorSession.user} compares it. Never a password.
   */
  login(user: string, bound?: string): void
  /** Removes the login under a new id; other entries stay, as Apache's logout leaves them. Durable when it resolves. */
  logout(): Promise<void>
  /** A new id for the same data. */
  renew(): void
  /** Ends the session for good, and removes the cookie. Durable when it resolves. */
  destroy(): Promise<void>
}

/** What opening a session looks at. */
export interface VisitorRequest {
  readonly method: string
  /** The Cookie header, several joined by `; `. */
  readonly cookie: string | undefined
  /** The request came over TLS, or a trusted proxy says so. */
  readonly secure: boolean
  /** By lower-case name; `sec-fetch-mode`, `sec-fetch-dest` and `accept` are read, to tell a page load from the rest. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Whom Basic authentication has found, for SessionDBDPerUser. */
  readonly user?: string | undefined
}

/** What the answer is like, as far as it matters to a cookie. */
export interface VisitorAnswer {
  readonly status: number
  /** True when a browser will store cookies of it: not for an upgrade, not when the client has gone. */
  readonly deliverable: boolean
}

/** Keeps the sessions of one policy. */
export interface SessionKeeper {
  /** What Cache-Control has to say in every answer for which a session was opened, in addition to what the app says. */
  readonly cacheControl: string
  /**
   * Finds the session of a request, or begins one: at once where nothing has to be waited for.
   *
   * @throws SekishoError with a `status` of 503 when the store or the crypto fails. Answer with it and leave the cookie alone.
   */
  open(request: VisitorRequest): Awaitable<VisitorSession>
  /** The Cookie header that the app may see; undefined: none. */
  forwardedCookie(cookie: string | undefined): string | undefined
  /**
   * Writes what there is to write, once: at once where nothing has to be waited for.
   *
   * @returns Lines for Set-Cookie, at most one per name.
   * @throws SekishoError with a `status`: 503 when the store fails, 500 `ERR_COOKIE_TOO_LARGE` when the session is too large
   *   for a cookie. What was kept before stays.
   */
  commit(session: VisitorSession, answer: VisitorAnswer): Awaitable<readonly string[]>
}

/** What goes wrong beside requests, for the log: a connection that broke, a table that is not there yet. */
export interface SessionNotice {
  readonly level: 'error' | 'warn' | 'info'
  /** One sentence that never holds a passphrase or a token. */
  readonly message: string
}

/** How much the passphrases of SessionCryptoPassphrase are used, for whoever waits to drop an old one. */
export interface PassphraseUsage {
  readonly cipher: ApacheCipherName
  /** The first one seals. `keyId` is the place in the list. */
  readonly passphrases: readonly PassphraseUse[]
}

/** The keepers of a whole configuration. */
export interface SessionKeepers {
  /** What is wrong with what the directives name: directories, programs, connections. With an error among them, do not start. */
  readonly problems: readonly Diagnostic[]
  /** The keeper for the settings of a request; undefined with `Session Off`. SessionInclude and SessionExclude are the caller's. */
  keeper(settings: SettingsView): SessionKeeper | undefined
  /** The stores of the sections that keep sessions on the server, each once: for commands that list, move or remove sessions. */
  readonly stores: readonly SessionStore[]
  /** For the metrics: one entry for each list of passphrases and cipher. */
  passphraseUsage(): readonly PassphraseUsage[]
  /** Gives connections and timers back. To be called when the requests that use these keepers have ended. */
  close(): Promise<void>
}
