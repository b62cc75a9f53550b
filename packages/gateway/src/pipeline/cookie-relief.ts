import type { Site } from '../config/layer.ts'
import { sessionPolicy } from '../config/session-policy.ts'
import { SessionCookie } from '../session/session-cookie.ts'
import { sessionViews } from '../session/views.ts'

/**
 * Takes our own cookies back from a browser that sends more than is accepted: otherwise it would send the same again for ever,
 * and the visitor could see no page of the site.
 */
export class CookieRelief {
  readonly #cookies: readonly SessionCookie[]

  constructor(site: Site) {
    const cookies = new Map<string, SessionCookie>()
    for (const view of sessionViews(site)) {
      const cookie = sessionPolicy(view)?.cookie
      if (cookie !== undefined) cookies.set(`${cookie.name} ${cookie.attributes ?? ''}`, new SessionCookie(cookie))
    }
    this.#cookies = [...cookies.values()]
  }

  /** True for the name of a cookie of a session. */
  isSession(name: string): boolean {
    return this.#cookies.some((cookie) => cookie.name === name)
  }

  /** Set-Cookie lines for those that are in a Cookie header. @param header Undefined: not known, so for all of them. */
  lines(header: string | undefined, secure: boolean): readonly string[] {
    return this.#cookies
      .filter(({ name }) => header === undefined || header.includes(`${name}=`))
      .map((cookie) => cookie.remove({ secure }))
  }
}
