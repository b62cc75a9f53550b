/**
 * The cookie of mod_session_cookie: the bytes of its Set-Cookie header, and how it is found among others.
 *
 * @module
 */
import { optionError, SekishoError, SekishoUsageError } from '../errors.ts'

/** What `SessionCookieName` says. */
export interface ApacheCookie {
  /** The cookie's name. */
  readonly name: string
  /** The attributes, verbatim as they were configured; empty: Apache's own, which are {@link defaultAttributes}. */
  readonly attributes: string
}

/** The attributes of a cookie that is configured by its name alone. */
export const defaultAttributes = 'HttpOnly;Secure;Version=1'

/** The octets of name and value that a browser keeps; it drops a longer cookie silently (RFC 6265bis 5.6). */
const maxOctets = 4096

/**
 * Reads the arguments of `SessionCookieName`, of which the first word is the name and all others are attributes. Nothing is
 * interpreted: quotes belong to the name, and a `#` at the end to the attributes.
 *
 * @param text The rest of the line behind the directive's name.
 * @throws SekishoUsageError `ERR_OPTION` for a name that Apache refuses, and for control characters.
 */
export function parseCookieName(text: string): ApacheCookie {
  const [, name = '', attributes = ''] = /^[ \t]*([^ \t]*)\s*(.*)$/s.exec(text) ?? []
  // Attributes and value end up in one header line.
  const isPlain = !hasControl(text.replaceAll('\t', ' '))
  if (name !== '' && !/[=&]/.test(name) && isPlain) return { name, attributes: attributes.trimEnd() }
  throw optionError('SessionCookieName', "a name that is not empty and contains no '=' or '&'", text)
}

/** How a session cookie is set. */
export interface CookieLifetime {
  /** Whole seconds for Max-Age; 0: none (default: 0). With `SessionCookieMaxAge Off`, leave it out. */
  readonly maxAge?: number
}

/**
 * The Set-Cookie header that brings a session to the client.
 *
 * @param cookie What `SessionCookieName` says.
 * @param value An encoded session, encrypted or not; empty: the cookie is removed.
 * @param lifetime The Max-Age.
 * @throws SekishoError `ERR_COOKIE_TOO_LARGE` for a cookie that a browser would drop; Apache would send it all the same.
 * @throws SekishoUsageError `ERR_ARGUMENT` for a value that ends within itself, which no session encodes to.
 */
export function setCookie(cookie: ApacheCookie, value: string, { maxAge = 0 }: CookieLifetime = {}): string {
  const { name, attributes } = cookie
  if (value === '') return removeCookie(cookie)
  checkValue(name, value)
  const age = maxAge > 0 ? `Max-Age=${maxAge};` : ''
  return `${name}=${value};${age}${attributes === '' ? defaultAttributes : attributes}`
}

/** The Set-Cookie header that removes a session from the client. Apache sends it twice; once is enough. */
export function removeCookie({ name, attributes }: ApacheCookie): string {
  return `${name}=;Max-Age=0;${attributes}`
}

/** What a Cookie header has of a name. */
export interface FoundCookie {
  /** Its value, verbatim, empty ones too; `undefined`: there is none, or there are several that differ. */
  readonly value: string | undefined
  /** Whether there are several that differ, of which none is taken. */
  readonly isAmbiguous: boolean
  /** The header without any cookie of that name, as `SessionCookieRemove` hands it on; `undefined`: nothing is left. */
  readonly others: string | undefined
}

/**
 * Finds a cookie as Apache does: a `,` separates cookies like a `;`, the name counts in its case, and what begins with a `$`
 * belongs to the cookie before it.
 *
 * @param header The Cookie header.
 * @param name The cookie's name.
 */
export function findCookie(header: string | undefined, name: string): FoundCookie {
  const values: string[] = []
  let others = ''
  let isCookieLeft = false
  let isOurs = false
  for (const { text, separator } of piecesOf(header ?? '')) {
    const trimmed = text.trimStart()
    const isAttribute = trimmed.startsWith('$')
    if (!isAttribute) isOurs = trimmed.startsWith(`${name}=`)
    if (isOurs && !isAttribute) values.push(trimmed.slice(name.length + 1))
    if (isOurs) continue
    if (!isAttribute) isCookieLeft = true
    others += others === '' ? trimmed : `${separator}${text}`
  }
  const isAmbiguous = values.some((value) => value !== values[0])
  return { value: isAmbiguous ? undefined : values[0], isAmbiguous, others: isCookieLeft ? others : undefined }
}

interface Piece {
  readonly text: string
  readonly separator: string
}

/** Without regular expressions: every request asks. Of several separators in a row, the last one belongs to the piece. */
function piecesOf(header: string): Piece[] {
  const pieces: Piece[] = []
  let separatorAt = 0
  let [comma, semicolon] = [placeOf(',', header, 0), placeOf(';', header, 0)]
  for (let at = 0; at < header.length;) {
    if (comma < at) comma = placeOf(',', header, at)
    if (semicolon < at) semicolon = placeOf(';', header, at)
    const end = Math.min(comma, semicolon)
    if (end === at) {
      separatorAt = at
      at += 1
      continue
    }
    pieces.push({ text: header.slice(at, end), separator: header.slice(separatorAt, at) })
    separatorAt = end
    at = end
  }
  return pieces
}

/** The end of the text where the character is not found. */
function placeOf(character: string, text: string, from: number): number {
  const at = text.indexOf(character, from)
  return at === -1 ? text.length : at
}

function checkValue(name: string, value: string): void {
  const octets = Buffer.byteLength(name) + Buffer.byteLength(value)
  if (octets > maxOctets) {
    const message = `cookie \`${name}\` would have ${octets} octets of name and value; browsers keep ${maxOctets}`
    throw new SekishoError('ERR_COOKIE_TOO_LARGE', message)
  }
  if (hasControl(value) || /[;,]/.test(value)) {
    throw new SekishoUsageError('ERR_ARGUMENT', 'argument `value` must be an encoded session, encrypted or not')
  }
}

function hasControl(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- they would end the header
  return /[\u0000-\u001f\u007f]/.test(text)
}
