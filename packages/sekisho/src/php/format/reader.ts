import { integerOfText, type PhpKey } from '../value/keys.ts'
import { slotsOf } from '../value/php-map.ts'
import {
  contentOf,
  type CustomContent,
  PhpArray,
  PhpCustom,
  PhpEnum,
  PhpObject,
  type PhpValue,
} from '../value/value.ts'
import { isClassName, isRefusedClass } from './class-names.ts'
import { PhpDecodeError } from './errors.ts'
import { Input } from './input.ts'
import type { PhpLimits } from './limits.ts'
import { textOrBytes } from './octets.ts'
import { type Slots, SlotTable } from './slot-table.ts'
import { maxCustomDepth, tag } from './tags.ts'

/** An array or an object of which some values are still to be read. */
interface Frame {
  readonly slots: Slots
  readonly isArray: boolean
  readonly outer: Frame | undefined
  left: number
}

/**
 * Reads what `serialize()` writes, by the grammar of `unserialize()`: one value after another, with one numbering for the
 * references in all of them. Nothing is looked up or called by a name in the data, a length is believed only as far as there
 * are octets, and depth costs no stack.
 */
export class ValueReader {
  readonly input: Input
  readonly #limits: Required<PhpLimits>
  readonly #table: SlotTable
  readonly #isRootShared: boolean
  #frame: Frame | undefined
  #depth = 0
  #elements = 0
  #customDepth = 0

  /**
   * @param isRootShared Whether the value with the number 1 can be referred to.
   * @throws PhpDecodeError for more octets than the limit.
   */
  constructor(octets: Uint8Array, limits: Required<PhpLimits>, isRootShared: boolean) {
    const { length } = octets
    if (length > limits.maxBytes)
      throw new PhpDecodeError(
        `${length} octets are more than \`maxBytes\` (${limits.maxBytes}) allows`,
        limits.maxBytes,
      )
    this.input = new Input(octets)
    this.#limits = limits
    this.#table = new SlotTable(this.input.text)
    this.#isRootShared = isRootShared
  }

  /** Whether everything has been read. */
  get isAtEnd(): boolean {
    return this.input.at >= this.input.text.length
  }

  /** Whether the values may refer to one another. */
  get hasReferences(): boolean {
    return this.#table.isUsed
  }

  /** Reads one value with all that is in it, and puts it at a key. */
  read(slots: Slots, key: PhpKey): void {
    const outermost = this.#frame
    this.#readValue(slots, key)
    while (this.#frame !== outermost && this.#frame !== undefined) {
      const frame: Frame = this.#frame
      if (frame.left === 0) {
        this.#close(frame)
      } else {
        frame.left -= 1
        this.#readValue(frame.slots, this.#key(frame.isArray))
      }
    }
  }

  /** An array or an object is put to its place as soon as it begins: what is in it can refer to it. */
  #readValue(slots: Slots, key: PhpKey): void {
    const start = this.input.at
    this.#elements += 1
    if (this.#elements > this.#limits.maxElements) throw this.#beyond('maxElements')
    const type = this.input.next()
    if (type === tag.reference) return this.#bind(slots, key, start)
    this.#table.push(slots, key)
    slots.set(key, type === tag.null ? this.#null() : this.#typed(type, start, slots, key))
  }

  #typed(type: number, start: number, slots: Slots, key: PhpKey): PhpValue {
    const { input } = this
    if (input.next() !== tag.colon) throw input.error('expected a value', start)
    switch (type) {
      case tag.string:
        return input.string()
      case tag.integer:
        return input.integer()
      case tag.array:
        return this.#array()
      case tag.boolean:
        return this.#boolean()
      case tag.float:
        return input.float()
      case tag.object:
        return this.#object()
      default:
        return this.#rare(type, start, slots, key)
    }
  }

