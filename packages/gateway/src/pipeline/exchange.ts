import type { ConfigRequest } from '../config/match.ts'
import type { Settings } from '../config/settings.ts'
import { isGone } from '../proxy/client-side-node.ts'
import type { ClientAnswer, ClientMessage } from '../proxy/contract.ts'
import type { SessionKeeper, VisitorSession } from '../session/contract.ts'
import type { AuthRequest } from '../auth/visit.ts'
import type { Routed } from '../proxy/routes.ts'
import type { Answer } from './answer.ts'
import type { Approach } from './approach.ts'
import type { HeaderRequest } from './header-rules.ts'
import type { Plan } from './plan.ts'
import { readBody } from './read-body.ts'
import type { RequestTarget } from './request-target.ts'
import type { Found } from './static/find.ts'

/** A connection of a client. */
export interface ClientConnection {
  /** IPv4 addresses without the `::ffff:` of a socket that takes both. */
  readonly remoteAddress: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
  /** What TLS agreed on, as mod_ssl names it; undefined on a connection without TLS. */
  readonly tls: Readonly<Record<string, string>> | undefined
  /** How many requests it has carried. */
  requests: number
}

/** What went to the client. */
export interface Sent {
  /** 0: nothing. */
  readonly status: number
  /** Octets of the body. */
  readonly bytes: number
  readonly fields: readonly string[]
  /** False: the client has not got all of it. */
  readonly isComplete: boolean
}

/** A session that is open for a request, and who writes it. */
export interface OpenSession {
  readonly keeper: SessionKeeper
  readonly session: VisitorSession
  /** The name of its cookie. */
  readonly cookie: string
}

/** A request that came in over a connection. */
export interface Arrival {
  readonly request: ClientMessage
  readonly response: ClientAnswer
  readonly connection: ClientConnection
  /** For a request that wants the connection for something else: what the client sent behind its head. */
  readonly upgrade?: { readonly head: Buffer }
}

/** Where a request goes. */
export interface Destination extends RequestTarget {
  readonly host: string
  /** Path and query, not normalized. */
  readonly uri: string
}

/** What an exchange was made from: an error whose page it is to be, or a directory whose index. */
export interface Origin {
  readonly exchange: Exchange
  /** The error; undefined for an index. */
  readonly error?: Answer
}

/** What the phases of one request find out and leave for the next. Internal redirects make one from another. */
export class Exchange implements ConfigRequest, HeaderRequest, AuthRequest {
  readonly arrival: Arrival
  readonly connection: ClientConnection
  /** Milliseconds since 1970. */
  readonly arrivedAt: number
  readonly origin: Origin | undefined

  readonly method: string
  readonly path: string
  readonly query: string | undefined
  /** Path and query, as they are passed on. */
  readonly uri: string
  /** The host that was asked for, in lower case and without its port; empty when none was. */
  readonly host: string

  /** What the configuration says about this request; set by the first phase. */
  plan!: Plan
  /** The settings of the server that answers, without any section; set by the first phase. */
  server!: Settings
  /** By which proxies it came; undefined: by none that is trusted. */
  approach: Approach | undefined
  /** What is answered, as soon as that is known. */
  status: number | undefined
  /** Where the path would lead below the DocumentRoot; undefined where an app answers. */
  file: string | undefined
  found: Found | undefined
  routed: Routed | undefined
  session: OpenSession | undefined
  user: string | undefined
  authType: string | undefined
  /** What the app is to find in `Authorization`; undefined: what the client sent. */
  authorization: string | undefined
  /** Sent to the app in the place of what the client sends, and of which type. */
  body: Buffer | undefined
  contentType: string | undefined

  readonly #startedAt: number
  /** The rules of Require are being asked, or have not let the request in. */
  isJudged = false
  #environment: Map<string, string> | undefined
  #notes: Map<string, string> | undefined
  #varied: Set<string> | undefined
  #overruled: Map<string, string | undefined> | undefined
  #sent: Sent = { status: 0, bytes: 0, fields: [], isComplete: false }

