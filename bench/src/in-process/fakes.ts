/**
 * Requests and answers of `node:http` without a socket: light, and complete enough for the middleware that is measured.
 *
 * @module
 */
import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Action, NodeHandler } from '../contract.ts'

type HeaderValue = number | string | readonly string[]

const socket = Object.assign(new EventEmitter(), { encrypted: false, remoteAddress: '127.0.0.1', writable: true })

class FakeRequest extends EventEmitter {
  readonly method = 'GET'
  readonly httpVersion = '1.1'
  readonly httpVersionMajor = 1
  readonly complete = true
  readonly aborted = false
  readonly url: string
  readonly headers: Record<string, string>
  readonly socket: typeof socket = socket
  readonly connection: typeof socket = socket

  constructor(url: string, headers: Record<string, string>) {
    super()
    this.url = url
    this.headers = headers
  }
}

class FakeResponse extends EventEmitter {
  statusCode = 200
  statusMessage = ''
  writableEnded = false
  finished = false
  destroyed = false
  closed = false
  body = ''
  /** The flag of Node that some middleware looks at. */
  _header: string | null = null
  readonly socket: typeof socket = socket
  readonly #headers = new Map<string, HeaderValue>()
  readonly #done: (res: FakeResponse) => void

  constructor(done: (res: FakeResponse) => void) {
    super()
    this.#done = done
  }

  get headersSent(): boolean {
    return this._header !== null
  }

  get writableLength(): number {
    return 0
  }

  get writableNeedDrain(): boolean {
    return false
  }

  setHeader(name: string, value: HeaderValue): this {
    this.#headers.set(name.toLowerCase(), value)
    return this
  }

  appendHeader(name: string, value: string): this {
    const before = this.getHeader(name)
    return this.setHeader(name, before === undefined ? value : [before, value].flat().map(String))
  }

  getHeader(name: string): HeaderValue | undefined {
    return this.#headers.get(name.toLowerCase())
  }

  hasHeader(name: string): boolean {
    return this.#headers.has(name.toLowerCase())
  }

  removeHeader(name: string): void {
    this.#headers.delete(name.toLowerCase())
  }

  getHeaders(): Record<string, HeaderValue> {
    return Object.fromEntries(this.#headers)
  }

  getHeaderNames(): string[] {
    return [...this.#headers.keys()]
  }

  writeHead(status: number, ...rest: unknown[]): this {
    this.statusCode = status
    const headers = rest.at(-1)
    if (typeof headers === 'object' && headers !== null) {
      for (const [name, value] of Object.entries(headers)) this.setHeader(name, value)
    }
    this._header = 'HTTP/1.1'
    return this
  }

  flushHeaders(): void {
    if (!this.headersSent) this._implicitHeader()
  }

  /** As in Node: through the public method, which middleware may have wrapped. */
  _implicitHeader(): void {
    this.writeHead(this.statusCode)
  }

  write(chunk: unknown): boolean {
    if (!this.headersSent) this._implicitHeader()
    this.body += String(chunk)
    return true
  }

  end(chunk?: unknown): this {
    if (this.writableEnded) return this
    if (!this.headersSent) this._implicitHeader()
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.body += String(chunk)
    this.writableEnded = true
    this.finished = true
    this.emit('finish')
    this.closed = true
    this.emit('close')
    this.#done(this)
    return this
  }

  destroy(): this {
    throw new Error('a contender broke off its answer')
  }
}

/** What came back. */
export interface FakeAnswer {
  readonly body: string
  getHeader(name: string): HeaderValue | undefined
}

/** One request and its answer. */
export function exchange(handler: NodeHandler, action: Action, headers: Record<string, string>): Promise<FakeAnswer> {
  return new Promise((resolve, reject) => {
    const req = new FakeRequest(`/${action}`, headers) as unknown as IncomingMessage
    const res = new FakeResponse(resolve) as unknown as ServerResponse
    const answering = handler(req, res)
    if (answering instanceof Promise) answering.catch(reject)
  })
}