  #rare(type: number, start: number, slots: Slots, key: PhpKey): PhpValue {
    switch (type) {
      case tag.sameObject:
        return this.#sameObject(slots, key, start)
      case tag.enum:
        return this.#enum()
      case tag.custom:
        return this.#custom(slots, key)
      case tag.escapedString:
        return textOrBytes(this.input.escaped())
      default:
        throw this.input.error('expected a value', start)
    }
  }

  /** The key of the next value. In an array, a text can be an integer. */
  #key(isArray: boolean): PhpKey {
    const { input } = this
    const start = input.at
    const type = input.next()
    const isKey = type === tag.string || type === tag.integer || type === tag.escapedString
    if (!isKey || input.next() !== tag.colon) throw input.error('expected a key, an integer or a string', start)
    if (type === tag.integer) return input.integer()
    const name = type === tag.string ? input.name(tag.semicolon) : input.escapedName()
    return isArray ? (integerOfText(name) ?? name) : name
  }

  #null(): null {
    this.input.expect(';')
    return null
  }

  #boolean(): boolean {
    const { input } = this
    const code = input.next()
    if (code !== tag.zero && code !== tag.one) throw input.error('expected 0 or 1', input.at - 1)
    input.expect(';')
    return code === tag.one
  }

  #array(): PhpArray {
    const array = new PhpArray()
    const count = this.input.count(':{')
    // PHP counts the depth of arrays that hold something.
    if (count === 0) this.input.expect('}')
    else this.#open(slotsOf<PhpValue>(array), count, true)
    return array
  }

  #object(): PhpObject {
    const className = this.#className()
    const object = new PhpObject(className)
    this.#open(slotsOf<PhpValue>(object), this.input.signedCount(':{'), false)
    return object
  }

  #className(): string {
    const { input } = this
    const start = input.at
    const name = input.name(tag.colon)
    if (!isClassName(name)) throw input.error('expected the name of a class', start)
    if (isRefusedClass(name)) throw input.error('no object of this class can be serialized', start)
    return name
  }

  #enum(): PhpEnum {
    const { input } = this
    const start = input.at
    const [enumName = '', ...rest] = input.name(tag.semicolon).split(':')
    if (!isClassName(enumName) || rest.length === 0) throw input.error('expected the name of a case', start)
    return new PhpEnum(enumName, rest.join(':'))
  }

  /** As an array is, the object is put to its place before its content is read. */
  #custom(slots: Slots, key: PhpKey): PhpCustom {
    const { input } = this
    const custom = new PhpCustom(this.#className(), null)
    const length = input.signedCount(':{')
    const end = input.at + length
    if (input.text[end] !== '}') throw input.error('the content is longer or shorter than its length says', end)
    slots.set(key, custom)
    this.#readContent(contentOf(custom), length)
    input.at = end + 1
    return custom
  }

  /** A class that wrote a value by `serialize()` had it numbered with all others; what it wrote otherwise stays as it is. */
  #readContent(content: CustomContent, length: number): void {
    const { input } = this
    const start = input.at
    const [size, elements, depth, frame] = [this.#table.size, this.#elements, this.#depth, this.#frame]
    content.place.clear()
    if (this.#isValue(content.place, start + length)) return
    input.at = start
    this.#table.rewind(size)
    if (length > 0) this.#table.loseCount()
    this.#elements = elements
    this.#depth = depth
    this.#frame = frame
    content.place.clear()
    content.octets = input.take(length)
  }

  /** Reads a value. @returns Whether there was one, which ends where the content does. */
  #isValue(place: Slots, end: number): boolean {
    if (this.#customDepth === maxCustomDepth || this.input.at === end) return false
    this.#customDepth += 1
    try {
      this.read(place, 0)
      return this.input.at === end
    } catch (error) {
      if (error instanceof PhpDecodeError) return false
      throw error
    } finally {
      this.#customDepth -= 1
    }
  }

  #open(slots: Slots, count: number, isArray: boolean): void {
    const { input } = this
    // An element has two octets at least, whatever the count says.
    if (count > (input.text.length - input.at) / 2) throw input.error(`expected ${count} values`, input.text.length)
    if (this.#depth >= this.#limits.maxDepth) throw this.#beyond('maxDepth')
    this.#depth += 1
    this.#frame = { slots, isArray, outer: this.#frame, left: count }
  }

  #close(frame: Frame): void {
    this.input.expect('}')
    this.#depth -= 1
    this.#frame = frame.outer
  }

  /** `R:`: the same reference as at another place. */
  #bind(slots: Slots, key: PhpKey, start: number): void {
    const number = this.#number(start, ':')
    if (number === 1 && !this.#isRootShared) throw this.input.error('a reference to the whole is not kept', start)
    const reference = this.#table.reference(number, { slots, key })
    if (reference === undefined) throw this.input.error('expected the number of an earlier value', start)
    slots.set(key, reference)
  }

  /** `r:`: the same object as at another place. */
  #sameObject(slots: Slots, key: PhpKey, start: number): PhpValue {
    const object = this.#table.object(this.#number(start, ''), { slots, key })
    if (object === undefined) throw this.input.error('expected the number of an earlier object', start)
    return object
  }

  #number(start: number, before: string): number {
    this.input.expect(before)
    const number = this.input.count(';')
    if (this.#table.isKnown(number)) return number
    throw this.input.error('the number comes after the content of a class that counts in a way of its own', start)
  }

  #beyond(limit: keyof PhpLimits): PhpDecodeError {
    return new PhpDecodeError(`more than \`${limit}\` (${this.#limits[limit]}) allows`, this.input.at)
  }
}
