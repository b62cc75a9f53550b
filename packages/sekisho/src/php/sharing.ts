import { optionError, SekishoUsageError } from '../errors.ts'
import { json, type Codec, type CookieOptions, type SessionOptions } from '../index.ts'
import { wholeNumber } from '../lib/whole-number.ts'
import { rowSessions, type RowStore } from '../store/rows.ts'
import type { PhpFormat } from './format/vars.ts'
import { phpCookie } from './sharing/cookie.ts'
import { SharedFormat, type PrincipalVariable } from './sharing/format.ts'
import { KnownIds } from './sharing/known-ids.ts'
import { SharedRows } from './sharing/shared-rows.ts'
import { SharedSessions } from './sharing/shared-sessions.ts'
import { Successors } from './sharing/successors.ts'

export type { PrincipalVariable } from './sharing/format.ts'

/** Settings of {@link sharedWithPhp}. */
export interface PhpSharingOptions {
  /** Where PHP keeps its sessions: `phpFileRows` of `sekisho/php/node`, or `phpRedisRows`. */
  readonly rows: RowStore<Uint8Array>
  /** PHP's `session.serialize_handler` (`'php'`). It is never guessed. */
  readonly format?: PhpFormat
  /** PHP's cookie: the same name, path and domain, or there are two (`PHPSESSID`; Path=/; Secure; HttpOnly; SameSite=Lax). */
  readonly cookie?: CookieOptions
  /**
   * The variable in which PHP has the id of the user who is logged in. It is then who is logged in here too, and a login here
   * writes it (absent: PHP knows nothing of our logins, nor we of its).
   */
  readonly principal?: string | PrincipalVariable
  /** PHP's `session.gc_maxlifetime`, in seconds (1440). */
  readonly maxLifetime?: number
  /** Seconds after which a session ends however much it is used, from its login or first write here (43,200, 12 hours). */
  readonly absolute?: number
  /**
   * Seconds for which an id is good that PHP has replaced by the recipe of its manual (`destroyed`, `new_session_id`), or `phpSessions`
   * has: with `principal`, a request that comes late with it is brought to the session under its new id (60; the manual's recipe:
   * 300). 0: it is good for nothing at once.
   */
  readonly forwardFor?: number
  /** The variable for what is kept beside the data (`sekisho`). */
  readonly variable?: string
  /** The version of the data in sessions that PHP has begun, `dataVersion` of the definition (1). */
  readonly dataVersion?: number
  /** Plain-http development: a cookie without Secure (whether `NODE_ENV` is `development`). */
  readonly development?: boolean
}

/** What {@link sharedWithPhp} gives to `defineSession`. */
export type PhpSharing = Required<
  Pick<SessionOptions<object>, 'store' | 'transport' | 'rotation' | 'lifetime' | 'codec'>
>

/**
 * The engine's sessions in PHP's: one cookie, one login, one cart. Spread it into the options of `defineSession`.
 *
 * Every variable that JSON can hold is a key of `session.data`, and the other way round; the rest is PHP's alone and stays. A
 * login here gives the session a new id, as `session_regenerate_id(true)` does, and a logout removes it.
 *
 * @throws SekishoUsageError `ERR_OPTION`
 *
 * @example
 * ```ts
 * const rows = phpFileRows({ savePath: '/srv/shop/sessions', flock: koffiFlock(koffi) })
 * const sessions = defineSession({ name: 'shop', ...sharedWithPhp({ rows, principal: 'user' }) })
 * ```
 */
export function sharedWithPhp(options: PhpSharingOptions): PhpSharing {
  const { rows, format = 'php', cookie = {}, maxLifetime = 1440, absolute = 43_200, variable = 'sekisho' } = options
  const { dataVersion = 1, forwardFor = 60, development = isDevelopment() } = options
  if (typeof rows?.get !== 'function') throw optionError('rows', '`phpFileRows(…)` or `phpRedisRows(…)`', rows)
  checkName('variable', variable)
  wholeNumber('maxLifetime', maxLifetime, 1)
  wholeNumber('absolute', absolute, maxLifetime)
  wholeNumber('forwardFor', forwardFor, 0)
  const ids = new KnownIds()
  const principal = principalVariable(options.principal, variable)
  const shared = new SharedFormat({ format, variable, principal, maxLifetime, absolute, dataVersion, forwardFor })
  const phpSessId = { name: 'PHPSESSID', ...cookie }
  const sharedRows = new SharedRows(rows, ids)
  return {
    store: new SharedSessions(
      rowSessions(sharedRows, { format: shared, id: (address) => address, sweepGraceMs: 0 }),
      // Only by the user can be told that a login lies between the old id and the new one.
      new Successors({ rows, ids, format: shared, forwardFor: principal === undefined ? 0 : forwardFor }),
    ),
    transport: phpCookie({ application: 'php', development, cookie: phpSessId }, ids),
    rotation: false,
    // The engine adds the interval of its touches: together they are what PHP's sweep goes by.
    lifetime: { idle: Math.max(maxLifetime - 60, maxLifetime / 1.1), absolute },
    codec: namedFor(format, shared.hidden),
  }
}

function principalVariable(option: PhpSharingOptions['principal'], taken: string): PrincipalVariable | undefined {
  if (option === undefined) return undefined
  const { name, type } = typeof option === 'string' ? { name: option, type: 'string' as const } : option
  checkName('principal', name)
  if (name === taken) throw optionError('principal', `another variable than \`variable\``, name)
  if (type !== 'string' && type !== 'int') throw optionError('principal.type', "'string' or 'int'", type)
  return { name, type }
}

/** A name that every format keeps. */
function checkName(option: string, name: unknown): void {
  if (typeof name === 'string' && /^[A-Za-z_]\w{0,99}$/.test(name)) return
  throw optionError(option, 'the name of a variable: letters, digits and `_`, at most 100', name)
}

/** JSON, and only under names that the format can hold: the mistake is named where it is made. */
function namedFor(format: PhpFormat, taken: ReadonlySet<string>): Codec {
  return {
    ...json,
    check(value, path) {
      if (taken.has(path))
        throw refused(path, 'is kept by the sharing with PHP itself; log in and out to change who is logged in')
      const isWhole = /^(?:0|-?[1-9]\d*)$/.test(path)
      if (format !== 'php_serialize' && isWhole)
        throw refused(path, 'is a whole number; PHP keeps such names with `php_serialize` only')
      if (format === 'php' && path.includes('|'))
        throw refused(path, 'contains `|`; PHP keeps such names with another format only')
      json.check?.(value, path)
    },
  }
}

function refused(key: string, why: string): SekishoUsageError {
  return new SekishoUsageError('ERR_VALUE', `the session key ${JSON.stringify(key)} ${why}`)
}

function isDevelopment(): boolean {
  const { process } = globalThis as { process?: { env?: { NODE_ENV?: string } } }
  return process?.env?.NODE_ENV === 'development'
}
