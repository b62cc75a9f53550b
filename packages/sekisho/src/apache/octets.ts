/**
 * Octets as mod_session writes them in a form-encoded text. What it keeps is held in this escaped form throughout: it is
 * ASCII, has one spelling for every octet, and loses nothing, whatever character set an application meant.
 *
 * @module
 */

/** The form of every octet: `ap_escape_urlencoded` keeps letters, digits and `.-*_`, and writes escapes in lower case. */
const escapes: readonly string[] = Array.from({ length: 256 }, (_, octet) => {
  const character = String.fromCharCode(octet)
  if (/[A-Za-z0-9.*_-]/.test(character)) return character
  return character === ' ' ? '+' : `%${octet.toString(16).padStart(2, '0')}`
})

const needsEscape = /[^A-Za-z0-9.*_-]/g
/** Most keys and values are their own escaped form. */
const special = /[^A-Za-z0-9.*_-]/
const escaped = /%[0-9A-Fa-f]{2}|[^A-Za-z0-9.*_-]/g
/** An escape that is none, the octet 0 in either spelling, or a character that is no octet. */
// oxlint-disable-next-line no-control-regex -- every octet but 0 is allowed
const unacceptable = /%(?![0-9A-Fa-f]{2})|%00|[^\u0001-\u00ff]/

/** The escaped form of a text (taken as UTF-8) or of octets. */
export function escapeText(content: string | Uint8Array): string {
  if (typeof content === 'string' && !special.test(content)) return content
  const octets = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content)
  return escapeRaw(octets.toString('latin1'))
}

/** The escaped form of octets that are given as characters, one each, and in which nothing is an escape. */
export function escapeRaw(raw: string): string {
  return raw.replaceAll(needsEscape, (character) => escapes[character.charCodeAt(0)] ?? '')
}

/**
 * The one escaped form of a text in which a sender has escaped what it liked.
 *
 * @returns `undefined` where Apache ignores the text: for an escape that is none, and for the octet 0.
 */
export function normalize(text: string): string | undefined {
  if (!special.test(text)) return text
  if (unacceptable.test(text)) return undefined
  return text.replaceAll(escaped, (found) => {
    if (found === '+') return found
    const octet = found.length === 3 ? Number.parseInt(found.slice(1), 16) : found.charCodeAt(0)
    return escapes[octet] ?? ''
  })
}

/** The octets of an escaped form. */
export function unescape(form: string): Buffer {
  const raw = form.replaceAll(/\+|%../g, (found) =>
    found === '+' ? ' ' : String.fromCharCode(Number.parseInt(found.slice(1), 16)),
  )
  return Buffer.from(raw, 'latin1')
}
