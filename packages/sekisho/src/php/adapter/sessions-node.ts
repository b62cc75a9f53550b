/**
 * PHP's sessions for handlers of node:http and Express.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type NodeListenerOptions, nodeListener } from '../../adapter/node.ts'
import { sessionMiddleware, sessionOf, type SessionMiddleware } from '../../adapter/express-node.ts'
import type { CommitOptions, SessionRequest, SessionSource } from '../../index.ts'
import { checkSeconds, definePhpSessions, type PhpSessionOptions, type PhpSessions } from '../functions/create.ts'
import type { PhpSession } from '../functions/php-session.ts'
import type { PhpRequest } from '../functions/request.ts'
import type { PhpIni } from '../ini/settings.ts'
import { observeUpload } from '../upload-progress/observe-node.ts'
import { filterFor } from './body-filter-node.ts'
import { type Departure, endNow, endWhenDone, HandlerWork, isBrokenOffHere } from './departure-node.ts'
import { LastingAnswer } from './lasting-answer-node.ts'

/** A request handler with PHP's session functions. */
export type PhpHandler = (req: IncomingMessage, res: ServerResponse, session: PhpSession) => unknown

/** Options of the adapters. */
export interface PhpAdapterOptions {
  /**
   * What becomes of a session that is still active when the handler throws: `commit` writes it, as PHP does; `drop` forgets the
   * changes (default `commit`).
   */
  readonly onHandlerError?: 'drop' | 'commit'
  /**
   * Seconds for which a handler is waited for whose client has left: it may still change the session. Then the session is written as
   * it is, and later changes raise a notice. It is locked for so long (default 10; 0: it is written at once).
   */
  readonly finishWithin?: number
  /** Is told when the handler threw or the storage failed (default: `console.error`). The visitor has been answered by then. */
  readonly onError?: (error: unknown, req: IncomingMessage) => void
}

/** Options of {@link PhpNodeSessions.express}. */
export interface PhpExpressOptions extends PhpAdapterOptions {
  /** The name under which handlers find the session on the request (default `session`). */
  readonly property?: string
}

/** PHP's sessions of one application, for its servers. */
export interface PhpNodeSessions extends PhpSessions {
  /**
   * A listener for `http.createServer`: the handler gets the session functions, and what is still active at the end of the answer
   * is written before its last byte goes. When the storage fails, the answer is a 503.
   */
  node(handler: PhpHandler, options?: PhpAdapterOptions): (req: IncomingMessage, res: ServerResponse) => void
  /** A middleware for Express 4 and 5, which does the same for all handlers behind it. */
  express(options?: PhpExpressOptions): SessionMiddleware
  /** The session of a request behind {@link express}, with its type. */
  of(req: IncomingMessage): PhpSession
}

/**
 * PHP's sessions for node:http and Express.
 *
 * @param ini Directives by PHP's names.
 * @param options Everything else; `modules` has to hold what `session.save_handler` names.
 *
 * @example
 * ```ts
 * const sessions = phpSessions(
 *   { 'session.save_path': '/var/lib/php/sessions' },
 *   { modules: [files({ flock: koffiFlock(koffi) })] },
 * )
 * http.createServer(sessions.node(async (req, res, session) => {
 *   await session.start()
 *   session.vars['visits'] = Number(session.vars['visits'] ?? 0) + 1
 *   res.end(`Visit ${session.vars['visits']}`)
 * }))
 * ```
 */
export function phpSessions(ini: PhpIni, options: PhpSessionOptions = {}): PhpNodeSessions {
  const sessions = definePhpSessions(ini, options)
  const visits = new Visits(sessions)
  return {
    ...sessions,
    node: (handler, adapterOptions = {}) => visits.listener(handler, adapterOptions),
    express: (adapterOptions = {}) => visits.middleware(adapterOptions),
    of: (req) => sessionOf(req, visits),
  }
}

/** The requests under way, as the core's adapters want them. */
class Visits implements SessionSource<PhpSession> {
  readonly name = 'php'
  readonly #sessions: PhpSessions
  readonly #answers = new WeakMap<object, ServerResponse>()
  readonly #lasting = new WeakMap<PhpSession, LastingAnswer>()

  constructor(sessions: PhpSessions) {
    this.#sessions = sessions
  }

