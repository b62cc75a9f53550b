/**
 * The options of the session cookie: checked once, when the transport is made, and turned into the text of its attributes.
 *
 * @module
 */
import { optionError } from '../errors.ts'

/** How the session travels in a cookie. The defaults are right for an application that has its host for itself. */
export interface CookieOptions {
  /**
   * The cookie's name: an RFC 9110 token (default: `__Host-sid`; in development `sid-` and the application's name).
   * The prefixes `__Host-`, `__Secure-`, `__Http-` and `__Host-Http-` bring the rules that browsers enforce for them.
   */
  readonly name?: string
  /** The path the cookie is sent to, with everything below it (default: `/`). It is no boundary between applications. */
  readonly path?: string
  /**
   * A domain whose subdomains shall get the cookie too (default: none, only the host that set it). It needs a name
   * without `__Host-`, and every subdomain can then read and replace the session.
   */
  readonly domain?: string
  /** Whether the cookie travels over https only (default: true; in development false). It can be off in development only. */
  readonly secure?: boolean
  /** Whether the cookie is hidden from scripts (default: true). A script that can read it can carry it off. */
  readonly httpOnly?: boolean
  /**
   * Which requests from other sites carry the cookie: `strict` none, `lax` links to a page, `none` all of them, which
   * needs `secure` and a defence against forged requests (default: `lax`).
   */
  readonly sameSite?: 'strict' | 'lax' | 'none'
  /** Whether a page embedded in several sites has a session in each of them (CHIPS; default: false). Needs `secure`. */
  readonly partitioned?: boolean
  /** Which cookies Chromium drops last when a jar is full (default: none written, which means `medium`). */
  readonly priority?: 'low' | 'medium' | 'high'
  /** Whether the cookie outlives the browser, up to the session's end or 400 days (default: false: no Max-Age). */
  readonly persistent?: boolean
  /**
   * Paths on which earlier releases set the same name (default: none). A login and a logout remove it there; until then
   * such a visitor sends two cookies of one name, and neither is taken.
   */
  readonly formerPaths?: readonly string[]
}

/** What a cookie transport is made from. */
export interface CookieTransportInput {
  /** The application's name; part of the cookie's name in development, where ports share one jar. */
  readonly application: string
  /** Whether the application is being developed over plain http; never derived from a request. */
  readonly development: boolean
  /** The options of the cookie (default: all defaults). */
  readonly cookie?: CookieOptions | undefined
}

/** What reading and writing need, all of it checked. */
export interface ResolvedCookie {
  /** The cookie's name. */
  readonly name: string
  /** The attributes of every answer, from the first `; ` on, without Max-Age. */
  readonly attributes: string
  /** The attributes of the namesakes on former paths. */
  readonly formerAttributes: readonly string[]
  /** Whether Max-Age is written. */
  readonly persistent: boolean
}

/** The octets of name and value together that a browser keeps; it drops a longer cookie silently (RFC 6265bis 5.6). */
export const maxCookieOctets = 4096

/** The octets of an attribute's value; a browser ignores a longer attribute (RFC 6265bis 5.6). */
const maxAttributeOctets = 1024

/** The shortest carrier there is: the token of a stored session. */
const tokenOctets = 64

