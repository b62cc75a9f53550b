import { optionError } from '../errors.ts'
import type { Lifetime, NewLifetime, StoredSession } from '../store/contract.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long sessions live, in seconds. */
export interface LifetimeOptions {
  /** Seconds without use after which a session ends (default 1800, 30 minutes). */
  readonly idle?: number
  /** Seconds after creation, or after the last login, when a session ends however much it is used (default 43200, 12 hours). */
  readonly absolute?: number
}

/**
 * Named lifetimes. `aal1`, `aal2` and `aal3` keep the limits of NIST SP 800-63B-4 section 5.2; `persistent` survives
 * the browser's restart (the cookie gets a Max-Age).
 */
export type LifetimePreset = 'default' | 'aal1' | 'aal2' | 'aal3' | 'persistent'

const presets: Readonly<Record<LifetimePreset, Required<LifetimeOptions>>> = {
  default: { idle: 30 * MINUTE, absolute: 12 * HOUR },
  aal1: { idle: 30 * DAY, absolute: 30 * DAY },
  aal2: { idle: HOUR, absolute: 24 * HOUR },
  aal3: { idle: 15 * MINUTE, absolute: 12 * HOUR },
  persistent: { idle: 14 * DAY, absolute: 60 * DAY },
}

/** Lifetimes as the engine uses them, in milliseconds. */
export interface ResolvedLifetime {
  /** After so much disuse a session may end. */
  readonly idleMs: number
  /** So long after creation or login it ends. */
  readonly absoluteMs: number
  /** The idle deadline is moved at most so often. */
  readonly touchMs: number
  /** What a write of a living session asks for. The touch interval is added, so that a throttled touch never shortens a life. */
  readonly extended: Lifetime
  /** What a new session, or a login, asks for. */
  readonly fresh: NewLifetime
}

/** Checks and completes the lifetime option. */
export function resolveLifetime(option: LifetimePreset | LifetimeOptions | undefined): ResolvedLifetime {
  const named = typeof option === 'string'
  if (named ? !Object.hasOwn(presets, option) : typeof (option ?? {}) !== 'object' || option === null)
    throw optionError('lifetime', `one of ${Object.keys(presets).join(', ')} or an object`, option)
  const { idle = presets.default.idle, absolute = presets.default.absolute } = named ? presets[option] : (option ?? {})
  const idleMs = milliseconds('lifetime.idle', idle)
  const absoluteMs = milliseconds('lifetime.absolute', absolute)
  if (idleMs > absoluteMs) throw optionError('lifetime.idle', 'at most `lifetime.absolute`', idle)
  const touchMs = Math.min(MINUTE * 1000, idleMs / 10)
  const extended = { idleMs: idleMs + touchMs }
  return { idleMs, absoluteMs, touchMs, extended, fresh: { ...extended, absoluteMs } }
}

/** A positive number of seconds as whole milliseconds. */
export function milliseconds(option: string, seconds: number): number {
  const ms = typeof seconds === 'number' ? Math.round(seconds * 1000) : 0
  if (ms > 0 && Number.isFinite(ms)) return ms
  throw optionError(option, 'a positive number of seconds', seconds)
}

/** When a stored session was last used, to the accuracy of the touch interval. */
export function lastUsedAt(stored: StoredSession, lifetime: ResolvedLifetime): number {
  return Math.max(stored.createdAt, stored.idleDeadline - lifetime.idleMs - lifetime.touchMs)
}
