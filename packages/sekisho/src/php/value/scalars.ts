/**
 * A float that a `number` alone would not tell from an integer: `1.0`, `-0.0`, `1e17` read from `d:1;` and the like. A `number`
 * that is not a safe integer (`1.5`, `NaN`, `Infinity`, `2 ** 60`) is a float by itself.
 */
export class PhpFloat {
  /** The float. */
  readonly value: number

  /** @param value The float. */
  constructor(value: number) {
    this.value = value
  }

  /** The float, so that it counts as one in arithmetic. */
  valueOf(): number {
    return this.value
  }

  /** The float as JSON has it. */
  toJSON(): number {
    return this.value
  }
}

/** A string of PHP that is no text: octets which are not UTF-8. */
export class PhpBytes {
  /** The octets; those who change them change the string. */
  readonly octets: Uint8Array

  /** @param octets Kept, not copied. */
  constructor(octets: Uint8Array) {
    this.octets = octets
  }
}
