import { type ClientRequest, type IncomingMessage, request as ask } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ClientMessage } from './contract.ts'
import { ProxyError, type ProxyErrorCode } from './proxy-error.ts'
import { passBody } from './request-body-node.ts'
import type { Upstream } from './upstream-node.ts'

/** A request as it goes to the app. */
export interface Call {
  readonly method: string
  readonly path: string
  /** Complete, framing and all. */
  readonly fields: string[]
  /** Sent as the body; undefined: there is none, or the client's is passed on. */
  readonly body: Buffer | undefined
  /** The client's request, when its body is passed on as it comes. */
  readonly streamed: ClientMessage | undefined
  /** So many octets of it are passed on; undefined: all. */
  readonly maxBody: number | undefined
  /** True: the client waits for a `100 Continue` before it sends the body. */
  readonly expect: boolean
  /** True: the connection is not to be used by others before or after. */
  readonly alone: boolean
  /** True: the app may take the connection for something else. */
  readonly upgrade: boolean
  readonly isInternal: ((name: string) => boolean) | undefined
  /** Called for an answer with a status below 200. */
  readonly onInformation: (status: number, rawHeaders: string[]) => void
}

/** What an app answered. */
export interface AppAnswer {
  readonly answer: IncomingMessage
  /** There when the app agreed to use the connection for something else. */
  readonly tunnel?: AppTunnel
}

/** A connection that is no longer for HTTP. */
export interface AppTunnel {
  readonly socket: Socket
  /** What the app sent behind its answer. */
  readonly head: Buffer
}

/** Methods that may be sent again (RFC 9110, 9.2.2). */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** The largest head of an answer, in bytes. */
const maxHeaderSize = 64 * 1024

/** One request to an app, until its answer's head is there. */
export class AppCall {
  readonly #upstream: Upstream
  readonly #call: Call
  readonly #repeatable: boolean
  #app: ClientRequest | undefined
  #answer: IncomingMessage | undefined
  #connected = false
  #continued = false
  #retried = false
  #listening: Socket | undefined
  #resolve: (answer: AppAnswer | undefined) => void = () => {}
  #reject: (error: Error) => void = () => {}

  constructor(upstream: Upstream, call: Call) {
    this.#upstream = upstream
    this.#call = call
    this.#repeatable = call.streamed === undefined && idempotent.has(call.method)
  }

  /** True: a kept connection was closed under the request, which then went out again. */
  get retried(): boolean {
    return this.#retried
  }