  listener(handler: PhpHandler, options: PhpAdapterOptions): (req: IncomingMessage, res: ServerResponse) => void {
    checkSeconds({ finishWithin: options.finishWithin ?? usualWait })
    const listen = nodeListener<PhpSession>(
      this,
      (req, res, session) => {
        const work = new HandlerWork()
        this.#last(req, session, { ...options, work })
        // The changes are forgotten before the answer breaks off, which would write them.
        const undo = options.onHandlerError === 'drop' ? () => session.finish({ write: false }) : undefined
        return work.run(() => handler(req, res, session), undo)
      },
      coreOptions(options),
    )
    return (req, res) => {
      this.#meet(req, res)
      listen(req, res)
    }
  }

  middleware({ property = 'session', ...options }: PhpExpressOptions): SessionMiddleware {
    checkSeconds({ finishWithin: options.finishWithin ?? usualWait })
    const attend = sessionMiddleware<PhpSession>(this, { ...coreOptions(options), property })
    return (req, res, next) => {
      if (this.#answers.has(req)) return next() // mounted for the application and for one of its routers
      this.#meet(req, res)
      attend(req, res, (error) => {
        if (error === undefined) this.#last(req, sessionOf(req, this), { ...options, isExpress: true })
        next(error)
      })
    }
  }

  async open(request: SessionRequest): Promise<PhpSession> {
    return this.openNow(request)
  }

  openNow(request: SessionRequest): PhpSession | Promise<PhpSession> {
    const answer = this.#answers.get(request)
    if (answer === undefined) throw new TypeError('the request has not come through this adapter')
    const session = this.#sessions.create(request as PhpRequest, answer)
    return this.#sessions.startsAlone ? session.start().then(() => session) : session
  }

  commit(session: PhpSession, _answer: unknown, { changes }: CommitOptions = {}): Promise<void> | undefined {
    session.keepCookie()
    const lasting = this.#lasting.get(session)
    const isLater = lasting !== undefined && (!lasting.isWhole || lasting.isGone)
    return isLater || !session.isUnfinished ? undefined : session.finish({ write: changes !== 'drop', holdsHead: true })
  }

  #meet(req: IncomingMessage, res: ServerResponse): void {
    this.#answers.set(req, res)
    observeUpload(req, this.#sessions)
  }

  /** Stands in front of the core's adapter, which has taken its place by now. */
  #last(req: IncomingMessage, session: PhpSession, manner: Manner): void {
    const { work = new HandlerWork(), onError = report } = manner
    const res = this.#answers.get(req)
    if (res === undefined) return
    const ending = {
      get isUnfinished() {
        return session.isUnfinished
      },
      finish: () => session.finish(),
      filter: (head: unknown[] | undefined) => filterFor(req, res, { session, head }),
      over: () => work.over(),
      failed: (error: unknown) => onError(error, req),
    }
    this.#lasting.set(session, new LastingAnswer(res, ending))
    const left = () => leave({ req, res, session }, { ...manner, work, failed: ending.failed })
    if (res.closed) left()
    else res.once('close', left)
  }
}

/** Seconds for which a handler is waited for whose client has left. */
const usualWait = 10

/** How a request is served. */
interface Manner extends PhpAdapterOptions {
  /** What the handler does; absent where nobody is told when it is done. */
  readonly work?: HandlerWork
  /** Whether failures are Express' to answer: the adapter does not hear of them. */
  readonly isExpress?: boolean
}

/** Who leaves, leaves a session behind, and perhaps a handler that has not done its work. */
function leave(
  { req, res, session }: { req: IncomingMessage; res: ServerResponse; session: PhpSession },
  { onHandlerError, finishWithin = usualWait, isExpress = false, ...rest }: Manner & Pick<Departure, 'work' | 'failed'>,
): void {
  if (res.writableEnded) rest.work.over()
  // Where Express has broken the answer off, the handler has failed.
  const hasFailed = isExpress && !rest.work.isOver && isBrokenOffHere(req)
  const isDropped = () => isExpress && onHandlerError === 'drop' && (hasFailed || res.statusCode >= 500)
  const departure = { ...rest, session, waitMs: finishWithin * 1000, keeps: () => !isDropped() }
  if (hasFailed) endNow(departure)
  else endWhenDone(departure)
}

/** PHP writes the session of a page that has failed, too. */
function coreOptions({ onHandlerError = 'commit', onError }: PhpAdapterOptions): NodeListenerOptions {
  return onError === undefined ? { onHandlerError } : { onHandlerError, onError }
}

function report(error: unknown): void {
  console.error(error) // oxlint-disable-line no-console
}
