/**
 * Texts as octets and back. What is not UTF-8 becomes {@link PhpBytes} where it is a value, and a text with U+DC80 to U+DCFF for
 * the stray octets where it is a name.
 *
 * @module
 */
import { PhpBytes } from '../value/scalars.ts'

/** A lone surrogate: no text in UTF-8, and in a name the place of an octet. */
const surrogate = /\p{Surrogate}/u
/** Up to this length, looking at each character costs less than a call into the runtime, also where the text is a piece of a longer one. */
const short = 20

/**
 * How many octets a text has in UTF-8.
 *
 * @returns -1 for a text that has none, because it holds half of a surrogate pair.
 */
export function utf8Length(text: string): number {
  if (text.length <= short && isAscii(text)) return text.length
  const length = Buffer.byteLength(text)
  return length === text.length || !surrogate.test(text) ? length : -1
}

/** The octets as a text where they are UTF-8. */
export function textOrBytes(octets: Buffer): string | PhpBytes {
  return strictText(octets) ?? new PhpBytes(Uint8Array.from(octets))
}

/** The octets as a name: every sequence of octets has a name of its own. */
export function nameOf(octets: Buffer): string {
  return strictText(octets) ?? escapedName(octets)
}

/** The octets of a name. @returns Undefined where it holds a half of a surrogate pair that stands for no octet. */
export function octetsOfName(name: string): Buffer | undefined {
  if (!surrogate.test(name)) return Buffer.from(name)
  const parts: Buffer[] = []
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0
    if (!surrogate.test(character)) parts.push(Buffer.from(character))
    else if (code >= 0xdc80 && code <= 0xdcff) parts.push(Buffer.of(code - 0xdc00))
    else return undefined
  }
  return Buffer.concat(parts)
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false
  return true
}

/** The replacement character is in the text of octets that are not UTF-8, but can be in a good one too. */
function strictText(octets: Buffer): string | undefined {
  const text = octets.toString()
  return !text.includes('\ufffd') || Buffer.from(text).equals(octets) ? text : undefined
}

/** Each octet that is not part of a character on its own. */
function escapedName(octets: Buffer): string {
  let name = ''
  let at = 0
  while (at < octets.length) {
    const length = characterLength(octets, at)
    name += length === 0 ? String.fromCharCode(0xdc00 + (octets[at] ?? 0)) : octets.toString('utf8', at, at + length)
    at += Math.max(length, 1)
  }
  return name
}

/** How many octets the character at a place has. @returns 0 where there is none. */
function characterLength(octets: Buffer, at: number): number {
  const first = octets[at] ?? 0
  if (first < 0x80) return 1
  // Of the four lengths that a character can have, the right one is the one that makes a text.
  const length = [2, 3, 4].find((count) => strictText(octets.subarray(at, at + count)) !== undefined)
  return length !== undefined && at + length <= octets.length ? length : 0
}
