import { SekishoError } from '../errors.ts'
import { channels } from './events-node.ts'

/** How much of a failing store a process endures. */
export interface CircuitLimits {
  /** So many calls may wait for the store at once, those that it never answered included. */
  readonly maxPending: number
  /** After so many failures in a row, with no success between them, the store is given a pause. */
  readonly failures: number
  /** Milliseconds of the pause, give or take a fifth; then one call tries whether the store is back. */
  readonly pauseMs: number
}

/** How many calls wait for the store, since it was last found to be well again. */
export interface Pending {
  calls: number
}

/**
 * Keeps a process from waiting in crowds for a store that does not answer. While the store fails, calls are refused at
 * once; from time to time a single one is let through, and its success ends the pause. Nothing is repeated here, so a
 * store that recovers meets no more calls than there are requests.
 *
 * A call enters with {@link Circuit.admit}, and ends with {@link Circuit.succeeded} or {@link Circuit.failed}.
 */
export class Circuit {
  readonly #limits: CircuitLimits
  readonly #now: () => number
  /** Nothing speaks against a call: the store is well, and not too many wait. A field, because every request asks. */
  isCalm = true
  #failures = 0
  /** When the pause is over; `undefined`: there is none. */
  #pausedUntil: number | undefined
  #cause: unknown
  #pending: Pending = { calls: 0 }

  /**
   * @param limits The limits.
   * @param now A clock in milliseconds that never jumps.
   */
  constructor(limits: CircuitLimits, now: () => number = () => performance.now()) {
    this.#limits = limits
    this.#now = now
  }

  /**
   * Lets a call through, or says why not.
   *
   * @throws SekishoError `ERR_STORE_UNAVAILABLE` during a pause, `ERR_STORE_OVERLOADED` when too many calls wait already.
   */
  admit(verb: string): void {
    if (this.#pausedUntil !== undefined) this.#tryAgain(verb, this.#pausedUntil)
    else if (this.#pending.calls >= this.#limits.maxPending) throw overloaded(verb, this.#pending.calls)
  }

  /** Counts a call that waits. @returns What it is counted in, for {@link ended}. */
  begin(): Pending {
    this.#pending.calls += 1
    this.#judge()
    return this.#pending
  }

  /** The call has been answered, however late: once for each that has begun. */
  ended(pending: Pending): void {
    pending.calls -= 1
    this.#judge()
  }

  /** The store has answered: it is well. */
  succeeded(): void {
    if (this.#failures === 0) return
    this.#failures = 0
    if (this.#pausedUntil === undefined) return this.#judge()
    this.#pausedUntil = undefined
    this.#cause = undefined
    // What it never answered before its pause, it will not answer now.
    this.#pending = { calls: 0 }
    this.#judge()
    channels.circuit.publish({ state: 'closed', error: undefined })
  }

  /** The store has failed, or did not answer in time. */
  failed(error: unknown): void {
    this.#failures += 1
    this.#cause = error
    this.isCalm = false
    if (this.#failures < this.#limits.failures) return
    const isNew = this.#pausedUntil === undefined
    this.#pausedUntil = this.#now() + this.#limits.pauseMs * (0.8 + Math.random() * 0.4)
    if (isNew) channels.circuit.publish({ state: 'open', error })
  }

  #judge(): void {
    this.isCalm = this.#failures === 0 && this.#pending.calls < this.#limits.maxPending
  }

  /** Whoever comes first after the pause tries; everybody else goes on waiting, for the next pause, for the outcome. */
  #tryAgain(verb: string, pausedUntil: number): void {
    const now = this.#now()
    if (now >= pausedUntil) {
      this.#pausedUntil = now + this.#limits.pauseMs
      return
    }
    throw new SekishoError(
      'ERR_STORE_UNAVAILABLE',
      `the session store was not asked to \`${verb}\`: it has failed ${this.#failures} times in a row and is tried again in ${Math.ceil(pausedUntil - now)} ms`,
      { cause: this.#cause },
    )
  }
}

function overloaded(verb: string, pending: number): SekishoError {
  const message = `the session store was not asked to \`${verb}\`: ${pending} calls wait for it already`
  return new SekishoError('ERR_STORE_OVERLOADED', message)
}
