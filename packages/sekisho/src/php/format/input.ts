import { int64, smallest } from '../value/keys.ts'
import { type PhpBytes, PhpFloat } from '../value/scalars.ts'
import { PhpDecodeError } from './errors.ts'
import { nameOf, textOrBytes } from './octets.ts'

const zero = 48
const nine = 57
const quote = 34
const semicolon = 59
/** So many digits are exact as a `number`. */
const exactDigits = 15
const float = /^(?:NAN|-?INF|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/
const foreign = /[\x80-\xff]/

/** Octets that are read from left to right: the tokens of `serialize()`. */
export class Input {
  /** The octets, one character each: searching and cutting it costs much less than searching and cutting a buffer. */
  readonly text: string
  /** Where the next token begins. */
  at = 0
  readonly #octets: Buffer
  readonly #isAscii: boolean

  constructor(octets: Uint8Array) {
    this.#octets = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
    this.text = this.#octets.toString('latin1')
    this.#isAscii = !foreign.test(this.text)
  }

  /** The code of the next octet, and past it. */
  next(): number {
    return this.text.charCodeAt(this.at++)
  }

  /** Past a fixed text. */
  expect(token: string): void {
    if (!this.text.startsWith(token, this.at)) throw this.error(`expected ${JSON.stringify(token)}`)
    this.at += token.length
  }

  /** A whole number without a sign, and past the token after it. What is too large is so for every use of it. */
  count(after: string): number {
    const start = this.at
    let value = 0
    let code = this.text.charCodeAt(start)
    while (code >= zero && code <= nine) {
      value = value * 10 + code - zero
      code = this.text.charCodeAt(++this.at)
    }
    if (this.at === start) throw this.error('expected a count')
    this.expect(after)
    return value
  }

  /** A count as it stands for properties, where PHP takes a plus sign. */
  signedCount(after: string): number {
    if (this.text[this.at] === '+') this.at += 1
    return this.count(after)
  }

  /** An integer and the semicolon after it. PHP takes the nearest one that it has for what is too large. */
  integer(): number | bigint {
    const start = this.at
    const sign = this.text.charCodeAt(start)
    if (sign === 45 || sign === 43) this.at += 1
    const firstDigit = this.at
    const value = this.count(';')
    if (this.at - firstDigit <= exactDigits + 1) return sign === 45 ? 0 - value : value
    return clamp(
      BigInt(
        this.text
          .slice(firstDigit, this.at - 1)
          .replace(/^0+(?=.{20})/, '')
          .slice(0, 20),
      ),
      sign === 45,
    )
  }

  /** A float and the semicolon after it. */
  float(): number | PhpFloat {
    const end = this.text.indexOf(';', this.at)
    const token = this.text.slice(this.at, Math.max(end, this.at))
    if (!float.test(token)) throw this.error('expected a float')
    this.at = end + 1
    const value = token === 'NAN' ? Number.NaN : Number(token.replace('INF', 'Infinity'))
    return Number.isSafeInteger(value) ? new PhpFloat(value) : value
  }

  /** A string that is a value, from its length on: `3:"abc";`. */
  string(): string | PhpBytes {
    const start = this.#quoted(semicolon)
    const text = this.text.slice(start, this.at - 2)
    return this.#isAscii || !foreign.test(text) ? text : textOrBytes(this.#octets.subarray(start, this.at - 2))
  }

  /** A string that is a name, from its length on, with the octet after it. */
  name(after: number): string {
    const start = this.#quoted(after)
    return this.nameAt(start, this.at - 2)
  }

  /** A string with escapes that is a name, from its length on. */
  escapedName(): string {
    return nameOf(this.escaped())
  }

  /** What stands between two places, as a name. */
  nameAt(start: number, end: number): string {
    const text = this.text.slice(start, end)
    return this.#isAscii || !foreign.test(text) ? text : nameOf(this.#octets.subarray(start, end))
  }

  /** A string with escapes, from its length on: `3:"a\62c";`. */
  escaped(): Buffer {
    const length = this.count(':"')
    this.#mustHave(length)
    const octets: number[] = []
    while (octets.length < length) octets.push(this.#escapedOctet())
    this.expect('";')
    return Buffer.from(octets)
  }

  /** A copy of the next octets, and past them. */
  take(length: number): Uint8Array {
    this.#mustHave(length)
    this.at += length
    return Uint8Array.from(this.#octets.subarray(this.at - length, this.at))
  }

  /** What is thrown for the octet that is next. */
  error(problem: string, at: number = this.at): PhpDecodeError {
    const octet = this.#octets[at]
    const found = octet === undefined ? 'the end' : `the octet 0x${octet.toString(16).padStart(2, '0')}`
    return new PhpDecodeError(`${problem}; found ${found}`, Math.min(at, this.#octets.length))
  }

  /** From a length on, past the octet that ends it. @returns Where the string begins; it ends two octets back. */
  #quoted(after: number): number {
    const length = this.count(':"')
    const start = this.at
    this.#mustHave(length)
    const end = start + length
    const isClosed = this.text.charCodeAt(end) === quote && this.text.charCodeAt(end + 1) === after
    if (!isClosed) throw this.error('the string is longer or shorter than its length says', end)
    this.at = end + 2
    return start
  }

  #mustHave(length: number): void {
    const left = this.text.length - this.at
    if (length > left) throw this.error(`expected more octets than the ${left} that are left`, this.text.length)
  }

  #escapedOctet(): number {
    const code = this.next()
    if (code !== 92) return code
    const digits = this.text.slice(this.at, this.at + 2)
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) throw this.error('expected two hexadecimal digits')
    this.at += 2
    return Number.parseInt(digits, 16)
  }
}

function clamp(magnitude: bigint, isNegative: boolean): number | bigint {
  const value = isNegative ? -magnitude : magnitude
  if (value < int64.min) return int64.min
  return value > int64.max ? int64.max : smallest(value)
}
