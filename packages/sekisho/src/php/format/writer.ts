import { shown } from '../../errors.ts'
import { isInt64, type PhpKey } from '../value/keys.ts'
import { PhpReference, type Slot, slotsOf } from '../value/php-map.ts'
import { PhpBytes, PhpFloat } from '../value/scalars.ts'
import { contentOf, hasIdentity, PhpArray, PhpCustom, PhpEnum, PhpObject, type PhpValue } from '../value/value.ts'
import { isClassName, isRefusedClass } from './class-names.ts'
import { PhpEncodeError } from './errors.ts'
import { formatFloat } from './float.ts'
import type { PhpLimits } from './limits.ts'
import { octetsOfName, utf8Length } from './octets.ts'
import { Output } from './output.ts'
import { SeenTable } from './seen-table.ts'
import { maxCustomDepth, tag } from './tags.ts'

/** An array or an object of which some values are still to be written. */
interface Frame {
  readonly entries: IterableIterator<[PhpKey, Slot<PhpValue>]>
  readonly outer: Frame | undefined
}

/**
 * Writes what `serialize()` writes: one value after another, with one numbering for the references in all of them. Depth
 * costs no stack.
 */
export class ValueWriter {
  readonly #limits: Required<PhpLimits>
  readonly #precision: number
  readonly #seen = new SeenTable()
  #output = new Output()
  #frame: Frame | undefined
  #depth = 0
  #elements = 0
  #customDepth = 0

  constructor(limits: Required<PhpLimits>, precision: number) {
    this.#limits = limits
    this.#precision = precision
  }

  /** Where the values go to, and the keys of variables between them. */
  get output(): Output {
    return this.#output
  }

  /** Everything written. @throws PhpEncodeError when it is more than the limit. */
  finish(): Uint8Array {
    const octets = this.#output.finish()
    if (octets.length > this.#limits.maxBytes) throw this.#beyond('maxBytes')
    return octets
  }

  /** Writes one value with all that is in it. */
  write(slot: Slot<PhpValue>): void {
    const outermost = this.#frame
    this.#writeSlot(slot)
    while (this.#frame !== outermost && this.#frame !== undefined) {
      const frame: Frame = this.#frame
      const next = frame.entries.next()
      if (next.done === true) {
        this.#close(frame)
      } else {
        this.#writeKey(next.value[0])
        this.#writeSlot(next.value[1])
      }
    }
  }

  /** A reference to an object is that object: PHP tells them apart by how they are written the second time only. */
  #writeSlot(slot: Slot<PhpValue>): void {
    this.#elements += 1
    if (this.#elements > this.#limits.maxElements) throw this.#beyond('maxElements')
    const isReference = slot instanceof PhpReference
    const value = isReference ? slot.value : slot
    const ownIdentity = isReference ? slot : undefined
    const repeated = this.#seen.repeated(hasIdentity(value) ? value : ownIdentity, isReference)
    if (repeated === undefined) this.#writeValue(value)
    else this.#output.ascii(repeated)
  }

  #writeValue(value: PhpValue): void {
    switch (typeof value) {
      case 'string':
        return this.#writeString(value)
      case 'number':
        return this.#writeNumber(value)
      case 'boolean':
        return this.#output.ascii(value ? 'b:1;' : 'b:0;')
      case 'bigint':
        return this.#writeInteger(withinInt64(value))
      case 'object':
        return this.#writeObject(value)
      default:
        throw unknownKind(value)
    }
  }

