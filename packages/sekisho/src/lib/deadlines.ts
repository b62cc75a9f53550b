/** A call that has to be answered in time. */
export interface Call {
  /** Whether its time is over. */
  readonly isLate: boolean
}

interface Waiting {
  isLate: boolean
  readonly due: number
  readonly expire: () => void
}

/** A timer, whatever a runtime or a test makes of it. */
type Timer = ReturnType<typeof setTimeout> & Partial<Pick<NodeJS.Timeout, 'ref' | 'unref'>>

/**
 * Whether a timer may serve several requests. At the edge it belongs to the request that set it, and ends with it; so only where
 * the runtime says that it is another one.
 */
const isShared = /^(?:Node\.js|Bun)\//.test(
  (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent ?? '',
)

/** The deadlines of calls that each have so many milliseconds. */
export function deadlines(ms: number): () => Deadlines {
  const all = new Deadlines(ms)
  return isShared ? () => all : () => new Deadlines(ms)
}

/**
 * Calls that each have the same number of milliseconds. They are due in the order in which they began, so one timer watches over
 * all of them: one for each would cost more than many a call.
 */
export class Deadlines {
  readonly #ms: number
  readonly #waiting = new Set<Waiting>()
  #timer: Timer | undefined

  constructor(ms: number) {
    this.#ms = ms
  }

  /** @param expire Called when the time is over, unless the call has ended. */
  begin(expire: () => void): Call {
    const call = { isLate: false, due: performance.now() + this.#ms, expire }
    this.#waiting.add(call)
    if (this.#timer === undefined) this.#arm(this.#ms)
    else if (this.#waiting.size === 1) this.#timer.ref?.()
    return call
  }

  /** The call was answered. */
  end(call: Call): void {
    this.#waiting.delete(call as Waiting)
    if (this.#waiting.size > 0) return
    // It goes on for the calls to come, but shall keep no process alive.
    if (isShared) this.#timer?.unref?.()
    else clearTimeout(this.#timer)
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms)
  }

  #look(): void {
    this.#timer = undefined
    const now = performance.now()
    for (const call of this.#waiting) {
      if (call.due > now) return this.#arm(Math.ceil(call.due - now))
      this.#waiting.delete(call)
      call.isLate = true
      call.expire()
    }
  }
}
