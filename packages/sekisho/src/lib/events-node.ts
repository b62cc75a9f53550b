/**
 * What happens to sessions, as `diagnostics_channel` events. Metrics, traces and logs are built on these.
 * Every event names the session by its address; none ever carries a token.
 *
 * @module
 */
import { channel, type Channel } from 'node:diagnostics_channel'

/** Why a carrier was not accepted. */
export type RejectReason = 'ambiguous' | 'unsealable' | 'malformed-token' | 'malformed-record' | 'malformed-payload'

/** The events and what they carry. */
export interface SessionEvents {
  /** A new session was stored. */
  created: { readonly address: string; readonly principal: string | undefined }
  /** A session was read for a request. */
  loaded: { readonly address: string }
  /** A change was stored; `version` is the new one. */
  saved: { readonly address: string; readonly version: number }
  /** Two requests changed the same path; the later commit, this one, won. */
  conflict: { readonly address: string; readonly path: string }
  /** A write was dropped because a login had replaced the session. */
  superseded: { readonly address: string }
  /** A write was dropped because the session had ended. */
  gone: { readonly address: string }
  /** A change was dropped because the session could not be read, and the definition answers as to somebody without one. */
  unavailable: { readonly address: string }
  /** A change was dropped because no cookie could be sent for the new session that it needed. */
  undeliverable: { readonly address: string | undefined }
  /** A change came after the answer had begun, and is not kept. */
  late: { readonly address: string | undefined; readonly key: string | undefined }
  /** The secret was replaced. */
  rotated: { readonly address: string }
  /** A user logged in. */
  login: { readonly address: string; readonly principal: string; readonly generation: number }
  /** A session was ended by logout or revocation. */
  destroyed: { readonly address: string; readonly by: 'logout' | 'revoke' }
  /** A dead session was met; raised by stores that can see it. */
  expired: { readonly address: string }
  /** A secret came that was valid once, or never, for a session that exists: a copied cookie, or a very late request. */
  replay: { readonly address: string; readonly reason: 'grace-over' | 'unknown-secret' | 'revoked' }
  /** A carrier or a record was not accepted. */
  rejected: { readonly reason: RejectReason; readonly address: string | undefined }
  /** Keys of the data did not pass the schema and read as undefined; the record keeps them. */
  invalid: { readonly address: string; readonly keys: readonly string[] }
  /** Something was opened with a key that no longer seals: it must stay in the ring for now. */
  'old-key': { readonly keyId: string; readonly purpose: string }
  /** The store failed. */
  'store-failure': { readonly verb: string; readonly error: unknown }
  /** The store failed so often that calls are refused for now (`open`), or answers again (`closed`). */
  circuit: { readonly state: 'open' | 'closed'; readonly error: unknown }
  /** A sweep stopped because the clock seems to have jumped, or an implausible share of all sessions would go. */
  'sweep-stopped': { readonly reason: string }
}

/** The name of an event. */
export type SessionEvent = keyof SessionEvents

const names: readonly SessionEvent[] = [
  'created',
  'loaded',
  'saved',
  'conflict',
  'superseded',
  'gone',
  'unavailable',
  'undeliverable',
  'late',
  'rotated',
  'login',
  'destroyed',
  'expired',
  'replay',
  'rejected',
  'invalid',
  'old-key',
  'store-failure',
  'circuit',
  'sweep-stopped',
]

/** One channel per event, named `sekisho:<event>`: `channels.replay.subscribe(message => …)`. */
export const channels: { readonly [E in SessionEvent]: Channel<unknown, SessionEvents[E]> } = Object.fromEntries(
  names.map((name) => [name, channel(`sekisho:${name}`)]),
) as { readonly [E in SessionEvent]: Channel<unknown, SessionEvents[E]> }