  constructor(arrival: Arrival, target: Destination, origin?: Origin) {
    this.arrival = arrival
    this.connection = arrival.connection
    this.arrivedAt = origin?.exchange.arrivedAt ?? Date.now()
    this.#startedAt = origin === undefined ? performance.now() : origin.exchange.#startedAt
    this.origin = origin
    // Until its own sections are found, an exchange is of those that it was made from.
    if (origin !== undefined) {
      this.plan = origin.exchange.plan
      this.server = origin.exchange.server
      this.approach = origin.exchange.approach
      this.status = origin.error?.status
    }
    this.method = methodOf(arrival.request.method ?? 'GET', origin)
    this.path = target.path
    this.query = target.query
    this.uri = target.uri
    this.host = target.host
  }

  get request(): ClientMessage {
    return this.arrival.request
  }

  get response(): ClientAnswer {
    return this.arrival.response
  }

  get isUpgraded(): boolean {
    return this.arrival.upgrade !== undefined
  }

  get documentRoot(): string | undefined {
    return this.plan.documentRoot
  }

  /** As the client sent it. */
  get target(): string {
    return this.request.url ?? '/'
  }

  get scheme(): 'http' | 'https' {
    return this.approach?.scheme ?? (this.connection.tls === undefined ? 'http' : 'https')
  }

  get protocol(): string {
    return `HTTP/${this.request.httpVersion}`
  }

  get port(): number {
    return this.connection.localPort
  }

  get localAddress(): string {
    return this.connection.localAddress
  }

  get remoteAddress(): string {
    return this.approach?.address ?? this.connection.remoteAddress
  }

  get peerAddress(): string {
    return this.connection.remoteAddress
  }

  get rawHeaders(): readonly string[] {
    return this.request.rawHeaders
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt
  }

  /** The error whose page it is to be. */
  get error(): Answer | undefined {
    return this.origin?.error ?? this.origin?.exchange.error
  }

  /** The first exchange of the client's request. */
  get initial(): Exchange {
    return this.origin === undefined ? this : this.origin.exchange.initial
  }

  /** What was sent in the end, for the access log. */
  get sent(): Sent {
    return this.initial.#sent
  }

  set sent(sent: Sent) {
    this.initial.#sent = sent
  }

  /** `address:port` of the client, for the log. */
  get client(): string {
    const { remoteAddress } = this
    const { remotePort } = this.connection
    return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`
  }

  /** True when the client is no longer there to be answered. */
  get isGone(): boolean {
    return isGone(this.response)
  }

  header(name: string): string | undefined {
    if (this.#overruled?.has(name) === true) return this.#overruled.get(name)
    const value = this.request.headers[name === 'host' && this.request.httpVersionMajor === 2 ? ':authority' : name]
    return Array.isArray(value) ? value.join(', ') : value
  }

  /**
   * What RequestHeader has made of a header counts for whoever asks afterwards: rules about the answer, and logs. Which host was
   * asked for stays as it is.
   */
  overrule(name: string, values: readonly string[]): void {
    if (name === 'host') return
    this.#overruled ??= new Map()
    this.#overruled.set(name, values.length === 0 ? undefined : values.join(', '))
  }

  /** The headers that decided something, for `Vary`. */
  get varied(): ReadonlySet<string> | undefined {
    return this.initial.#varied
  }

  variesWith(name: string): void {
    const { initial } = this
    initial.#varied ??= new Set()
    initial.#varied.add(name)
  }

  /** What SetEnv says counts for those who have been let in: as in the real server, `Require env` does not see it. */
  environment(name: string): string | undefined {
    return this.#environment?.get(name) ?? (this.isJudged ? undefined : this.plan.environment.get(name))
  }

  /** @param value Undefined: the variable is taken away. */
  setEnvironment(name: string, value: string | undefined): void {
    this.#environment ??= new Map()
    if (value === undefined) this.#environment.delete(name)
    else this.#environment.set(name, value)
  }

  tls(name: string): string | undefined {
    return this.connection.tls?.[name]
  }

  note(name: string, text: string): void {
    const { initial } = this
    initial.#notes ??= new Map()
    initial.#notes.set(name, text)
  }

  noted(name: string): string | undefined {
    return this.initial.#notes?.get(name)
  }

  readBody(most: number): Promise<Buffer | undefined> {
    return readBody(this.request, this.response, most)
  }
}

/** The page of an error is fetched with GET, whatever it was that failed. */
function methodOf(method: string, origin: Origin | undefined): string {
  if (origin === undefined) return method
  return origin.error === undefined || method === 'HEAD' ? origin.exchange.method : 'GET'
}
