/**
 * A browser with a cookie jar, as far as sessions can tell. A request is in the tests' hands from its opening to the arrival
 * of its answer, so that requests overlap exactly as wanted.
 *
 * @module
 */
import type { CommitOptions, OpenOptions, Session, Sessions } from '../../src/session/contract.ts'

/** What a request is besides the cookies that it carries. */
export interface RequestInit extends OpenOptions {
  /** The method (default `GET`). */
  readonly method?: string
  /** Headers besides `Cookie`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What an answer is besides the session's part in it. */
export interface AnswerInit extends CommitOptions {
  /** The status (default 200). */
  readonly status?: number
  /** `false`: the answer is lost on its way, and the jar stays as it is. */
  readonly arrives?: boolean
}

/** What the application does with a session. */
export type Handler<Data extends object, R = unknown> = (session: Session<Data>) => R

/** A request under way. */
export class Visit<Data extends object> {
  /** The session, as the handler has it. */
  readonly session: Session<Data>
  /** The headers of the answer. */
  readonly headers: Headers = new Headers()
  readonly #visitor: Visitor<Data>

  constructor(visitor: Visitor<Data>, session: Session<Data>) {
    this.#visitor = visitor
    this.session = session
  }

  /** The lines of `Set-Cookie` in the answer. */
  get cookies(): string[] {
    return this.headers.getSetCookie()
  }

  /** Commits, without the answer reaching the browser yet. */
  async commit({ status = 200, ...options }: AnswerInit = {}): Promise<this> {
    await this.#visitor.sessions.commit(this.session, { status, headers: this.headers }, options)
    return this
  }

  /** The answer reaches the browser. */
  arrive(): this {
    this.#visitor.receive(this.cookies)
    return this
  }

  /** Commits, and the answer arrives at once. */
  async end(init: AnswerInit = {}): Promise<this> {
    await this.commit(init)
    return init.arrives === false ? this : this.arrive()
  }
}

/** A browser. */
export class Visitor<Data extends object> {
  /** Cookies by name. */
  readonly jar: Map<string, string>
  /** The application's sessions. */
  readonly sessions: Sessions<Data>

  constructor(sessions: Sessions<Data>, jar: Iterable<readonly [string, string]> = []) {
    this.sessions = sessions
    this.jar = new Map(jar)
  }

  /** The token in the jar. */
  get token(): string | undefined {
    return this.jar.get('__Host-sid')
  }

  /** A second browser with a copy of the jar: a thief, or this one at an earlier time. */
  twin(): Visitor<Data> {
    return new Visitor(this.sessions, this.jar)
  }

  /** Sends a request with the jar as it is now; resolves when the session is loaded. */
  async begin({ method = 'GET', headers = {}, ...options }: RequestInit = {}): Promise<Visit<Data>> {
    const sent = new Headers(headers)
    const cookies = [...this.jar].map(([name, value]) => `${name}=${value}`)
    if (cookies.length > 0 && !sent.has('cookie')) sent.set('cookie', cookies.join('; '))
    return new Visit(this, await this.sessions.open({ method, headers: sent }, options))
  }

  /** A whole request: opened, handled, committed, answered. */
  async request(handler: Handler<Data> = () => {}, init: RequestInit & AnswerInit = {}): Promise<Visit<Data>> {
    const visit = await this.begin(init)
    await handler(visit.session)
    return visit.end(init)
  }

  /** What a whole request that only looks sees. */
  async see<R>(handler: Handler<Data, R>): Promise<R> {
    const visit = await this.begin()
    const seen = await handler(visit.session)
    await visit.end()
    return seen
  }

  /**
   * Requests that overlap: all have loaded before the first handler runs, all handlers have run before the first commit.
   * They commit together, and their answers arrive in order.
   */
  async overlap(handlers: readonly Handler<Data>[], init: RequestInit = {}): Promise<Visit<Data>[]> {
    const visits = await Promise.all(handlers.map(() => this.begin(init)))
    await Promise.all(visits.map(({ session }, index) => handlers[index]?.(session)))
    await Promise.all(visits.map((visit) => visit.commit()))
    for (const visit of visits) visit.arrive()
    return visits
  }

  /** Takes the cookies of an answer into the jar. */
  receive(cookies: readonly string[]): void {
    for (const cookie of cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/; Max-Age=0\b/.test(cookie)) this.jar.delete(name)
      else this.jar.set(name, value)
    }
  }
}

/** `count` handlers. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}
