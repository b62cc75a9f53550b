/** How an error of this library is described in code, in the reference and in the log. */
export interface ErrorEntry {
  /** The HTTP status an adapter answers with when nobody caught the error; absent for mistakes of the calling code. */
  readonly status?: number
  /** One sentence: what went wrong. */
  readonly meaning: string
  /** One sentence: what to do about it. */
  readonly fix: string
}

/** The stable code of an error of this library. */
export type ErrorCode =
  | 'ERR_OPTION'
  | 'ERR_ARGUMENT'
  | 'ERR_NO_SESSION'
  | 'ERR_VALUE'
  | 'ERR_SESSION_COMMITTED'
  | 'ERR_SESSION_GONE'
  | 'ERR_SESSION_SUPERSEDED'
  | 'ERR_SESSION_CONFLICT'
  | 'ERR_COOKIE_TOO_LARGE'
  | 'ERR_STORE_UNAVAILABLE'
  | 'ERR_STORE_TIMEOUT'
  | 'ERR_STORE_UNCERTAIN'
  | 'ERR_STORE_FULL'
  | 'ERR_STORE_LOCKED'
  | 'ERR_STORE_SETUP'
  | 'ERR_STORE_CONTRACT'
  | 'ERR_STORE_OVERLOADED'
  | 'ERR_SESSION_LOCKED'
  | 'ERR_LOCK_LOST'
  | 'ERR_KEY_FILE'
  | 'ERR_CRYPTO_OVERLOADED'
  | 'ERR_PHP_DATA'

/**
 * Every error of this library, by its stable code. `docs/reference/errors.md` is generated from this table.
 * Mistakes of the calling code are `TypeError`s ({@link SekishoUsageError}), everything else is a {@link SekishoError}.
 */
export const errorTable: Readonly<Record<ErrorCode, ErrorEntry>> = {
  ERR_OPTION: {
    meaning: 'An option is missing, of the wrong kind, or unsafe.',
    fix: 'Correct the option that the message quotes; it says what was expected and what was found.',
  },
  ERR_ARGUMENT: {
    meaning: 'A method of a session was called with an argument it cannot use.',
    fix: 'Correct the call; the message quotes the argument and says what was expected.',
  },
  ERR_NO_SESSION: {
    meaning: 'The session of the running request was asked for where there is none.',
    fix: 'Call it in the course of a request that an adapter serves with these sessions, or wrap the work in `run`.',
  },
  ERR_VALUE: {
    meaning: 'A value cannot be kept: the codec would lose or change it.',
    fix: 'Store plain JSON values (the message names the path), or give `codec` a richer pair such as devalue or superjson.',
  },
  ERR_SESSION_COMMITTED: {
    meaning: 'The answer has begun, and what was asked for needs a cookie in it.',
    fix: 'Change the session before the first byte of the answer; call `ensure()` early when a stream will want to store.',
  },
  ERR_SESSION_GONE: {
    status: 409,
    meaning: 'The session ended (logout, revocation or expiry) while this request was running; nothing was written.',
    fix: 'Nothing to mend: treat the visitor as logged out.',
  },
  ERR_SESSION_SUPERSEDED: {
    status: 409,
    meaning: 'A login replaced the session while this request was running; nothing was written.',
    fix: 'Nothing to mend: the browser already has the newer session.',
  },
  ERR_SESSION_CONFLICT: {
    status: 503,
    meaning: 'The session was changed by others faster than this request could merge its own change.',
    fix: 'Look for many concurrent writers of one session; raise `conflictTimeoutMs` when they are intended.',
  },
  ERR_COOKIE_TOO_LARGE: {
    status: 500,
    meaning: 'A cookie would exceed the 4,096 octets of name and value that browsers keep.',
    fix: 'Keep less in a sealed session, allow it more cookies (`cookie.chunks`), or shorten the cookie name.',
  },
  ERR_STORE_UNAVAILABLE: {
    status: 503,
    meaning: 'The session store failed; the cookie was left as it is and nobody was logged out.',
    fix: 'See the `cause`; the request can be repeated once the store answers again.',
  },
  ERR_STORE_TIMEOUT: {
    status: 503,
    meaning: 'The session store did not answer in time; the cookie was left as it is.',
    fix: 'Check the store; raise `storeTimeout` when it is merely slow.',
  },
  ERR_STORE_UNCERTAIN: {
    status: 503,
    meaning: 'The store did not say whether it applied a write, and reading the record back could not tell either.',
    fix: 'Read the session again before repeating the change.',
  },
  ERR_STORE_FULL: {
    status: 503,
    meaning: 'The store is at its limit of sessions or bytes; existing sessions are untouched.',
    fix: 'Raise the limit, shorten the lifetimes, or use a store that grows (file, SQL, Redis).',
  },
  ERR_STORE_LOCKED: {
    status: 503,
    meaning: 'The lock of one record, or of the whole database, could not be had in time.',
    fix: 'The message names the holder where that can be known; end that process when it hangs.',
  },
  ERR_STORE_SETUP: {
    status: 503,
    meaning: 'The store cannot be used as it is: a directory, a permission, a file system, a database, a table.',
    fix: 'Run the command that the message gives.',
  },
  ERR_STORE_CONTRACT: {
    meaning: 'A store answered with something its contract does not know.',
    fix: 'Run `storeContract` of `sekisho/store/testing` against the store.',
  },
  ERR_STORE_OVERLOADED: {
    status: 503,
    meaning:
      'The store was not asked: too many calls wait for it already, or it has failed so often that it is given a pause.',
    fix: 'Mend or enlarge the store; it is tried again by itself, and `storeLimits` sets when.',
  },
  ERR_SESSION_LOCKED: {
    status: 503,
    meaning: 'Another request uses this session exclusively, and did not finish within the time that this route waits.',
    fix: 'Shorten what the other request does, or raise `lock.wait`; the request can be repeated.',
  },
  ERR_LOCK_LOST: {
    status: 409,
    meaning:
      'This request had its session exclusively, took longer than its lease, and another one has changed it since; nothing was written.',
    fix: 'Repeat the request; raise `lock.lease`, and use the lock on every route that changes the same data.',
  },
  ERR_KEY_FILE: {
    meaning: 'The key file is missing or unsafe, or one of its lines is no secret.',
    fix: 'Run the command that the message gives, or correct the line that it names.',
  },
  ERR_CRYPTO_OVERLOADED: {
    status: 503,
    meaning:
      'A session that Apache had encrypted was not looked at: too many already wait for their keys to be derived.',
    fix: 'Nothing to mend when it passes, and the request can be repeated; else find out who sends so many, or raise `waiting` of the `DerivationQueue`.',
  },
  ERR_PHP_DATA: {
    meaning: 'Octets are not what the serialization format of PHP says, or more than the limits allow.',
    fix: 'Look whether the `format` is the `session.serialize_handler` of all who share the sessions; the message says where it was noticed.',
  },
}

