import type { SessionStore } from 'sekisho/store'

/** Stores count their records by looking at some of them, which costs more than a request. */
const freshMs = 10_000

/** About how many sessions there are, counted again only from time to time. */
export class SessionCount {
  #count: Promise<number | undefined> = Promise.resolve(undefined)
  #countedAt = -Infinity

  /** @returns Undefined where a store cannot tell, or does not answer. */
  of(stores: readonly SessionStore[]): Promise<number | undefined> {
    if (performance.now() - this.#countedAt < freshMs) return this.#count
    this.#countedAt = performance.now()
    // Whoever looks gets the other figures all the same, and among them what the store has failed at.
    this.#count = counted(stores).catch(() => undefined)
    return this.#count
  }
}

async function counted(stores: readonly SessionStore[]): Promise<number | undefined> {
  const transfers = stores.map(({ transfer }) => transfer)
  if (transfers.length === 0 || transfers.includes(undefined)) return undefined
  const counts = await Promise.all(transfers.map(async (transfer) => transfer?.estimate() ?? 0))
  return counts.reduce((sum, count) => sum + count, 0)
}