  #writeString(text: string): void {
    const length = utf8Length(text)
    if (length === -1)
      throw new PhpEncodeError('a string holds half of a surrogate pair; octets that are no text belong into PhpBytes')
    this.#output.ascii('s:')
    this.#output.quotedText(text, length)
    this.#output.octet(tag.semicolon)
  }

  #writeNumber(value: number): void {
    if (Number.isSafeInteger(value)) this.#writeInteger(value)
    else this.#writeFloat(value)
  }

  #writeInteger(value: number | bigint): void {
    this.#output.ascii('i:')
    this.#output.ascii(`${value}`)
    this.#output.octet(tag.semicolon)
  }

  #writeFloat(value: number): void {
    this.#output.ascii('d:')
    this.#output.ascii(formatFloat(value, this.#precision))
    this.#output.octet(tag.semicolon)
  }

  #writeObject(value: object | null): void {
    if (value === null) return this.#output.ascii('N;')
    if (value instanceof PhpArray) return this.#open('a:', value)
    if (value instanceof PhpObject) return this.#writeInert(value)
    if (value instanceof PhpFloat) return this.#writeFloat(value.value)
    if (value instanceof PhpBytes) return this.#writeOctets('s:', value.octets, tag.semicolon)
    if (value instanceof PhpEnum) return this.#writeEnum(value)
    if (value instanceof PhpCustom) return this.#writeCustom(value)
    throw unknownKind(value)
  }

  #writeInert(object: PhpObject): void {
    this.#writeClass('O:', object.className)
    this.#open('', object)
  }

  #writeEnum({ enumName, caseName }: PhpEnum): void {
    if (!isClassName(enumName)) throw noClassName(enumName)
    this.#writeName('E:', `${enumName}:${caseName}`, tag.semicolon)
  }

  /** The length of what the class wrote stands before it. */
  #writeCustom(custom: PhpCustom): void {
    this.#writeClass('C:', custom.className)
    const { octets, place } = contentOf(custom)
    if (octets !== undefined && octets.length > 0) this.#seen.loseCount()
    const written = octets ?? this.#nested(place.get(0) ?? null)
    this.#output.count(written.length)
    this.#output.ascii(':{')
    this.#output.octets(written)
    this.#output.ascii('}')
  }

  #nested(content: Slot<PhpValue>): Uint8Array {
    if (this.#customDepth === maxCustomDepth)
      throw new PhpEncodeError(`more than ${maxCustomDepth} objects that serialize themselves within one another`)
    const outer = this.#output
    this.#output = new Output()
    this.#customDepth += 1
    this.write(content)
    this.#customDepth -= 1
    const octets = this.#output.finish()
    this.#output = outer
    return octets
  }

  #writeClass(before: string, className: string): void {
    if (!isClassName(className)) throw noClassName(className)
    if (isRefusedClass(className)) throw new PhpEncodeError(`PHP serializes no object of the class ${className}`)
    this.#writeName(before, className, tag.colon)
  }

  #writeKey(key: PhpKey): void {
    if (typeof key === 'string') this.#writeName('s:', key, tag.semicolon)
    else this.#writeInteger(key)
  }

  #writeName(before: string, name: string, after: number): void {
    const length = utf8Length(name)
    if (length === -1) return this.#writeOctets(before, octetsOfKnown(name), after)
    this.#output.ascii(before)
    this.#output.quotedText(name, length)
    this.#output.octet(after)
  }

  #writeOctets(before: string, octets: Uint8Array, after: number): void {
    this.#output.ascii(before)
    this.#output.quoted(octets)
    this.#output.octet(after)
  }

  #open(before: string, map: PhpArray | PhpObject): void {
    if (this.#depth >= this.#limits.maxDepth) throw this.#beyond('maxDepth')
    if (this.#output.length > this.#limits.maxBytes) throw this.#beyond('maxBytes')
    const slots = slotsOf<PhpValue>(map)
    this.#output.ascii(before)
    this.#output.count(slots.size)
    this.#output.ascii(':{')
    this.#depth += 1
    this.#frame = { entries: slots.entries(), outer: this.#frame }
  }

  #close(frame: Frame): void {
    this.#output.ascii('}')
    this.#depth -= 1
    this.#frame = frame.outer
  }

  #beyond(limit: keyof PhpLimits): PhpEncodeError {
    const hint = limit === 'maxDepth' ? ', or it contains itself other than by reference' : ''
    return new PhpEncodeError(`more than \`${limit}\` (${this.#limits[limit]}) allows${hint}`)
  }
}

/** The octets of a name in which something stands for a stray octet. */
function octetsOfKnown(name: string): Uint8Array {
  const octets = octetsOfName(name)
  if (octets !== undefined) return octets
  throw new PhpEncodeError('a name holds half of a surrogate pair')
}

function withinInt64(value: bigint): bigint {
  if (isInt64(value)) return value
  throw new PhpEncodeError('an integer has more than 64 bits')
}

function noClassName(name: string): PhpEncodeError {
  return new PhpEncodeError(`${shown(name)} is not the name of a class`)
}

/** What only JavaScript without types can bring here. */
function unknownKind(value: unknown): PhpEncodeError {
  return new PhpEncodeError(`${shown(value)} is no value of PHP; \`toPhp\` makes one of a plain value`)
}
