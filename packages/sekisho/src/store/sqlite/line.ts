import type { Awaitable } from '../contract.ts'
import { closedFault, isBusy, lockFault } from './faults.ts'
import { pause } from '../../lib/pause.ts'

/** Milliseconds between two attempts: at least, and by chance so many more, lest two processes keep step. */
const pauseMs = 5
const jitterMs = 20
/** The event loop is held for so many milliseconds by those who waited, one piece of work more or less. */
const sliceMs = 5

interface Waiting {
  /** Runs the work and answers with what it gives; throws what it throws. */
  readonly work: () => void
  readonly fail: (error: unknown) => void
  /** When it gives up, on the process's own clock. */
  readonly until: number
}

/**
 * Work that another connection may be in the way of. It runs at once where it can, so that it costs no promise. Otherwise
 * it waits in line, and only the first in the line asks for the lock: each attempt holds the event loop for as long as
 * SQLite itself waits, and a hundred requests must not do that one after the other.
 */
export class Line {
  readonly #timeoutMs: number
  readonly #waiting: Waiting[] = []
  #isMoving = false

  /** @param timeoutMs How long work waits before it fails with `ERR_STORE_LOCKED`. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** @param work May run several times; only the last time has an effect. */
  run<T>(work: () => T): Awaitable<T> {
    if (this.#waiting.length > 0) return this.#join(work)
    try {
      return work()
    } catch (error) {
      if (!isBusy(error)) throw error
      return this.#join(work)
    }
  }

  /** Turns everybody away who waits. */
  close(): void {
    for (const { fail } of this.#waiting.splice(0)) fail(closedFault())
  }

  #join<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        work: () => resolve(work()),
        fail: reject,
        until: performance.now() + this.#timeoutMs,
      })
      if (!this.#isMoving) void this.#move()
    })
  }

  async #move(): Promise<void> {
    this.#isMoving = true
    for (let isFree = false; this.#waiting.length > 0; isFree = this.#serve()) {
      await pause(isFree ? 0 : pauseMs + Math.random() * jitterMs)
    }
    this.#isMoving = false
  }

  /** Lets in as many as can do their work now. @returns Whether the lock was free. */
  #serve(): boolean {
    const began = performance.now()
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!attempt(first)) {
        this.#dismissLate()
        return false
      }
      this.#waiting.shift()
      if (performance.now() - began > sliceMs) break
    }
    return true
  }

  #dismissLate(): void {
    const now = performance.now()
    while ((this.#waiting[0]?.until ?? Infinity) <= now) this.#waiting.shift()?.fail(lockFault(this.#timeoutMs))
  }
}

/** @returns Whether the work was done, or failed for good. */
function attempt({ work, fail }: Waiting): boolean {
  try {
    work()
  } catch (error) {
    if (isBusy(error)) return false
    fail(error)
  }
  return true
}
