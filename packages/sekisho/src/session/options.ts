import { optionError } from '../errors.ts'
import type { SessionStore } from '../store/contract.ts'
import { cookieTransport, type CookieOptions } from '../transport/cookie.ts'
import type { Transport } from '../transport/contract.ts'
import { headerTransport, type HeaderOptions } from '../transport/header.ts'
import { resolveEncryption, type AtRest, type EncryptionOptions } from './at-rest.ts'
import { milliseconds } from './lifetime.ts'
import {
  checkStore,
  group,
  positive,
  resolveCookieOption,
  resolveShared,
  type ResolvedShared,
  type SharedOptions,
} from './shared-options.ts'

/** When the secret is replaced. */
export interface RotationOptions {
  /** Seconds after which a session gets a new secret (default 900, 15 minutes). */
  readonly every?: number
  /** Seconds for which the old secret goes on working once the new one has been seen (default 30). */
  readonly grace?: number
}

/** How dead records are removed from stores that need it. */
export interface SweepOptions {
  /** Seconds between two sweeps, give or take a tenth (default 60). */
  readonly every?: number
  /** At most so many records are removed at once (default 1000). */
  readonly limit?: number
}

/** What `defineSession` takes. */
export interface SessionOptions<Data extends object> extends SharedOptions<Data> {
  /** Where sessions are stored. */
  readonly store: SessionStore
  /** The cookie (default `__Host-sid; Path=/; Secure; HttpOnly; SameSite=Lax`); `false`: none, only the header. */
  readonly cookie?: CookieOptions | false
  /** A header for programs that keep no cookies; a request that has it is served by it alone (default: none). */
  readonly header?: HeaderOptions | true
  /** A way to travel that is neither, such as a cookie of PHP's (`sekisho/php`); without `cookie` and `header` then. */
  readonly transport?: Transport
  /** When the secret is replaced; `false`: only at login and by `rotate()`. */
  readonly rotation?: RotationOptions | false
  /** The most octets that the encoded data may have (default 1 MiB). */
  readonly maxBytes?: number
  /** Milliseconds for which a conflicting write is merged and tried again (default 5000). */
  readonly conflictTimeoutMs?: number
  /** Encrypts the data in the store (default: it is stored as the codec writes it). */
  readonly encryption?: EncryptionOptions
  /**
   * So many sessions a user may have; a login beyond that ends the oldest logins before its answer goes out (default: no
   * limit). Needs a store with an index by principal.
   */
  readonly sessionsPerPrincipal?: number
  /**
   * What a visitor meets whose session cannot be read because the store fails: an answer 503 (`unavailable`, the default),
   * or a page as for somebody without a session, that stores nothing and leaves the cookie alone (`anonymous`).
   */
  readonly onStoreFailure?: 'unavailable' | 'anonymous'
  /** How dead records are removed; `false`: not by this process. */
  readonly sweep?: SweepOptions | false
}

/** The options, checked and complete. */
export interface ResolvedOptions extends ResolvedShared {
  readonly store: SessionStore
  readonly transport: Transport
  readonly atRest: AtRest | undefined
  readonly rotation: { readonly everyMs: number; readonly graceMs: number }
  readonly maxBytes: number
  readonly conflictMs: number
  readonly sessionsPerPrincipal: number | undefined
  readonly onStoreFailure: 'unavailable' | 'anonymous'
  readonly sweep: { readonly everyMs: number; readonly limit: number } | undefined
}

/** Checks and completes all options; what is unsafe or impossible is refused here, not at the first request. */
export function resolveOptions<Data extends object>(options: SessionOptions<Data>): ResolvedOptions {
  const shared = resolveShared(options)
  checkStore('store', options.store)
  return Object.freeze({
    ...shared,
    store: options.store,
    transport: resolveTransport(options, shared),
    atRest: resolveEncryption(options.encryption, shared),
    rotation: resolveRotation(options.rotation),
    maxBytes: positive('maxBytes', options.maxBytes ?? 1024 * 1024),
    conflictMs: positive('conflictTimeoutMs', options.conflictTimeoutMs ?? 5000),
    sessionsPerPrincipal: resolveLimit(options),
    onStoreFailure: resolveFailurePolicy(options.onStoreFailure),
    sweep: resolveSweep(options.sweep, options.store),
  })
}

function resolveLimit({ sessionsPerPrincipal: most, store }: SessionOptions<object>): number | undefined {
  if (most === undefined) return undefined
  if (store.principals === undefined)
    throw optionError('sessionsPerPrincipal', 'absent: this `store` keeps no index by principal', most)
  return positive('sessionsPerPrincipal', most)
}

function resolveFailurePolicy(policy: ResolvedOptions['onStoreFailure'] = 'unavailable'): typeof policy {
  if (policy === 'unavailable' || policy === 'anonymous') return policy
  throw optionError('onStoreFailure', "'unavailable' or 'anonymous'", policy)
}

function resolveTransport<Data extends object>(
  { cookie, header, lifetime, transport }: SessionOptions<Data>,
  { name, development }: ResolvedShared,
): Transport {
  if (transport !== undefined) return checkedTransport(transport, cookie ?? header)
  if (cookie === false && header === undefined) throw optionError('header', 'given when `cookie` is false', header)
  const input = {
    application: name,
    development,
    cookie: cookie === false ? {} : resolveCookieOption(cookie, lifetime),
  }
  const byCookie = cookie === false ? undefined : cookieTransport(input)
  if (header === undefined && byCookie !== undefined) return byCookie
  return headerTransport(header === true || header === undefined ? {} : group('header', header), byCookie)
}

function checkedTransport(transport: Transport, other: unknown): Transport {
  if (typeof transport?.read !== 'function' || typeof transport.write !== 'function') {
    throw optionError('transport', 'an object with `read` and `write`', transport)
  }
  if (other !== undefined) throw optionError('transport', 'absent where `cookie` or `header` is given', transport)
  return transport
}

function resolveRotation(option: RotationOptions | false | undefined): ResolvedOptions['rotation'] {
  if (option === false) return { everyMs: Number.POSITIVE_INFINITY, graceMs: 30_000 }
  const { every = 900, grace = 30 } = group('rotation', option)
  const everyMs = milliseconds('rotation.every', every)
  const graceMs = milliseconds('rotation.grace', grace)
  if (graceMs >= everyMs) throw optionError('rotation.grace', 'shorter than `rotation.every`', grace)
  return { everyMs, graceMs }
}

/** When and how much is swept, in stores that need it. */
export function resolveSweep(option: SweepOptions | false | undefined, store: SessionStore): ResolvedOptions['sweep'] {
  if (option === false) return undefined
  const { every = 60, limit = 1000 } = group('sweep', option)
  const sweep = { everyMs: milliseconds('sweep.every', every), limit: positive('sweep.limit', limit) }
  return store.capabilities.sweeps ? sweep : undefined
}
