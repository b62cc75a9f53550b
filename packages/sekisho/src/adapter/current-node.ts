/**
 * The session of the running request, for functions that are not given it. Opt-in: without it nothing here is loaded.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { SekishoUsageError } from '../errors.ts'
import type { Session, Sessions } from '../session/contract.ts'

/** {@link Sessions} that know which session is the running request's. */
export interface CurrentSessions<Data extends object> extends Sessions<Data> {
  /**
   * The session of the request in whose course this is called, through awaits, timers and the events of the request and
   * its answer. Throws `ERR_ARGUMENT` outside of a request.
   */
  current(): Session<Data>
  /** Runs work with the session as the current one. Adapters do; a job or a test may as well. */
  run<T>(session: Session<Data>, work: () => T): T
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
export function withCurrent<Data extends object>(sessions: Sessions<Data>): CurrentSessions<Data> {
  const storage = new AsyncLocalStorage<Session<Data>>()
  return Object.freeze<CurrentSessions<Data>>({
    name: sessions.name,
    capabilities: sessions.capabilities,
    admin: sessions.admin,
    open: (request) => sessions.open(request),
    commit: (session, answer, options) => sessions.commit(session, answer, options),
    close: () => sessions.close(),
    run: (session, work) => storage.run(session, work),
    current() {
      const session = storage.getStore()
      if (session !== undefined) return session
      throw new SekishoUsageError(
        'ERR_ARGUMENT',
        `\`current()\` of the sessions \`${sessions.name}\` was called outside of a request that an adapter serves with them`,
      )
    },
  })
}
