/**
 * Lists of header fields as node has them: names and values in turn, in the order and case in which they came.
 *
 * @module
 */

/** For one connection only, whatever `Connection` says (RFC 9110, 7.6.1; the rest is custom). */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** What a `Connection` field must not take away: it says where a message goes and where it ends. */
const lasting: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding', 'trailer', 'expect'])

/** What has no place in a trailer: it frames, routes or authorizes (RFC 9110, 6.5.1), or tells who the visitor is. */
const headOnly: ReadonlySet<string> = new Set([
  ...hopByHop,
  ...lasting,
  'authorization',
  'cookie',
  'set-cookie',
  'content-encoding',
  'content-range',
  'content-type',
  'forwarded',
  'proxy',
])

/**
 * What a client says to the app: without what is for one connection only, without the fields that its `Connection` names,
 * without `Proxy` (which CGI programs take for the variable HTTP_PROXY), without other spellings of these; cookies in one field, and of HTTP/2 `:authority`
 * as `Host`. Fields that the gateway adds afterwards are safe from `Connection`.
 *
 * @param rawHeaders As node gives them.
 * @returns A new list.
 */
export function clientFields(rawHeaders: readonly string[]): string[] {
  const named = namedByConnection(rawHeaders)
  const fields: string[] = []
  let cookie = -1
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    const value = rawHeaders[at + 1] as string
    const lower = name.toLowerCase()
    if (isForConnection(lower) || named?.has(lower) === true) continue
    if (lower === 'cookie' && cookie !== -1) fields[cookie] += `; ${value}`
    else if (!lower.startsWith(':')) fields.push(name, value)
    else if (lower === ':authority' && !has(rawHeaders, 'host')) fields.push('Host', value)
    if (lower === 'cookie' && cookie === -1) cookie = fields.length - 1
  }
  return fields
}

/** Also by a spelling that some programs cannot tell from it: see {@link foldedName}. */
function isForConnection(lower: string): boolean {
  if (hopByHop.has(lower) || lower === 'proxy') return true
  if (!/[^a-z\d:-]/.test(lower)) return false
  const folded = foldedName(lower)
  return hopByHop.has(folded) || lasting.has(folded) || folded === 'proxy'
}

/** How a request goes to the app. */
export interface Sending {
  /** The `Host` of the target; undefined: the one in the list is kept. */
  readonly host: string | undefined
  /** The target's, where the list has none. */
  readonly otherwise: string
  /** The length of the body where it is known; undefined: there is none, or it is sent in chunks. */
  readonly length: number | undefined
  /** True: the body is sent in chunks, with trailers where there are any. */
  readonly chunked: boolean
  /** True: the client waits for a `100 Continue`. */
  readonly expect: boolean
  /** True: the client takes trailers. */
  readonly trailers: boolean
  /** What the connection is to become. */
  readonly upgrade?: string | undefined
}

/** The fields that go to the app: framing and `Host` as the sending has them, nothing that is for one connection only. */
export function fieldsForApp(list: readonly string[], sending: Sending): string[] {
  const fields: string[] = []
  let host = false
  let { length } = sending
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] as string
    const value = list[at + 1] as string
    const lower = name.toLowerCase()
    switch (lower) {
      case 'host':
        if (!host) fields.push(name, sending.host ?? value)
        host = true
        break
      case 'content-length':
        if (length !== undefined) fields.push(name, String(length))
        length = undefined
        break
      case 'expect':
        if (sending.expect) fields.push(name, value)
        break
      case 'trailer':
        if (sending.chunked) fields.push(name, value)
        break
      default:
        if (!hopByHop.has(lower) && !lower.startsWith(':')) fields.push(name, value)
    }
  }
  if (!host) fields.unshift('Host', sending.host ?? sending.otherwise)
  if (length !== undefined) fields.push('Content-Length', String(length))
  addConnection(fields, sending)
  return fields
}

/** What is for the connection to the app. */
function addConnection(fields: string[], { chunked, trailers, upgrade }: Sending): void {
  if (upgrade !== undefined) fields.push('Connection', 'Upgrade', 'Upgrade', upgrade)
  else if (trailers) fields.push('TE', 'trailers', 'Connection', 'TE')
  if (chunked) fields.push('Transfer-Encoding', 'chunked')
}

/** What is known of an answer. */
export interface AnswerShape {
  /** False: `HEAD` was asked, or the status has no body. */
  readonly body: boolean
  /** The status of the answer. */
  readonly status: number
  /** True: a body without a length is sent to the client in chunks, and trailers can follow. */
  readonly trailers: boolean
}

/** The fields of an app's answer that are for the client. @param rawHeaders As node gives them. */
export function fieldsForClient(rawHeaders: readonly string[], shape: AnswerShape): string[] {
  const named = namedByConnection(rawHeaders)
  const length = shape.status !== 204 && shape.status >= 200
  const trailer = shape.trailers && shape.body && !has(rawHeaders, 'content-length')
  const fields: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    const lower = name.toLowerCase()
    if (hopByHop.has(lower) || named?.has(lower) === true) continue
    if ((lower === 'content-length' && !length) || (lower === 'trailer' && !trailer)) continue
    fields.push(name, rawHeaders[at + 1] as string)
  }
  return fields
}

/** The fields of a trailer that may be passed on, in pairs as node takes them. */
export function trailerPairs(
  rawTrailers: readonly string[],
  isInternal: (name: string) => boolean = () => false,
): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let at = 0; at < rawTrailers.length; at += 2) {
    const name = rawTrailers[at] as string
    const plain = foldedName(name)
    if (!headOnly.has(plain) && !plain.startsWith('x-forwarded-') && !isInternal(plain))
      pairs.push([name, rawTrailers[at + 1] as string])
  }
  return pairs
}

/**
 * A name as programs see it that get fields in variables (CGI, WSGI, PHP): they cannot tell `X_Remote_User` and
 * `X.Remote.User` from `X-Remote-User`. What a client must not say has to be looked for by this name.
 */
export function foldedName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z\d]/g, '-')
}

/**
 * Puts `Content-Length` behind `Content-Disposition` where that holds more than ASCII: node decodes the latter as UTF-8 once
 * it knows a length, and then writes it as Latin-1, which destroys a file name. Changes the list.
 */
export function lengthLast(fields: string[]): void {
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string
    if (name.length !== 19 || name.toLowerCase() !== 'content-disposition') continue
    const length = indexOf(fields, 'content-length')
    if (length !== -1 && length < at && /[^\t -~]/.test(fields[at + 1] as string))
      fields.push(...fields.splice(length, 2))
  }
}

/** The value of the first field with this name. @param name In lower case. */
export function fieldValue(fields: readonly string[], name: string): string | undefined {
  const at = indexOf(fields, name)
  return at === -1 ? undefined : fields[at + 1]
}

function has(fields: readonly string[], name: string): boolean {
  return indexOf(fields, name) !== -1
}

function indexOf(fields: readonly string[], name: string): number {
  for (let at = 0; at < fields.length; at += 2)
    if (fields[at]?.length === name.length && fields[at]?.toLowerCase() === name) return at
  return -1
}

/** Undefined in the usual case, where `Connection` says no more than keep-alive or close. */
function namedByConnection(fields: readonly string[]): Set<string> | undefined {
  let named: Set<string> | undefined
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue
    const value = (fields[at + 1] as string).toLowerCase()
    if (value === 'keep-alive' || value === 'close') continue
    for (const option of value.split(',')) {
      const plain = option.trim()
      if (!lasting.has(plain)) (named ??= new Set()).add(plain)
    }
  }
  return named
}
