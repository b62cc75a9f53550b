import { Agent, type IncomingMessage, request } from 'node:http'

/** How long a server may take to answer. */
const patienceMs = 15_000

/** A request to the letter. */
export interface Question {
  readonly method: string
  /** Path and query as they are sent. */
  readonly target: string
  readonly host: string
  /** Without Host and Cookie. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** The Cookie header; undefined: none. */
  readonly cookie: string | undefined
  readonly body: string | undefined
}

/** An answer, read to its end. */
export interface Reply {
  readonly status: number
  /** In the order in which they came. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** A client of one server that keeps its connection. Dispose of it. */
export class Client {
  readonly #port: number
  readonly #address: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  /** @param address Where the client comes from: one of 127.0.0.0/8. */
  constructor(port: number, address: string) {
    this.#port = port
    this.#address = address
  }

  ask({ method, target, host, fields, cookie, body }: Question): Promise<Reply> {
    const headers = ['Host', host, ...fields.flat()]
    if (cookie !== undefined) headers.push('Cookie', cookie)
    if (body !== undefined) headers.push('Content-Length', String(Buffer.byteLength(body)))
    const options = {
      host: '127.0.0.1',
      port: this.#port,
      localAddress: this.#address,
      agent: this.#agent,
      method,
      path: target,
      headers,
      setHost: false,
    }
    return new Promise((resolve, reject) => {
      const sent = request(options, (answer) => void read(answer).then(resolve, reject))
      const late = (): void => void sent.destroy(new Error(`no answer to ${method} ${host}${target}`))
      const failed = (error: NodeJS.ErrnoException): void => {
        // A server may close a connection that it has kept just as the next request is on its way.
        if (error.code !== 'ECONNRESET' || !sent.reusedSocket) reject(error)
        else resolve(this.ask({ method, target, host, fields, cookie, body }))
      }
      sent.setTimeout(patienceMs, late).on('error', failed).end(body)
    })
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}

async function read(answer: IncomingMessage): Promise<Reply> {
  const parts: Buffer[] = []
  for await (const part of answer as AsyncIterable<Buffer>) parts.push(part)
  const { statusCode = 0, rawHeaders } = answer
  const fields: [string, string][] = []
  for (let at = 0; at < rawHeaders.length; at += 2) fields.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''])
  return { status: statusCode, fields, body: Buffer.concat(parts).toString('latin1') }
}
