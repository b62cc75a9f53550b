import type { PhpKey } from '../value/keys.ts'
import { PhpReference, referenceAt, type Slot } from '../value/php-map.ts'
import { hasIdentity, type PhpCustom, type PhpEnum, type PhpObject, type PhpValue } from '../value/value.ts'

/** The slots of an array or an object, or a place made for a single value. */
export type Slots = Map<PhpKey, Slot<PhpValue>>

/** Where a value was put. A number in the data means such a place, and what stands there when the number is read. */
interface Place {
  readonly slots: Slots
  readonly key: PhpKey
}

/**
 * The numbers by which serialized data names its own values: from 1, in the order in which the values begin, keys and `R:` left
 * out. Places are only noted down where the data may name one.
 */
export class SlotTable {
  /** Whether the data may name its own values. */
  readonly isUsed: boolean
  readonly #slots: Slots[] = []
  readonly #keys: PhpKey[] = []
  /** Numbers from here on are not known, because a class wrote some values in a way of its own. */
  #unknownFrom = Number.POSITIVE_INFINITY

  /** @param text The data, one character for each octet. */
  constructor(text: string) {
    this.isUsed = text.includes('R:') || text.includes('r:')
  }

  /** How many values have a number. */
  get size(): number {
    return this.#slots.length
  }

  /** A value begins. */
  push(slots: Slots, key: PhpKey): void {
    if (!this.isUsed) return
    this.#slots.push(slots)
    this.#keys.push(key)
  }

  /** Forgets the values after the first ones, which have turned out to be none. */
  rewind(size: number): void {
    this.#slots.length = size
    this.#keys.length = size
  }

  /** How many values follow is not known. */
  loseCount(): void {
    this.#unknownFrom = Math.min(this.#unknownFrom, this.size + 1)
  }

  /** Whether it can be told which value a number means. */
  isKnown(number: number): boolean {
    return number < this.#unknownFrom
  }

  /** The reference at the place of a value, made there when it is not one yet. Undefined for a number that names none. */
  reference(number: number, own: Place): PhpReference<PhpValue> | undefined {
    const place = this.#other(number, own)
    return place === undefined ? undefined : referenceAt(place.slots, place.key)
  }

  /** The object at the place of a value. Undefined for a number that names no object. */
  object(number: number, own: Place): PhpObject | PhpEnum | PhpCustom | undefined {
    const place = this.#other(number, own)
    const slot = place?.slots.get(place.key)
    const value = slot instanceof PhpReference ? slot.value : slot
    return hasIdentity(value) ? value : undefined
  }

  /** The place of a value, unless it is that of the value which is being read. */
  #other(number: number, own: Place): Place | undefined {
    const [slots, key] = [this.#slots[number - 1], this.#keys[number - 1]]
    if (slots === undefined || key === undefined || (slots === own.slots && key === own.key)) return undefined
    return { slots, key }
  }
}
