import { SekishoUsageError } from '../errors.ts'
import { escapeRaw, escapeText, normalize, unescape } from './octets.ts'

const int64 = { max: 2n ** 63n - 1n, min: -(2n ** 63n) } as const

/** The key under which the time of expiry travels. */
const expiryKey = 'expiry'

interface Entry {
  readonly key: string
  readonly value: string
}

/**
 * A session as Apache's mod_session keeps it: texts by key, and a time of expiry. Read and written byte for byte as the real
 * server does it, its peculiarities included:
 *
 * - Keys are the same whatever the case of their ASCII letters; the first spelling and the first place stay.
 * - Values are octets without 0. A text is taken and given as UTF-8.
 * - The encoded form is `key=value&key=value`, with `expiry=<microseconds>` for the time of expiry. The first time that a
 *   session with one is encoded, it also becomes an entry, and so keeps its place among the others from then on.
 *
 * Nothing that a client or an application sends makes reading throw.
 *
 * @example
 * ```ts
 * const session = ApacheSession.decode('cart=tea&expiry=1795286717556000')
 * session.set('cart', 'coffee')
 * session.encode() // cart=coffee&expiry=1795286717556000
 * ```
 */
export class ApacheSession {
  /** When the session ends, in microseconds since 1970; `0n`: never. */
  expiry = 0n
  /** In escaped form, by the key in lower case. */
  #entries = new Map<string, Entry>()

  /**
   * Reads an encoded session.
   *
   * @param encoded As it stands in a header or is decrypted: one character for each octet.
   */
  static decode(encoded: string): ApacheSession {
    const session = new ApacheSession()
    session.merge(encoded)
    return session
  }

  /**
   * Reads an encoded session into this one, as `SessionHeader` does: keys that it names are replaced, keys that it names
   * without a value are removed, all others stay. A pair with a broken escape, or with the octet 0, is ignored.
   *
   * @param encoded As in {@link ApacheSession.decode}.
   */
  merge(encoded: string): void {
    for (const pair of encoded.split('&')) this.#mergePair(pair)
  }

  /** How many entries it has. The time of expiry is one once it was encoded. */
  get size(): number {
    return this.#entries.size
  }

  /** Whether it has no entry but the time of expiry. */
  get isEmpty(): boolean {
    return this.#entries.size === (this.#entries.has(expiryKey) ? 1 : 0)
  }

  /** Whether there is such a key. */
  has(key: string): boolean {
    return this.#entries.has(fold(escapeText(key)))
  }

  /** The value of a key as text; octets that are no UTF-8 read as U+FFFD, see {@link ApacheSession.octets}. */
  get(key: string): string | undefined {
    return this.octets(key)?.toString()
  }

  /** The value of a key as it is. */
  octets(key: string): Buffer | undefined {
    const entry = this.#entries.get(fold(escapeText(key)))
    return entry === undefined ? undefined : unescape(entry.value)
  }

  /**
   * Sets a key. One that is there in whatever case keeps its spelling and place. An empty value is written, but Apache and
   * {@link ApacheSession.decode} take it as absent.
   *
   * @param key Not empty, and not `expiry`, for which there is {@link ApacheSession.expiry}.
   * @param value A text or octets, without the octet 0.
   * @throws SekishoUsageError `ERR_ARGUMENT` for what the encoded form cannot carry.
   */
  set(key: string, value: string | Uint8Array): this {
    if (key === expiryKey || key === '') throw argumentError('key', 'not be empty, and not be `expiry`')
    this.#put(carriable('key', key), carriable('value', value))
    return this
  }

  /** Removes a key. @returns Whether it was there. */
  delete(key: string): boolean {
    return this.#entries.delete(fold(escapeText(key)))
  }

  /** Keys and values as text, in their order. */
  *[Symbol.iterator](): IterableIterator<[key: string, value: string]> {
    for (const { key, value } of this.#entries.values()) yield [unescape(key).toString(), unescape(value).toString()]
  }

  /** Another session with the same content. */
  copy(): ApacheSession {
    const copy = new ApacheSession()
    copy.expiry = this.expiry
    copy.#entries = new Map(this.#entries)
    return copy
  }

  /** The session as text: ASCII, and safe in a cookie or header. Empty when there is neither a key nor a time of expiry. */
  encode(): string {
    if (this.expiry !== 0n) this.#put(expiryKey, this.expiry.toString())
    let text = ''
    for (const { key, value } of this.#entries.values()) text += `${text === '' ? '' : '&'}${key}=${value}`
    return text
  }

  /** The `=` before a key are skipped, those in a value belong to it: apr_strtok. */
  #mergePair(pair: string): void {
    let from = 0
    while (pair[from] === '=') from += 1
    const found = pair.indexOf('=', from)
    const end = found === -1 ? pair.length : found
    const [rawKey, rawValue] = [pair.slice(from, end), pair.slice(end + 1)]
    if (rawKey === '') return
    // Removed by the key as it was sent, in which nothing has been unescaped.
    if (rawValue === '') return void this.#entries.delete(fold(escapeRaw(rawKey)))
    const [key, value] = [normalize(rawKey), normalize(rawValue)]
    if (key === undefined || value === undefined) return
    if (key === expiryKey) this.expiry = toInt64(unescape(value).toString('latin1'))
    else this.#put(key, value)
  }

  #put(key: string, value: string): void {
    const folded = fold(key)
    this.#entries.set(folded, { key: this.#entries.get(folded)?.key ?? key, value })
  }
}

/** An escaped form has no letters but ASCII ones, and its escapes are in lower case already. */
function fold(key: string): string {
  return key.toLowerCase()
}

/** `strtoll`: white space, a sign, digits; what follows is ignored, and what is too large stays at the limit. */
function toInt64(text: string): bigint {
  const [, sign = '', digits = ''] = /^[ \t-\r]*([+-]?)0*(\d*)/.exec(text) ?? []
  const limit = sign === '-' ? int64.min : int64.max
  if (digits.length > 19) return limit
  const value = BigInt(digits) * (sign === '-' ? -1n : 1n)
  if (value > int64.max || value < int64.min) return limit
  return value
}

function carriable(argument: string, content: string | Uint8Array): string {
  const form = escapeText(content)
  const isWhole = typeof content !== 'string' || !/\p{Surrogate}/u.test(content)
  if (isWhole && !form.includes('%00')) return form
  throw argumentError(argument, 'be text that has a form in UTF-8, or octets, without the octet 0')
}

function argumentError(argument: string, expected: string): SekishoUsageError {
  return new SekishoUsageError('ERR_ARGUMENT', `argument \`${argument}\` must ${expected}`)
}