/** RFC 9110 5.6.2, token. */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const notToken = /[^!#$&'*+\-.^_`|~0-9A-Za-z]/gu

/** RFC 3986 3.3, path-absolute, without `;` (ends an attribute) and `,` (ends a header line where lines are folded). */
const cookiePath = /^\/[\w\-.~%!$&'()*+=:@/]*$/

/** RFC 1034 3.5 with at least two labels; the last begins with a letter, which no IP address does. */
const cookieDomain = /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z](?:[a-z\d-]{0,61}[a-z\d])?$/i

const sameSiteText = { strict: 'Strict', lax: 'Lax', none: 'None' } as const
const priorityText = { low: 'Low', medium: 'Medium', high: 'High' } as const

interface Settings extends Required<Omit<CookieOptions, 'domain' | 'priority'>> {
  readonly domain: CookieOptions['domain'] | undefined
  readonly priority: CookieOptions['priority'] | undefined
}

const known: Readonly<Record<keyof CookieOptions, true>> = {
  name: true,
  path: true,
  domain: true,
  secure: true,
  httpOnly: true,
  sameSite: true,
  partitioned: true,
  priority: true,
  persistent: true,
  formerPaths: true,
}

/**
 * Checks the options and writes down the attributes.
 *
 * @throws SekishoUsageError `ERR_OPTION` for whatever a browser would refuse, cut or ignore, and for what is unsafe.
 */
export function resolveCookie(input: CookieTransportInput): ResolvedCookie {
  const settings = withDefaults(input)
  checkName(settings, input)
  checkScope(settings)
  checkSecure(settings, input.development)
  checkPrefix(settings)
  return Object.freeze({
    name: settings.name,
    attributes: attributesFor(settings, settings.path),
    formerAttributes: Object.freeze(settings.formerPaths.map((path) => attributesFor(settings, path))),
    persistent: settings.persistent,
  })
}

function withDefaults({ application, development, cookie = {} }: CookieTransportInput): Settings {
  if (typeof application !== 'string' || application === '') throw optionError('application', 'a name', application)
  if (typeof development !== 'boolean') throw optionError('development', 'true or false', development)
  if (typeof cookie !== 'object' || cookie === null) throw optionError('cookie', 'an object', cookie)
  for (const [key, value] of Object.entries(cookie)) {
    // A misspelt `samesite` must not pass for a setting.
    if (!Object.hasOwn(known, key))
      throw optionError(`cookie.${key}`, `absent; there are ${Object.keys(known).join(', ')}`, value)
  }
  return {
    name: cookie.name ?? (development ? developmentName(application) : '__Host-sid'),
    path: cookie.path ?? '/',
    domain: cookie.domain,
    secure: flag(cookie, 'secure', !development),
    httpOnly: flag(cookie, 'httpOnly', true),
    sameSite: choice('sameSite', cookie.sameSite ?? 'lax', sameSiteText),
    partitioned: flag(cookie, 'partitioned', false),
    priority: cookie.priority === undefined ? undefined : choice('priority', cookie.priority, priorityText),
    persistent: flag(cookie, 'persistent', false),
    formerPaths: cookie.formerPaths ?? [],
  }
}

/** Two applications must not meet in one name: whatever is no token character, and `%`, becomes %XX. */
function developmentName(application: string): string {
  return `sid-${application.replace(notToken, percentEncoded)}`
}

function percentEncoded(character: string): string {
  const octets = Array.from(new TextEncoder().encode(character))
  return octets.map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}

function flag(cookie: CookieOptions, option: keyof CookieOptions, fallback: boolean): boolean {
  const value: unknown = cookie[option] ?? fallback
  if (typeof value !== 'boolean') throw optionError(`cookie.${option}`, 'true or false', value)
  return value
}

function choice<T extends string>(option: string, value: T, texts: Readonly<Record<T, string>>): T {
  if (typeof value === 'string' && Object.hasOwn(texts, value)) return value
  throw optionError(`cookie.${option}`, `one of ${Object.keys(texts).join(', ')}`, value)
}

function checkName({ name }: Settings, { application, development }: CookieTransportInput): void {
  if (typeof name !== 'string' || !token.test(name)) {
    throw optionError('cookie.name', "a token: letters, digits and !#$%&'*+-.^_`|~", name)
  }
  if (name.length + tokenOctets > maxCookieOctets) {
    const limit = maxCookieOctets - tokenOctets
    throw optionError('cookie.name', `at most ${limit} octets, so that a token still fits`, name)
  }
  if (!development && name === developmentName(application)) {
    throw optionError('cookie.name', 'another one: this is the name of the plain-http cookie of development', name)
  }
}

function checkScope({ path, domain, formerPaths }: Settings): void {
  checkPath('cookie.path', path)
  if (domain !== undefined && (typeof domain !== 'string' || !cookieDomain.test(domain))) {
    const expected =
      'a host name of two labels or more in ASCII (xn-- for others), neither an address nor with a dot in front'
    throw optionError('cookie.domain', expected, domain)
  }
  if (!Array.isArray(formerPaths)) throw optionError('cookie.formerPaths', 'an array of paths', formerPaths)
  for (const [index, former] of formerPaths.entries()) {
    const option = `cookie.formerPaths[${index}]`
    checkPath(option, former)
    if (former === path) throw optionError(option, 'another path than `cookie.path`, which is in use', former)
    if (formerPaths.indexOf(former) < index) throw optionError(option, 'named once', former)
  }
}

function checkPath(option: string, path: unknown): void {
  if (typeof path !== 'string' || !cookiePath.test(path)) {
    throw optionError(option, 'a path from `/` on, percent-encoded, without `;` and `,`', path)
  }
  if (path.length > maxAttributeOctets) {
    throw optionError(option, `at most ${maxAttributeOctets} octets; browsers ignore a longer one`, path)
  }
}

function checkSecure({ secure, sameSite, partitioned }: Settings, development: boolean): void {
  if (secure) return
  if (!development) throw optionError('cookie.secure', 'true, unless `development` is true', secure)
  // RFC 6265bis 5.7 and CHIPS: such a cookie is not stored. Chromium keeps a Secure one on http://localhost.
  const withSecure = 'together with `cookie.secure: true`, which Chromium keeps on http://localhost'
  if (sameSite === 'none') throw optionError('cookie.sameSite', `strict or lax, or ${withSecure}`, sameSite)
  if (partitioned) throw optionError('cookie.partitioned', `false, or ${withSecure}`, partitioned)
}

/** RFC 6265bis 4.1.3 and 5.4 (`__Http-`: the layered cookies draft): browsers refuse what breaks these, in any case. */
function checkPrefix({ name, secure, httpOnly, path, domain, formerPaths }: Settings): void {
  const prefix = /^__(?:host-http|host|http|secure)-/i.exec(name)?.[0]
  if (prefix === undefined) return
  const kind = prefix.toLowerCase()
  if (!secure) {
    throw optionError('cookie.name', `without ${prefix}, which needs Secure (\`cookie.secure: true\`)`, name)
  }
  if (kind.endsWith('http-') && !httpOnly) {
    throw optionError('cookie.httpOnly', `true with a ${prefix} name`, httpOnly)
  }
  if (!kind.startsWith('__host-')) return
  const otherName = `with a ${prefix} name; for more than that choose a name such as __Secure-sid`
  if (path !== '/') throw optionError('cookie.path', `/ ${otherName}`, path)
  if (domain !== undefined) throw optionError('cookie.domain', `absent ${otherName}`, domain)
  if (formerPaths.length > 0) {
    throw optionError('cookie.formerPaths', `empty with a ${prefix} name, which never had another path`, formerPaths)
  }
}

/** SameSite is always written: a cookie without it still goes along with cross-site POSTs for two minutes. */
function attributesFor(settings: Settings, path: string): string {
  let attributes = `; Path=${path}`
  if (settings.domain !== undefined) attributes += `; Domain=${settings.domain}`
  if (settings.secure) attributes += '; Secure'
  if (settings.httpOnly) attributes += '; HttpOnly'
  attributes += `; SameSite=${sameSiteText[settings.sameSite]}`
  if (settings.partitioned) attributes += '; Partitioned'
  if (settings.priority !== undefined) attributes += `; Priority=${priorityText[settings.priority]}`
  return attributes
}
