import { PhpEncodeError } from './errors.ts'

/**
 * The numbers by which serialized data names its own values, while it is written: from 1, in the order in which the values
 * begin; a reference to an earlier value has none.
 */
export class SeenTable {
  #count = 0
  /** By identity; most data has nothing that could be shared. */
  #numbers: Map<object, number> | undefined
  /** Numbers from here on are not known, because a class wrote some values in a way of its own. */
  #unknownFrom = Number.POSITIVE_INFINITY

  /**
   * A value begins.
   *
   * @param shared Its identity, where it can be shared: the object, or the reference.
   * @param isReference Whether it stands in a reference.
   * @returns What is to be written when it was written before: it is the same object, or shares the reference.
   */
  repeated(shared: object | undefined, isReference: boolean): string | undefined {
    if (shared === undefined) {
      this.#count += 1
      return undefined
    }
    this.#numbers ??= new Map()
    const number = this.#numbers.get(shared)
    if (number === undefined) {
      this.#count += 1
      this.#numbers.set(shared, this.#count)
      return undefined
    }
    if (number >= this.#unknownFrom)
      throw new PhpEncodeError('a value is shared that comes after octets which a class wrote in a way of its own')
    if (isReference) return `R:${number};`
    this.#count += 1
    return `r:${number};`
  }

  /** How many values follow is not known. */
  loseCount(): void {
    this.#unknownFrom = Math.min(this.#unknownFrom, this.#count + 1)
  }
}
