import type { SessionKeeper, VisitorAnswer, VisitorRequest, VisitorSession } from './contract.ts'
import type { SessionCookie } from './session-cookie.ts'

/** A keeper that is still being made, for a policy that no section showed at the start: one of a `.htaccess` file. */
export class DeferredKeeper implements SessionKeeper {
  readonly cacheControl = 'no-cache, private'
  readonly #cookie: SessionCookie
  readonly #made: Promise<SessionKeeper>

  constructor(cookie: SessionCookie, made: Promise<SessionKeeper>) {
    this.#cookie = cookie
    this.#made = made
  }

  async open(request: VisitorRequest): Promise<VisitorSession> {
    return (await this.#made).open(request)
  }

  forwardedCookie(cookie: string | undefined): string | undefined {
    return this.#cookie.forwarded(cookie)
  }

  async commit(session: VisitorSession, answer: VisitorAnswer): Promise<readonly string[]> {
    return (await this.#made).commit(session, answer)
  }
}
