/**
 * What the adapters over Node's `(req, res)` do alike with a session that has been opened.
 *
 * @module
 */
import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OpenOptions, SessionSource } from '../session/contract.ts'
import { deferResponse, type DeferredResponse } from './deferred-response-node.ts'

/** A request whose session is open, and its answer. */
export interface Visit<S extends object> {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly session: S
}

/** How a visit ends. */
export interface VisitOptions {
  /** What becomes of the changes; asked with the status of the answer, at the moment of the commit. */
  readonly changes: (status: number) => 'keep' | 'drop'
  /** Is told why the commit failed. */
  readonly onError: (error: unknown, req: IncomingMessage) => void
}

/** A request whose session is to be opened. */
export interface Arrival<S extends object> {
  readonly sessions: SessionSource<S>
  readonly req: IncomingMessage
  readonly openOptions: ((req: IncomingMessage) => OpenOptions) | undefined
}

/** Opens the session of a request and goes on with it: at once, where there is nothing to wait for. */
export function openFor<S extends object>(
  { sessions, req, openOptions }: Arrival<S>,
  opened: (session: S) => void,
  failed: (error: unknown) => void,
): void {
  let opening: S | Promise<S>
  try {
    opening = sessions.openNow(req, openOptions?.(req))
  } catch (error) {
    return failed(error)
  }
  if ('then' in opening) opening.then(opened, failed)
  else opened(opening)
}

/** Makes the answer of a visit wait for the commit of its session. */
export function deferCommit<S extends object>(
  sessions: SessionSource<S>,
  { req, res, session }: Visit<S>,
  { changes, onError }: VisitOptions,
): DeferredResponse {
  return deferResponse(
    res,
    (given, how) => {
      const kept = changes(given.status)
      return sessions.commit(session, given, kept === 'keep' ? how : { ...how, changes: kept })
    },
    (error) => onError(error, req),
  )
}

/** Runs the handler of a visit, with the session as the current one where the application wants that. */
export function runVisit<S extends object, T>(
  sessions: SessionSource<S>,
  { req, res, session }: Visit<S>,
  work: () => T,
): T {
  if (sessions.run === undefined) return work()
  // Node emits `end`, `finish` and `close` in the connection's context, wherever their listeners were added.
  const emitters: readonly EventEmitter[] = [req, res]
  for (const emitter of emitters) {
    const { emit } = emitter
    emitter.emit = (...event) => sessions.run?.(session, () => emit.apply(emitter, event)) ?? false
  }
  return sessions.run(session, work)
}
