import type { LockOptions, OpenOptions } from '../session/contract.ts'
import { resolveLock } from '../session/lock-options.ts'

/** Which requests use their session exclusively: all of them, or those for which the function gives settings. */
export type RouteLock<R> = LockOptions | ((request: R) => LockOptions | undefined)

/**
 * How the sessions of an adapter are opened.
 *
 * @returns `undefined` when no request wants a lock.
 * @throws SekishoUsageError `ERR_OPTION` for settings that make no sense; those of a function are checked at each request.
 */
export function openOptionsOf<R>(lock: RouteLock<R> | undefined): ((request: R) => OpenOptions) | undefined {
  if (lock === undefined) return undefined
  if (typeof lock === 'function') return (request) => ({ lock: lock(request) })
  resolveLock(lock)
  return () => ({ lock })
}
