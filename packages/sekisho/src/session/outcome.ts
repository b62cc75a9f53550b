import { SessionGoneError, SessionSupersededError } from '../errors.ts'

/** How a write ended: it is stored, or the session was no longer ours to write. */
export type WriteOutcome = 'written' | 'gone' | 'superseded'

/** Turns a write that was not made into the error that an explicit `save` or `update` rejects with. */
export function refuse(outcome: WriteOutcome): void {
  if (outcome === 'gone') throw new SessionGoneError()
  if (outcome === 'superseded') throw new SessionSupersededError()
}
