/** How many attempts there are. */
export interface Rate {
  /** So many at once. */
  readonly burst: number
  /** Milliseconds after which there is another one. */
  readonly everyMs: number
}

/** A bucket of attempts for each name, kept as the time at which it will be full again; one that is full is forgotten. */
export class Buckets {
  readonly #rate: Rate
  readonly #most: number
  readonly #fullAt = new Map<string, number>()

  /** @param most How many are kept; beyond that the one that was used least recently is forgotten. */
  constructor(rate: Rate, most: number) {
    this.#rate = rate
    this.#most = most
  }

  get size(): number {
    return this.#fullAt.size
  }

  /** Milliseconds until there is an attempt; 0 when there is one. */
  wait(name: string, now: number): number {
    const { burst, everyMs } = this.#rate
    const used = (this.#fullAt.get(name) ?? now) - now
    return Math.max(0, used - (burst - 1) * everyMs)
  }

  /** Takes an attempt. */
  take(name: string, now: number): void {
    const fullAt = Math.max(now, this.#fullAt.get(name) ?? now) + this.#rate.everyMs
    // At the end of the map, whose beginning is what was used least recently.
    this.#fullAt.delete(name)
    this.#fullAt.set(name, fullAt)
    this.#dropOld(now)
  }

  /** Puts an attempt back. */
  giveBack(name: string, now: number): void {
    const fullAt = (this.#fullAt.get(name) ?? now) - this.#rate.everyMs
    if (fullAt > now) this.#fullAt.set(name, fullAt)
    else this.#fullAt.delete(name)
  }

  #dropOld(now: number): void {
    for (const [name, fullAt] of this.#fullAt) {
      if (fullAt > now && this.#fullAt.size <= this.#most) return
      this.#fullAt.delete(name)
    }
  }
}
