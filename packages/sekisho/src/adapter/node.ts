/**
 * The adapter for Node's own `http` and `https` servers.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionSource } from '../session/contract.ts'
import { sendPlain } from './response-head-node.ts'
import { openOptionsOf, type RouteLock } from './route-lock.ts'
import { plainAnswer, report, statusOf, unavailable } from './unavailable.ts'
import { deferResponse } from './deferred-response-node.ts'
import { attend, runVisit, type Attendance, type Visit } from './visit-node.ts'

/** A request handler with a session. It may answer after it has returned, as with Node's own listeners. */
export type NodeSessionHandler<S extends object> = (req: IncomingMessage, res: ServerResponse, session: S) => unknown

/** Options of {@link nodeListener}. */
export interface NodeListenerOptions {
  /**
   * Uses the session exclusively while the request runs: `{ wait, lease }` for all requests, or a function that gives them
   * for some and `undefined` for the others (default: overlapping requests are merged). Needs a store with locks.
   */
  readonly lock?: RouteLock<IncomingMessage>
  /** What becomes of the changes when the handler throws before the first byte (default `drop`). */
  readonly onHandlerError?: 'drop' | 'commit'
  /** Is told when the handler threw or the store failed (default: `console.error`). The visitor has been answered by then. */
  readonly onError?: (error: unknown, req: IncomingMessage) => void
}

/**
 * Gives a listener of `http.createServer` a session: opened before the handler runs, committed before the first byte of
 * its answer. When the store fails, the answer is a 503 and the cookie stays as it is.
 *
 * @example
 * http.createServer(nodeListener(sessions, (req, res, session) => res.end(session.principal ?? 'nobody')))
 */
export function nodeListener<S extends object>(
  sessions: SessionSource<S>,
  handler: NodeSessionHandler<S>,
  options: NodeListenerOptions = {},
): (req: IncomingMessage, res: ServerResponse) => void {
  const { onHandlerError = 'drop', onError = report } = options
  const handle = knowingItsSession(sessions, handler)

  function failed(visit: Visit<S>, error: unknown): void {
    visit.dropsChanges = onHandlerError === 'drop'
    answerFailure(visit.res, statusOf(error) ?? 500)
    onError(error, visit.req)
  }

  const attendance: Attendance<S, undefined> = {
    sessions,
    openOptions: openOptionsOf(options.lock),
    changes: () => 'keep',
    onError,
    opened(visit, session) {
      const answer = deferResponse(visit.res, visit)
      try {
        const work = handle(visit, session)
        // A promise for every answer would make those wait that are given at once.
        if (isThenable(work)) Promise.resolve(work).catch((error: unknown) => failed(visit, error))
      } catch (error) {
        failed(visit, error)
      }
      answer.watch()
    },
    refused(error, req, res) {
      sendPlain(res, unavailable(error))
      onError(error, req)
    },
  }
  return (req, res) => attend(attendance, req, res, undefined)
}

/** The handler with its session as the current one, where the definition knows such a thing. */
function knowingItsSession<S extends object>(
  sessions: SessionSource<S>,
  handler: NodeSessionHandler<S>,
): (visit: Visit<S>, session: S) => unknown {
  if (sessions.run === undefined) return ({ req, res }, session) => handler(req, res, session)
  return (visit, session) => runVisit(sessions, visit, session, () => handler(visit.req, visit.res, session))
}

/** Whether there is something to wait for. */
function isThenable(result: unknown): result is PromiseLike<unknown> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function'
}

/** A plain answer while there is still time for one; an answer that broke off shall not look complete. */
function answerFailure(res: ServerResponse, status: number): void {
  if (res.destroyed || res.writableEnded) return
  if (res.headersSent) res.destroy()
  else sendPlain(res, plainAnswer(status))
}
