import type { StoredSession } from '../store/contract.ts'
import type { Presented } from '../transport/contract.ts'
import type { SessionRequest } from './contract.ts'
import type { SessionLease } from './lease.ts'
import type { Members } from './merge.ts'
import type { Token } from './token.ts'
import { forget, type WriteSet } from './write-set.ts'

/** The session that a request belongs to, as far as its handler can tell. */
export interface Attached {
  /** Where the handle of the session is. */
  readonly token: { readonly address: string }
  /** Record and times; for a sealed session what it would be in a store. */
  readonly stored: StoredSession
}

/** The stored session that a request belongs to. Replaced as a whole after each write. */
export interface Attachment extends Attached {
  /** What the request presented, or what it will be told to present from now on. */
  readonly token: Token
  /**
   * Whether `token` came with the request as the record's current secret, or as the one before the last rotation, or was
   * minted by this request: then nobody has it yet, so it neither confirms a rotation nor is rotated again.
   */
  readonly recognised: 'current' | 'previous' | 'minted'
}

/** Why a session is no longer this request's to write. */
export interface Loss {
  readonly address: string
  /** The session has ended, a login has replaced it, or it could not be read. */
  readonly outcome: 'gone' | 'superseded' | 'unavailable'
}

/** A login that the commit will make. */
export interface PendingLogin {
  readonly principal: string
  readonly amr: readonly string[] | undefined
  readonly device: string | undefined
}

/** Everything about one session during one request. The session changes it, the engine carries it out. */
export interface SessionState<A extends Attached = Attachment> {
  readonly request: SessionRequest
  /** What came with the request, if anything, whatever became of it. */
  presented: Presented | undefined
  readonly writes: WriteSet
  /** The stored session, once there is one. */
  attachment: A | undefined
  /** The token under which a new session is to be stored; absent: under a fresh one. */
  reserved: Token | undefined
  /** The presented secret was replaced, or the session ended meanwhile: nothing may be stored, and no cookie sent, short of a new login. */
  lost: Loss | undefined
  /** The browser has to be told the attachment's token. */
  cookieDue: boolean
  /** This request has logged out, and the browser has to forget the cookie. */
  ended: boolean
  /** The handler looked at the session: the answer depends on the cookie. */
  used: boolean
  /** The answer has begun. */
  committed: boolean
  /** The last write of this request; the next one waits for it, because it builds on what this one stores. */
  turn: Promise<unknown> | undefined
  /** The session is this request's alone: nothing is merged. */
  lease: SessionLease | undefined
  login: PendingLogin | undefined
  rotate: boolean
  /** The rotation leaves the old secret no grace. */
  graceless: boolean
  ensure: boolean
}

/** What a session asks of the engine; the state machine itself does no I/O. */
export interface SessionActions {
  /** Keys declared `beforeLogin: 'keep'`. */
  readonly keepKeys: ReadonlySet<string>
  /** What the codec makes of no data. */
  readonly emptyText: string
  /** Throws where a login could not be undone. */
  mayLogin?(): void
  save(state: SessionState<Attached>): Promise<void>
  update<R>(state: SessionState<Attached>, change: (draft: Members) => R): Promise<R>
  logout(state: SessionState<Attached>): Promise<void>
  /** Reports a change that came after the answer had begun. */
  late(state: SessionState<Attached>, key: string | undefined): void
}

/** Forgets changes, login and rotation, as after an error in the handler. */
export function forgetIntents(state: SessionState<Attached>): void {
  forget(state.writes)
  state.login = undefined
  state.rotate = false
  state.graceless = false
  state.ensure = false
}
