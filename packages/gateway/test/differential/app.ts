import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a visit wants the app to answer. */
export interface AppAnswer {
  readonly status: number
  /** In their order. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: string
  /** How often the body is said (default once). */
  readonly times?: number
  /** True: without a length. */
  readonly chunked?: boolean
}

/** A request as it came to the app. */
export interface AppCall {
  readonly method: string
  readonly url: string
  /** Names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** In these fields a visit brings its name, and what it wants to be answered. */
export const visitField = 'X-Visit'
export const answerField = 'X-Answer'

/** An answer as a field says it. */
export function told(answer: AppAnswer): string {
  return encodeURIComponent(JSON.stringify(answer))
}

/**
 * The app behind both servers. It answers what it is told to, and keeps what came. Addresses with `/pages/` in them are pages
 * of their own, for ErrorDocument: they set the fields of their query.
 */
export class App {
  readonly url: string
  readonly #server: Server
  readonly #calls = new Map<string, AppCall[]>()

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => void this.#serve(request, response).catch(() => response.destroy()))
  }

  static async start(): Promise<App> {
    // Whoever keeps connections ends them, so that none ends as it is used again.
    const server = createServer({ keepAliveTimeout: 600_000, maxHeaderSize: 65_536 }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new App(server)
  }

  /** The calls that a visit has led to; they are forgotten. */
  taken(visit: string): readonly AppCall[] {
    const calls = this.#calls.get(visit) ?? []
    this.#calls.delete(visit)
    return calls
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
    const call = callOf(request, Buffer.concat(parts).toString('latin1'))
    const visit = String(request.headers[visitField.toLowerCase()] ?? '')
    this.#calls.set(visit, [...(this.#calls.get(visit) ?? []), call])
    send(response, call.url.includes('/pages/') ? page(call.url) : answerFor(request))
  }
}

function callOf({ method = '', url = '', rawHeaders }: IncomingMessage, body: string): AppCall {
  const fields: [string, string][] = []
  for (let at = 0; at < rawHeaders.length; at += 2)
    fields.push([rawHeaders[at]?.toLowerCase() ?? '', rawHeaders[at + 1] ?? ''])
  return { method, url, fields, body }
}

function page(url: string): AppAnswer {
  const { pathname, searchParams } = new URL(url, 'http://app.example')
  return { status: 200, fields: [...searchParams], body: `the page ${pathname}` }
}

function answerFor({ headers }: IncomingMessage): AppAnswer {
  const wanted = headers[answerField.toLowerCase()]
  if (typeof wanted !== 'string') return { status: 200, fields: [], body: 'nothing was said' }
  return JSON.parse(decodeURIComponent(wanted)) as AppAnswer
}

function send(response: ServerResponse, { status, fields, body, times = 1, chunked = false }: AppAnswer): void {
  const list = fields.flat()
  if (status === 204 || status === 304) {
    response.writeHead(status, list).end()
    return
  }
  if (!chunked) list.push('Content-Length', String(Buffer.byteLength(body) * times))
  response.writeHead(status, ['Content-Type', 'text/plain', ...list])
  response.end(body.repeat(times))
}
