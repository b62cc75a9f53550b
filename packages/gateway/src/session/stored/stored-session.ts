import type { Session } from 'sekisho'
import type { VisitorAnswer, VisitorRequest } from '../contract.ts'
import type { CarrierChange, EngineData, EngineGate } from './engine-gate.ts'
import { storedPairs, writeChanges } from './engine-entries.ts'
import { HeldSession, type HeldParts } from '../held-session.ts'
import { isPageLoad } from '../page-load.ts'
import type { SessionCookie } from '../session-cookie.ts'
import type { StartMark, StartMarks } from './start-mark-node.ts'

/** What the directives say about sessions that a store keeps. */
export interface StoredTerms {
  readonly cookie: SessionCookie
  readonly gate: EngineGate
  readonly marks: StartMarks
  /** Keys that survive a login, in lower case. */
  readonly keptKeys: ReadonlySet<string>
  /** Every visitor gets a session with the first answer. */
  readonly autoStart: boolean
  /** Seconds without a request after which a session ends. */
  readonly idleSeconds: number
  /** A directive gives that time: cookie and app are told of it. */
  readonly hasIdleLimit: boolean
}

/** How a session came with its request. */
export interface StoredArrival {
  readonly request: VisitorRequest
  /** What the cookie said; empty: there was none. */
  readonly sent: string
  /** The session as the engine has opened it: without an address where none is stored, or none that this cookie may use. */
  readonly engine: Session<EngineData> | undefined
  /** What the cookie said of a session that has begun and holds nothing. */
  readonly mark: StartMark | undefined
}

/** Facts of the gateway's own in a stored session: what a login is bound to, and a time of expiry that the app has set. */
export const engineFacts = { bound: 'bound', expiry: 'expiry' } as const

const noChange: CarrierChange = { kind: 'none' }

/** A session that a store keeps. */
export class StoredSession extends HeldSession {
  readonly #terms: StoredTerms
  readonly #arrival: StoredArrival
  #engine: Session<EngineData> | undefined
  /** The token that a first write is to use, and that the cookie brings along until then. */
  #token: { readonly carrier: string; readonly address: string } | undefined
  #isCommitted = false

