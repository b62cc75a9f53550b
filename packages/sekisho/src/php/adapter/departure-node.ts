/**
 * A client that leaves while the handler still works. PHP's script goes on until its next output, and what it has set by then is
 * stored: a payment that went through is not forgotten because somebody closed a tab.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import type { PhpSession } from '../functions/php-session.ts'

/** What a handler does: over when it has ended its answer, or when its promise has settled. */
export class HandlerWork {
  #isOver = false
  #afterwards: (() => void)[] = []

  get isOver(): boolean {
    return this.#isOver
  }

  /** To be called when it is over; again, it does nothing. */
  over(): void {
    this.#isOver = true
    const afterwards = this.#afterwards
    this.#afterwards = []
    for (const each of afterwards) each()
  }

  /** Does something as soon as it is over: now, where it is. */
  afterwards(deed: () => void): void {
    if (this.#isOver) deed()
    else this.#afterwards.push(deed)
  }

  /**
   * Runs a handler. One that gives no promise is over when it ends its answer, or throws.
   *
   * @param undo Done first where it fails.
   */
  run(handler: () => unknown, undo?: () => Promise<void>): unknown {
    try {
      const result = handler()
      return result instanceof Promise ? this.#settled(result, undo) : result
    } catch (error) {
      return this.#settled(Promise.reject(error), undo)
    }
  }

  async #settled(result: Promise<unknown>, undo?: () => Promise<void>): Promise<unknown> {
    try {
      return await result
    } catch (error) {
      await undo?.()
      throw error
    } finally {
      this.over()
    }
  }
}

/** How a session ends whose client has left. */
export interface Departure {
  readonly session: PhpSession
  readonly work: HandlerWork
  /** For how many milliseconds the handler is waited for. */
  readonly waitMs: number
  /** Whether the changes are kept; asked at the end. */
  keeps(): boolean
  /** Is told when the session could not be written. */
  failed(error: unknown): void
}

/** Ends the session when the handler has done its work, and in any case when the time is over: others wait for its lock. */
export function endWhenDone(departure: Departure): void {
  const { work, waitMs } = departure
  if (work.isOver || waitMs <= 0) return endNow(departure)
  // Not unref'd: a process that ends meanwhile writes first.
  const timer = setTimeout(() => endNow(departure), Math.min(waitMs, 2 ** 31 - 1))
  work.afterwards(() => {
    clearTimeout(timer)
    endNow(departure)
  })
}

/** Ends the session. What a handler changes that is still at work is lost, and a notice says so when it is done. */
export function endNow({ session, work, keeps, failed }: Departure): void {
  const write = keeps()
  const isEarly = write && session.isUnfinished && !work.isOver
  const ended = session.finish({ write })
  ended.catch(failed)
  if (isEarly) work.afterwards(() => void ended.then(() => session.noticeLateChanges(), ignored))
}

function ignored(): void {}

/** Whether the connection was broken off on this side, as Express does when a handler fails after its first byte. */
export function isBrokenOffHere({ socket }: IncomingMessage): boolean {
  return socket.destroyed && !socket.readableEnded && socket.errored === null
}
