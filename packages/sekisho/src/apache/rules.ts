/**
 * What mod_session decides about a session at the two ends of a request, as pure functions.
 *
 * @module
 */
import { ApacheSession } from './session-string.ts'

/** The directives that choose requests by their path. */
export interface PathRules {
  /** `SessionInclude`: prefixes of the paths that have a session (default: all have). */
  readonly include?: readonly string[]
  /** `SessionExclude`: prefixes of the paths that have none, whatever includes them (default: none). */
  readonly exclude?: readonly string[]
}

/**
 * Whether a request has a session, by its path. The prefixes are plain text: `/shop` is one of `/shopping` too.
 *
 * @param path Decoded, without dot segments, double slashes and query.
 */
export function isIncluded(path: string, { include = [], exclude = [] }: PathRules): boolean {
  const startsWith = (prefix: string): boolean => path.startsWith(prefix)
  return (include.length === 0 || include.some(startsWith)) && !exclude.some(startsWith)
}

/** The directives that say how long a session lives. */
export interface AgeRules {
  /** `SessionMaxAge`: whole seconds without a request after which a session ends; 0: it has no end (default: 0). */
  readonly maxAge?: number
  /** `SessionExpiryUpdateInterval`: whole seconds by which the end must have moved for it alone to be written (default: 0). */
  readonly updateInterval?: number
}

/** What a request begins with. */
export interface Begun {
  /** The session of the request; its own, to be changed. */
  readonly session: ApacheSession
  /** Whether nothing came with the request, or what came has expired, and this session is a new one. */
  readonly isNew: boolean
  /** Whether a session came that has expired. */
  readonly hasExpired: boolean
}

/**
 * What a request begins with: the session that came with it unless that has expired, else a new one.
 *
 * @param found What was read and decrypted: encoded, or decoded for this request alone; `undefined`: nothing came, or it was not
 *   accepted.
 * @param rules Only {@link AgeRules.maxAge} matters; a later end than that gives stays.
 * @param now Microseconds since 1970.
 */
export function beginSession(found: string | ApacheSession | undefined, { maxAge = 0 }: AgeRules, now: bigint): Begun {
  const decoded = typeof found === 'string' ? ApacheSession.decode(found) : found
  const hasExpired = decoded !== undefined && isOver(decoded, now)
  const session = decoded === undefined || hasExpired ? new ApacheSession() : decoded
  if (session.expiry === 0n && maxAge !== 0) session.expiry = later(now, maxAge)
  return { session, isNew: session !== decoded, hasExpired }
}

/**
 * The session after the application has answered with a `SessionHeader`.
 *
 * @param session Stays as it is.
 * @param values The header's values in their order; only the first one counts, and all are to be taken out of the answer.
 * @returns A session that must be written, or `undefined` when the header is absent.
 */
export function mergeHeader(session: ApacheSession, values: readonly string[]): ApacheSession | undefined {
  const [value] = values
  if (value === undefined) return undefined
  const merged = session.copy()
  merged.merge(value)
  return merged
}

/** What the end of a request knows about its session. */
export interface Ending {
  /** The session. */
  readonly session: ApacheSession
  /** Whether anything but its end was changed. */
  readonly isChanged: boolean
  /** The `maxAge` that the session began with, where the answer is made under other rules (default: that of the rules). */
  readonly begunMaxAge?: number
}

/** Why a session is not written. */
export type KeepReason =
  /** Its end was set to a time that is over. */
  | 'expired'
  /** Nothing was changed, and it has no end that moves. */
  | 'unchanged'
  /** Only its end would move, and by less than the interval. */
  | 'fresh'

/** What to do with a session when the answer begins. */
export type Verdict =
  | {
      /** It stays as the client, or the store, has it. */
      readonly kind: 'keep'
      /** Why. */
      readonly reason: KeepReason
    }
  | {
      /** It is to be written. */
      readonly kind: 'write'
      /** The end to write, {@link ApacheSession.expiry}. */
      readonly expiry: bigint
      /** The seconds for the cookie's `Max-Age`; 0: none. */
      readonly maxAge: number
    }

/**
 * Whether a session is written, and with which end. With a `maxAge` and no interval every answer writes.
 *
 * @param ending The session, and what happened to it.
 * @param rules Those of the request's section.
 * @param now Microseconds since 1970.
 */
export function endSession(ending: Ending, rules: AgeRules, now: bigint): Verdict {
  const { session, isChanged, begunMaxAge = 0 } = ending
  const { maxAge: ruledMaxAge = 0, updateInterval = 0 } = rules
  if (isOver(session, now)) return { kind: 'keep', reason: 'expired' }
  const maxAge = ruledMaxAge === 0 ? begunMaxAge : ruledMaxAge
  const moves = ruledMaxAge !== 0 || (isChanged && maxAge !== 0)
  const expiry = moves ? later(now, maxAge) : session.expiry
  if (isChanged) return { kind: 'write', expiry, maxAge }
  const isFresh = updateInterval > 0 && expiry - session.expiry < later(0n, updateInterval)
  if (isFresh) return { kind: 'keep', reason: 'fresh' }
  return maxAge === 0 ? { kind: 'keep', reason: 'unchanged' } : { kind: 'write', expiry, maxAge }
}

function isOver({ expiry }: ApacheSession, now: bigint): boolean {
  return expiry !== 0n && expiry < now
}

function later(now: bigint, seconds: number): bigint {
  return now + BigInt(seconds) * 1_000_000n
}
