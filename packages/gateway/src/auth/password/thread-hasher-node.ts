import { Worker } from 'node:worker_threads'
import { AuthFault } from '../fault.ts'
import { Turns } from '../turns.ts'
import type { HashJob, HashResult } from './hash-job.ts'
import type { Hasher } from './hasher.ts'

/** The program of a thread, beside this file as source and as built. */
const program = import.meta.url.endsWith('.ts')
  ? new URL('./hash-thread-node.ts', import.meta.url)
  : new URL('./hash-thread-node.js', import.meta.url)

/** How much of a machine logins may take. */
export interface ThreadHasherOptions {
  /** How many threads compute (default 1, as the gateway has a process for each core). A thread starts with the first login. */
  readonly threads?: number
  /** How many logins may wait for a thread (default 64: about six seconds with bcrypt of cost 10). */
  readonly waiting?: number
}

/**
 * Compares passwords in threads of its own, so that a login of a tenth of a second holds nobody else up. A thread that dies
 * fails the login it was at, and the next one starts another.
 */
export class ThreadHasher implements Hasher {
  readonly #turns: Turns
  readonly #idle: Worker[] = []
  readonly #all = new Set<Worker>()
  #isClosed = false

  constructor({ threads = 1, waiting = 64 }: ThreadHasherOptions = {}) {
    this.#turns = new Turns({ running: threads, waiting })
  }

  get isFull(): boolean {
    return this.#turns.isFull
  }

  matches(stored: string, password: Buffer): Promise<boolean> {
    return this.#turns.run(() => this.#inThread({ stored, password: Uint8Array.from(password) }))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.kill()
  }

  /**
   * Ends the threads at once, as a crash would.
   *
   * @internal
   */
  async kill(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.terminate()))
  }

  async #inThread(job: HashJob): Promise<boolean> {
    if (this.#isClosed) throw notCompared('the gateway is closing')
    const worker = this.#idle.pop() ?? this.#start()
    const result = await asked(worker, job)
    this.#idle.push(worker)
    if ('failure' in result) throw notCompared(result.failure)
    return result.matches
  }

  #start(): Worker {
    // The options of the process are none of its concern, and some of them are refused to threads.
    const worker = new Worker(program, { name: 'sekisho passwords', execArgv: [] })
    this.#all.add(worker)
    worker.on('exit', () => {
      this.#all.delete(worker)
      const at = this.#idle.indexOf(worker)
      if (at !== -1) this.#idle.splice(at, 1)
    })
    // Whoever waits for it hears of its end; without a listener an error would end the process.
    worker.on('error', () => undefined)
    worker.unref()
    return worker
  }
}

/** Keeps the process alive until the thread has answered. The password goes over, and is not copied. */
function asked(worker: Worker, job: HashJob): Promise<HashResult> {
  return new Promise<HashResult>((resolve, reject) => {
    let cause: unknown
    const onError = (error: unknown) => (cause = error)
    const onExit = (code: number) => reject(notCompared(`its thread ended with exit code ${code}`, cause))
    worker.ref()
    worker.once('error', onError)
    worker.once('exit', onExit)
    worker.once('message', (result: HashResult) => {
      worker.off('error', onError)
      worker.off('exit', onExit)
      worker.unref()
      resolve(result)
    })
    worker.postMessage(job, [job.password.buffer as ArrayBuffer])
  })
}

function notCompared(why: string, cause?: unknown): AuthFault {
  return new AuthFault('hashing', `A password was not compared: ${why}`, { cause })
}
