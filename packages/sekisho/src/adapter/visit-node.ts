/**
 * What the adapters over Node's `(req, res)` do alike: a session opened for a request, and committed with its answer.
 *
 * @module
 */
import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CommitOptions, OpenOptions, SessionAnswer, SessionSource } from '../session/contract.ts'
import type { Committer } from './deferred-response-node.ts'

/** How the visits of an adapter end. Made once for all of them: functions of their own would be a good part of their price. */
export interface VisitTerms<S extends object> {
  readonly sessions: SessionSource<S>
  /** What becomes of the changes; asked with the status of the answer, at the moment of the commit. */
  readonly changes: (status: number) => 'keep' | 'drop'
  /** Is told why the commit failed. */
  readonly onError: (error: unknown, req: IncomingMessage) => void
}

/** What an adapter does with its requests. `Next` is what a middleware goes on with. */
export interface Attendance<S extends object, Next> extends VisitTerms<S> {
  readonly openOptions: ((req: IncomingMessage) => OpenOptions) | undefined
  /** Goes on with the session. */
  opened(visit: Visit<S>, session: S, next: Next): void
  /** Goes on without one. */
  refused(error: unknown, req: IncomingMessage, res: ServerResponse, next: Next): void
}

/** A request whose session is open, until its answer is committed. */
export class Visit<S extends object> implements Committer {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** The handler has failed, and its changes go with it. */
  dropsChanges = false
  readonly #terms: VisitTerms<S>
  /** Until it is committed: an answer may go on for hours, and shall not keep the session for as long. */
  #session: S | undefined

  constructor(terms: VisitTerms<S>, req: IncomingMessage, res: ServerResponse, session: S) {
    this.req = req
    this.res = res
    this.#terms = terms
    this.#session = session
  }

  commit(answer: SessionAnswer, how?: CommitOptions): Promise<void> | undefined {
    const session = this.#session
    if (session === undefined) return undefined
    this.#session = undefined
    const { sessions, changes } = this.#terms
    const drops = this.dropsChanges || changes(answer.status) === 'drop'
    return sessions.commit(session, answer, drops ? { ...how, changes: 'drop' } : how)
  }

  onError(error: unknown): void {
    this.#terms.onError(error, this.req)
  }
}

/** Opens the session of a request and goes on with it: at once, where there is nothing to wait for. */
export function attend<S extends object, Next>(
  attendance: Attendance<S, Next>,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
): void {
  let opening: S | Promise<S>
  try {
    opening = attendance.sessions.openNow(req, attendance.openOptions?.(req))
  } catch (error) {
    return attendance.refused(error, req, res, next)
  }
  if (!('then' in opening)) return attendance.opened(new Visit(attendance, req, res, opening), opening, next)
  opening.then(
    (session) => attendance.opened(new Visit(attendance, req, res, session), session, next),
    (error: unknown) => attendance.refused(error, req, res, next),
  )
}

/** Runs the handler of a visit, with the session as the current one where the application wants that. */
export function runVisit<S extends object, T>(
  sessions: SessionSource<S>,
  { req, res }: Visit<S>,
  session: S,
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
