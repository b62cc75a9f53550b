/**
 * A client that asks as fast as it is answered, over a few connections that stay open.
 *
 * @module
 */
import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import type { Action } from '../contract.ts'
import { headersOf } from '../in-process/bench.ts'

const patienceMs = 10_000

/** One answer. */
export interface Answer {
  readonly status: number
  readonly body: string
  /** The lines of `Set-Cookie`. */
  readonly setCookie: readonly string[]
}

/** One connection that stays open; one request at a time. */
export class Connection {
  readonly #socket: Socket
  #received = ''
  #answered: ((answer: Answer) => void) | undefined
  #failed: ((error: Error) => void) | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    // Heads and bodies of the bench are ASCII.
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#receive(text))
    socket.on('error', (error) => this.#failed?.(error))
    socket.on('close', () => this.#failed?.(new Error('the server closed the connection')))
    socket.setTimeout(patienceMs, () => this.#failed?.(new Error(`no answer within ${patienceMs} ms`)))
  }

  /** Connects to a port of the loopback. */
  static async open(port: number): Promise<Connection> {
    const socket = net.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Connection(socket)
  }

  /** Asks once. */
  ask(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve
      this.#failed = reject
      if (this.#socket.destroyed) return reject(new Error('the server has closed the connection'))
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#failed = undefined
    this.#socket.destroy()
  }

  #receive(text: string): void {
    this.#received += text
    const answer = parse(this.#received)
    if (answer === undefined) return
    this.#received = ''
    this.#answered?.(answer)
  }
}

/** The octets of a request. */
export function requestText(action: Action, cookie: string | undefined): string {
  const lines = Object.entries(headersOf(cookie)).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET /${action} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** One whole answer, or `undefined` while some of it is missing. */
function parse(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end)
  const rest = text.slice(end + 4)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  const body = length === undefined ? chunked(rest) : whole(rest, Number(length))
  if (body === undefined) return undefined
  const setCookie = Array.from(head.matchAll(/\r\nset-cookie: *([^\r]*)/gi), (match) => match[1] ?? '')
  return { status: Number(head.slice(9, 12)), body, setCookie }
}

function whole(text: string, length: number): string | undefined {
  return text.length < length ? undefined : text
}

function chunked(text: string): string | undefined {
  if (!text.endsWith('0\r\n\r\n')) return undefined
  return text.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/gi, '').trimEnd()
}
