import type { OpenedSession } from 'sekisho/apache'
import { beginSession } from 'sekisho/apache'
import type { Beginning, SessionKeeper, VisitorAnswer, VisitorRequest, VisitorSession } from '../contract.ts'
import { CookieSession, type CookieTerms, nowMicros } from './cookie-session.ts'
import { foreignSession } from '../foreign-session.ts'
import { mayHaveOwnEntries, noOwnEntries, takeOwnEntries } from './own-entries.ts'

/**
 * Keeps sessions in the visitor's cookie, in Apache's format. Each request has one session object from its first look to its
 * commit, so what begins in place of an expired or unreadable session is kept like any other, and the cookie can be hidden
 * from the app without being lost.
 */
export class CookieKeeper implements SessionKeeper {
  readonly cacheControl = 'no-cache, private'
  readonly #terms: CookieTerms

  constructor(terms: CookieTerms) {
    this.#terms = terms
  }

  async open(request: VisitorRequest): Promise<VisitorSession> {
    const { cookie, rules, seal, keptKeys } = this.#terms
    const { value = '', isAmbiguous } = cookie.find(request.cookie)
    const unsealed = value === '' ? undefined : await this.#unseal(value)
    const { session: content, hasExpired } = beginSession(unsealed?.encoded, rules, nowMicros())
    const beginning = beginningOf({ isAmbiguous, isSent: value !== '', isRead: unsealed !== undefined, hasExpired })
    const { id, login } = mayHaveOwnEntries(unsealed?.encoded) ? takeOwnEntries(content, seal) : noOwnEntries
    return new CookieSession(
      { beginning, content, login, keptKeys },
      { request, id, isSent: value !== '' || isAmbiguous, isOutdated: unsealed?.isNewest === false && !hasExpired },
      this.#terms,
    )
  }

  forwardedCookie(cookie: string | undefined): string | undefined {
    return this.#terms.cookie.forwarded(cookie)
  }

  async commit(session: VisitorSession, answer: VisitorAnswer): Promise<readonly string[]> {
    if (session instanceof CookieSession) return session.commit(answer)
    throw foreignSession()
  }

  async #unseal(value: string): Promise<OpenedSession | undefined> {
    const { crypto } = this.#terms
    return crypto === undefined ? { encoded: value, isNewest: true } : crypto.open(value)
  }
}

interface Sight {
  readonly isAmbiguous: boolean
  readonly isSent: boolean
  readonly isRead: boolean
  readonly hasExpired: boolean
}

function beginningOf({ isAmbiguous, isSent, isRead, hasExpired }: Sight): Beginning {
  if (isAmbiguous) return 'several'
  if (!isSent) return 'none'
  if (!isRead) return 'not-found'
  return hasExpired ? 'expired' : 'found'
}
