/**
 * One throw-away server: a process with a port and a folder of its own, which tests may kill, freeze and start again.
 *
 * @module
 */
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Guarded } from './guarded.ts'
import { tail, type Workplace } from './workplace.ts'

/** Something that was started for tests, be it one process or several. */
export interface Service {
  /** What a client is given. */
  readonly url: string
  /** Always `127.0.0.1`. */
  readonly host: string
  readonly port: number
  /** The process id; another one after {@link Service.restart}. */
  readonly pid: number
  /** Ends it and removes its folder. May be called again. */
  stop(): Promise<void>
  /** Ends every process of it by SIGKILL, as a crash does. The data stay where they are. */
  kill(): Promise<void>
  /** Starts it on the same port and data; when it runs, it is asked to end first. */
  restart(): Promise<void>
  /** Stops its processes by SIGSTOP: connections stay open, nothing is answered. */
  freeze(): void
  /** Carries on after {@link Service.freeze}. */
  thaw(): void
}

/** What makes a server the one it is. */
export interface Plan {
  /** The program and its arguments. */
  readonly line: readonly string[]
  readonly place: Workplace
  readonly url: string
  readonly port: number
  /** What it prints to its log when it takes connections. */
  readonly ready: RegExp
  /** Asks it to end in good order, whoever is connected (default SIGTERM). */
  readonly gently?: NodeJS.Signals
  /** Removes what a killed server leaves outside of its folder. */
  readonly clean?: () => void
}

/** Milliseconds after which a server that does not start, or does not end, is given up. */
const limits = { start: 60_000, end: 15_000 }

/** A server process. */
export class Server implements Service {
  readonly host = '127.0.0.1'
  readonly url: string
  readonly port: number
  /** Where it keeps everything; gone after {@link Server.stop}. */
  readonly folder: string
  readonly #plan: Plan
  #process: Guarded | undefined

  private constructor(plan: Plan) {
    this.#plan = plan
    this.url = plan.url
    this.port = plan.port
    this.folder = plan.place.path
  }

  /** Starts a server; resolves when it takes connections. When it does not, its folder is removed. */
  static async start(plan: Plan): Promise<Server> {
    const server = new Server(plan)
    try {
      await server.restart()
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  /** {@inheritDoc Service.pid} */
  get pid(): number {
    return this.#process?.pid ?? 0
  }

  /** {@inheritDoc Service.stop} */
  async stop(): Promise<void> {
    await this.#end(`SIG${this.#plan.place.endSignal}`)
    this.#plan.clean?.()
    this.#plan.place.remove()
  }

  /** {@inheritDoc Service.kill} */
  async kill(): Promise<void> {
    this.#process?.signalAll('SIGKILL')
    await this.#process?.end()
  }

  /** {@inheritDoc Service.restart} */
  async restart(): Promise<void> {
    await this.#end(this.#plan.gently ?? 'SIGTERM')
    const logged = this.#plan.place.log().length
    this.#process = this.#plan.place.run(this.#plan.line)
    await this.#untilSaid(this.#process, this.#plan.ready, logged)
  }

  /** {@inheritDoc Service.freeze} */
  freeze(): void {
    this.#process?.signalAll('SIGSTOP')
  }

  /** {@inheritDoc Service.thaw} */
  thaw(): void {
    this.#process?.signalAll('SIGCONT')
  }

  /** Waits until the log says something that it did not say when it had `from` letters. */
  async untilLogSays(words: RegExp, from: number = 0): Promise<void> {
    const process = this.#process
    if (process !== undefined) await this.#untilSaid(process, words, from)
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const process = this.#process
    if (process === undefined || process.hasEnded) return
    process.signalAll('SIGCONT')
    process.signal(signal)
    const late = pause(limits.end, 'late', { ref: false })
    if ((await Promise.race([process.end(), late])) === 'late') await this.kill()
  }

  async #untilSaid(process: Guarded, words: RegExp, from: number): Promise<void> {
    const giveUp = performance.now() + limits.start
    for (;;) {
      const said = this.#plan.place.log().slice(from)
      if (words.test(said)) return
      if (process.hasEnded) throw new Error(`${this.#complaint(await process.ended)}\n${tail(said)}`)
      if (performance.now() > giveUp) throw new Error(`${this.#complaint(`did not say ${words}`)}\n${tail(said)}`)
      await pause(20)
    }
  }

  #complaint(what: string): string {
    return `the server of ${this.url} (\`${this.#plan.line.join(' ')}\`) ${what} before it was ready; it printed:`
  }
}

/**
 * A port of 127.0.0.1 that nobody listens on. It lies below those that systems give to connections, so that no client can take
 * it, or be connected with itself, while its server is down.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
