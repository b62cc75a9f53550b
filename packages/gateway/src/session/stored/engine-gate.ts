import type { Reservation, Session, Sessions } from 'sekisho'
import type { SessionStore } from 'sekisho/store'
import type { VisitorAnswer, VisitorRequest } from '../contract.ts'

/** What the engine keeps of a visitor: entries, and facts of the gateway's own, under keys that do not meet. */
export type EngineData = Record<string, unknown>

/** What an answer does to the cookie. */
export type CarrierChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'set'; readonly carrier: string }

/** The engine's own cookie, which never leaves the gateway: only its value does, under the configured name. */
const inner = '__Host-sid'

/** What stands behind the engine. */
export interface EngineStore {
  readonly lent: SessionStore
  /** Makes sure that the store can be used: tables are there. Undefined when that is known already. */
  ready(): Promise<void> | undefined
}

/** The way to the engine: the values of cookies in and out, instead of whole headers. */
export class EngineGate {
  readonly #sessions: Sessions<EngineData>
  readonly #store: EngineStore

  constructor(sessions: Sessions<EngineData>, store: EngineStore) {
    this.#sessions = sessions
    this.#store = store
  }

  reserve(): Reservation {
    return this.#sessions.reserve()
  }

  /** A session that belongs to nobody yet. */
  begin(request: VisitorRequest): Promise<Session<EngineData>> {
    return this.#sessions.open({ method: request.method, headers: { ...request.headers, cookie: undefined } })
  }

  /** The session of a token. @param reserved The token is one of {@link EngineGate.reserve}. */
  async open(carrier: string, request: VisitorRequest, reserved = false): Promise<Session<EngineData>> {
    await this.#store.ready()
    const headers = { ...request.headers, cookie: `${inner}=${carrier}` }
    return this.#sessions.open({ method: request.method, headers }, { reserved })
  }

  /** Whether nothing is stored under an address; not when that cannot be told. */
  async isFree(address: string): Promise<boolean> {
    try {
      await this.#store.ready()
      return (await this.#store.lent.read(address)) === undefined
    } catch {
      // Asked for comfort only: whoever needs the store meets the failure itself.
      return false
    }
  }

  /** Writes what there is to write. */
  async commit(session: Session<EngineData>, { status, deliverable }: VisitorAnswer): Promise<CarrierChange> {
    const headers = new LastCookie()
    await this.#store.ready()
    await this.#sessions.commit(session, { status, headers }, { deliverable })
    const { line } = headers
    if (line === undefined) return { kind: 'none' }
    const [, carrier = ''] = /^[^=]*=([^;]*)/.exec(line) ?? []
    return carrier === '' ? { kind: 'expire' } : { kind: 'set', carrier }
  }
}

/** The headers of an answer, of which only the cookie matters here: a whole `Headers` per request would show. */
class LastCookie {
  line: string | undefined

  get(): null {
    return null
  }

  set(): void {}

  append(name: string, value: string): void {
    if (name.toLowerCase() === 'set-cookie') this.line = value
  }
}
