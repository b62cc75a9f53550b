/**
 * The session of the running request, for functions that are not given it. Opt-in: without it nothing here is loaded.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { SekishoUsageError } from '../errors.ts'
import type { CommitOptions, OpenOptions, SessionAnswer, SessionRequest, SessionSource } from '../session/contract.ts'

/** The sessions that a definition opens. */
type SessionOf<T> = T extends SessionSource<infer S> ? S : never

/** A definition of sessions, stored or sealed. */
type Definition = SessionSource<object> & { close(): Promise<void> }

/** A definition that knows which session is the running request's. */
export type CurrentSessions<T extends Definition> = T & {
  /**
   * The session of the request in whose course this is called, through awaits, timers and the events of the request and
   * its answer. Throws `ERR_NO_SESSION` outside of a request.
   */
  current(): SessionOf<T>
  /** Runs work with the session as the current one. Adapters do; a job or a test may as well. */
  run<R>(session: SessionOf<T>, work: () => R): R
}

/**
 * Makes the session of the running request available to every function that its handler calls. Give the adapter what
 * this returns. Each call has a current session of its own, so several kinds of sessions do not meet.
 *
 * @example
 * ```ts
 * const sessions = withCurrent(defineSession<{ cart: string[] }>({ name: 'shop', store }))
 * const cart = () => sessions.current().get('cart') ?? []
 * ```
 */
export function withCurrent<T extends Definition>(sessions: T): CurrentSessions<T> {
  const storage = new AsyncLocalStorage<SessionOf<T>>()
  const own = {
    open: (request: SessionRequest, options?: OpenOptions) => sessions.open(request, options),
    openNow: (request: SessionRequest, options?: OpenOptions) => sessions.openNow(request, options),
    commit: (session: SessionOf<T> & object, answer: SessionAnswer, options?: CommitOptions) =>
      sessions.commit(session, answer, options),
    close: () => sessions.close(),
    run: <R>(session: SessionOf<T>, work: () => R): R => storage.run(session, work),
    current(): SessionOf<T> {
      const session = storage.getStore()
      if (session !== undefined) return session
      throw new SekishoUsageError(
        'ERR_NO_SESSION',
        `\`current()\` of the sessions \`${sessions.name}\` was called outside of a request that an adapter serves with them`,
      )
    },
  }
  // Name, capabilities and admin are the definition's own fields; its methods need the definition as `this`.
  return Object.freeze({ ...sessions, ...own })
}
