/**
 * What the session functions write into an answer: the cookie and the headers of the cache limiter, octet by octet as PHP does.
 *
 * @module
 */
import type { RequestIni } from '../ini/settings.ts'
import { urlEncoded } from './request.ts'

/** The head of an answer; an answer of Node's `http`, and so one of Express, is such a head. */
export interface PhpAnswer {
  /** Whether the headers have gone, so that nothing can be added. */
  readonly headersSent: boolean
  /** What a header holds. */
  getHeader(name: string): number | string | readonly string[] | undefined
  /** Replaces a header; several values are several lines. */
  setHeader(name: string, value: string | readonly string[]): unknown
  /** Removes a header. */
  removeHeader(name: string): void
}

/** An answer that only keeps what is written into it: for scripts without HTTP, and for tests. */
export class RecordedAnswer implements PhpAnswer {
  /** Set it to see what happens after the headers have gone. */
  headersSent = false
  readonly #headers = new Map<string, { readonly name: string; readonly values: readonly string[] }>()

  getHeader(name: string): readonly string[] | undefined {
    return this.#headers.get(name.toLowerCase())?.values
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#headers.set(name.toLowerCase(), { name, values: typeof value === 'string' ? [value] : [...value] })
  }

  removeHeader(name: string): void {
    this.#headers.delete(name.toLowerCase())
  }

  /** The headers as lines, in the order in which they were first set. */
  get lines(): string[] {
    return [...this.#headers.values()].flatMap(({ name, values }) => values.map((value) => `${name}: ${value}`))
  }
}

/** How long a cookie lives and whom it is for. */
export interface CookieParams {
  /** Seconds; 0: until the browser is closed. */
  readonly lifetime: number
  /** The path below which it is sent; empty: that of the page that sets it. */
  readonly path: string
  /** The domain it is sent to, and all below; empty: this host alone. */
  readonly domain: string
  /** Whether it is sent over https only. */
  readonly secure: boolean
  /** Whether pages in frames have one per embedding site; absent before PHP 8.5. */
  readonly partitioned?: boolean
  /** Whether it is kept from scripts. */
  readonly httponly: boolean
  /** Which requests of other sites carry it: `Lax`, `Strict` or `None`; empty: the browser decides. */
  readonly samesite: string
}

/** What the directives say of the cookie. */
export function cookieParams(ini: RequestIni): Required<CookieParams> {
  return {
    lifetime: ini.get('session.cookie_lifetime'),
    path: ini.get('session.cookie_path'),
    domain: ini.get('session.cookie_domain'),
    secure: ini.get('session.cookie_secure'),
    partitioned: ini.get('session.cookie_partitioned'),
    httponly: ini.get('session.cookie_httponly'),
    samesite: ini.get('session.cookie_samesite'),
  }
}

/** The cookie that brings an id. @param now Milliseconds since 1970. */
export function cookieText(ini: RequestIni, id: string, now: number): string {
  const lifetime = ini.get('session.cookie_lifetime')
  const pair = `${ini.get('session.name')}=${urlEncoded(id)}`
  if (lifetime <= 0) return pair + attributes(ini)
  const expires = dateText(Math.floor(now / 1000) + lifetime)
  const expiry = expires === undefined ? '' : `; expires=${expires}`
  return `${pair}${expiry}; Max-Age=${lifetime}${attributes(ini)}`
}

/** The cookie that takes it away: the same attributes, because a browser removes only what lies at the same place. */
export function deletionText(ini: RequestIni): string {
  const past = 'expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0'
  return `${ini.get('session.name')}=deleted; ${past}${attributes(ini)}`
}

function attributes(ini: RequestIni): string {
  const { path, domain, secure, partitioned, httponly, samesite } = cookieParams(ini)
  return [
    path === '' ? '' : `; path=${path}`,
    domain === '' ? '' : `; domain=${domain}`,
    secure ? '; secure' : '',
    partitioned ? '; Partitioned' : '',
    httponly ? '; HttpOnly' : '',
    samesite === '' ? '' : `; SameSite=${samesite}`,
  ].join('')
}

/** Puts a cookie last, in place of every other of the same name. @param text Absent: only the others go. */
export function putCookie(answer: PhpAnswer, name: string, text?: string): void {
  const others = cookieLines(answer).filter((line) => !line.startsWith(`${name}=`))
  const lines = text === undefined ? others : [...others, text]
  if (lines.length > 0) answer.setHeader('Set-Cookie', lines)
  else answer.removeHeader('Set-Cookie')
}

/** The cookies of an answer, one entry each. */
export function cookieLines(answer: PhpAnswer): readonly string[] {
  const present = answer.getHeader('Set-Cookie') ?? []
  return Array.isArray(present) ? (present as readonly string[]) : [String(present)]
}

/** `Sat, 21 Nov 2026 19:33:00 GMT`; `undefined` beyond what a date can be. */
function dateText(seconds: number): string | undefined {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? undefined : date.toUTCString()
}

/** When PHP's session extension was young: a date that has passed. */
const longAgo = 'Thu, 19 Nov 1981 08:52:00 GMT'

/** What a cache limiter is made from. */
export interface LimiterTimes {
  /** Milliseconds since 1970. */
  readonly now: number
  /** When the page itself last changed, in milliseconds; `undefined`: no Last-Modified. */
  readonly modified: number | undefined
}

/** Writes the headers of `session.cache_limiter`. An unknown name writes none. */
export function limitCache(answer: PhpAnswer, ini: RequestIni, times: LimiterTimes): void {
  const seconds = ini.get('session.cache_expire') * 60
  const limiter = ini.get('session.cache_limiter').toLowerCase()
  for (const [name, value] of limiterHeaders(limiter, seconds, times)) {
    if (value !== undefined) answer.setHeader(name, value)
  }
}

function limiterHeaders(
  limiter: string,
  seconds: number,
  { now, modified }: LimiterTimes,
): readonly (readonly [name: string, value: string | undefined])[] {
  const lastModified = [
    'Last-Modified',
    modified === undefined ? undefined : dateText(Math.floor(modified / 1000)),
  ] as const
  const own = [['Cache-Control', `private, max-age=${seconds}`], lastModified] as const
  switch (limiter) {
    case 'nocache':
      return [
        ['Expires', longAgo],
        ['Cache-Control', 'no-store, no-cache, must-revalidate'],
        ['Pragma', 'no-cache'],
      ]
    case 'private':
      return [['Expires', longAgo], ...own]
    case 'private_no_expire':
      return own
    case 'public':
      return [
        ['Expires', dateText(Math.floor(now / 1000) + seconds)],
        ['Cache-Control', `public, max-age=${seconds}`],
        lastModified,
      ]
    default:
      return []
  }
}
