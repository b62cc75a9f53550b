import { SekishoUsageError, shown } from '../../errors.ts'

/**
 * A key of a PHP array or a name of a property. An integer is a `number`, or a `bigint` where a `number` would not be exact.
 * Octets that are not UTF-8 stand in a name as U+DC80 to U+DCFF, one for each (as Python's `surrogateescape` does), so that
 * every name has exactly one spelling.
 */
export type PhpKey = number | bigint | string

/** The limits of PHP's integers. */
export const int64: { readonly min: bigint; readonly max: bigint } = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

/** The texts that PHP takes for an integer; whether it fits into 64 bits is left to see. */
const decimal = /^(?:0|-?[1-9]\d{0,18})$/

/** Up to so many digits, every integer is exact as a `number`. */
const exactDigits = 15

/**
 * The key under which an array keeps what is set at `key`: a text that is the canonical decimal form of a 64-bit integer is
 * that integer, every other text is itself.
 *
 * @throws SekishoUsageError `ERR_ARGUMENT` for a number that is no 64-bit integer.
 */
export function arrayKey(key: PhpKey): PhpKey {
  if (typeof key === 'string') return integerOfText(key) ?? key
  return integerKey(key)
}

/** The integer that a text is to PHP, if it is one. */
export function integerOfText(text: string): number | bigint | undefined {
  const first = text.charCodeAt(0)
  const mayBeNumber = (first >= 48 && first <= 57) || first === 45
  if (!mayBeNumber || !decimal.test(text)) return undefined
  if (text.length <= exactDigits) return Number(text)
  const integer = BigInt(text)
  return isInt64(integer) ? smallest(integer) : undefined
}

/** Whether PHP can hold an integer. */
export function isInt64(integer: bigint): boolean {
  return integer >= int64.min && integer <= int64.max
}

/** An integer as a `number` where that is exact, else as it is. */
export function smallest(integer: bigint): number | bigint {
  const number = Number(integer)
  return Number.isSafeInteger(number) ? number : integer
}

function integerKey(key: number | bigint): number | bigint {
  // Adding 0 makes 0 of -0.
  if (typeof key === 'number' && Number.isSafeInteger(key)) return key + 0
  if (typeof key === 'bigint' && isInt64(key)) return smallest(key)
  const expected = 'a string, a safe integer, or a bigint within 64 bits'
  throw new SekishoUsageError('ERR_ARGUMENT', `argument \`key\` must be ${expected}; received ${shown(key)}`)
}
