/** What the handlers of all our contenders do, wherever their sessions are. */
import type { SessionData } from 'sekisho'
import { noSession, type Action } from '../contract.ts'
import { sample, type Sample } from '../sample.ts'

/** What a handler does with its session. @returns The body. */
export type Act = (session: SessionData<Sample>) => string

/** The three handlers. */
export const acts: Readonly<Record<Action, Act>> = {
  create(session) {
    const { n, user, csrf, cart, note } = sample()
    session.set('n', n)
    session.set('user', user)
    session.set('csrf', csrf)
    session.set('cart', cart)
    session.set('note', note)
    return String(n)
  },
  read: (session) => String(session.get('n') ?? noSession),
  write(session) {
    const n = session.get('n')
    if (n === undefined) return noSession
    session.set('n', n + 1)
    return String(n + 1)
  },
}

/** A measurement of failures would be worth nothing. */
export function fail(error: unknown): never {
  throw error
}
