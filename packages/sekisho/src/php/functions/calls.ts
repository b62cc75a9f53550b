/**
 * When a session function may run: one at a time, and none that would begin a session after the end of its request.
 *
 * @module
 */
import { SekishoUsageError } from '../../errors.ts'
import type { Context } from './context.ts'
import { phpNames } from './php-names.ts'

/** Work that is done before the session is written at the end of a request. */
export type ShutdownWork = () => void | Promise<void>

const begun = Promise.resolve()

/** The calls of one request that wait for the storage, and its end. */
export class Calls {
  readonly #context: Context
  readonly #shutdown: ShutdownWork[] = []
  #running: Promise<unknown> | undefined
  #isFinished = false
  #isFinishing = false

  constructor(context: Context) {
    this.#context = context
  }

  /** Whether there is anything for {@link Calls.finish} to do. */
  get isUnfinished(): boolean {
    return !this.#isFinished && (this.#context.isActive || this.#running !== undefined || this.#shutdown.length > 0)
  }

  /**
   * Runs a session function: a handler that calls one itself is refused, and so is a call before the last one has come back.
   *
   * @param name PHP's name of it.
   */
  run<T>(name: string, work: (context: Context) => Promise<T>): Promise<T | false> {
    const context = this.#context
    if (this.#running !== undefined) return this.#refuse(name)
    // Of a session that has been closed, the functions themselves say that there is none.
    const isLate = this.#isFinished && !this.#isFinishing
    if (isLate && (name === phpNames.start || context.isActive)) return this.#tooLate(name)
    context.running = name
    // Taken before the first verb of a handler runs, which it does at once.
    this.#running = begun
    const running = this.#toItsEnd(work(context))
    this.#running = running
    return running
  }

  /** Takes work for the end of the request. */
  register(work: ShutdownWork): void {
    this.#shutdown.push(work)
  }

  /** Ends the request, once: what was registered is done, and then the session ended. */
  async finish(end: () => Promise<unknown>): Promise<void> {
    if (this.#isFinished) return
    this.#isFinished = true
    // Its failure is told to whoever called the function; the end of the request only waits for it.
    await this.#running?.catch(() => undefined)
    this.#isFinishing = true
    try {
      for (const work of this.#shutdown) await work()
    } finally {
      // Also after work that has failed: a session that nobody closes would keep the next request waiting.
      await end().finally(() => {
        this.#isFinishing = false
      })
    }
  }

  async #toItsEnd<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } finally {
      this.#running = undefined
    }
  }

  /** A session that nobody would close would keep the next request waiting. */
  async #tooLate(name: string): Promise<false> {
    if (name !== phpNames.start) return false
    throw new SekishoUsageError(
      'ERR_ARGUMENT',
      'session_start() was called when the request was over: await all work before the answer ends',
    )
  }

  async #refuse(name: string): Promise<false> {
    const { isSafe } = this.#context
    const outer = this.#context.running
    this.#context.running = name
    this.#context.notice('recursion')
    this.#context.running = outer
    if (!isSafe) return false
    throw new SekishoUsageError(
      'ERR_ARGUMENT',
      `${name}() was called while ${outer}() was not finished: await it, and call no session function in a save handler`,
    )
  }
}
