/**
 * The session travels in a cookie.
 *
 * @module
 */
import { SekishoError, SekishoUsageError } from '../errors.ts'
import { maxCookieOctets, resolveCookie } from './cookie-options.ts'
import type { CookieTransportInput } from './cookie-options.ts'
import type { AnswerHeaders, Presented, RequestHeaders, Transport } from './contract.ts'

export type { CookieOptions, CookieTransportInput } from './cookie-options.ts'

/** The lifetime a browser grants at most: 400 days, in seconds (RFC 6265bis 5.5). */
const maxAgeLimit = 34_560_000

/** How many cookies of our name are looked at; an honest jar has one, or two after a path was changed. */
const maxNamesakes = 4

/** Max-Age wins where both are known (RFC 6265bis 5.7); the date is for clients that only know that. */
const expired = '; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT'

type NodeHeaders = Exclude<RequestHeaders, { get(name: string): string | null }>

const nothing: Presented = Object.freeze({})
const ambiguous: Presented = Object.freeze({ ambiguous: true })

/**
 * Makes the transport that keeps the carrier in a cookie.
 *
 * @param input The application's name, whether it is in development, and the options of the cookie.
 * @throws SekishoUsageError `ERR_OPTION` for options that are unsafe, or that a browser would refuse.
 *
 * @example
 * ```ts
 * const transport = cookieTransport({ application: 'shop', development: false })
 * transport.read(request.headers).carrier
 * ```
 */
export function cookieTransport(input: CookieTransportInput): Transport {
  const { name, attributes, formerAttributes, persistent } = resolveCookie(input)
  const namesake = namesakePattern(name)
  const maxValue = maxCookieOctets - name.length
  const expireFormer = formerAttributes.map((former) => `${name}=${former}${expired}`)
  const expireAll = [...expireFormer, `${name}=${attributes}${expired}`]

  return Object.freeze<Transport>({
    read(headers) {
      // A visitor may send a header called `get`; in Node's object that is a string. Several headers are one with `; `
      // between (RFC 9113 8.2.3).
      const header = typeof headers.get === 'function' ? headers.get('cookie') : (headers as NodeHeaders)['cookie']
      if (header === null || header === undefined) return nothing
      const text = typeof header === 'string' ? header : header.join('; ')
      let carrier: string | undefined
      let namesakes = 0
      namesake.lastIndex = 0
      for (let hit = namesake.exec(text); hit !== null; hit = namesake.exec(text)) {
        if (++namesakes > maxNamesakes) return ambiguous
        const value = hit[2]
        // A broken one was not presented, but counts as a namesake.
        if (value === undefined || value.length > maxValue) continue
        if (carrier !== undefined && value !== carrier) return ambiguous
        carrier = value
      }
      return carrier === undefined ? nothing : { carrier }
    },
    write(headers, change) {
      if (change.kind === 'set') {
        checkCarrier(name, change.carrier)
        const cookie = `${name}=${change.carrier}${attributes}${persistent ? maxAge(change.maxAge) : ''}`
        // Last of all, so that a client which tells cookies apart by name only ends up with the new one.
        putCookies(headers, change.login ? [...expireFormer, cookie] : [cookie])
        forbidStoring(headers)
      } else if (change.kind === 'expire') {
        putCookies(headers, expireAll)
        forbidStoring(headers)
      }
      const vary = headers.get('vary')
      headers.set('vary', vary === null ? 'Cookie' : mergeVary(vary, 'Cookie'))
    },
  })
}

/**
 * Adds a field to a `Vary` header.
 *
 * @param existing The header as it is, `null` when absent.
 * @param field The name of the request header that the answer depends on.
 * @returns The header as it was when it names the field already, or `*`; otherwise with the field added.
 */
export function mergeVary(existing: string | null, field: string): string {
  if (existing === null || existing.trim() === '') return field
  const wanted = field.toLowerCase()
  const covered = existing.split(',').some((entry) => {
    const present = entry.trim().toLowerCase()
    return present === '*' || present === wanted
  })
  return covered ? existing : `${existing}, ${field}`
}

