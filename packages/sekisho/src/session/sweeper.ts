import { Background } from '../lib/background.ts'
import type { ResolvedOptions } from './options.ts'

import type { StoreCalls } from './store-calls.ts'

/** Removes dead records from time to time, from the first write on, without keeping the process alive. */
export class Sweeper {
  readonly #options: Pick<ResolvedOptions, 'sweep'>
  readonly #calls: StoreCalls
  readonly #background = new Background()
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(options: Pick<ResolvedOptions, 'sweep'>, calls: StoreCalls) {
    this.#options = options
    this.#calls = calls
  }

  /** Starts, unless it runs already or the definition wants no sweeping. */
  start(): void {
    const { sweep } = this.#options
    if (this.#timer !== undefined || this.#stopped || sweep === undefined) return
    // Several nodes must not sweep in step.
    const pause = sweep.everyMs * (0.9 + Math.random() * 0.2)
    this.#timer = setTimeout(() => this.#background.run(() => this.#sweep(sweep.limit)), pause)
    // Node's timers hold the process; a browser-like runtime's are numbers.
    if (typeof this.#timer === 'object') this.#timer.unref?.()
  }

  /** Stops for good, and waits for a sweep that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#background.settled()
  }

  async #sweep(limit: number): Promise<void> {
    try {
      await this.#calls.sweep(limit)
    } finally {
      this.#timer = undefined
      this.start()
    }
  }
}
