import { optionError, shown } from '../../errors.ts'
import type { PhpKey } from '../value/keys.ts'
import { slotsOf } from '../value/php-map.ts'
import { PhpArray, type PhpValue } from '../value/value.ts'
import { PhpEncodeError } from './errors.ts'
import { checkPrecision } from './float.ts'
import { type PhpLimits, resolveLimits } from './limits.ts'
import { octetsOfName, utf8Length } from './octets.ts'
import { ValueReader } from './reader.ts'
import type { Slots } from './slot-table.ts'
import { tag } from './tags.ts'
import { ValueWriter } from './writer.ts'

/** How PHP writes the variables of a session: the names that `session.serialize_handler` takes. */
export type PhpFormat = 'php' | 'php_binary' | 'php_serialize'

/** How values are written. */
export interface PhpWriteOptions extends PhpLimits {
  /** PHP's `serialize_precision`: -1 (default) for the shortest digits of a float, or 1 to 100 digits. */
  readonly serializePrecision?: number
}

/** How variables are written. */
export interface PhpEncodeOptions extends PhpWriteOptions {
  /**
   * Called for a variable that the format cannot hold, which is then left out as PHP leaves it out: one with an integer as its
   * name (`php`, `php_binary`), or with a name of more than 127 octets (`php_binary`). Without it, such a variable is an error.
   */
  readonly onSkip?: (name: PhpKey) => void
}

interface Format {
  encode(vars: PhpArray, writer: ValueWriter, skip: (name: PhpKey, problem: string) => void): void
  decode(octets: Uint8Array, limits: Required<PhpLimits>): PhpArray
}

/** The longest name of a variable in `php_binary`. */
const maxBinaryName = 127

const formats: Readonly<Record<PhpFormat, Format>> = {
  php: {
    encode: (vars, writer, skip) => encodeNamed(vars, writer, skip, delimitedName),
    decode: (octets, limits) => decodeNamed(octets, limits, readDelimitedName),
  },
  php_binary: {
    encode: (vars, writer, skip) => encodeNamed(vars, writer, skip, countedName),
    decode: (octets, limits) => decodeNamed(octets, limits, readCountedName),
  },
  php_serialize: {
    encode: (vars, writer) => writer.write(vars),
    decode: decodeWhole,
  },
}

/**
 * The variables of a session as PHP writes them. All of them are encoded, or nothing is.
 *
 * @param format PHP's `session.serialize_handler`. It must be the one that all who share the session use.
 * @returns Without variables, nothing at all in `php` and `php_binary`, and `a:0:{}` in `php_serialize`.
 * @throws PhpEncodeError For what the format cannot hold: a name with `|` in `php`, a name that is an integer there, and the like.
 *
 * @example
 * ```ts
 * encodeVars('php', PhpArray.from([['cart', PhpArray.of('tea')]])) // cart|a:1:{i:0;s:3:"tea";}
 * ```
 */
export function encodeVars(format: PhpFormat, vars: PhpArray, options: PhpEncodeOptions = {}): Uint8Array {
  if (!(vars instanceof PhpArray)) throw new PhpEncodeError(`variables must be a PhpArray; received ${shown(vars)}`)
  const writer = new ValueWriter(resolveLimits(options), checkPrecision(options.serializePrecision ?? -1))
  formatOf(format).encode(vars, writer, (name, problem) => {
    if (options.onSkip === undefined) throw new PhpEncodeError(problem)
    options.onSkip(name)
  })
  return writer.finish()
}

/**
 * The variables of a session as PHP reads them.
 *
 * @param format The format in which they were written. It is never guessed from the octets: who can have a value in a session
 *   could choose how it is read.
 * @returns No variables where there are no octets.
 * @throws PhpDecodeError For anything that PHP refuses (it destroys the session then), and for what is refused here beyond that:
 *   a whole that is no array, and references to the whole.
 */
