import { SekishoError } from 'sekisho'
import { type AgeRules, endSession, type Verdict } from 'sekisho/apache'
import { type Awaitable, goOn } from '../../lib/awaitable.ts'
import type { VisitorAnswer, VisitorRequest } from '../contract.ts'
import { HeldSession, type HeldParts } from '../held-session.ts'
import { newId } from './ids-node.ts'
import type { LoginSeal } from './login-seal.ts'
import { withOwnEntries } from './own-entries.ts'
import { isPageLoad } from '../page-load.ts'
import type { SessionCookie } from '../session-cookie.ts'
import type { SessionSeal } from '../session-seal.ts'
import { type RecentSessions, writtenSession } from './recent-sessions.ts'

/** What the directives say about sessions that travel in the cookie. */
export interface CookieTerms {
  readonly cookie: SessionCookie
  readonly rules: AgeRules
  /** Absent: the session stands in the cookie as it is. */
  readonly crypto: SessionSeal | undefined
  /** What was sealed and opened lately. */
  readonly recent: RecentSessions
  readonly seal: LoginSeal
  /** Keys that survive a login, in lower case. */
  readonly keptKeys: ReadonlySet<string>
  /** Sessions have an id, for the header between gateway and app. */
  readonly hasIds: boolean
  /** Every visitor gets a session with the first answer. */
  readonly autoStart: boolean
}

/** How a session came with its request. */
export interface Arrival {
  readonly request: VisitorRequest
  readonly id: string | undefined
  /** A cookie of the name came, whatever became of it. */
  readonly isSent: boolean
  /** It was sealed with a passphrase that seals no more. */
  readonly isOutdated: boolean
}

/** What a browser keeps of name and value (RFC 6265bis 5.6): nothing longer is worth sealing. */
const mostOctets = 4096

/** A session that travels in the cookie. */
export class CookieSession extends HeldSession {
  readonly #terms: CookieTerms
  readonly #arrival: Arrival
  #newId: string | undefined

  constructor(parts: HeldParts, arrival: Arrival, terms: CookieTerms) {
    super(parts)
    this.#arrival = arrival
    this.#terms = terms
  }

  get id(): string | undefined {
    const { id } = this.#arrival
    if (!this.#isKept) return undefined
    if (id !== undefined && !this.#isRenewed) return id
    if (id === undefined && !this.#needsId) return undefined
    this.#newId ??= newId()
    return this.#newId
  }

  /** The Set-Cookie line that the answer gets, if it gets one. */
  commit({ deliverable }: VisitorAnswer): Awaitable<readonly string[]> {
    if (!deliverable) return []
    if (this.intents.ended && this.isBlank && !this.intents.started)
      return this.#arrival.isSent ? [this.#removal()] : []
    const { rules } = this.#terms
    const verdict = endSession({ session: this.content, isChanged: this.#mustWrite }, rules, nowMicros())
    if (verdict.kind === 'write') return goOn(this.#line(verdict), (line) => [line])
    const isOfNoUse = this.beginning === 'expired' || this.beginning === 'not-found'
    return isOfNoUse && isPageLoad(this.#arrival.request) ? [this.#removal()] : []
  }

  /** What has been handed out cannot be called back. */
  protected async end(): Promise<void> {}

  /** A session that nothing else would bring to the browser. */
  get #isStarted(): boolean {
    return this.intents.started || (this.#terms.autoStart && this.beginning !== 'several')
  }

  /** There is something to keep, or there was and nobody has touched it. */
  get #isKept(): boolean {
    const { changed, ended } = this.intents
    return !this.isBlank || this.#isStarted || (this.#arrival.id !== undefined && !changed && !ended)
  }

  get #isRenewed(): boolean {
    const { renewed, login, ended } = this.intents
    return renewed || login !== undefined || ended
  }

  /** Without an id, a session with nothing in it would be an empty cookie, which is none. */
  get #needsId(): boolean {
    const { hasIds, rules } = this.#terms
    return hasIds || (this.isBlank && (rules.maxAge ?? 0) === 0)
  }

  get #mustWrite(): boolean {
    const { changed, renewed } = this.intents
    const begins = this.#isStarted && this.beginning !== 'found'
    return changed || begins || this.#arrival.isOutdated || this.id !== this.#arrival.id || (renewed && this.#isKept)
  }

  #line({ expiry, maxAge }: Verdict & { kind: 'write' }): Awaitable<string> {
    const { cookie, crypto, recent, seal } = this.#terms
    const { secure } = this.#arrival.request
    this.content.expiry = expiry
    const facts = { id: this.id, login: this.currentLogin }
    const encoded = withOwnEntries(this.content, facts, seal).encode()
    if (encoded.length > mostOctets) throw tooLarge(cookie.name, encoded.length)
    return goOn(crypto === undefined ? encoded : crypto.seal(encoded), (value) => {
      if (crypto !== undefined) recent.add(value, writtenSession(encoded, facts))
      if (cookie.name.length + value.length > mostOctets) throw tooLarge(cookie.name, encoded.length)
      return cookie.set(value, { secure, maxAge })
    })
  }

  #removal(): string {
    return this.#terms.cookie.remove(this.#arrival.request)
  }
}

/** Microseconds since 1970, as Apache counts. */
export function nowMicros(): bigint {
  return BigInt(Date.now()) * 1000n
}

function tooLarge(name: string, octets: number): SekishoError {
  const message =
    `the session has ${octets} octets, and the cookie \`${name}\` would exceed the ${mostOctets} that browsers keep; ` +
    'what was kept before stays. Keep less in it, or keep sessions on the server: SessionStore file'
  return new SekishoError('ERR_COOKIE_TOO_LARGE', message)
}
