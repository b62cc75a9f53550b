import { createHash } from 'node:crypto'
import { octetsOf, percentDecoded, percentEncoded, textOfField, textOfOctets } from '../../lib/octets.ts'

/** What an expression may ask about a request. */
export interface ExpressionRequest {
  readonly method: string
  /** The path, decoded and normalized, without the query. */
  readonly path: string
  /** As it came: path and query. */
  readonly target?: string | undefined
  /** Without the `?`. */
  readonly query?: string | undefined
  readonly scheme?: 'http' | 'https' | undefined
  /** `HTTP/1.1`. */
  readonly protocol?: string | undefined
  /** The host that was asked for, without the port. */
  readonly host?: string | undefined
  readonly port?: number | undefined
  /** The file that the path stands for. */
  readonly file?: string | undefined
  readonly documentRoot?: string | undefined
  /** The address of the visitor. */
  readonly remoteAddress?: string | undefined
  /** The address at the other end of the connection (default: that of the visitor). */
  readonly peerAddress?: string | undefined
  readonly user?: string | undefined
  readonly authType?: string | undefined
  /** What is answered, as far as that is known (default 200). */
  readonly status?: number | undefined
  /** A header's value, several joined with `, `. @param name In lower case. */
  header(name: string): string | undefined
  /** Is told of each header that an expression asks about, for `Vary`. @param name In the spelling of the expression. */
  variesWith?(name: string): void
  /** A variable of the request's environment. */
  environment?(name: string): string | undefined
}

type Variable = (request: ExpressionRequest) => string | undefined

const header =
  (name: string): Variable =>
  (request) => {
    request.variesWith?.(name)
    return fieldText(name, request)
  }

const time =
  (from: number, to: number): Variable =>
  () =>
    new Date().toISOString().replaceAll(/\D/g, '').slice(from, to)

const variables: ReadonlyMap<string, Variable> = new Map<string, Variable>([
  ['REQUEST_METHOD', ({ method }) => method],
  ['REQUEST_URI', ({ path }) => path],
  ['REQUEST_SCHEME', ({ scheme }) => scheme],
  ['REQUEST_FILENAME', ({ file }) => file],
  ['SCRIPT_FILENAME', ({ file }) => file],
  ['QUERY_STRING', ({ query = '' }) => textOfField(query)],
  ['THE_REQUEST', requestLine],
  ['SERVER_PROTOCOL', ({ protocol }) => protocol],
  ['SERVER_NAME', ({ host }) => host],
  ['SERVER_PORT', ({ port }) => port?.toString()],
  ['REQUEST_STATUS', ({ status = 200 }) => String(status)],
  ['DOCUMENT_ROOT', ({ documentRoot }) => documentRoot],
  ['REMOTE_ADDR', ({ remoteAddress }) => remoteAddress],
  ['CONN_REMOTE_ADDR', ({ remoteAddress, peerAddress = remoteAddress }) => peerAddress],
  ['REMOTE_HOST', ({ remoteAddress }) => remoteAddress],
  ['REMOTE_USER', ({ user }) => user],
  ['AUTH_TYPE', ({ authType }) => authType],
  ['HTTPS', ({ scheme }) => (scheme === 'https' ? 'on' : 'off')],
  ['IPV6', ({ remoteAddress = '' }) => (remoteAddress.includes(':') ? 'on' : 'off')],
  ['HTTP_HOST', header('Host')],
  ['HTTP_ACCEPT', header('Accept')],
  ['HTTP_COOKIE', header('Cookie')],
  ['HTTP_FORWARDED', header('Forwarded')],
  ['HTTP_REFERER', header('Referer')],
  ['HTTP_USER_AGENT', header('User-Agent')],
  ['CONTENT_TYPE', (request) => fieldText('content-type', request)],
  ['SERVER_SOFTWARE', () => 'Sekisho'],
  ['IS_SUBREQ', () => 'false'],
  ['TIME', time(0, 14)],
  ['TIME_YEAR', time(0, 4)],
  ['TIME_MON', time(4, 6)],
  ['TIME_DAY', time(6, 8)],
  ['TIME_HOUR', time(8, 10)],
  ['TIME_MIN', time(10, 12)],
  ['TIME_SEC', time(12, 14)],
  ['TIME_WDAY', () => String(new Date().getUTCDay())],
])

function requestLine({ method, target, path, protocol = 'HTTP/1.1' }: ExpressionRequest): string {
  return `${method} ${target === undefined ? path : textOfField(target)} ${protocol}`
}

type TextFunction = (argument: string, request: ExpressionRequest) => string

const fromRequest: TextFunction = (name, request) => {
  request.variesWith?.(name)
  return fieldText(name, request)
}
const fromEnvironment: TextFunction = (name, request) => request.environment?.(name) ?? ''
const digest =
  (algorithm: 'md5' | 'sha1'): TextFunction =>
  (text) =>
    createHash(algorithm).update(octetsOf(text)).digest('hex')

const functions: ReadonlyMap<string, TextFunction> = new Map<string, TextFunction>([
  ['http', fromRequest],
  ['req', fromRequest],
  ['req_novary', fieldText],
  ['reqenv', fromEnvironment],
  ['env', fromEnvironment],
  ['osenv', (name) => process.env[name] ?? ''],
  ['tolower', (text) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())],
  ['toupper', (text) => text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase())],
  ['escape', (text) => percentEncoded(text, /[^\w.~!$&'()*+,=:@/-]+/g)],
  ['unescape', unescapeText],
  ['base64', (text) => octetsOf(text).toString('base64')],
  ['unbase64', (text) => textOfOctets(Buffer.from(text, 'base64'))],
  ['md5', digest('md5')],
  ['sha1', digest('sha1')],
])

const unaryOperators = new Set(['-n', '-z', '-T', '-R'])
const integerOperators = ['eq', 'ne', 'lt', 'le', 'gt', 'ge']
const binaryOperators = new Set(
  ['==', '=', '!=', '<', '<=', '>', '>=', '-strmatch', '-strcmatch', '-fnmatch', '-ipmatch'].concat(
    integerOperators.flatMap((name) => [name, `-${name}`]),
  ),
)

/** True for the name of a variable; its case does not matter. */
export function isVariable(name: string): boolean {
  return variables.has(name.toUpperCase())
}

/** True for the name of a function; its case does not matter. */
export function isFunction(name: string): boolean {
  return functions.has(name.toLowerCase())
}

/** True for an operator such as `-n`. */
export function isUnaryOperator(operator: string): boolean {
  return unaryOperators.has(operator)
}

/** True for an operator such as `==`, `-eq` or `-ipmatch`. */
export function isBinaryOperator(operator: string): boolean {
  return binaryOperators.has(operator)
}

/** The value of a variable (in upper case) for a request; empty when it has none. */
export function variableValue(name: string, request: ExpressionRequest): string {
  return variables.get(name)?.(request) ?? ''
}

/** Calls a function by its name in lower case. */
export function callFunction(name: string, argument: string, request: ExpressionRequest): string {
  return functions.get(name)?.(argument, request) ?? ''
}

/** A text with a bad escape, an escaped slash or an escaped NUL has no unescaped form. */
function unescapeText(text: string): string {
  return /%(?:2f|00)/i.test(text) ? '' : (percentDecoded(text) ?? '')
}

function fieldText(name: string, request: ExpressionRequest): string {
  return textOfField(request.header(name.toLowerCase()) ?? '')
}
