/** A node of an application in a process of its own. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Errand, NodeSettings, Orders } from './node.ts'
import type { Answer, Order } from './node.worker.ts'

const program = fileURLToPath(new URL('node.worker.ts', import.meta.url))
const clock = new URL('../clocks/shifted-date.ts', import.meta.url).href
/** Nodes compile the same files again and again. */
const compileCache = join(tmpdir(), 'sekisho-compile-cache')

/** A process that takes {@link Orders}. */
export class ServerProcess implements Orders {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  #orders = 0

  /** @param clockMs So much is the process's own clock ahead of the machine's. */
  constructor(settings: NodeSettings, clockMs: number = 0) {
    this.#child = fork(program, [JSON.stringify(settings)], {
      execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning', `--import=${clock}`],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache, SEKISHO_TEST_CLOCK_MS: String(clockMs) },
    })
    this.#child.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id)
      this.#waiting.delete(answer.id)
      if ('error' in answer) waiting?.reject(new Error(answer.error))
      else waiting?.resolve(answer.answer)
    })
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`a process ended with ${code ?? signal}`))
    })
  }

  open(errands: readonly Errand[]): ReturnType<Orders['open']> {
    return this.#order('open', errands)
  }

  finish(): ReturnType<Orders['finish']> {
    return this.#order('finish')
  }

  run(errands: readonly Errand[]): ReturnType<Orders['run']> {
    return this.#order('run', errands)
  }

  revokeAll(principal: string): ReturnType<Orders['revokeAll']> {
    return this.#order('revokeAll', principal)
  }

  sweep(): ReturnType<Orders['sweep']> {
    return this.#order('sweep')
  }

  list(principal: string): ReturnType<Orders['list']> {
    return this.#order('list', principal)
  }

  clock(): ReturnType<Orders['clock']> {
    return this.#order('clock')
  }

  /** Holds all of the process where it is, until {@link ServerProcess.thaw}. */
  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  /** Ends it at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#end(() => this.#child.kill('SIGKILL'))
  }

  /** Lets it close its store and end. */
  async stop(): Promise<void> {
    await this.#end(() => this.#child.disconnect())
  }

  async #end(how: () => void): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    how()
    await ended
  }

  #order<N extends keyof Orders>(name: N, ...given: Parameters<Orders[N]>): ReturnType<Orders[N]> {
    this.#orders += 1
    const order: Order = { id: this.#orders, name, given }
    const answer = new Promise((resolve, reject) => {
      this.#waiting.set(order.id, { resolve, reject })
      this.#child.send(order)
    })
    return answer as ReturnType<Orders[N]>
  }
}
