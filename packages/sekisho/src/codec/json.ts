import { SekishoUsageError, shown } from '../errors.ts'

/**
 * How session data becomes text and back. Any pair of that shape serves: devalue and superjson do, for dates and maps.
 * `parse(stringify(value))` must give an equal value, and `stringify` the same text for equal values.
 */
export interface Codec {
  /** Encodes an object; throws when it cannot. */
  stringify(value: object): string
  /** Decodes what `stringify` gave; throws on anything else. */
  parse(text: string): unknown
  /**
   * Says early whether a value can be kept: called where it is set, so that the stack names the mistake.
   *
   * @param value The value.
   * @param path Where it will be, for the message.
   */
  check?(value: unknown, path: string): void
}

/** Deeper values are refused; this is also how a circular one is noticed. */
const MAX_DEPTH = 64

/**
 * The default codec: JSON that refuses, instead of silently changing, what JSON cannot keep (dates, maps, class
 * instances, `NaN`, big integers, `undefined` in arrays, circular values, keys named `__proto__`).
 */
export const json: Codec = {
  stringify(value) {
    checkJson(value, '', 0)
    return JSON.stringify(value)
  },
  parse: JSON.parse,
  check: (value, path) => checkJson(value, path, 1), // a member of the data
}

function checkJson(value: unknown, path: string, depth: number): void {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return
  if (typeof value === 'number' && Number.isFinite(value)) return
  if (typeof value !== 'object') throw unkeepable(value, path)
  if (depth >= MAX_DEPTH)
    throw new SekishoUsageError('ERR_VALUE', `\`${path}\` is circular or nested deeper than ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) checkJson(value[index], `${path}[${index}]`, depth + 1)
    return
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw unkeepable(value, path)
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__') throw new SekishoUsageError('ERR_VALUE', `\`${path}\` has a key named __proto__`)
    if (member !== undefined) checkJson(member, path === '' ? key : `${path}.${key}`, depth + 1)
  }
}

function unkeepable(value: unknown, path: string): SekishoUsageError {
  const hint = value instanceof Date ? '; store `date.toISOString()`' : ''
  return new SekishoUsageError('ERR_VALUE', `\`${path}\` is ${shown(value)}, which JSON does not keep${hint}`)
}
