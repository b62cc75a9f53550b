import { SekishoUsageError, shown } from '../errors.ts'

/**
 * How session data becomes text and back. Any pair of that shape serves: devalue and superjson do, for dates and maps.
 * `parse(stringify(value))` must give an equal value, and `stringify` the same text for equal values.
 */
export interface Codec {
  /** Encodes an object; throws when it cannot. */
  stringify(value: object): string
  /** As `stringify`, for an object whose members came from `parse` or have passed `check`, and are as they were (default: `stringify`). */
  stringifySound?(value: object): string
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
    refuseFlaw(value, '', 0)
    return JSON.stringify(value)
  },
  stringifySound(value) {
    try {
      return JSON.stringify(value)
    } catch {
      return json.stringify(value) // a store may hold what we did not write: this says what is wrong with it
    }
  },
  parse: JSON.parse,
  check: (value, path) => refuseFlaw(value, path, 1), // a member of the data
}

/** What JSON does not keep of a value. Its path is put together on the way back, so that sound data costs no text. */
interface Flaw {
  /** From the value on: `.key`, `[index]`. */
  readonly path: string
  readonly complaint: string
}

function refuseFlaw(value: unknown, path: string, depth: number): void {
  const flaw = flawOf(value, depth)
  if (flaw === undefined) return
  const place = path === '' && flaw.path.startsWith('.') ? flaw.path.slice(1) : path + flaw.path
  throw new SekishoUsageError('ERR_VALUE', `\`${place}\` ${flaw.complaint}`)
}

function flawOf(value: unknown, depth: number): Flaw | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return undefined
  if (typeof value !== 'object') return unkeepable(value)
  if (depth >= MAX_DEPTH) return { path: '', complaint: `is circular or nested deeper than ${MAX_DEPTH} levels` }
  if (Array.isArray(value)) return flawOfItems(value, depth + 1)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return unkeepable(value)
  return flawOfMembers(value as Record<string, unknown>, depth + 1)
}

function flawOfItems(items: readonly unknown[], depth: number): Flaw | undefined {
  for (let index = 0; index < items.length; index += 1) {
    const flaw = flawOf(items[index], depth)
    if (flaw !== undefined) return { ...flaw, path: `[${index}]${flaw.path}` }
  }
  return undefined
}

function flawOfMembers(members: Readonly<Record<string, unknown>>, depth: number): Flaw | undefined {
  for (const key of Object.keys(members)) {
    if (key === '__proto__') return { path: '', complaint: 'has a key named __proto__' }
    const member = members[key]
    const flaw = member === undefined ? undefined : flawOf(member, depth)
    if (flaw !== undefined) return { ...flaw, path: `.${key}${flaw.path}` }
  }
  return undefined
}

function unkeepable(value: unknown): Flaw {
  const hint = value instanceof Date ? '; store `date.toISOString()`' : ''
  return { path: '', complaint: `is ${shown(value)}, which JSON does not keep${hint}` }
}
