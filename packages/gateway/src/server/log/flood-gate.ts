/** Lines of one kind that are let through at once; afterwards one a second. */
const burst = 20
const intervalMs = 1000
/** How many kinds are kept apart; beyond that the oldest is forgotten. */
const mostKinds = 1000

interface Kind {
  tokens: number
  at: number
  held: number
}

/** Lets lines through, kind by kind, until there are too many of one. */
export class FloodGate {
  readonly #kinds = new Map<string, Kind>()
  readonly #now: () => number

  /** @param now Milliseconds that only grow (default: the clock of the process). */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** @returns How many lines of this kind were held back since the last one, or undefined when this one is to be held back too. */
  pass(kind: string): number | undefined {
    const known = this.#kind(kind)
    const now = this.#now()
    known.tokens = Math.min(burst, known.tokens + (now - known.at) / intervalMs)
    known.at = now
    if (known.tokens < 1) {
      known.held += 1
      return undefined
    }
    known.tokens -= 1
    const { held } = known
    known.held = 0
    return held
  }

  /** The kinds of which lines are held back and not told of yet, with their number; they count as told of afterwards. */
  held(): readonly (readonly [kind: string, count: number])[] {
    const list: (readonly [string, number])[] = []
    for (const [kind, known] of this.#kinds) {
      if (known.held > 0) list.push([kind, known.held])
      known.held = 0
    }
    return list
  }

  #kind(kind: string): Kind {
    const known = this.#kinds.get(kind)
    if (known !== undefined) return known
    const [oldest] = this.#kinds.keys()
    if (this.#kinds.size >= mostKinds && oldest !== undefined) this.#kinds.delete(oldest)
    const fresh: Kind = { tokens: burst, at: this.#now(), held: 0 }
    this.#kinds.set(kind, fresh)
    return fresh
  }
}
