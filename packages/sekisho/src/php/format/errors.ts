import { SekishoError, SekishoUsageError } from '../../errors.ts'

/** Octets that are not what a format says (`ERR_PHP_DATA`). Nothing of them is in the message. */
export class PhpDecodeError extends SekishoError {
  /** Where in the octets it was noticed, from 0. */
  readonly offset: number

  /**
   * @param problem What was expected there, or why it is refused.
   * @param offset Where it was noticed.
   */
  constructor(problem: string, offset: number) {
    super('ERR_PHP_DATA', `PHP's serialized data cannot be read at octet ${offset}: ${problem}`)
    this.name = 'PhpDecodeError'
    this.offset = offset
  }
}

/** A value that a format cannot hold (`ERR_VALUE`); nothing of it was encoded. */
export class PhpEncodeError extends SekishoUsageError {
  /** @param problem Names the key or the kind of value, and what can be done. */
  constructor(problem: string) {
    super('ERR_VALUE', `cannot be serialized for PHP: ${problem}`)
    this.name = 'PhpEncodeError'
  }
}
