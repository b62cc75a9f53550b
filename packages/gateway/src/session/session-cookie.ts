import { findCookie, type FoundCookie, removeCookie, setCookie } from 'sekisho/apache'
import type { CookiePolicy } from '../config/session-policy.ts'

/** What no directive says: the defaults of a cookie that was not configured. */
const defaultAttributes = 'path=/; HttpOnly; SameSite=Lax'

/** What a Set-Cookie line depends on beside the configuration. */
export interface CookieTerms {
  /** The request came over TLS. */
  readonly secure: boolean
  /** Whole seconds; 0: the cookie ends with the browser. */
  readonly maxAge?: number
}

/** The cookie that a section configures: its lines, and where it is in a Cookie header. */
export class SessionCookie {
  readonly name: string
  /** Lines may say Max-Age. */
  readonly hasMaxAge: boolean
  readonly #policy: CookiePolicy
  #looked: string | undefined
  #found: FoundCookie | undefined

  constructor(policy: CookiePolicy) {
    this.name = policy.name
    this.hasMaxAge = policy.maxAge
    this.#policy = policy
  }

  /** Looks for the cookie. Several that differ are none. */
  find(header: string | undefined): FoundCookie {
    // A request asks several times, with the same header.
    if (this.#found === undefined || this.#looked !== header) {
      this.#looked = header
      this.#found = findCookie(header, this.name)
    }
    return this.#found
  }

  /** What the app may see: everything else where the cookie is to be removed, or is there twice. */
  forwarded(header: string | undefined): string | undefined {
    const { isAmbiguous, others } = this.find(header)
    return this.#policy.remove || isAmbiguous ? others : header
  }

  /** The line that sets the cookie. @throws SekishoError `ERR_COOKIE_TOO_LARGE`. */
  set(value: string, { secure, maxAge = 0 }: CookieTerms): string {
    return setCookie(this.#named(secure), value, { maxAge: this.hasMaxAge ? maxAge : 0 })
  }

  /** The line that removes the cookie. */
  remove({ secure }: CookieTerms): string {
    return removeCookie(this.#named(secure))
  }

  #named(secure: boolean): { name: string; attributes: string } {
    const { name, attributes, secure: always } = this.#policy
    const standard = secure || always ? `${defaultAttributes}; Secure` : defaultAttributes
    return { name, attributes: attributes ?? standard }
  }
}
