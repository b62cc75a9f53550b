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
import { deferCommit, openFor, runVisit } from './visit-node.ts'

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
  const openOptions = openOptionsOf(options.lock)

  function serve(req: IncomingMessage, res: ServerResponse, session: S): void {
    const visit = { req, res, session }
    let changes: 'keep' | 'drop' = 'keep'
    const answer = deferCommit(sessions, visit, { changes: () => changes, onError })
    const failed = (error: unknown): void => {
      if (onHandlerError === 'drop') changes = 'drop'
      answerFailure(res, statusOf(error) ?? 500)
      onError(error, req)
    }
    try {
      const work: unknown = runVisit(sessions, visit, () => handler(req, res, session))
      // A promise for every answer would make those wait that are given at once.
      if (isThenable(work)) Promise.resolve(work).catch(failed)
    } catch (error) {
      failed(error)
    }
    answer.watch()
  }

  return (req, res) => {
    openFor(
      { sessions, req, openOptions },
      (session) => serve(req, res, session),
      (error) => {
        sendPlain(res, unavailable(error))
        onError(error, req)
      },
    )
  }
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