  constructor(parts: HeldParts, arrival: StoredArrival, terms: StoredTerms) {
    super(parts)
    this.#terms = terms
    this.#arrival = arrival
    this.#engine = arrival.engine
    if (arrival.mark !== undefined) this.#token = arrival.mark
    else if (this.#startsByItself) this.#token = terms.gate.reserve()
  }

  /** The address, which stays as long as the session does, and behind it the number of logins and renewals. */
  get id(): string | undefined {
    const { login, renewed } = this.intents
    const meta = this.#engine?.meta
    const isNext = (renewed || login !== undefined) && !this.#isCommitted
    if (meta?.address !== undefined) return idOf(meta.address, meta.generation + (isNext ? 1 : 0))
    // Whether a renewal finds something to renew is known at the end.
    return this.#token === undefined || renewed ? undefined : idOf(this.#token.address, isNext ? 1 : 0)
  }

  /** What the store has of it; undefined before there is anything. */
  get stored(): Session<EngineData>['meta'] | undefined {
    return this.#engine?.meta
  }

  override start(): void {
    super.start()
    if (this.#engine?.meta.address === undefined) this.#token ??= this.#terms.gate.reserve()
  }

  /** The Set-Cookie line that the answer gets, if it gets one. */
  async commit(answer: VisitorAnswer): Promise<readonly string[]> {
    const { sent } = this.#arrival
    const before = this.#engine?.meta.idleDeadline
    const change = this.#concernsStore ? await this.#store(answer) : noChange
    this.#isCommitted = true
    const wasWritten = before !== undefined && this.#engine?.meta.idleDeadline !== before
    if (change.kind === 'set') return [this.#line(change.carrier)]
    if (!answer.deliverable) return []
    if (change.kind === 'expire' || (this.intents.ended && sent !== '')) return [this.#removal()]
    if (this.#engine?.meta.address === undefined) return this.#linesForNothing(answer)
    return (await this.#isFading(before, wasWritten)) ? [this.#line(sent)] : []
  }

  /** Ends the stored session, one that an overlapping request has begun under the same token included. */
  protected async end(): Promise<void> {
    const { mark, request } = this.#arrival
    if (mark !== undefined) this.#engine ??= await this.#terms.gate.open(mark.carrier, request, true)
    await this.#engine?.logout()
    this.#token = undefined
  }

  /** Over a cookie that means nothing any more only with a page: an answer to anything else may come after that of a login. */
  get #startsByItself(): boolean {
    if (!this.#terms.autoStart) return false
    if (this.beginning === 'none') return true
    return (this.beginning === 'expired' || this.beginning === 'not-found') && isPageLoad(this.#arrival.request)
  }

  get #concernsStore(): boolean {
    return this.#engine !== undefined || (this.intents.changed && !this.isBlank && !this.#isOver)
  }

  /** An app has set the time of expiry to one that is over: nothing is kept, as in the real server. */
  get #isOver(): boolean {
    const { expiry } = this
    return expiry !== undefined && expiry < Date.now()
  }

  async #store(answer: VisitorAnswer): Promise<CarrierChange> {
    const { login, renewed, changed } = this.intents
    const engine = await this.#engineSession()
    if (this.#isOver) return this.#terms.gate.commit(engine, answer)
    const before = this.#before
    if (login !== undefined) engine.login(login.user)
    else if (renewed) engine.rotate({ grace: false })
    if (changed) this.#fill(engine, before)
    return this.#terms.gate.commit(engine, answer)
  }

  async #engineSession(): Promise<Session<EngineData>> {
    const { gate } = this.#terms
    const { request } = this.#arrival
    if (this.#engine?.meta.address !== undefined) return this.#engine
    if (this.#token !== undefined) this.#engine = await gate.open(this.#token.carrier, request, true)
    this.#engine ??= await gate.begin(request)
    return this.#engine
  }

  /** The entries that this request began with: none where nothing was stored, and none after a logout. */
  get #before(): ReadonlyMap<string, unknown> {
    const { engine } = this.#arrival
    return engine === undefined || this.intents.ended ? new Map() : storedPairs(engine)
  }

  #fill(engine: Session<EngineData>, before: ReadonlyMap<string, unknown>): void {
    const { login } = this.intents
    writeChanges(engine, this.content, before)
    if (login?.bound !== undefined) engine.set(engineFacts.bound, login.bound)
    if (this.#terms.hasIdleLimit || this.content.expiry === 0n) engine.delete(engineFacts.expiry)
    else engine.set(engineFacts.expiry, this.content.expiry.toString())
  }

  /** A visitor for whom nothing is stored: the cookie of a session that has begun, or none where there was one of no use. */
  async #linesForNothing(answer: VisitorAnswer): Promise<string[]> {
    const { request } = this.#arrival
    const isStale = this.beginning === 'expired' || this.beginning === 'not-found'
    if (this.#token === undefined) return isStale && isPageLoad(request) ? [this.#removal()] : []
    if (request.method === 'HEAD' || answer.status < 200 || answer.status === 304) return []
    if (this.intents.renewed) this.#token = this.#terms.gate.reserve()
    else if (!(await this.#isMarkDue())) return []
    const { cookie, marks } = this.#terms
    return [this.#line(marks.make(cookie.name, this.#token.carrier, seconds()))]
  }

  /** A new one is; an older one from time to time, unless a login has taken its place: then its cookie must not come back. */
  async #isMarkDue(): Promise<boolean> {
    const { mark } = this.#arrival
    if (mark === undefined) return true
    const refresh = Math.min(60, Math.floor(this.#terms.idleSeconds / 10))
    return seconds() - mark.issuedAt >= Math.max(refresh, 1) && this.#terms.gate.isFree(mark.address)
  }

  /**
   * Whether the cookie would end before the session: its Max-Age counts from when it was last sent, the session's time from when it
   * was last used. Sent again with every write, and else as often as the store is told; and only as long as it is the right one.
   */
  async #isFading(before: number | undefined, wasWritten: boolean): Promise<boolean> {
    const { cookie, hasIdleLimit, idleSeconds, gate } = this.#terms
    if (!hasIdleLimit || !cookie.hasMaxAge || before === undefined) return false
    if (wasWritten) return true
    if (before - Date.now() > idleSeconds * 1000) return false
    const { sent, request } = this.#arrival
    const { meta } = await gate.open(sent, request)
    return meta.address === this.#engine?.meta.address && meta.generation === this.#engine?.meta.generation
  }

  #line(value: string): string {
    const { cookie, hasIdleLimit, idleSeconds } = this.#terms
    return cookie.set(value, { secure: this.#arrival.request.secure, maxAge: hasIdleLimit ? idleSeconds : 0 })
  }

  #removal(): string {
    return this.#terms.cookie.remove(this.#arrival.request)
  }
}

function idOf(address: string, generation: number): string {
  return generation === 0 ? address : `${address}-${generation}`
}

function seconds(): number {
  return Math.floor(Date.now() / 1000)
}
