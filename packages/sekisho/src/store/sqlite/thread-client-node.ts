import { Worker } from 'node:worker_threads'
import type { Channel } from 'node:diagnostics_channel'
import { SekishoError } from '../../errors.ts'
import { channels } from '../../lib/events-node.ts'
import { closedFault } from './faults.ts'
import {
  errorOf,
  type CallName,
  type Calls,
  type ThreadAnswer,
  type ThreadData,
  type ThreadRequest,
} from './protocol.ts'

/** The program of the thread, beside this file as source and as built. */
const program = import.meta.url.endsWith('.ts')
  ? new URL('./thread-node.ts', import.meta.url)
  : new URL('./thread-node.js', import.meta.url)

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** A thread that runs, and the calls that it has not answered yet. */
interface Thread {
  readonly worker: Worker
  readonly pending: Map<number, Pending>
  readonly ended: Promise<void>
}

/**
 * Calls into a thread, which is started by the first call and again by the first one after it has died. It keeps the process
 * alive only while a call waits for its answer.
 */
export class ThreadClient {
  readonly #data: ThreadData
  readonly #maxWaiting: number
  #thread: Thread | undefined
  #lastId = 0
  #isClosed = false

  /**
   * @param data What the thread is given.
   * @param maxWaiting So many calls may wait for their answers.
   */
  constructor(data: ThreadData, maxWaiting: number) {
    this.#data = data
    this.#maxWaiting = maxWaiting
  }

  /** @returns What the call answers in the thread. */
  call<N extends CallName>(name: N, ...args: Parameters<Calls[N]>): Promise<Awaited<ReturnType<Calls[N]>>> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw closedFault()
      this.#thread ??= this.#start()
      const { worker, pending } = this.#thread
      if (pending.size >= this.#maxWaiting) throw overloaded(this.#maxWaiting)
      this.#lastId += 1
      const id = this.#lastId
      post(worker, { id, name, args })
      if (pending.size === 0) worker.ref()
      pending.set(id, { resolve: resolve as (value: unknown) => void, reject })
    })
  }

  /**
   * Ends the thread at once, as a crash would.
   *
   * @internal
   */
  kill(): void {
    void this.#thread?.worker.terminate()
  }

  /** Ends the thread after what it is doing. */
  async close(): Promise<void> {
    this.#isClosed = true
    const thread = this.#thread
    if (thread === undefined) return
    thread.worker.ref()
    post(thread.worker, { close: true })
    await thread.ended
  }

  #start(): Thread {
    const worker = new Worker(program, { workerData: this.#data, name: 'sekisho sqlite', ...nodeOptions() })
    const pending = new Map<number, Pending>()
    const { promise: ended, resolve: end } = withResolvers()
    let cause: unknown
    worker.on('message', (answer: ThreadAnswer) => settle(worker, pending, answer))
    worker.on('error', (error) => (cause = error))
    worker.on('exit', (code) => {
      if (this.#thread?.worker === worker) this.#thread = undefined
      const fault = this.#isClosed && code === 0 ? closedFault() : deathFault(code, cause)
      for (const { reject } of pending.values()) reject(fault)
      end()
    })
    worker.unref()
    return { worker, pending, ended }
  }
}

/** A thread has the options of its process, but refuses one that `node --eval` is often given. */
function nodeOptions(): { execArgv?: string[] } {
  const execArgv = process.execArgv.filter((option) => !option.startsWith('--input-type'))
  return execArgv.length < process.execArgv.length ? { execArgv } : {}
}

function post(worker: Worker, request: ThreadRequest): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
  worker.postMessage(request)
}

function settle(worker: Worker, pending: Map<number, Pending>, { id, value, failure, events }: ThreadAnswer): void {
  for (const { name, message } of events) (channels[name] as Channel).publish(message)
  const call = pending.get(id)
  pending.delete(id)
  if (pending.size === 0) worker.unref()
  if (failure === undefined) call?.resolve(value)
  else call?.reject(errorOf(failure))
}

function overloaded(maxWaiting: number): SekishoError {
  const message = `${maxWaiting} calls wait for the thread of the SQLite store already (\`maxWaiting\`)`
  return new SekishoError('ERR_STORE_OVERLOADED', message)
}

function deathFault(code: number, cause: unknown): SekishoError {
  const message = `the thread of the SQLite store ended with exit code ${code}; the next call starts it again`
  return new SekishoError('ERR_STORE_UNAVAILABLE', message, { cause })
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settled) => {
    resolve = settled
  })
  return { promise, resolve }
}
