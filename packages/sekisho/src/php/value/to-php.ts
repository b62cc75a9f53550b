import { SekishoUsageError, shown } from '../../errors.ts'
import { integerOfText, isInt64, type PhpKey, smallest } from './keys.ts'
import { slotsOf } from './php-map.ts'
import { PhpBytes, PhpFloat } from './scalars.ts'
import { PhpArray, PhpCustom, PhpEnum, PhpObject, type PhpValue } from './value.ts'

/** Where in the value something is: a collection's own place, and a key in it. */
interface Place {
  readonly outer: Place | undefined
  readonly key: unknown
}

/** A collection: its values are still to be converted, or all of them have been (`into` is undefined then). */
interface Task {
  readonly source: object
  readonly place: Place | undefined
  readonly into: PhpArray | undefined
}

/**
 * A plain JavaScript value as PHP has it:
 *
 * - arrays, plain objects and maps become {@link PhpArray}s: `{ 5: 'a' }` has the integer 5 as its key, as in PHP; a property
 *   that is `undefined` is left out, as in JSON;
 * - a `number` that is a safe integer is an integer, every other one a float; a `bigint` is an integer;
 * - `undefined` elsewhere is `null`; octets (`Uint8Array`) are {@link PhpBytes};
 * - values of PHP stay what they are.
 *
 * @throws SekishoUsageError `ERR_VALUE` for everything else (functions, dates, instances of classes, what contains itself); the
 *   message names the path.
 */
export function toPhp(value: unknown): PhpValue {
  return isObject(value) ? new Converter().convert(value) : single(value, undefined, undefined)
}

/** Goes through collections without recursion: how deep plain values are is for others to limit. */
class Converter {
  readonly #tasks: Task[] = []
  /** The collections around the one whose values are converted, and itself. */
  readonly #around = new Set<object>()
  readonly #done = new Map<object, PhpArray>()

  convert(whole: object): PhpValue {
    const result = this.#object(whole, { outer: undefined, key: undefined })
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) this.#run(task)
    return result
  }

  #run({ source, place, into }: Task): void {
    if (into === undefined) return void this.#around.delete(source)
    this.#around.add(source)
    this.#tasks.push({ source, place, into: undefined })
    if (Array.isArray(source)) this.#fillList(source, place, into)
    else if (source instanceof Map) this.#fillMap(source, place, into)
    else this.#fillObject(source as Readonly<Record<string, unknown>>, place, into)
  }

  #fillList(source: readonly unknown[], outer: Place | undefined, into: PhpArray): void {
    const slots = slotsOf<PhpValue>(into)
    for (let key = 0; key < source.length; key += 1) slots.set(key, this.#value(source[key], outer, key))
  }

  #fillMap(source: ReadonlyMap<PhpKey, unknown>, outer: Place | undefined, into: PhpArray): void {
    for (const [key, value] of source) into.set(key, this.#value(value, outer, key))
  }

  #fillObject(source: Readonly<Record<string, unknown>>, outer: Place | undefined, into: PhpArray): void {
    const slots = slotsOf<PhpValue>(into)
    for (const key of Object.keys(source)) {
      const value = source[key]
      if (value !== undefined) slots.set(integerOfText(key) ?? key, this.#value(value, outer, key))
    }
  }

  #value(value: unknown, outer: Place | undefined, key: unknown): PhpValue {
    return isObject(value) ? this.#object(value, { outer, key }) : single(value, outer, key)
  }

  #object(source: object, place: Place): PhpValue {
    if (isCollection(source)) return this.#collection(source, place)
    if (isPhp(source)) return source
    if (source instanceof Uint8Array) return new PhpBytes(source)
    throw refused(place, shown(source))
  }

  /** One that stands at several places is converted once. */
  #collection(source: object, place: Place): PhpArray {
    if (this.#around.has(source)) throw refused(place, 'a value that contains itself')
    const known = this.#done.get(source)
    if (known !== undefined) return known
    const into = new PhpArray()
    this.#done.set(source, into)
    this.#tasks.push({ source, place, into })
    return into
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** A value that holds no others. */
function single(value: unknown, outer: Place | undefined, key: unknown): PhpValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value
    case 'bigint':
      if (isInt64(value)) return smallest(value)
      throw refused({ outer, key }, 'an integer of more than 64 bits')
    case 'undefined':
    case 'object':
      return null
    default:
      throw refused({ outer, key }, shown(value))
  }
}

/** Whether it is a value that only PHP has. */
function isPhp(value: unknown): value is Extract<PhpValue, object> {
  return [PhpArray, PhpObject, PhpFloat, PhpBytes, PhpEnum, PhpCustom].some((kind) => value instanceof kind)
}

function isCollection(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Array.isArray(value) || value instanceof Map
}

function refused(place: Place, found: string): SekishoUsageError {
  const expected =
    'a plain value, which PHP can hold: null, a boolean, number, bigint or string, an array, object or Map of them'
  return new SekishoUsageError('ERR_VALUE', `${pathOf(place)} must be ${expected}; received ${found}`)
}

function pathOf(place: Place): string {
  const keys: string[] = []
  for (let at: Place | undefined = place; at?.outer !== undefined; at = at.outer) keys.unshift(`[${shown(at.key)}]`)
  return `$${keys.join('')}`
}
