import { Agent, request } from 'node:http'

/** What became of many requests. */
export interface Tally {
  answered: number
  /** Requests that had begun and got no whole answer, or a wrong one. */
  readonly failures: string[]
}

/**
 * Asks without a pause, over kept connections, until it is told to stop or nobody listens any more. When a listening socket is
 * closed, the system resets what nobody has taken from it yet: to a client that is as if it had come a moment later.
 */
export class Load {
  readonly tally: Tally = { answered: 0, failures: [] }
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 })
  readonly #url: string
  readonly #running: Promise<unknown>
  #isOver = false
  #isEnding = false

  constructor(url: string, streams = 8) {
    this.#url = url
    this.#running = Promise.all(Array.from({ length: streams }, () => this.#stream()))
  }

  /** From now on nobody may be listening any more. */
  expectEnd(): void {
    this.#isEnding = true
  }

  async stop(): Promise<Tally> {
    this.#isOver = true
    await this.#running
    this.#agent.destroy()
    return this.tally
  }

  async #stream(): Promise<void> {
    while (!this.#isOver) {
      const fault = await this.#ask()
      if (fault === 'ECONNREFUSED') return
      if (fault === undefined) this.tally.answered += 1
      else this.tally.failures.push(fault)
    }
  }

  #ask(): Promise<string | undefined> {
    return new Promise((resolve) => {
      const asking = request(this.#url, { agent: this.#agent, headers: { Cookie: 's=a=1' } }, (answer) => {
        answer.on('error', (error) => resolve(error.message))
        answer.on('end', () =>
          resolve(answer.statusCode === 200 && answer.complete ? undefined : `${answer.statusCode}`),
        )
        answer.resume()
      })
      asking.on('error', ({ code = 'error' }: NodeJS.ErrnoException) => {
        const isUntaken = this.#isEnding && !asking.reusedSocket && code === 'ECONNRESET'
        const where = asking.reusedSocket ? 'kept' : 'new'
        resolve(isUntaken || code === 'ECONNREFUSED' ? 'ECONNREFUSED' : `${code} on a ${where} connection`)
      })
      asking.end()
    })
  }
}