/** A fault at run time: a store that failed, a session that ended meanwhile. */
export class SekishoError extends Error {
  /** The stable code; the table of all codes is in the reference. */
  readonly code: ErrorCode
  /** The HTTP status an adapter answers with (503 for a store that failed), if it is an error to answer with. */
  readonly status: number | undefined

  /**
   * @param code The stable code.
   * @param message What happened, without a token in it.
   * @param options The `cause`, when another error led to this one.
   */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SekishoError'
    this.code = code
    this.status = errorTable[code].status
  }
}

/** The session ended while the request was running (`ERR_SESSION_GONE`); thrown by `save()` and `update()` only. */
export class SessionGoneError extends SekishoError {
  /** Made by the engine only. */
  constructor() {
    super('ERR_SESSION_GONE', 'the session ended while this request was running; nothing was written')
    this.name = 'SessionGoneError'
  }
}

/** A login replaced the session meanwhile (`ERR_SESSION_SUPERSEDED`); thrown by `save()` and `update()` only. */
export class SessionSupersededError extends SekishoError {
  /** Made by the engine only. */
  constructor() {
    super('ERR_SESSION_SUPERSEDED', 'a login replaced the session while this request was running; nothing was written')
    this.name = 'SessionSupersededError'
  }
}

/** A mistake of the calling code: a bad option, argument or value. Raised where the mistake is made. */
export class SekishoUsageError extends TypeError {
  /** The stable code; the table of all codes is in the reference. */
  readonly code: ErrorCode

  /**
   * @param code The stable code.
   * @param message Quotes the option or argument, says what was expected and what was received.
   * @param options The `cause`, when another error led to this one.
   */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SekishoUsageError'
    this.code = code
  }
}

/**
 * A bad option, in the one form all of them have.
 *
 * @param option The option's path, such as `lifetime.idle`.
 * @param expected What it takes.
 * @param received What was given; shown shortened, and only its kind when it is an object.
 */
export function optionError(option: string, expected: string, received: unknown): SekishoUsageError {
  return new SekishoUsageError('ERR_OPTION', `option \`${option}\` must be ${expected}; received ${shown(received)}`)
}

/** A short rendering of a wrong value for a message: never the content of an object. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return 'an array'
  const kind: unknown = value.constructor?.name
  return typeof kind === 'string' && kind !== 'Object' ? `a ${kind}` : 'an object'
}