  /**
   * Sends the request.
   *
   * @returns Undefined after {@link AppCall.abandon}.
   * @throws ProxyError when there is no answer; the error of node for fields that cannot be sent.
   */
  answer(): Promise<AppAnswer | undefined> {
    const upstream = this.#upstream
    const agent = this.#call.alone ? upstream.single : upstream.agent(this.#repeatable)
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#send(agent)
    })
  }

  /** Ends it: the client went away, or nobody wants the answer any more. */
  abandon(): void {
    const app = this.#app
    this.#app = undefined
    this.#forgetSilence()
    app?.destroy()
    this.#resolve(undefined)
  }

  /** Lets go of an answer that is not sent; a short one is read to its end, so that the connection can be used again. */
  drop(): void {
    const answer = this.#answer
    const length = Number(answer?.headers['content-length'] ?? Number.POSITIVE_INFINITY)
    if (answer !== undefined && (answer.complete || length <= 65_536)) answer.resume()
    else this.abandon()
  }

  #send(agent: ReturnType<Upstream['agent']>): void {
    const { address, target } = this.#upstream
    const { method, path, fields } = this.#call
    const app = ask({
      ...address,
      agent,
      method,
      path,
      headers: fields,
      setHost: false,
      timeout: target.timeoutMs,
      maxHeaderSize,
      insecureHTTPParser: false,
    })
    this.#app = app
    this.#connected = app.reusedSocket
    this.#listen(app)
    if (!app.reusedSocket) this.#limitConnecting(app)
    this.#sendBody(app)
  }

  #listen(app: ClientRequest): void {
    const { expect, onInformation } = this.#call
    app.on('response', (answer) => this.#answered(app, { answer }))
    app.on('upgrade', (answer, socket, head) => this.#upgraded(app, answer, { socket: socket as Socket, head }))
    app.on('error', (error) => this.#failed(app, error))
    app.on('timeout', this.#onSilence)
    app.on('information', ({ statusCode, rawHeaders }) => {
      if (statusCode !== 100) onInformation(statusCode, rawHeaders)
    })
    if (!expect) return
    app.on('continue', () => {
      this.#continued = true
      onInformation(100, [])
    })
  }

  #answered(app: ClientRequest, answer: AppAnswer): void {
    if (app !== this.#app) return
    this.#answer = answer.answer
    this.#resolve(answer)
  }

  #upgraded(app: ClientRequest, answer: IncomingMessage, tunnel: AppTunnel): void {
    tunnel.socket.on('error', () => tunnel.socket.destroy())
    if (this.#call.upgrade) this.#answered(app, { answer, tunnel })
    else {
      tunnel.socket.destroy()
      this.#fail('ERR_APP_ANSWER')
    }
  }

  #sendBody(app: ClientRequest): void {
    const { body, streamed, maxBody: most, isInternal } = this.#call
    if (streamed === undefined) app.end(body)
    else passBody(streamed, app, { most, isInternal, onTooLarge: () => this.#bodyTooLarge(app) })
  }

  #bodyTooLarge(app: ClientRequest): void {
    if (this.#answer === undefined) this.#fail('ERR_BODY_TOO_LARGE')
    else app.destroy()
  }

  /** A connection has to be there in time: one that becomes free, or a new one. */
  #limitConnecting(app: ClientRequest): void {
    const { connectTimeoutMs } = this.#upstream.target
    const timer = setTimeout(() => this.#notConnected(app), connectTimeoutMs)
    const connected = (): void => {
      clearTimeout(timer)
      this.#connected = true
    }
    app.on('close', () => clearTimeout(timer))
    app.on('socket', (socket) => {
      if (socket instanceof TLSSocket && !app.reusedSocket) socket.once('secureConnect', connected)
      else if (socket.connecting) socket.once('connect', connected)
      else connected()
    })
  }

  #notConnected(app: ClientRequest): void {
    if (app.socket === null) this.#fail('ERR_APP_BUSY', { retryAfter: 1 })
    else this.#fail('ERR_APP_CONNECT_TIMEOUT', { retryAfter: this.#upstream.failed() })
  }

  #failed(app: ClientRequest, error: Error): void {
    if (app !== this.#app || this.#answer !== undefined) return
    // The second connection is a new one, which cannot be stale.
    if (this.#repeatable && this.#upstream.isStale(app)) {
      this.#retried = true
      this.#send(this.#upstream.single)
      return
    }
    const code = codeOf(error)
    if (this.#connected) this.#fail(code.startsWith('HPE_') ? 'ERR_APP_ANSWER' : 'ERR_APP_CLOSED', { cause: error })
    else if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') this.#fail('ERR_APP_UNKNOWN_HOST', { cause: error })
    else if (app.socket?.connecting === false && this.#upstream.target.secure)
      this.#fail('ERR_APP_TLS', { cause: error })
    else this.#fail('ERR_APP_UNREACHABLE', { cause: error, retryAfter: this.#upstream.failed() })
  }

  #fail(code: ProxyErrorCode, options?: ConstructorParameters<typeof ProxyError>[2]): void {
    const app = this.#app
    this.#app = undefined
    this.#forgetSilence()
    this.#reject(new ProxyError(code, this.#upstream.target.url, options))
    app?.destroy()
  }

  /** For a while nothing came from the app and nothing went to it. That is its fault unless it is the client's turn. */
  readonly #onSilence = (): void => {
    const app = this.#app
    if (app === undefined) return
    if (this.#clientIsSlow(app)) this.#waitOn(app)
    else if (this.#answer === undefined) this.#fail('ERR_APP_TIMEOUT')
    else this.#answer.destroy(new ProxyError('ERR_APP_TIMEOUT', this.#upstream.target.url))
  }

  #clientIsSlow(app: ClientRequest): boolean {
    const { streamed, expect } = this.#call
    const waiting = expect && !this.#continued && this.#answer === undefined
    if (streamed !== undefined && !streamed.readableEnded && !app.writableNeedDrain && !waiting) return true
    return this.#answer !== undefined && this.#answer.readableFlowing !== true
  }

  /** Node tells of a silence once, and counts on from the next byte only. */
  #waitOn(app: ClientRequest): void {
    const { socket } = app
    if (socket === null) return
    if (this.#listening === undefined) app.once('close', () => this.#forgetSilence())
    this.#forgetSilence()
    this.#listening = socket
    socket.once('timeout', this.#onSilence)
    socket.setTimeout(this.#upstream.target.timeoutMs)
  }

  #forgetSilence(): void {
    this.#listening?.removeListener('timeout', this.#onSilence)
    this.#listening = undefined
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