/** RFC 6265bis 4.1.1: visible US-ASCII without `"`, `,`, `;` and `\`. */
const cookieOctets = String.raw`[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+`
const cookieText = new RegExp(`^${cookieOctets}$`)

/**
 * Finds every cookie of a name: at the start or behind a `;`, with the white space that RFC 6265bis 5.6 tolerates, and
 * its value, in quotes or not, as the second group; a broken one has none. A comma separates nothing: values may contain
 * it. Each place is looked at once, and a value twice at most, whatever the header holds.
 */
function namesakePattern(name: string): RegExp {
  const escaped = name.replaceAll(/\W/g, String.raw`\$&`)
  const value = String.raw`[ \t]*("?)(${cookieOctets})\1[ \t]*(?=;|$)`
  return new RegExp(String.raw`(?:^|;)[ \t]*${escaped}[ \t]*=(?:${value})?`, 'g')
}

function checkCarrier(name: string, carrier: string): void {
  const octets = name.length + carrier.length
  if (octets > maxCookieOctets) {
    const message = `cookie \`${name}\` would have ${octets} octets (name ${name.length}, value ${carrier.length}); browsers keep ${maxCookieOctets}`
    throw new SekishoError('ERR_COOKIE_TOO_LARGE', message)
  }
  if (!cookieText.test(carrier)) {
    throw new SekishoUsageError('ERR_ARGUMENT', 'argument `carrier` must be text that a cookie can carry as it is')
  }
}

/** Never 0, which would remove the cookie. No Expires beside it: it depends on the visitor's clock. */
function maxAge(seconds: number): string {
  return `; Max-Age=${Math.min(maxAgeLimit, Math.max(1, Math.floor(seconds)))}`
}

/**
 * Adds the cookies, in place of those that an earlier `write` put into the same answer (RFC 6265bis 4.1.1 wants a name
 * once; only namesakes on former paths have it twice). Headers that cannot list their cookies just get them added.
 */
function putCookies(headers: AnswerHeaders, cookies: readonly string[]): void {
  const present = headers.getSetCookie?.() ?? []
  const replaced = present.length === 0 ? undefined : new Set(cookies.map(identity))
  const kept = present.filter((earlier) => replaced?.has(identity(earlier)) === false)
  if (kept.length === present.length) {
    for (const cookie of cookies) headers.append('set-cookie', cookie)
    return
  }
  for (const [index, cookie] of [...kept, ...cookies].entries()) {
    if (index === 0) headers.set('set-cookie', cookie)
    else headers.append('set-cookie', cookie)
  }
}

/** A cookie that we wrote, without what tells two writes apart. */
function identity(cookie: string): string {
  return cookie.replace(/=[^;]*/, '=').replace(/; Max-Age=.*/, '')
}

/** The directives that can stand beside `no-store`. All others loosen it, must-understand too (RFC 9111 5.2.2.3). */
const strictDirective = /^(?:private|no-cache|no-transform|must-revalidate|proxy-revalidate)\s*(?:=|$)/i

/** An answer that hands out or takes away a session is for one visitor, once. */
function forbidStoring(headers: AnswerHeaders): void {
  headers.set('cache-control', withNoStore(headers.get('cache-control') ?? ''))
  // RFC 9213: a CDN that finds this field does not look at the other one.
  const targeted = headers.get('cdn-cache-control')
  if (targeted !== null) headers.set('cdn-cache-control', withNoStore(targeted))
}

function withNoStore(existing: string): string {
  if (existing === '') return 'no-store'
  // Elements of a list; a comma inside a quoted string, as in private="a, b", separates nothing.
  const directives = existing.match(/(?:[^,"]|"(?:\\.|[^"\\])*"?)+/g) ?? []
  const kept = directives.map((text) => text.trim()).filter((text) => strictDirective.test(text))
  return [...kept, 'no-store'].join(', ')
}
