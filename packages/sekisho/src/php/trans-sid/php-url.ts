/** An address in the parts that PHP's `parse_url` finds; control characters in them are `_`. */
export interface PhpUrl {
  readonly scheme?: string
  readonly user?: string
  readonly pass?: string
  readonly host?: string
  readonly port?: number
  readonly path?: string
  readonly query?: string
  readonly fragment?: string
}

/** What stands after the authority, or all of an address without one. */
const tail = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s
const schemeName = /^[A-Za-z0-9+.-]+$/
const port = /^\d{1,5}$/
const maxPort = 65_535
// oxlint-disable-next-line no-control-regex -- iscntrl()
const control = /[\u0000-\u001f\u007f]/g

/**
 * Takes an address apart as `parse_url` does, whatever a browser makes of it.
 *
 * @param url One character for each octet.
 * @returns Undefined for what PHP takes for no address.
 */
export function parsePhpUrl(url: string): PhpUrl | undefined {
  const colon = url.indexOf(':')
  if (colon > 0) return schemeName.test(url.slice(0, colon)) ? withScheme(url, colon) : withColon(url, colon)
  if (colon === 0) return maybePort(url, 0)
  return url.startsWith('//') ? authority(url.slice(2), {}) : path(url, {})
}

function withScheme(url: string, colon: number): PhpUrl | undefined {
  const scheme = { scheme: url.slice(0, colon) }
  const rest = url.slice(colon + 1)
  if (rest === '') return scheme
  if (!rest.startsWith('/')) {
    // `example.com:80` is a host and a port.
    const digits = /^\d*/.exec(rest)?.[0].length ?? 0
    const endsThere = digits === rest.length || rest[digits] === '/'
    return endsThere && digits < 6 ? maybePort(url, colon) : path(rest, scheme)
  }
  if (!rest.startsWith('//')) return path(rest, scheme)
  const isFile = scheme.scheme.toLowerCase() === 'file' && rest[2] === '/'
  return isFile ? path(rest[4] === ':' ? rest.slice(3) : rest.slice(2), scheme) : authority(rest.slice(2), scheme)
}

/** A colon comes after what is no scheme. */
function withColon(url: string, colon: number): PhpUrl | undefined {
  const query = url.search(/[?#]/)
  const isBeforeQuery = colon < (query === -1 ? url.length : query)
  if (colon + 1 < url.length && isBeforeQuery) return maybePort(url, colon)
  return url.startsWith('//') ? authority(url.slice(2), {}) : path(url, {})
}

/** Perhaps a port comes after the first colon. */
function maybePort(url: string, colon: number): PhpUrl | undefined {
  const rest = url.slice(colon + 1)
  const digits = /^\d{0,6}/.exec(rest)?.[0] ?? ''
  const isRelative = url.startsWith('//')
  const isPort = port.test(digits) && (digits.length === rest.length || rest[digits.length] === '/')
  if (isPort && Number(digits) > maxPort) return undefined
  if (isPort) return authority(isRelative ? url.slice(2) : url, { port: Number(digits) })
  if (rest === '') return undefined
  return isRelative ? authority(url.slice(2), {}) : path(url, {})
}

function authority(rest: string, known: PhpUrl): PhpUrl | undefined {
  const found = rest.search(/[/?#]/)
  const end = found === -1 ? rest.length : found
  const at = rest.lastIndexOf('@', end - 1)
  const login = at === -1 ? {} : loginOf(rest.slice(0, at))
  const address = hostOf(rest.slice(at + 1, end), known)
  if (address === undefined) return undefined
  const url = { ...known, ...login, ...address }
  return end === rest.length ? url : path(rest.slice(end), url)
}

function loginOf(login: string): PhpUrl {
  const colon = login.indexOf(':')
  if (colon === -1) return { user: clean(login) }
  return { user: clean(login.slice(0, colon)), pass: clean(login.slice(colon + 1)) }
}

function hostOf(text: string, { port: known }: PhpUrl): PhpUrl | undefined {
  const isAddress = text.startsWith('[') && text.endsWith(']')
  const colon = isAddress ? -1 : text.lastIndexOf(':')
  const host = colon === -1 ? text : text.slice(0, colon)
  if (host === '') return undefined
  const digits = colon === -1 ? '' : text.slice(colon + 1)
  if (digits === '' || known !== undefined) return { host: clean(host) }
  const number = leadingInteger(digits)
  return digits.length > 5 || number === undefined ? undefined : { host: clean(host), port: number }
}

/** `strtol`, within the limits of a port. */
function leadingInteger(text: string): number | undefined {
  const [digits] = /^[ \t-\r]*[+-]?\d+/.exec(text) ?? []
  const value = Number(digits)
  return digits === undefined || value < 0 || value > maxPort ? undefined : value
}

function path(rest: string, known: PhpUrl): PhpUrl {
  const [, before = '', query, fragment] = tail.exec(rest) ?? []
  return {
    ...known,
    ...(before !== '' || rest === '' ? { path: clean(before) } : {}),
    ...(query === undefined ? {} : { query: clean(query) }),
    ...(fragment === undefined ? {} : { fragment: clean(fragment) }),
  }
}

function clean(part: string): string {
  return part.replaceAll(control, '_')
}
