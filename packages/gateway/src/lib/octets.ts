/**
 * Texts of octets that need not be UTF-8, such as the path of a request: an octet that belongs to no character stands as one of
 * U+DC80 to U+DCFF, which no well-formed text holds, and becomes that octet again (as Python's `surrogateescape`).
 */
export function textOfOctets(buffer: Buffer): string {
  const text = buffer.toString()
  if (!text.includes('\ufffd')) return text
  return buffer
    .toString('latin1')
    .replaceAll(wellFormedOrNot, (run, good: string | undefined) =>
      good === undefined ? String.fromCharCode(0xdc00 + run.charCodeAt(0)) : Buffer.from(good, 'latin1').toString(),
    )
}

/** The octets of a text, those included that {@link textOfOctets} could not read. */
export function octetsOf(text: string): Buffer {
  if (!unreadable.test(text)) return Buffer.from(text)
  const latin = text.replaceAll(/[\udc80-\udcff]|[^\0-\x7f]/gu, (character) => {
    const code = character.charCodeAt(0)
    const isOctet = character.length === 1 && code >= 0xdc80 && code <= 0xdcff
    return isOctet ? String.fromCharCode(code - 0xdc00) : Buffer.from(character).toString('latin1')
  })
  return Buffer.from(latin, 'latin1')
}

/** What a configuration or a user says is UTF-8: it goes into a header as these octets, each in a character of its own. */
export function octets(text: string): string {
  return octetsOf(text).toString('latin1')
}

/** The text of a header field or a target, whose octets Node gives as one character each. */
export function textOfField(value: string): string {
  return /[\x80-\xff]/.test(value) ? textOfOctets(Buffer.from(value, 'latin1')) : value
}

/** A text for a URL: the octets of some characters become `%xx`, with letters in lower case as the real server writes them. */
export function percentEncoded(text: string, escaped: RegExp): string {
  if (text.search(escaped) === -1) return text
  return text.replaceAll(escaped, (run) => Array.from(octetsOf(run), hex).join(''))
}

/** The octets that a text with `%xx` stands for; undefined where a `%` is not followed by two digits. */
export function percentDecoded(text: string): string | undefined {
  if (!text.includes('%')) return text
  if (/%(?![\da-f]{2})/i.test(text)) return undefined
  const plain = octets(text).replaceAll(/%(..)/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  return textOfField(plain)
}

function hex(octet: number): string {
  return `%${octet.toString(16).padStart(2, '0')}`
}

/** A text without what no screen can show: octets that belong to no character as `\xe9`. */
export function shownOctets(text: string): string {
  return text.replaceAll(/[\udc80-\udcff]/gu, (octet) => `\\x${(octet.charCodeAt(0) - 0xdc00).toString(16)}`)
}

/** Octets that belong to no character: low surrogates without a high one. */
const unreadable = /[\udc80-\udcff]/u

/** Runs of well-formed UTF-8 (RFC 3629, 4), or one octet beyond ASCII that begins none. */
const wellFormedOrNot = new RegExp(
  [
    '((?:[\\0-\\x7f]',
    '[\\xc2-\\xdf][\\x80-\\xbf]',
    '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]',
    '[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}',
    '\\xed[\\x80-\\x9f][\\x80-\\xbf]',
    '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}',
    '[\\xf1-\\xf3][\\x80-\\xbf]{3}',
    '\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2})+)',
    '[\\x80-\\xff]',
  ].join('|'),
  'g',
)
