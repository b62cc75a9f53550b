import { beginSession } from 'sekisho/apache'
import { type Awaitable, goOn } from '../../lib/awaitable.ts'
import type { Beginning, SessionKeeper, VisitorAnswer, VisitorRequest, VisitorSession } from '../contract.ts'
import { CookieSession, type CookieTerms, nowMicros } from './cookie-session.ts'
import { foreignSession } from '../foreign-session.ts'
import { noFacts } from './own-entries.ts'
import { type ReadSession, readSession } from './recent-sessions.ts'

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

  open(request: VisitorRequest): Awaitable<VisitorSession> {
    const { value = '', isAmbiguous } = this.#terms.cookie.find(request.cookie)
    const sent = { request, isSent: value !== '', isAmbiguous }
    if (value === '') return this.#begin(sent, undefined)
    return goOn(this.#read(value), (read) => this.#begin(sent, read))
  }

  forwardedCookie(cookie: string | undefined): string | undefined {
    return this.#terms.cookie.forwarded(cookie)
  }

  commit(session: VisitorSession, answer: VisitorAnswer): Awaitable<readonly string[]> {
    if (session instanceof CookieSession) return session.commit(answer)
    throw foreignSession()
  }

  #read(value: string): Awaitable<Read | undefined> {
    const { crypto, recent, seal } = this.#terms
    if (crypto === undefined) return { session: readSession(value, seal), isNewest: true }
    const known = recent.get(value)
    if (known !== undefined) return { session: known, isNewest: true }
    return goOn(crypto.open(value), (opened) => {
      if (opened === undefined) return undefined
      const session = readSession(opened.encoded, seal)
      // Any other is about to be replaced, and each opening of it counts for whoever waits to drop its passphrase.
      if (opened.isNewest) recent.add(value, session)
      return { session, isNewest: opened.isNewest }
    })
  }

  #begin({ request, isSent, isAmbiguous }: Sent, read: Read | undefined): VisitorSession {
    const { rules, keptKeys } = this.#terms
    const { session: content, hasExpired } = beginSession(read?.session.content.copy(), rules, nowMicros())
    const beginning = beginningOf({ isAmbiguous, isSent, isRead: read !== undefined, hasExpired })
    const { id, login } = read === undefined || hasExpired ? noFacts : read.session.facts
    return new CookieSession(
      { beginning, content, login, keptKeys },
      { request, id, isSent: isSent || isAmbiguous, isOutdated: read?.isNewest === false && !hasExpired },
      this.#terms,
    )
  }
}

/** What a cookie came to. */
interface Read {
  readonly session: ReadSession
  /** It was sealed with the passphrase that seals today. */
  readonly isNewest: boolean
}

/** What a request brought, before anything was opened. */
interface Sent {
  readonly request: VisitorRequest
  readonly isSent: boolean
  readonly isAmbiguous: boolean
}

interface Sight extends Omit<Sent, 'request'> {
  readonly isRead: boolean
  readonly hasExpired: boolean
}

function beginningOf({ isAmbiguous, isSent, isRead, hasExpired }: Sight): Beginning {
  if (isAmbiguous) return 'several'
  if (!isSent) return 'none'
  if (!isRead) return 'not-found'
  return hasExpired ? 'expired' : 'found'
}
