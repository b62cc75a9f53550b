import { optionError } from '../../errors.ts'

/** Of 0.D × 10^P, what is written without an exponent: P from here up to the digits that are asked for. */
const smallestPlain = -3
/** What PHP asks for where it writes the shortest digits (`serialize_precision = -1`). */
const shortest = 17
/** The most digits that are written. */
const most = 100

/**
 * A float as `serialize()` writes it.
 *
 * @param precision PHP's `serialize_precision`: -1 for the shortest digits that read as the same float, or 1 to 100 digits.
 */
export function formatFloat(value: number, precision: number): string {
  if (Number.isNaN(value)) return 'NAN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (!Number.isFinite(value)) return `${sign}INF`
  if (value === 0) return `${sign}0`
  const magnitude = Math.abs(value)
  // Here JavaScript writes the same digits in the same way.
  if (precision === -1 && magnitude >= 1e-4 && magnitude < 1e15) return `${value}`
  const { digits, point } = precision === -1 ? parts(magnitude.toExponential()) : rounded(magnitude, precision)
  return sign + layOut(digits, point, precision === -1 ? shortest : precision)
}

/** Checks `serialize_precision`. @throws SekishoUsageError `ERR_OPTION`. */
export function checkPrecision(precision: number): number {
  if (precision === -1 || (Number.isInteger(precision) && precision >= 1 && precision <= most)) return precision
  throw optionError('serializePrecision', '-1, or a whole number of 1 to 100', precision)
}

/** Digits, and where the point is: the value is 0.D × 10^point. */
interface Decimal {
  readonly digits: string
  readonly point: number
}

function parts(exponential: string): Decimal {
  const [mantissa = '', exponent = ''] = exponential.split('e')
  return { digits: withoutEnd(mantissa.replace('.', '')), point: Number(exponent) + 1 }
}

/** Halfway between two numbers, PHP takes the even one; JavaScript's own methods take the larger one. */
function rounded(magnitude: number, precision: number): Decimal {
  const { digits, point } = exactly(magnitude)
  const [head, next = '0', tail] = [digits.slice(0, precision), digits[precision], digits.slice(precision + 1)]
  const isHalfway = next === '5' && !/[1-9]/.test(tail)
  const isUp = isHalfway ? Number(head.at(-1)) % 2 === 1 : next >= '5'
  if (!isUp) return { digits: withoutEnd(head), point }
  const raised = `${BigInt(head) + 1n}`
  return { digits: withoutEnd(raised), point: point + raised.length - head.length }
}

/** All digits of a float: it is m × 2^e, and where e is negative m × 5^-e × 10^e. */
function exactly(magnitude: number): Decimal {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, magnitude)
  const bits = view.getBigUint64(0)
  const biased = Number(bits >> 52n)
  const significand = (bits & (2n ** 52n - 1n)) + (biased === 0 ? 0n : 2n ** 52n)
  const exponent = Math.max(biased, 1) - 1075
  const whole = exponent < 0 ? significand * 5n ** BigInt(-exponent) : significand << BigInt(exponent)
  const digits = `${whole}`
  return { digits, point: digits.length + Math.min(exponent, 0) }
}

function withoutEnd(digits: string): string {
  return digits.replace(/0+$/, '')
}

/** `zend_gcvt`: the exponent has no zeros before it, and the digit before the point is followed by one at least. */
function layOut(digits: string, point: number, plainDigits: number): string {
  if (point < smallestPlain || point > plainDigits) {
    const exponent = point - 1
    return `${digits[0]}.${digits.slice(1) || '0'}E${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
  }
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  if (digits.length <= point) return digits.padEnd(point, '0')
  return `${digits.slice(0, point)}.${digits.slice(point)}`
}
