import type { Sessions } from './contract.ts'
import type { SealedSessions } from './sealed-contract.ts'
import { resolveSealedOptions, type SealedSessionOptions } from './sealed-options.ts'
import { CookieSessions } from './sealed.ts'
import { resolveOptions, type SessionOptions } from './options.ts'
import { StoredSessions } from './stored.ts'

/**
 * Defines the sessions of an application. All options are checked here; nothing is read, written or started until the
 * first request.
 *
 * @param options The application's name, the store, and what differs from the safe defaults.
 * @returns What adapters open and commit sessions with.
 * @throws SekishoUsageError `ERR_OPTION` for an option that is missing, impossible or unsafe.
 *
 * @example
 * ```ts
 * const sessions = defineSession<{ cart: string[] }>({ name: 'shop', store: new MemoryStore() })
 * ```
 */
export function defineSession<Data extends object>(options: SessionOptions<Data>): Sessions<Data> {
  // Inside, data is plain members; only its owner knows the type, which is checked at this edge.
  return new StoredSessions(resolveOptions(options)) as unknown as Sessions<Data>
}

/**
 * Defines sessions whose data travels in the cookie, sealed: no store, for data that is small and for which the last
 * cookie may win.
 *
 * @param options The application's name, the keys, and what differs from the safe defaults.
 * @returns What adapters open and commit sessions with.
 * @throws SekishoUsageError `ERR_OPTION` for an option that is missing, impossible or unsafe.
 *
 * @example
 * ```ts
 * const sessions = defineSealedSession<{ language: string }>({ name: 'shop', keyRing: new KeyRing([secret]) })
 * ```
 */
export function defineSealedSession<Data extends object>(options: SealedSessionOptions<Data>): SealedSessions<Data> {
  return new CookieSessions(resolveSealedOptions(options)) as unknown as SealedSessions<Data>
}
