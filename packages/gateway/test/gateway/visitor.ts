import { Agent, type IncomingMessage, request as plainRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'

/** An answer, read to its end. */
export interface VisitorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly rawHeaders: readonly string[]
  /** The Set-Cookie lines, in order. */
  readonly setCookies: readonly string[]
  readonly text: string
}

/** What a request says beside its path. */
export interface VisitOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

interface Cookie {
  readonly value: string
  readonly path: string
  readonly secure: boolean
}

/** How a visitor comes. */
export interface VisitorOptions {
  /** The Host to ask for (default: that of the address). */
  readonly host?: string
  /** False: cookies are neither kept nor sent (default true). */
  readonly cookies?: boolean
}

/** A browser as far as cookies go: it keeps what it is given, by name and path, and returns Secure ones over https only. */
export class Visitor {
  readonly url: string
  readonly cookies: Map<string, Cookie> = new Map()
  readonly #options: VisitorOptions
  readonly #agent: Agent

  /** @param url `http://127.0.0.1:8080`; https certificates are not looked at. */
  constructor(url: string, options: VisitorOptions = {}) {
    this.url = url
    this.#options = options
    this.#agent = url.startsWith('https:')
      ? new TlsAgent({ keepAlive: true, rejectUnauthorized: false })
      : new Agent({ keepAlive: true })
  }

  /** The value of a cookie that the visitor has. */
  cookie(name: string): string | undefined {
    return this.cookies.get(name)?.value
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<VisitorAnswer> {
    return this.visit(path, { headers })
  }

  /** Posts a form. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<VisitorAnswer> {
    const form = { 'Content-Type': 'application/x-www-form-urlencoded', ...headers }
    return this.visit(path, { method: 'POST', headers: form, body: new URLSearchParams(fields).toString() })
  }

  /** Follows no redirects. */
  async visit(path: string, { method = 'GET', headers = {}, body }: VisitOptions = {}): Promise<VisitorAnswer> {
    const cookie = this.#cookieHeader(path)
    const answer = await ask(this.url, {
      path,
      method,
      agent: this.#agent,
      headers: {
        ...(this.#options.host !== undefined && { Host: this.#options.host }),
        ...(cookie !== '' && { Cookie: cookie }),
        ...(body !== undefined && { 'Content-Length': String(Buffer.byteLength(body)) }),
        ...headers,
      },
      body,
    })
    if (this.#options.cookies !== false) for (const line of answer.setCookies) this.#take(line, path)
    return answer
  }

  /** Closes the connections that are kept. */
  [Symbol.dispose](): void {
    this.#agent.destroy()
  }

  #cookieHeader(path: string): string {
    const secure = this.url.startsWith('https:')
    const sent = [...this.cookies].filter(([, cookie]) => (secure || !cookie.secure) && isWithin(path, cookie.path))
    return sent.map(([name, { value }]) => `${name}=${value}`).join('; ')
  }

  #take(line: string, from: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    const attribute = (wanted: string) =>
      attributes.find((text) => text.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
    const path = attribute('path') ?? (from.replace(/[?].*$/, '').replace(/\/[^/]*$/, '') || '/')
    if (attribute('max-age') === '0') this.cookies.delete(name)
    else this.cookies.set(name, { value, path, secure: attributes.some((text) => text.toLowerCase() === 'secure') })
  }
}

function isWithin(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (prefix.endsWith('/') || /^$|^[/?]/.test(path.slice(prefix.length)))
}

interface Asking {
  /** As it is to be sent: a URL would be tidied up. */
  readonly path: string
  readonly method: string
  readonly agent: Agent
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | undefined
}

function ask(url: string, { body, ...options }: Asking): Promise<VisitorAnswer> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? tlsRequest : plainRequest)(url, options, (answer) => {
      read(answer).then(resolve, reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function read(answer: IncomingMessage): Promise<VisitorAnswer> {
  const parts: Buffer[] = []
  for await (const part of answer as AsyncIterable<Buffer>) parts.push(part)
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    ),
    rawHeaders: answer.rawHeaders,
    setCookies: answer.headers['set-cookie'] ?? [],
    text: Buffer.concat(parts).toString(),
  }
}
