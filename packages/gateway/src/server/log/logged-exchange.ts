import type { ExpressionRequest } from '../../config/expression/vocabulary.ts'
import type { CookieRelief } from '../../pipeline/cookie-relief.ts'
import type { Exchange } from '../../pipeline/exchange.ts'
import { fieldOf } from '../../pipeline/header-list.ts'
import type { LoggedRequest } from './access-format.ts'

/** An exchange that is over, as access logs see it. */
export class LoggedExchange implements LoggedRequest, ExpressionRequest {
  readonly #exchange: Exchange
  readonly #relief: CookieRelief
  readonly elapsedMs: number

  constructor(exchange: Exchange, relief: CookieRelief) {
    this.#exchange = exchange
    this.#relief = relief
    this.elapsedMs = exchange.elapsedMs
  }

  get method(): string {
    return this.#exchange.method
  }

  get target(): string {
    return this.#exchange.target
  }

  get path(): string {
    return this.#exchange.path
  }

  get query(): string | undefined {
    return this.#exchange.query
  }

  get scheme(): 'http' | 'https' {
    return this.#exchange.scheme
  }

  get protocol(): string {
    return this.#exchange.protocol
  }

  get host(): string {
    return this.#exchange.host
  }

  get port(): number {
    return this.#exchange.port
  }

  get remoteAddress(): string {
    return this.#exchange.remoteAddress
  }

  get peerAddress(): string {
    return this.#exchange.peerAddress
  }

  get remotePort(): number {
    return this.#exchange.connection.remotePort
  }

  get localAddress(): string {
    return this.#exchange.connection.localAddress
  }

  get localPort(): number {
    return this.#exchange.connection.localPort
  }

  get serverName(): string {
    return this.#exchange.plan.serverName ?? this.#exchange.host
  }

  get user(): string | undefined {
    return this.#exchange.user
  }

  get file(): string | undefined {
    return this.#exchange.file
  }

  get arrivedAt(): number {
    return this.#exchange.arrivedAt
  }

  get status(): number {
    return this.#exchange.sent.status
  }

  get bytes(): number {
    return this.#exchange.sent.bytes
  }

  get sentBytes(): number {
    return this.bytes + headLength(this.#exchange.sent.fields)
  }

  get receivedBytes(): number {
    const { method, target, rawHeaders } = this.#exchange
    return method.length + target.length + headLength(rawHeaders) + Number(this.header('content-length') ?? 0)
  }

  get earlierRequests(): number {
    return this.#exchange.connection.requests - 1
  }

  get connectionState(): 'X' | '+' | '-' {
    const { sent, response } = this.#exchange
    if (!sent.isComplete) return 'X'
    return 'shouldKeepAlive' in response && !response.shouldKeepAlive ? '-' : '+'
  }

  header(name: string): string | undefined {
    return this.#exchange.header(name)
  }

  answerHeader(name: string): string | undefined {
    return fieldOf(this.#exchange.sent.fields, name)
  }

  /** The cookie of a session proves who somebody is, and has no place in a log. */
  cookie(name: string): string | undefined {
    if (this.#relief.isSession(name)) return undefined
    for (const part of (this.header('cookie') ?? '').split(';')) {
      const [found, ...value] = part.trim().split('=')
      if (found === name) return value.join('=')
    }
    return undefined
  }

  environment(name: string): string | undefined {
    return this.#exchange.environment(name)
  }

  noted(name: string): string | undefined {
    return this.#exchange.noted(name)
  }
}

/** The status line is counted with 17 octets, `HTTP/1.1 200 OK` and its end. */
function headLength(fields: readonly string[]): number {
  let length = 17 + 2
  for (let at = 0; at < fields.length; at += 2) length += (fields[at]?.length ?? 0) + (fields[at + 1]?.length ?? 0) + 4
  return length
}
