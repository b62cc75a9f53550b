import { headersOf } from '../in-process/bench.ts'
import { Connection, type Answer } from '../http/driver.ts'

/** One answer, of one request out of many. */
interface Asked {
  readonly requests: readonly string[]
  readonly ms: number
  /** What is wrong with an answer; undefined: nothing. */
  judge(answer: Answer): string | undefined
}

/** How long each of many requests took, in milliseconds, and all of them together. */
export interface Times {
  readonly latencies: readonly number[]
  readonly wholeMs: number
}

/** Asks over a few connections that stay open. */
export class Client {
  readonly #connections: readonly Connection[]
  #next = 0

  private constructor(connections: readonly Connection[]) {
    this.#connections = connections
  }

  /** Connects so many times to a port of the loopback. */
  static async open(port: number, connections: number): Promise<Client> {
    return new Client(await Promise.all(Array.from({ length: connections }, () => Connection.open(port))))
  }

  /** Asks once. */
  get(path: string, cookie?: string): Promise<Answer> {
    const [first] = this.#connections
    if (first === undefined) throw new Error('there must be a connection')
    return first.ask(requestText(path, cookie))
  }

  /** Makes many things on all connections at once, each with one request. @returns In the order of the paths. */
  async getAll(paths: readonly string[]): Promise<Answer[]> {
    const answers: Answer[] = []
    const waiting = paths.entries()
    const run = async (connection: Connection): Promise<void> => {
      for (const [at, path] of waiting) answers[at] = await connection.ask(requestText(path))
    }
    await Promise.all(this.#connections.map(run))
    return answers
  }

  /** Asks on all connections as fast as is answered, with one request after the other. */
  async load(asked: Asked): Promise<Times> {
    const latencies: number[] = []
    const start = performance.now()
    await Promise.all(this.#connections.map((connection) => this.#ask(connection, { ...asked, start, latencies })))
    return { latencies, wholeMs: performance.now() - start }
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }

  async #ask(
    connection: Connection,
    { requests, ms, judge, start, latencies }: Asked & { start: number; latencies: number[] },
  ): Promise<void> {
    for (let now = start; now < start + ms;) {
      this.#next = (this.#next + 1) % requests.length
      const answer = await connection.ask(requests[this.#next] ?? '')
      const end = performance.now()
      latencies.push(end - now)
      now = end
      const wrong = judge(answer)
      if (wrong !== undefined) throw new Error(wrong)
    }
  }
}

/** The octets of a request, as elsewhere in the bench. */
export function requestText(path: string, cookie?: string): string {
  const lines = Object.entries(headersOf(cookie)).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}
