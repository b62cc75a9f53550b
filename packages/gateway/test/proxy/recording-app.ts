import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** A request as a program reads it that takes nothing but the letter of the law. */
export interface StrictRequest {
  /** `GET /path`. */
  readonly line: string
  readonly head: string
  readonly body: string
}

/** Bytes that a lenient program could read in another way than a strict one. */
export class Ambiguity extends Error {}

/**
 * Reads requests by the letter of RFC 9112, and nothing else.
 *
 * @throws Ambiguity @returns The complete requests, and what is left behind them.
 */
export function readStrictly(text: string): { readonly requests: StrictRequest[]; readonly rest: string } {
  const requests: StrictRequest[] = []
  for (let rest = text; ;) {
    const request = readOne(rest)
    if (request === undefined) return { requests, rest }
    requests.push(request)
    rest = rest.slice(request.length)
  }
}

function readOne(text: string): (StrictRequest & { length: number }) | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = text.slice(0, end + 4)
  const [, line = ''] =
    /^([A-Z-]+ (?:\/|\*)[!-~]*) HTTP\/1\.1\r\n(?:[\w!#$%&'*+.^`|~-]+: [\t -~\x80-\xff]*\r\n)*\r\n$/.exec(head) ?? []
  if (line === '') throw new Ambiguity(`no head: ${JSON.stringify(head)}`)
  if (valuesOf(head, 'host').length !== 1) throw new Ambiguity(`not one Host: ${JSON.stringify(head)}`)
  const [lengths, codings] = [valuesOf(head, 'content-length'), valuesOf(head, 'transfer-encoding')]
  if (lengths.length + codings.length > 1) throw new Ambiguity(`two framings: ${JSON.stringify(head)}`)
  const body =
    codings.length === 1 ? chunked(text.slice(head.length), codings[0]) : sized(text.slice(head.length), lengths[0])
  return body === undefined ? undefined : { line, head, body: body.text, length: head.length + body.length }
}

/** The values of a field, by any spelling that some program might take for it. */
function valuesOf(head: string, name: string): string[] {
  const fields = head
    .split('\r\n')
    .slice(1, -2)
    .map((field) => field.split(/: (.*)/s))
  return fields
    .filter(([key = '']) => key.toLowerCase().replaceAll(/[^a-z\d]/g, '-') === name)
    .map(([, value = '']) => value)
}

function sized(text: string, length = '0'): { text: string; length: number } | undefined {
  if (!/^\d{1,15}$/.test(length)) throw new Ambiguity(`the length ${length}`)
  return text.length < Number(length) ? undefined : { text: text.slice(0, Number(length)), length: Number(length) }
}

function chunked(text: string, coding = ''): { text: string; length: number } | undefined {
  if (coding !== 'chunked') throw new Ambiguity(`the coding ${coding}`)
  let body = ''
  for (let at = 0; ;) {
    const line = /^([\da-f]{1,8})\r\n/.exec(text.slice(at))
    if (line === null) {
      if (/[\r\n]/.test(text.slice(at))) throw new Ambiguity(`no chunk: ${JSON.stringify(text.slice(at))}`)
      return undefined
    }
    const size = Number.parseInt(line[1] ?? '', 16)
    const from = at + line[0].length
    at = from + size
    body += text.slice(from, at)
    if (text.length < at + 2) return undefined
    if (size === 0) return trailed(text, at, body)
    if (text.slice(at, at + 2) !== '\r\n') throw new Ambiguity('a chunk that is longer than it says')
    at += 2
  }
}

function trailed(text: string, at: number, body: string): { text: string; length: number } | undefined {
  const end = text.startsWith('\r\n', at) ? at + 2 : text.indexOf('\r\n\r\n', at) + 4
  if (end < at) return undefined
  return { text: body, length: end }
}

/** An app that keeps every byte it gets, and answers each request that it can read strictly. Dispose of it. */
export class RecordingApp {
  readonly #server: Server
  readonly #texts = new Map<Socket, string>()

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => {
      let answered = 0
      this.#texts.set(socket, '')
      socket.on('error', () => socket.destroy())
      socket.on('data', (data) => {
        this.#texts.set(socket, (this.#texts.get(socket) ?? '') + data.toString('latin1'))
        const complete = this.#read(socket)
        for (; answered < complete; answered += 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      })
    })
  }

  static async open(): Promise<RecordingApp> {
    const server = createServer({ noDelay: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new RecordingApp(server)
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** What came, in the order of the connections. @throws Ambiguity */
  read(): { readonly requests: StrictRequest[]; readonly rests: string[] } {
    const all = [...this.#texts.values()].map(readStrictly)
    return {
      requests: all.flatMap(({ requests }) => requests),
      rests: all.map(({ rest }) => rest).filter((rest) => rest !== ''),
    }
  }

  #read(socket: Socket): number {
    try {
      return readStrictly(this.#texts.get(socket) ?? '').requests.length
    } catch {
      socket.destroy()
      return 0
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#texts.keys()) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
