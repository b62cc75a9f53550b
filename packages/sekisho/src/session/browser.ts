import type { CarrierChange } from '../transport/contract.ts'
import type { SessionAnswer } from './contract.ts'
import type { ResolvedOptions } from './options.ts'
import type { SessionState } from './state.ts'

/** An answer, and whether its browser will keep a cookie. */
export interface Delivery {
  readonly answer: SessionAnswer
  readonly deliverable: boolean
}

/** Most answers change nothing. */
export const noChange: CarrierChange = Object.freeze({ kind: 'keep' })

/** Writes into an answer what the browser has to know: a new secret, that there is none any more, or that the cookie was read. */
export function tellBrowser(
  { transport, lifetime }: Pick<ResolvedOptions, 'transport' | 'lifetime'>,
  state: SessionState,
  { answer: { headers }, deliverable }: Delivery,
): void {
  const { attachment, cookieDue, ended, used, presented, rotate } = state
  const handsOff = attachment?.recognised === 'previous' && (presented?.explicit !== true || rotate)
  if (deliverable && attachment !== undefined && (cookieDue || handsOff)) {
    const { token, stored } = attachment
    const { previous, principal } = stored.record
    const newest = cookieDue ? token : previous && token.follow(previous.handoff)
    const maxAge = Math.floor((stored.absoluteDeadline - stored.now || lifetime.absoluteMs) / 1000)
    const login = cookieDue && principal !== undefined
    if (newest !== undefined) {
      return transport.write(headers, { kind: 'set', carrier: newest.carrier(), maxAge, login }, presented)
    }
  }
  if (deliverable && ended && attachment === undefined) transport.write(headers, { kind: 'expire' }, presented)
  else if (used) transport.write(headers, noChange, presented)
}
