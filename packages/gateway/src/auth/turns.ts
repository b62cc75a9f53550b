/** How much runs at once and how much may wait for its turn. */
export interface TurnLimits {
  readonly running: number
  readonly waiting: number
}

/** Too many wait already. */
export class NoTurnError extends Error {
  constructor(waiting: number) {
    super(`${waiting} others wait already`)
    this.name = 'NoTurnError'
  }
}

/** Lets pieces of work run, so many at once, in the order in which they came; refuses what comes when too many wait. */
export class Turns {
  readonly #limits: TurnLimits
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(limits: TurnLimits) {
    this.#limits = limits
  }

  /** True when the next piece of work would be refused. */
  get isFull(): boolean {
    return this.#running >= this.#limits.running && this.#waiting.length >= this.#limits.waiting
  }

  /** @returns What the work gives. @throws NoTurnError when too many wait. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.isFull) throw new NoTurnError(this.#waiting.length)
    if (this.#running < this.#limits.running) this.#running += 1
    else await new Promise<void>((turn) => this.#waiting.push(turn))
    try {
      return await work()
    } finally {
      this.#handOver()
    }
  }

  /** Whoever waits takes the place of the one that ended, so that nobody who comes meanwhile can. */
  #handOver(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running -= 1
    else next()
  }
}
