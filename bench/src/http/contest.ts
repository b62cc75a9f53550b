/**
 * Contenders over HTTP, each in a process of its own and driven from this one.
 *
 * @module
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Action, Contender } from '../contract.ts'
import { cookiePairs, octetsOf } from '../cookies.ts'
import { prove } from '../prove.ts'
import { Connection, requestText } from './driver.ts'

/** How much to ask. */
export interface LoadSettings {
  readonly connections: number
  readonly sessions: number
  /** Milliseconds of one action in one round. */
  readonly roundMs: number
}

/** What one action cost in one round. */
export interface Load {
  /** Microseconds of CPU of the server's process per request. */
  readonly cpu: number
  /** Milliseconds of each request. */
  readonly latencies: readonly number[]
}

/** A contender being served. */
export class Served {
  readonly contender: Contender
  /** Octets of `Set-Cookie` in the first answer to each action. */
  readonly octets: { [A in Action]?: number } = {}
  readonly #child: ChildProcess
  readonly #connections: readonly Connection[]
  readonly #cookies: string[] = []
  #next = 0

  private constructor(contender: Contender, child: ChildProcess, connections: readonly Connection[]) {
    this.contender = contender
    this.#child = child
    this.#connections = connections
  }

  /** Starts its process, fills its sessions and proves that it does its job. */
  static async start(contender: Contender, settings: LoadSettings): Promise<Served> {
    const file = fileURLToPath(new URL('./server.ts', import.meta.url))
    const child = fork(file, [contender.name], {
      execArgv: ['--conditions=source'],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    const [port] = (await Promise.race([once(child, 'message'), died(child, contender)])) as [number]
    const opening = Array.from({ length: settings.connections }, () => Connection.open(port))
    const served = new Served(contender, child, await Promise.all(opening))
    await served.#fill(contender.sessions ?? settings.sessions)
    return served
  }

  /** Asks for `ms` milliseconds on all connections. */
  async load(action: 'read' | 'write', ms: number): Promise<Load> {
    const requests = this.#cookies.map((cookie) => requestText(action, cookie))
    const latencies: number[] = []
    const before = await this.#cpu()
    const until = performance.now() + ms
    await Promise.all(this.#connections.map((connection) => this.#ask(connection, requests, until, latencies)))
    const spent = (await this.#cpu()) - before
    return { cpu: spent / latencies.length, latencies }
  }

  /** Ends its process. */
  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.close()
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    await ended
  }

  async #ask(connection: Connection, requests: readonly string[], until: number, latencies: number[]): Promise<void> {
    while (performance.now() < until) {
      this.#next = (this.#next + 1) % requests.length
      const start = performance.now()
      const { status, body } = await connection.ask(requests[this.#next] ?? '')
      latencies.push(performance.now() - start)
      if (status !== 200 || !/^\d/.test(body)) throw new Error(`${this.contender.name} answered ${status}: ${body}`)
    }
  }

  async #fill(sessions: number): Promise<void> {
    const [connection] = this.#connections
    if (connection === undefined) throw new Error('there must be a connection')
    const wrong = await prove(this.contender, async (action, cookie) => {
      const answer = await connection.ask(requestText(action, cookie || undefined))
      this.octets[action] ??= octetsOf(answer.setCookie)
      return answer
    })
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
    while (this.#cookies.length < sessions) {
      this.#cookies.push(cookiePairs((await connection.ask(requestText('create', undefined))).setCookie))
    }
  }

  async #cpu(): Promise<number> {
    const told = once(this.#child, 'message')
    this.#child.send('usage')
    const [{ user, system }] = (await told) as [NodeJS.CpuUsage]
    return user + system
  }
}

async function died(child: ChildProcess, { name }: Contender): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null]
  throw new Error(`the server of ${name} ended with ${String(code)} before it served anything`)
}
