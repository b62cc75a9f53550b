/** Visitors who go on while something else happens to their store. */
import assert from 'node:assert/strict'
import type { Visitor } from '../gateway/visitor.ts'
import type { BusySite } from './busy-site.ts'

/** Visitors with something in their sessions, which they change again and again. */
export class Traffic {
  readonly #visitors: readonly Visitor[]
  readonly #written: number[]
  readonly #busy: BusySite
  #visits = 0
  #isOver = false
  #ended: Promise<PromiseSettledResult<void>[]> = Promise.resolve([])

  private constructor(busy: BusySite, visitors: readonly Visitor[]) {
    this.#busy = busy
    this.#visitors = visitors
    this.#written = visitors.map(() => 0)
  }

  static async begin(busy: BusySite, count: number = 5): Promise<Traffic> {
    const visitors = await Promise.all(Array.from({ length: count }, () => busy.guest('tea')))
    const traffic = new Traffic(busy, visitors)
    traffic.#ended = Promise.allSettled(visitors.map((visitor, at) => traffic.#goOn(visitor, at)))
    return traffic
  }

  /** Ends, and makes sure that nothing was lost. @returns How many visits there were. */
  async end(): Promise<number> {
    this.#isOver = true
    for (const outcome of await this.#ended) if (outcome.status === 'rejected') throw outcome.reason
    for (const [at, visitor] of this.#visitors.entries()) {
      await visitor.get('/')
      const told = new URLSearchParams(this.#busy.sessionOfLast())
      assert.deepEqual([told.get('cart'), told.get('n')], ['tea', String(this.#written[at])])
    }
    return this.#visits
  }

  /** After a failure of something else nobody asks what became of the visitors. */
  [Symbol.dispose](): void {
    this.#isOver = true
  }

  async #goOn(visitor: Visitor, at: number): Promise<void> {
    for (let n = 1; !this.#isOver; n += 1) {
      const { status } = await visitor.get(`/shop?n=${n}`)
      assert.equal(status, 200)
      this.#written[at] = n
      this.#visits += 1
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}
