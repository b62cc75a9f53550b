import type { Session } from 'sekisho'
import { ApacheSession } from 'sekisho/apache'
import type { Beginning, SessionKeeper, VisitorAnswer, VisitorRequest, VisitorSession } from '../contract.ts'
import { readEntries } from './engine-entries.ts'
import type { EngineData } from './engine-gate.ts'
import type { ExpiredSessions } from './expired-sessions.ts'
import { foreignSession } from '../foreign-session.ts'
import type { Login } from '../held-session.ts'
import { addressOf, type StartMark } from './start-mark-node.ts'
import { engineFacts, StoredSession, type StoredTerms } from './stored-session.ts'

/** What a request's cookie came to. */
interface Found {
  readonly beginning: Beginning
  readonly engine?: Session<EngineData>
  readonly mark?: StartMark
}

const tokenForm = /^[\w-]{64}$/

/** Keeps sessions in a store, through the engine: the cookie holds a token, under the configured name. */
export class StoredKeeper implements SessionKeeper {
  readonly cacheControl = 'no-cache, private'
  readonly #terms: StoredTerms
  readonly #expired: ExpiredSessions

  constructor(terms: StoredTerms, expired: ExpiredSessions) {
    this.#terms = terms
    this.#expired = expired
  }

  async open(request: VisitorRequest): Promise<VisitorSession> {
    const { cookie, keptKeys } = this.#terms
    const { value: sent = '', isAmbiguous } = cookie.find(request.cookie)
    const { beginning, engine, mark } = isAmbiguous
      ? { beginning: 'several' as const }
      : await this.#find(sent, request)
    const content = engine === undefined ? new ApacheSession() : this.#read(engine)
    const parts = { beginning, content: this.#timed(content), login: engine && loginOf(engine), keptKeys }
    return new StoredSession(parts, { request, sent, engine, mark }, this.#terms)
  }

  forwardedCookie(cookie: string | undefined): string | undefined {
    return this.#terms.cookie.forwarded(cookie)
  }

  async commit(session: VisitorSession, answer: VisitorAnswer): Promise<readonly string[]> {
    if (!(session instanceof StoredSession)) throw foreignSession()
    const lines = await session.commit(answer)
    this.#remember(session)
    return lines
  }

  async #find(sent: string, request: VisitorRequest): Promise<Found> {
    if (sent === '') return { beginning: 'none' }
    const mark = this.#terms.marks.read(this.#terms.cookie.name, sent)
    if (mark !== undefined) return this.#hasEnded(mark) ? { beginning: 'expired' } : { beginning: 'found', mark }
    if (!tokenForm.test(sent)) return { beginning: 'not-found' }
    const engine = await this.#terms.gate.open(sent, request)
    if (engine.meta.address === undefined) {
      // The engine knows that a login has replaced the secret: such a request may store nothing and gets no cookie.
      return { beginning: this.#expired.has(addressOf(sent)) ? 'expired' : 'not-found', engine }
    }
    if (!isOver(engine)) return { beginning: 'found', engine }
    await engine.logout()
    return { beginning: 'expired' }
  }

  /** What has just been made does not know when it ends. */
  #remember({ stored }: StoredSession): void {
    if (stored?.address === undefined) return
    const { address, idleDeadline = Date.now() + this.#terms.idleSeconds * 1000 } = stored
    this.#expired.seen(address, idleDeadline)
  }

  #hasEnded({ issuedAt }: StartMark): boolean {
    return issuedAt + this.#terms.idleSeconds < Date.now() / 1000
  }

  #read(engine: Session<EngineData>): ApacheSession {
    const content = readEntries(engine)
    content.expiry = expiryOf(engine) ?? 0n
    return content
  }

  /** Where the time is limited, a session ends so long after this request. */
  #timed(content: ApacheSession): ApacheSession {
    const { hasIdleLimit, idleSeconds } = this.#terms
    if (hasIdleLimit) content.expiry = BigInt(Date.now() + idleSeconds * 1000) * 1000n
    return content
  }
}

function loginOf(engine: Session<EngineData>): Login | undefined {
  const { principal, meta } = engine
  if (principal === undefined) return undefined
  const bound = engine.get(engineFacts.bound)
  return { user: principal, bound: bound === undefined ? undefined : String(bound), at: meta.authenticatedAt ?? 0 }
}

function expiryOf(engine: Session<EngineData>): bigint | undefined {
  const micros = engine.get(engineFacts.expiry)
  return micros === undefined ? undefined : BigInt(String(micros))
}

function isOver(engine: Session<EngineData>): boolean {
  const expiry = expiryOf(engine)
  return expiry !== undefined && expiry < BigInt(Date.now()) * 1000n
}
