import { optionError } from '../errors.ts'
import type { LockOptions } from './contract.ts'
import type { LeaseTerms } from './lease.ts'
import { milliseconds } from './lifetime.ts'

/** Checks and completes the lock that a route asks for. */
export function resolveLock(option: LockOptions): Pick<LeaseTerms, 'waitMs' | 'leaseMs'> {
  if (typeof option !== 'object' || option === null) throw optionError('lock', 'an object', option)
  const { wait = 5, lease = 10 } = option
  return {
    waitMs: wait === 0 ? 0 : milliseconds('lock.wait', wait),
    leaseMs: milliseconds('lock.lease', lease),
  }
}
