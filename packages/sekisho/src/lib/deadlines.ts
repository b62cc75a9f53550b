/** A call that has to be answered in time. */
export interface Call {
  /** Whether its time is over. */
  readonly isLate: boolean
}

/** A call that waits, between its neighbours. */
interface Waiting {
  isLate: boolean
  readonly due: number
  readonly expire: () => void
  earlier: Waiting | undefined
  later: Waiting | undefined
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
 *
 * They wait in a chain, and who leaves it lets go of its neighbours. A `Set` that grows and shrinks leaves a trail of outgrown
 * tables, and one that has become old keeps alive, until the next large garbage collection, all that later ones held: the
 * requests of those calls.
 */
export class Deadlines {
  readonly #ms: number
  #first: Waiting | undefined
  #last: Waiting | undefined
  #timer: Timer | undefined

  constructor(ms: number) {
    this.#ms = ms
  }

  /** @param expire Called when the time is over, unless the call has ended. */
  begin(expire: () => void): Call {
    const earlier = this.#last
    const call: Waiting = { isLate: false, due: performance.now() + this.#ms, expire, earlier, later: undefined }
    if (earlier === undefined) this.#first = call
    else earlier.later = call
    this.#last = call
    if (this.#timer === undefined) this.#arm(this.#ms)
    else if (earlier === undefined) this.#timer.ref?.()
    return call
  }

  /** The call was answered. */
  end(call: Call): void {
    this.#leave(call as Waiting)
    if (this.#first !== undefined) return
    // It goes on for the calls to come, but shall keep no process alive.
    if (isShared) this.#timer?.unref?.()
    else clearTimeout(this.#timer)
  }

  /** Nothing happens to a call that has left before. */
  #leave(call: Waiting): void {
    const { earlier, later } = call
    if (earlier !== undefined) earlier.later = later
    else if (this.#first === call) this.#first = later
    else return
    if (later === undefined) this.#last = earlier
    else later.earlier = earlier
    call.earlier = undefined
    call.later = undefined
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms)
  }

  #look(): void {
    this.#timer = undefined
    const now = performance.now()
    for (let call = this.#first; call !== undefined; call = this.#first) {
      if (call.due > now) return this.#arm(Math.ceil(call.due - now))
      this.#leave(call)
      call.isLate = true
      call.expire()
    }
  }
}
