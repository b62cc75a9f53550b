import { SekishoUsageError } from '../../errors.ts'
import { int64, type PhpKey, smallest } from './keys.ts'

/** A value that several places share, as PHP's `&` makes it: writing to one of them writes to all. */
export class PhpReference<Value> {
  /** What all places that share this reference hold. */
  value: Value

  /** @param value What they hold at first. */
  constructor(value: Value) {
    this.value = value
  }
}

/** What stands at a key. */
export type Slot<Value> = Value | PhpReference<Value>

let ownSlots: <Value>(map: PhpMap<Value>) => Map<PhpKey, Slot<Value>>

/**
 * An ordered map as PHP has them: keys stay in the order in which they were first set, and places can share a reference.
 * What its keys can be is for the kinds of maps to say.
 */
export abstract class PhpMap<Value> implements Iterable<[key: PhpKey, value: Value]> {
  readonly #slots = new Map<PhpKey, Slot<Value>>()

  static {
    ownSlots = (map) => map.#slots
  }

  /** The key under which this kind of map keeps what is set at `key`. */
  protected abstract keyFor(key: PhpKey): PhpKey

  /** How many keys there are. */
  get size(): number {
    return this.#slots.size
  }

  /** Whether there is such a key. */
  has(key: PhpKey): boolean {
    return this.#slots.has(this.keyFor(key))
  }

  /** The value at a key, that of the reference where there is one; `undefined` where there is no such key. */
  get(key: PhpKey): Value | undefined {
    const slot = this.#slots.get(this.keyFor(key))
    return slot instanceof PhpReference ? slot.value : slot
  }

  /** Sets a key; all that share its reference have the new value then. A key that is there keeps its place. */
  set(key: PhpKey, value: Value): this {
    const own = this.keyFor(key)
    const slot = this.#slots.get(own)
    if (slot instanceof PhpReference) slot.value = value
    else this.#slots.set(own, value)
    return this
  }

  /** Removes a key; others that shared its reference keep their value. @returns Whether it was there. */
  delete(key: PhpKey): boolean {
    return this.#slots.delete(this.keyFor(key))
  }

  /** Removes all keys. */
  clear(): void {
    this.#slots.clear()
  }

  /**
   * The reference at a key, to be bound to other places: `$b[$k] = &$a[$key]` is `b.bind(k, a.reference(key))`. A value that
   * was not shared becomes one that can be.
   *
   * @returns `undefined` where there is no such key.
   */
  reference(key: PhpKey): PhpReference<Value> | undefined {
    return referenceAt(this.#slots, this.keyFor(key))
  }

  /** Makes a key share a reference, instead of whatever it held. */
  bind(key: PhpKey, reference: PhpReference<Value>): this {
    this.#slots.set(this.keyFor(key), reference)
    return this
  }

  /** Takes over all keys of another map with what stands there, references included; the map's other keys stay. */
  assign(other: PhpMap<Value>): this {
    for (const [key, slot] of other.#slots) this.#slots.set(key, slot)
    return this
  }

  /** The keys, in their order. */
  keys(): IterableIterator<PhpKey> {
    return this.#slots.keys()
  }

  /** The values, in the order of their keys. */
  *values(): IterableIterator<Value> {
    for (const slot of this.#slots.values()) yield slot instanceof PhpReference ? slot.value : slot
  }

  /** Keys and values, in their order. */
  *entries(): IterableIterator<[key: PhpKey, value: Value]> {
    for (const [key, slot] of this.#slots) yield [key, slot instanceof PhpReference ? slot.value : slot]
  }

  /** Keys and values, in their order. */
  [Symbol.iterator](): IterableIterator<[key: PhpKey, value: Value]> {
    return this.entries()
  }
}

/** The slots of a map themselves, for those who read and write formats; the keys are not looked at. */
export function slotsOf<Value>(map: PhpMap<Value>): Map<PhpKey, Slot<Value>> {
  return ownSlots(map)
}

/** The reference at a key, made there when there is none yet. @returns `undefined` where there is no such key. */
export function referenceAt<Value>(slots: Map<PhpKey, Slot<Value>>, key: PhpKey): PhpReference<Value> | undefined {
  const slot = slots.get(key)
  if (slot === undefined) return undefined
  if (slot instanceof PhpReference) return slot
  const reference = new PhpReference<Value>(slot)
  slots.set(key, reference)
  return reference
}

/**
 * The key that `$array[] = …` sets: one more than the largest integer, and never a negative one.
 *
 * @throws SekishoUsageError `ERR_ARGUMENT` where the largest integer is taken.
 */
export function nextIndex(keys: Iterable<PhpKey>): number | bigint {
  let next: number | bigint = 0
  for (const key of keys) if (typeof key !== 'string' && key >= next) next = smallest(BigInt(key) + 1n)
  if (next <= int64.max) return next
  throw new SekishoUsageError('ERR_ARGUMENT', 'the array has the largest integer as a key: nothing can come after it')
}
