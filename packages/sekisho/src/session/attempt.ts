import { SekishoUsageError } from '../errors.ts'
import type { SessionRecord, StoredSession } from '../store/contract.ts'
import type { LoginStamp } from './record.ts'
import type { Attachment, SessionState } from './state.ts'
import type { Token } from './token.ts'
import { absorb, settle, type Sent } from './write-set.ts'

/** One attempt of a versioned write. */
export interface Attempt {
  /** What it replaces. */
  readonly attachment: Attachment
  /** What it stores. */
  readonly record: SessionRecord
  /** The token under which the session goes on. */
  readonly token: Token
  /** The write restarts the absolute lifetime, as a login does. */
  readonly restart: boolean
  readonly sent: Sent
}

/**
 * Makes an attempt of a session as it is now.
 *
 * @param text Its data, where somebody has just encoded it.
 */
export type Build = (state: SessionState, text?: string) => Attempt

/** What a new record is made of. */
export interface NewSession {
  readonly sent: Sent
  readonly stamp: LoginStamp | undefined
}

/** What was sent is stored. The handler may have gone on meanwhile, except when this was the write before the answer. */
export function settled({ writes, committed }: SessionState, sent: Sent): void {
  if (committed && sent.text === sent.before) settle(writes, sent)
  else absorb(writes, sent)
}

/** The session that is being written; it may have been ended meanwhile. */
export function attached(state: SessionState): Attachment {
  if (state.attachment !== undefined) return state.attachment
  throw new SekishoUsageError('ERR_SESSION_COMMITTED', 'the session was ended while it was being written')
}

/** Whether a record still is of the login that a request began with. */
export function isSameLineage(before: StoredSession, now: StoredSession): boolean {
  return now.record.principal === before.record.principal && now.record.generation === before.record.generation
}
