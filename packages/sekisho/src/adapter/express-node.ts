/**
 * The adapter for Express 4 and 5. It needs no types of Express: its requests and answers are Node's.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { optionError, SekishoUsageError } from '../errors.ts'
import type { Session, SessionData, SessionSource } from '../session/contract.ts'
import { sendPlain } from './response-head-node.ts'
import { openOptionsOf, type RouteLock } from './route-lock.ts'
import { report, unavailable } from './unavailable.ts'
import { deferResponse } from './deferred-response-node.ts'
import { attend, runVisit, type Attendance } from './visit-node.ts'

/** A middleware, as `app.use` takes it. */
export type SessionMiddleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void

/** Options of {@link sessionMiddleware}. */
export interface SessionMiddlewareOptions {
  /**
   * Uses the session exclusively while the request runs: `{ wait, lease }` for all requests, or a function that gives them
   * for some and `undefined` for the others (default: overlapping requests are merged). Needs a store with locks.
   */
  readonly lock?: RouteLock<IncomingMessage>
  /** The name under which handlers find the session on the request (default `session`). Several kinds of sessions need several names. */
  readonly property?: string
  /**
   * What happens when the store fails before the handlers run: `answer` sends a 503, `next` hands the error (its `status`
   * is 503) to the application's error handlers, which find no session on the request. Handlers do not run, and the
   * cookie stays as it is (default `answer`).
   */
  readonly onUnavailable?: 'answer' | 'next'
  /**
   * What becomes of the changes when the answer says that the application failed, which is a status of 500 or more:
   * `drop` forgets them, `commit` keeps them (default `drop`). What `save()` or `update()` has stored stays stored.
   */
  readonly onHandlerError?: 'drop' | 'commit'
  /** Is told when the store failed (default: `console.error`), unless the error goes to `next`. */
  readonly onError?: (error: unknown, req: IncomingMessage) => void
}

/**
 * The request of a handler behind {@link sessionMiddleware}. For `req.session` in all handlers of an application, declare
 * it once; or use {@link sessionOf}, which needs no declaration. A sealed session is the third parameter:
 * `WithSession<ShopData, 'session', SealedSession<ShopData>>`.
 *
 * @example
 * ```ts
 * declare global {
 *   namespace Express {
 *     interface Request extends WithSession<ShopData> {}
 *   }
 * }
 * ```
 */
export type WithSession<
  Data extends object,
  Property extends string = 'session',
  S extends SessionData<Data> = Session<Data>,
> = {
  readonly [P in Property]: S
}

/**
 * Gives every request that reaches it a session: opened before the next handler runs, committed before the first byte of
 * the answer. Mount it after what needs no session, such as `express.static`, and before what does.
 *
 * @throws SekishoUsageError `ERR_OPTION` for a `property` that is no name.
 *
 * @example
 * ```ts
 * app.use(sessionMiddleware(sessions))
 * app.post('/cart', (req, res) => {
 *   sessionOf(req, sessions).set('cart', ['tea'])
 *   res.redirect('/')
 * })
 * ```
 */
export function sessionMiddleware<S extends object>(
  sessions: SessionSource<S>,
  options: SessionMiddlewareOptions = {},
): SessionMiddleware {
  const { property = 'session', onUnavailable = 'answer', onHandlerError = 'drop', onError = report } = options
  if (typeof property !== 'string' || property === '') throw optionError('property', 'a name', property)
  const opened = openedOf(sessions)

  const attendance: Attendance<S, (error?: unknown) => void> = {
    sessions,
    openOptions: openOptionsOf(options.lock),
    changes: onHandlerError === 'drop' ? dropFailed : keep,
    onError,
    opened(visit, session, next) {
      const { req } = visit
      opened.set(req, session)
      attach(req, property, session)
      const answer = deferResponse(visit.res, visit)
      try {
        runVisit(sessions, visit, session, next)
      } finally {
        answer.watch()
      }
    },
    refused(error, req, res, next) {
      if (onUnavailable === 'next') return next(error)
      if (!res.headersSent) sendPlain(res, unavailable(error)) // unless a time limit in front of us has answered
      onError(error, req)
    },
  }

  return (req, res, next) => {
    if (opened.has(req)) return next() // mounted for the application and for one of its routers
    if (property in req) return next(optionError('property', 'a name that nothing else has on the request', property))
    attend(attendance, req, res, next)
  }
}

/**
 * The session of a request, with its type.
 *
 * @param sessions What the middleware was made with.
 * @throws SekishoUsageError `ERR_ARGUMENT` when the middleware has not run, or could not open the session.
 */
export function sessionOf<S extends object>(req: IncomingMessage, sessions: SessionSource<S>): S {
  const session = openedOf(sessions).get(req)
  if (session !== undefined) return session
  throw new SekishoUsageError(
    'ERR_ARGUMENT',
    `this request has no session of \`${sessions.name}\`; mount \`sessionMiddleware\` before the handler`,
  )
}

/** The sessions of the requests under way, by what opened them. */
const openedBy = new WeakMap<object, WeakMap<IncomingMessage, unknown>>()

function openedOf<S extends object>(sessions: SessionSource<S>): WeakMap<IncomingMessage, S> {
  const known = openedBy.get(sessions) ?? new WeakMap<IncomingMessage, unknown>()
  openedBy.set(sessions, known)
  return known as WeakMap<IncomingMessage, S>
}

/** Other middleware keeps data by assigning to `req.session`; here that would lose it without a word. */
function attach(req: IncomingMessage, property: string, session: unknown): void {
  Object.defineProperty(req, property, {
    enumerable: true,
    configurable: true,
    get: () => session,
    set() {
      throw new SekishoUsageError(
        'ERR_ARGUMENT',
        `\`req.${property}\` cannot be replaced; change the session with set, delete, deleteAll or logout`,
      )
    },
  })
}

/**
 * Express leads an error past all middleware to an error handler, which answers like any other; what tells the two apart
 * is what the answer says: docs/decisions/008.
 */
function dropFailed(status: number): 'keep' | 'drop' {
  return status >= 500 ? 'drop' : 'keep'
}

function keep(): 'keep' {
  return 'keep'
}
