import { isIP } from 'node:net'
import { parseSetCookie, type SetCookie } from './set-cookie.ts'

/** Where a page is. */
export interface PageAddress {
  readonly scheme: 'http' | 'https'
  /** Without a port; IPv6 with or without brackets. */
  readonly host: string
  /** A path; undefined where it is not known, and then not judged. */
  readonly path: string | undefined
}

/** What a browser thinks of a cookie. */
export type JarProblem =
  | { readonly kind: 'unreadable' | 'too-large' | 'ended' }
  | { readonly kind: 'insecure'; readonly isAtHome: boolean }
  | { readonly kind: 'prefix'; readonly prefix: string; readonly lacks: string }
  | { readonly kind: 'same-site' }
  | { readonly kind: 'domain'; readonly domain: string }
  | { readonly kind: 'path'; readonly path: string }

/** What browsers keep of name and value together, in octets (RFC 6265bis 5.7, step 3). */
const mostOctets = 4096

/**
 * What keeps a browser from keeping a cookie, or from returning it to where it came from: the rules of RFC 6265bis 5.6 to 5.8 as
 * Chromium and Firefox follow them. Empty: it is kept and comes back.
 */
export function jarProblems(line: string, page: PageAddress): JarProblem[] {
  const cookie = parseSetCookie(line)
  if (cookie === undefined) return [{ kind: 'unreadable' }]
  const { name, value } = cookie
  const problems: (JarProblem | undefined)[] = [
    Buffer.byteLength(name) + Buffer.byteLength(value) > mostOctets ? { kind: 'too-large' } : undefined,
    endOf(cookie),
    insecure(cookie, page),
    prefixProblem(cookie, page),
    sameSite(cookie),
    domainProblem(cookie, page),
    pathProblem(cookie, page),
  ]
  return problems.filter((problem) => problem !== undefined)
}

/** `Max-Age` has precedence over `Expires`; 0 and less mean the past. */
function endOf({ attributes }: SetCookie): JarProblem | undefined {
  const maxAge = attributes.get('max-age')
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0 ? { kind: 'ended' } : undefined
  const expires = Date.parse(attributes.get('expires') ?? '')
  return expires <= Date.now() ? { kind: 'ended' } : undefined
}

/** Chromium and Firefox take plain http on this very machine for secure; Safari does not. */
function insecure({ attributes }: SetCookie, { scheme, host }: PageAddress): JarProblem | undefined {
  if (!attributes.has('secure') || scheme === 'https') return undefined
  return { kind: 'insecure', isAtHome: isAtHome(host) }
}

/** Whether a host is this machine, for browsers. */
function isAtHome(host: string): boolean {
  return /^(?:localhost|[^.]+(?:\.[^.]+)*\.localhost|127(?:\.\d+){3}|\[?::1\]?)$/.test(host)
}

function prefixProblem({ name, attributes }: SetCookie, { path }: PageAddress): JarProblem | undefined {
  const [, prefix] = /^(__(?:Secure|Host|Http|Host-Http)-)/i.exec(name) ?? []
  if (prefix === undefined) return undefined
  if (!attributes.has('secure')) return { kind: 'prefix', prefix, lacks: 'Secure' }
  if (!/^__host-/i.test(prefix)) return undefined
  if ((attributes.get('domain') ?? '') !== '') return { kind: 'prefix', prefix, lacks: 'to be without Domain' }
  const given = attributes.get('path') ?? (path === undefined ? '/' : defaultPath(path))
  return given === '/' ? undefined : { kind: 'prefix', prefix, lacks: 'Path=/' }
}

function sameSite({ attributes }: SetCookie): JarProblem | undefined {
  const isNone = attributes.get('samesite')?.toLowerCase() === 'none'
  return isNone && !attributes.has('secure') ? { kind: 'same-site' } : undefined
}

function domainProblem({ attributes }: SetCookie, { host }: PageAddress): JarProblem | undefined {
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase() ?? ''
  if (domain === '' || domain === host) return undefined
  const isAbove = isIP(host.replaceAll(/[[\]]/g, '')) === 0 && host.endsWith(`.${domain}`)
  // A name without a dot is a public suffix, such as `com`.
  return isAbove && domain.includes('.') ? undefined : { kind: 'domain', domain }
}

function pathProblem({ attributes }: SetCookie, { path }: PageAddress): JarProblem | undefined {
  const given = attributes.get('path')
  if (given === undefined || !given.startsWith('/') || path === undefined) return undefined
  const matches = path === given || path.startsWith(given.endsWith('/') ? given : `${given}/`)
  return matches ? undefined : { kind: 'path', path: given }
}

/** What counts for a cookie without a path: the directory of the page (RFC 6265bis 5.1.4). */
function defaultPath(path: string): string {
  const last = path.lastIndexOf('/')
  return last <= 0 ? '/' : path.slice(0, last)
}
