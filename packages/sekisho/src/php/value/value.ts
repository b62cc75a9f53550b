import { arrayKey, type PhpKey } from './keys.ts'
import { nextIndex, PhpMap, PhpReference, type Slot, slotsOf } from './php-map.ts'
import type { PhpBytes, PhpFloat } from './scalars.ts'

/**
 * What PHP's serializers can hold:
 *
 * - an integer is a safe-integer `number`, or a `bigint` of 64 bits;
 * - a float is any other `number`, or a {@link PhpFloat} where the number alone would read as an integer;
 * - a string is a `string` where its octets are UTF-8, else {@link PhpBytes};
 * - an array is a {@link PhpArray};
 * - objects, enum cases and what a class has serialized by itself are {@link PhpObject}, {@link PhpEnum} and
 *   {@link PhpCustom}. They are inert: no class is ever looked up, nothing is ever called.
 */
export type PhpValue =
  | null
  | boolean
  | number
  | bigint
  | PhpFloat
  | string
  | PhpBytes
  | PhpArray
  | PhpObject
  | PhpEnum
  | PhpCustom

/**
 * An array of PHP: an ordered map with integers and strings as keys, where `'5'` is the integer 5 and `'05'` is a string.
 *
 * @example
 * ```ts
 * const cart = PhpArray.of('tea', 'coffee')
 * cart.set('5', 'milk').push('sugar')
 * [...cart.keys()] // [0, 1, 5, 6]
 * ```
 */
export class PhpArray extends PhpMap<PhpValue> {
  /** A list: the values get the keys 0, 1, 2 … */
  static of(...values: PhpValue[]): PhpArray {
    return PhpArray.from(values.entries())
  }

  /** An array of keys and values, in their order. */
  static from(entries: Iterable<readonly [key: PhpKey, value: PhpValue]>): PhpArray {
    const array = new PhpArray()
    for (const [key, value] of entries) array.set(key, value)
    return array
  }

  /** Adds a value after the largest integer key, as `$array[] = $value` does. @returns The key it has now. */
  push(value: PhpValue): number | bigint {
    const key = nextIndex(this.keys())
    slotsOf<PhpValue>(this).set(key, value)
    return key
  }

  /** Whether the keys are 0, 1, 2 … in this order (an empty array is a list). */
  get isList(): boolean {
    let next = 0
    for (const key of this.keys()) {
      if (key !== next) return false
      next += 1
    }
    return true
  }

  protected override keyFor(key: PhpKey): PhpKey {
    return arrayKey(key)
  }
}

/**
 * An object of PHP, as it was serialized. Its identity is that of this JavaScript object: where two places hold the same one,
 * PHP gets the same object at both.
 *
 * Names of properties are as PHP serializes them: {@link PhpObject.nameOf} makes those of protected and private ones. A class
 * that serializes itself (`__serialize`) can have integers among them, and here `'5'` and `5` are two.
 */
export class PhpObject extends PhpMap<PhpValue> {
  /** The name of its class, as it was serialized. */
  readonly className: string

  /**
   * @param className The name of its class (default `stdClass`).
   * @param properties Names and values.
   */
  constructor(className: string = 'stdClass', properties: Iterable<readonly [name: PhpKey, value: PhpValue]> = []) {
    super()
    this.className = className
    for (const [name, value] of properties) this.set(name, value)
  }

  /** The name under which a property is serialized. @param owner `*` for a protected one, the class for a private one. */
  static nameOf(owner: string, property: string): string {
    return `\0${owner}\0${property}`
  }

  protected override keyFor(key: PhpKey): PhpKey {
    return typeof key === 'string' ? key : arrayKey(key)
  }
}

/** A case of an enumeration of PHP. As with objects, the same case at two places is the same JavaScript object. */
export class PhpEnum {
  /** The name of the enumeration. */
  readonly enumName: string
  /** The name of the case. */
  readonly caseName: string

  /**
   * @param enumName The name of the enumeration.
   * @param caseName The name of the case.
   */
  constructor(enumName: string, caseName: string) {
    this.enumName = enumName
    this.caseName = caseName
  }
}

/** Whether two places can hold the very same one, which PHP tells from two equal ones. */
export function hasIdentity(value: PhpValue | undefined): value is PhpObject | PhpEnum | PhpCustom {
  return value instanceof PhpObject || value instanceof PhpEnum || value instanceof PhpCustom
}

/** What a class wrote about its object. */
export interface CustomContent {
  /** Octets that mean something to the class alone. */
  octets: Uint8Array | undefined
  /** At the key 0, a value where the class had called `serialize()`: other places can refer to it. */
  readonly place: Map<PhpKey, Slot<PhpValue>>
}

let ownContent: (custom: PhpCustom) => CustomContent

/** An object whose class wrote its content itself (the interface `Serializable`), as it was serialized. */
export class PhpCustom {
  /** The name of its class. */
  readonly className: string
  readonly #content: CustomContent = { octets: undefined, place: new Map() }

  static {
    ownContent = (custom) => custom.#content
  }

  /**
   * @param className The name of its class.
   * @param content What the class wrote: octets, or what it had given to `serialize()`.
   */
  constructor(className: string, content: Uint8Array | PhpValue) {
    this.className = className
    if (content instanceof Uint8Array) this.#content.octets = content
    else this.#content.place.set(0, content)
  }

  /** What the class wrote, where that is no value. */
  get octets(): Uint8Array | undefined {
    return this.#content.octets
  }

  /** The value that the class wrote, where it had called `serialize()`. */
  get value(): PhpValue | undefined {
    const slot = this.#content.place.get(0)
    return slot instanceof PhpReference ? slot.value : slot
  }
}

/** The content itself, for those who read and write formats. */
export function contentOf(custom: PhpCustom): CustomContent {
  return ownContent(custom)
}
