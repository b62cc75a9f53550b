/**
 * The adapter for everything that turns a fetch `Request` into a `Response`: Bun, Deno, edge runtimes, and frameworks
 * made of such handlers.
 *
 * @module
 */
import type { CommitOptions, SessionSource } from '../session/contract.ts'
import { openOptionsOf, type RouteLock } from './route-lock.ts'
import { plainAnswer, report, statusOf, unavailable, type PlainAnswer } from './unavailable.ts'

/** A request handler with a session. `rest` is whatever the runtime passes beside the request. */
export type FetchSessionHandler<S extends object, Rest extends unknown[]> = (
  request: Request,
  session: S,
  ...rest: Rest
) => Response | Promise<Response>

/** Options of {@link fetchHandler}. */
export interface FetchHandlerOptions {
  /**
   * Uses the session exclusively while the request runs: `{ wait, lease }` for all requests, or a function that gives them
   * for some and `undefined` for the others (default: overlapping requests are merged). Needs a store with locks.
   */
  readonly lock?: RouteLock<Request>
  /** What becomes of the changes when the handler throws (default `drop`). No session is created then: its cookie could not be sent. */
  readonly onHandlerError?: 'drop' | 'commit'
  /** Is told when the store failed (default: `console.error`). What the handler throws is thrown on, and not told here, unless it is such an error too. */
  readonly onError?: (error: unknown, request: Request) => void
}

/**
 * Gives a fetch handler a session: opened before it runs, committed before its answer is returned. When the store fails,
 * the answer is a 503 and the cookie stays as it is.
 *
 * @example
 * export default { fetch: fetchHandler(sessions, (request, session) => new Response(session.principal ?? 'nobody')) }
 */
export function fetchHandler<S extends object, Rest extends unknown[] = []>(
  sessions: SessionSource<S>,
  handler: FetchSessionHandler<S, Rest>,
  options: FetchHandlerOptions = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  const { onHandlerError = 'drop', onError = report } = options
  const openOptions = openOptionsOf(options.lock)
  const attendance: Attendance<S, Rest> = {
    sessions,
    handle: knowingItsSession(sessions, handler),
    changes: onHandlerError === 'drop' ? 'drop' : 'keep',
    onError,
  }

  // No async function on the way, nor a closure that it would pay for: a session in memory costs so little that they would show.
  return (request, ...rest) => {
    let opening: S | Promise<S>
    try {
      opening = sessions.openNow(request, openOptions?.(request))
    } catch (error) {
      opening = Promise.reject(error as Error)
    }
    return 'then' in opening
      ? serveLater(attendance, opening, request, rest)
      : serve(attendance, opening, request, rest)
  }
}

/** What the requests of one handler have in common. */
interface Attendance<S extends object, Rest extends unknown[]> {
  readonly sessions: SessionSource<S>
  readonly handle: FetchSessionHandler<S, Rest>
  /** What becomes of the changes when the handler throws. */
  readonly changes: 'keep' | 'drop'
  readonly onError: (error: unknown, request: Request) => void
}

async function serveLater<S extends object, Rest extends unknown[]>(
  attendance: Attendance<S, Rest>,
  opening: Promise<S>,
  request: Request,
  rest: Rest,
): Promise<Response> {
  let session: S
  try {
    session = await opening
  } catch (error) {
    return refuse(attendance, unavailable(error), error, request)
  }
  return serve(attendance, session, request, rest)
}

function serve<S extends object, Rest extends unknown[]>(
  attendance: Attendance<S, Rest>,
  session: S,
  request: Request,
  rest: Rest,
): Promise<Response> {
  const { handle } = attendance
  try {
    const answer = handle(request, session, ...rest)
    return 'then' in answer
      ? concludeLater(attendance, session, request, answer)
      : conclude(attendance, session, request, answer)
  } catch (error) {
    return giveUp(attendance, session, request, error)
  }
}

async function concludeLater<S extends object>(
  attendance: Attendance<S, never>,
  session: S,
  request: Request,
  answer: Promise<Response>,
): Promise<Response> {
  try {
    return conclude(attendance, session, request, await answer)
  } catch (error) {
    return giveUp(attendance, session, request, error)
  }
}

/** Commits the session into the answer. Throws, and has done nothing then, for an answer that cannot be made anew. */
function conclude<S extends object>(
  attendance: Attendance<S, never>,
  session: S,
  request: Request,
  answer: Response,
): Promise<Response> {
  const { sessions } = attendance
  let response = answer
  try {
    answer.headers.delete('-') // throws on immutable headers, and there is no other way to ask; the shorter, the cheaper
  } catch {
    response = copyOf(answer)
  }
  try {
    const ended = response.status < 200 ? commitUnseen(sessions, session, {}) : sessions.commit(session, response)
    if (ended === undefined) return Promise.resolve(response)
    return ended.then(
      () => response,
      (error: unknown) => withdraw(attendance, request, response, error),
    )
  } catch (error) {
    return withdraw(attendance, request, response, error)
  }
}

/** Answers for a store that has failed, in place of the handler's answer. */
async function withdraw<S extends object>(
  attendance: Attendance<S, never>,
  request: Request,
  response: Response,
  error: unknown,
): Promise<Response> {
  response.body?.cancel(error).catch(() => {}) // fails when the body is locked: then that is up to its reader
  return refuse(attendance, unavailable(error), error, request)
}

/** Answers for a handler that has failed. */
async function giveUp<S extends object>(
  attendance: Attendance<S, never>,
  session: S,
  request: Request,
  error: unknown,
): Promise<Response> {
  const { sessions, changes, onError } = attendance
  // The visitor will see no cookie, but what exists may be written. Whatever comes of it, the error to report is the handler's.
  await commitUnseen(sessions, session, { changes }).catch((failure: unknown) => onError(failure, request))
  const status = statusOf(error)
  if (status === undefined) throw error
  return refuse(attendance, plainAnswer(status), error, request)
}

/** The handler with its session as the current one, where the definition knows such a thing. */
function knowingItsSession<S extends object, Rest extends unknown[]>(
  sessions: SessionSource<S>,
  handler: FetchSessionHandler<S, Rest>,
): FetchSessionHandler<S, Rest> {
  const run = sessions.run?.bind(sessions)
  if (run === undefined) return handler
  return (request, session, ...rest) => run(session, () => handler(request, session, ...rest))
}

/** Answers in the handler's place, and tells why. */
function refuse(
  { onError }: Pick<Attendance<object, never>, 'onError'>,
  { status, headers, body }: PlainAnswer,
  error: unknown,
  request: Request,
): Response {
  onError(error, request)
  return new Response(request.method === 'HEAD' ? null : body, { status, headers })
}

/** Commits where no header of ours will reach the visitor. */
async function commitUnseen<S extends object>(
  sessions: SessionSource<S>,
  session: S,
  how: CommitOptions,
): Promise<void> {
  await sessions.commit(session, { status: 500, headers: new Headers() }, { ...how, deliverable: false })
}

/** What has immutable headers (redirects, fetched responses) with open ones. */
function copyOf(response: Response): Response {
  // Neither an error (0) nor a switch of protocols (101) can be made anew, and neither carries headers of ours.
  return response.status < 200 ? response : new Response(response.body, response)
}
