import { SekishoError, SessionGoneError, SessionSupersededError } from '../errors.ts'
import type { Loss } from './state.ts'

/** How a write ended: it is stored, or the session was no longer ours to write. */
export type WriteOutcome = 'written' | 'gone' | 'superseded'

/** Turns a write that was not made into the error that an explicit `save` or `update` rejects with. */
export function refuse(outcome: WriteOutcome | Loss['outcome']): void {
  if (outcome === 'gone') throw new SessionGoneError()
  if (outcome === 'superseded') throw new SessionSupersededError()
  if (outcome === 'unavailable') throw new SekishoError('ERR_STORE_UNAVAILABLE', 'the session could not be read')
}
