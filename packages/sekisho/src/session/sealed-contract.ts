import type { SessionData, SessionSource } from './contract.ts'

/**
 * One visitor's session during one request, with its data sealed in the cookie. What two overlapping requests change does
 * not meet: the cookie that arrives last wins, so there is no `update`, `save` or `rotate` here.
 */
export interface SealedSession<Data extends object = Record<string, unknown>> extends SessionData<Data> {}

/** Ending sealed sessions from outside of a request; needs the option `revocations`. */
export interface SealedAdmin {
  /**
   * Ends one session, for as long as it could have lived. Takes what `session.meta.address` gave. How long that is only its
   * cookie says, so the `lifetime.absolute` of today counts: where it has been shortened, a session that was sealed before
   * that may come back; {@link SealedAdmin.revokeAll} ends it for good.
   */
  revoke(address: string): Promise<void>
  /** Ends all sessions of a user that were sealed before; needs a revocation store with an index by principal. */
  revokeAll(principal: string): Promise<void>
}

/** What `defineSealedSession` makes. Opening costs no store call, or one or two reads where revocations are kept. */
export interface SealedSessions<Data extends object = Record<string, unknown>> extends SessionSource<
  SealedSession<Data>
> {
  /** Ends sessions before their time. */
  readonly admin: SealedAdmin

  /** Stops the sweeper of the revocation store and closes it, where there is one. */
  close(): Promise<void>
}
