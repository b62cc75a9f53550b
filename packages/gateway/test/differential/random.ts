/** Choices that are the same ones for the same seed (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
    // The first numbers of neighbouring seeds resemble each other.
    for (let turn = 0; turn < 4; turn += 1) this.#next()
  }

  /** A whole number from 0 up to a bound, which is not reached. */
  below(bound: number): number {
    return Math.floor(this.#next() * bound)
  }

  /** True as often as a share from 0 to 1 says. */
  chance(share: number): boolean {
    return this.#next() < share
  }

  pick<Choice>(choices: readonly Choice[]): Choice {
    const choice = choices[this.below(choices.length)]
    if (choice === undefined) throw new Error('there is nothing to choose from')
    return choice
  }

  /** As many of the choices as is asked for, each once, in any order. */
  several<Choice>(choices: readonly Choice[], count: number): Choice[] {
    const left = [...choices]
    return Array.from({ length: Math.min(count, left.length) }, () => left.splice(this.below(left.length), 1)).flat()
  }

  /** Makes something as often as a share says. */
  maybe<Made>(share: number, make: () => Made): Made | undefined {
    return this.chance(share) ? make() : undefined
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