export function decodeVars(format: PhpFormat, octets: Uint8Array, limits: PhpLimits = {}): PhpArray {
  return formatOf(format).decode(octets, resolveLimits(limits))
}

function formatOf(name: PhpFormat): Format {
  if (Object.hasOwn(formats, name)) return formats[name]
  throw optionError('format', 'php, php_binary or php_serialize', name)
}

function encodeNamed(
  vars: PhpArray,
  writer: ValueWriter,
  skip: (name: PhpKey, problem: string) => void,
  write: (name: string, writer: ValueWriter) => string | undefined,
): void {
  for (const [name, slot] of slotsOf<PhpValue>(vars)) {
    const problem =
      typeof name === 'string'
        ? write(name, writer)
        : `the variable ${name} has an integer as its name: use php_serialize`
    if (problem === undefined) writer.write(slot)
    else skip(name, problem)
  }
}

function delimitedName(name: string, writer: ValueWriter): undefined {
  if (name.includes('|')) throw new PhpEncodeError(`the variable ${shown(name)} has a | in its name: use php_serialize`)
  writeName(name, writer)
  writer.output.octet(tag.pipe)
}

function countedName(name: string, writer: ValueWriter): string | undefined {
  const length = octetsOf(name).length
  if (length > maxBinaryName)
    return `the variable ${shown(name)} has a name of more than ${maxBinaryName} octets: use php_serialize`
  writer.output.octet(length)
  writeName(name, writer)
  return undefined
}

function writeName(name: string, { output }: ValueWriter): void {
  const length = utf8Length(name)
  if (length === -1) output.octets(octetsOf(name))
  else output.text(name, length)
}

function octetsOf(name: string): Uint8Array {
  const octets = octetsOfName(name)
  if (octets !== undefined) return octets
  throw new PhpEncodeError(`the variable ${shown(name)} has half of a surrogate pair in its name`)
}

function decodeNamed(
  octets: Uint8Array,
  limits: Required<PhpLimits>,
  readName: (reader: ValueReader) => string,
): PhpArray {
  const vars = new PhpArray()
  const slots = slotsOf<PhpValue>(vars)
  const reader = new ValueReader(octets, limits, true)
  if (reader.hasReferences) readApart(reader, slots, readName)
  while (!reader.isAtEnd) reader.read(slots, readName(reader))
  return vars
}

/** Each variable is read to a place of its own: one that is read again leaves the earlier one to those who refer to it. */
function readApart(reader: ValueReader, slots: Slots, readName: (reader: ValueReader) => string): void {
  const places = new Map<string, Slots>()
  while (!reader.isAtEnd) {
    const name = readName(reader)
    const place: Slots = new Map()
    places.set(name, place)
    reader.read(place, name)
  }
  for (const [name, place] of places) slots.set(name, place.get(name) ?? null)
}

function readDelimitedName({ input }: ValueReader): string {
  const start = input.at
  const end = input.text.indexOf('|', start)
  if (end === -1) throw input.error('expected the name of a variable and |', start)
  input.at = end + 1
  return input.nameAt(start, end)
}

/** The highest bit of the length once marked variables without a value. */
function readCountedName({ input }: ValueReader): string {
  const length = input.next() & maxBinaryName
  const start = input.at
  if (start + length >= input.text.length) throw input.error('expected a name and a value', input.text.length)
  input.at = start + length
  return input.nameAt(start, input.at)
}

/** What follows the array is ignored, as PHP does. */
function decodeWhole(octets: Uint8Array, limits: Required<PhpLimits>): PhpArray {
  if (octets.length === 0) return new PhpArray()
  const reader = new ValueReader(octets, limits, false)
  const place: Slots = new Map()
  reader.read(place, 0)
  const whole = place.get(0)
  if (whole === null) return new PhpArray()
  if (whole instanceof PhpArray) return whole
  reader.input.at = 0
  throw reader.input.error('expected an array of variables')
}
