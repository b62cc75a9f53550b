import { ours, since, successor } from '../functions/replaced-marks.ts'
import type { PhpArray } from '../value/value.ts'

/** What a session says about an id that was replaced. */
export interface Replaced {
  /** When the id is dead, epoch milliseconds. */
  readonly until: number
  /** The id under which the session goes on; absent where it leads nowhere, and is for a while what it was. */
  readonly successor?: string
}

/**
 * Reads the marks that PHP's manual gives to a session whose id was replaced, and `phpSessions` with it.
 *
 * @param forwardFor Seconds for which such an id is good.
 * @returns `undefined` for the sessions of all other ids. What is marked in a way that nobody understands is dead.
 */
export function replacedIn(vars: PhpArray, forwardFor: number): Replaced | undefined {
  const hasSuccessor = vars.has(successor)
  if (!vars.has(since) || !(hasSuccessor || vars.get(ours) === true)) return undefined
  const [at, next] = [vars.get(since), vars.get(successor)]
  const isUnderstood = typeof at === 'number' && (typeof next === 'string' || !hasSuccessor)
  const until = isUnderstood ? (at + forwardFor) * 1000 : 0
  return typeof next === 'string' ? { until, successor: next } : { until }
}

/** The end of the id under which a session was found: it may live on under another one. */
export function endOfId(replaced: Replaced | undefined): number {
  if (replaced === undefined) return Number.POSITIVE_INFINITY
  return replaced.successor === undefined ? replaced.until : 0
}
