import { once } from 'node:events'
import type { Worker } from 'node:cluster'
import type { LoginLimiter } from '../../auth/limit/login-limiter.ts'
import type { Figures } from '../control/protocol.ts'
import type { ServeOptions, Snapshot } from '../running-server.ts'
import type { Preparation, ToPrimary, ToWorker } from './messages.ts'
import { callLimiter } from './remote-limiter.ts'

/** How long a worker has to end beyond what it was given for its requests. */
const patienceMs = 5000
/** How long it has to tell what it has counted. */
const countMs = 2000

type Awaited = Extract<ToPrimary, { kind: 'hello' | 'prepared' | 'done' }>

/** A worker, as the primary sees it. */
export class Colleague {
  /** Resolves with how it ended. */
  readonly ended: Promise<string>
  readonly #worker: Worker
  readonly #limiter: LoginLimiter
  readonly #bornAt = performance.now()
  #awaits: ((message: Awaited | undefined) => void) | undefined
  #early: Awaited | undefined
  #isServing = false
  readonly #counting = new Map<number, (figures: Figures | undefined) => void>()
  #lastCount = 0

  constructor(worker: Worker, limiter: LoginLimiter) {
    this.#worker = worker
    this.#limiter = limiter
    this.ended = once(worker, 'exit').then(([code, signal]) => {
      this.#isServing = false
      this.#awaits?.(undefined)
      return signal === null || signal === undefined ? `exit code ${String(code)}` : `signal ${String(signal)}`
    })
    worker.on('message', (message: ToPrimary) => void this.#take(message))
    worker.on('error', () => worker.process.kill('SIGKILL'))
  }

  get pid(): number | undefined {
    return this.#worker.process.pid
  }

  get ageMs(): number {
    return performance.now() - this.#bornAt
  }

  /** True once a configuration is at work. */
  get isServing(): boolean {
    return this.#isServing
  }

  /** Waits until its program runs, and tells it what to serve. */
  async begin(options: ServeOptions): Promise<void> {
    await this.#next()
    this.#tell({ kind: 'begin', options })
  }

  /** Lets it make a configuration ready. One that has ended agrees to everything. */
  async prepare(snapshot: Snapshot): Promise<Preparation> {
    this.#tell({ kind: 'prepare', snapshot })
    const message = await this.#next()
    return message?.kind === 'prepared' ? message : { problems: [] }
  }

  async settle(how: 'commit' | 'discard'): Promise<void> {
    this.#tell({ kind: how })
    await this.#next()
    if (how === 'commit') this.#isServing = this.#worker.isConnected()
  }

  reopenLogs(): void {
    this.#tell({ kind: 'reopen-logs' })
  }

  /** What it has counted. @returns Undefined when it does not answer, because it ends or is busy. */
  count(countsSessions: boolean): Promise<Figures | undefined> {
    this.#lastCount += 1
    const number = this.#lastCount
    return new Promise((resolve) => {
      const answered = (figures: Figures | undefined): void => {
        clearTimeout(timer)
        this.#counting.delete(number)
        resolve(figures)
      }
      const timer = setTimeout(() => answered(undefined), countMs)
      this.#counting.set(number, answered)
      this.#tell({ kind: 'count', number, countsSessions })
    })
  }

  /** Lets it finish what runs. */
  async stop(drainMs: number): Promise<void> {
    this.#tell({ kind: 'stop', drainMs })
    const timer = setTimeout(() => this.#worker.process.kill('SIGKILL'), drainMs + patienceMs)
    await this.ended
    clearTimeout(timer)
  }

  async kill(): Promise<void> {
    this.#worker.process.kill('SIGKILL')
    await this.ended
  }

  async #take(message: ToPrimary): Promise<void> {
    if (message.kind === 'limit') {
      const permission = await callLimiter(this.#limiter, message.call)
      this.#tell({ kind: 'limited', number: message.number, permission })
    } else if (message.kind === 'figures') this.#counting.get(message.number)?.(message.figures)
    else if (this.#awaits === undefined) this.#early = message
    else this.#awaits(message)
  }

  #tell(message: ToWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(message)
  }

  /** The next message that is no call. @returns Undefined when it has ended. */
  #next(): Promise<Awaited | undefined> {
    const early = this.#early
    this.#early = undefined
    if (early !== undefined || this.#worker.isDead()) return Promise.resolve(early)
    return new Promise((resolve) => {
      this.#awaits = (message) => {
        this.#awaits = undefined
        resolve(message)
      }
    })
  }
}
