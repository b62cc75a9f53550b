import { createHash } from 'node:crypto'

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
  readonly remoteAddress?: string | undefined
  readonly user?: string | undefined
  readonly authType?: string | undefined
  /** A header's value, several joined with `, `. @param name In lower case. */
  header(name: string): string | undefined
  /** A variable of the request's environment. */
  environment?(name: string): string | undefined
}

type Variable = (request: ExpressionRequest) => string | undefined

const header =
  (name: string): Variable =>
  (request) =>
    request.header(name)

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
  ['QUERY_STRING', ({ query }) => query],
  ['THE_REQUEST', ({ method, target, path, protocol = 'HTTP/1.1' }) => `${method} ${target ?? path} ${protocol}`],
  ['SERVER_PROTOCOL', ({ protocol }) => protocol],
  ['SERVER_NAME', ({ host }) => host],
  ['SERVER_PORT', ({ port }) => port?.toString()],
  ['DOCUMENT_ROOT', ({ documentRoot }) => documentRoot],
  ['REMOTE_ADDR', ({ remoteAddress }) => remoteAddress],
  ['CONN_REMOTE_ADDR', ({ remoteAddress }) => remoteAddress],
  ['REMOTE_HOST', ({ remoteAddress }) => remoteAddress],
  ['REMOTE_USER', ({ user }) => user],
  ['AUTH_TYPE', ({ authType }) => authType],
  ['HTTPS', ({ scheme }) => (scheme === 'https' ? 'on' : 'off')],
  ['IPV6', ({ remoteAddress = '' }) => (remoteAddress.includes(':') ? 'on' : 'off')],
  ['HTTP_HOST', header('host')],
  ['HTTP_ACCEPT', header('accept')],
  ['HTTP_COOKIE', header('cookie')],
  ['HTTP_FORWARDED', header('forwarded')],
  ['HTTP_REFERER', header('referer')],
  ['HTTP_USER_AGENT', header('user-agent')],
  ['CONTENT_TYPE', header('content-type')],
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

type TextFunction = (argument: string, request: ExpressionRequest) => string

const fromRequest: TextFunction = (name, request) => request.header(name.toLowerCase()) ?? ''
const fromEnvironment: TextFunction = (name, request) => request.environment?.(name) ?? ''
const digest =
  (algorithm: 'md5' | 'sha1'): TextFunction =>
  (text) =>
    createHash(algorithm).update(text).digest('hex')

const functions: ReadonlyMap<string, TextFunction> = new Map<string, TextFunction>([
  ['http', fromRequest],
  ['req', fromRequest],
  ['req_novary', fromRequest],
  ['reqenv', fromEnvironment],
  ['env', fromEnvironment],
  ['osenv', (name) => process.env[name] ?? ''],
  ['tolower', (text) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())],
  ['toupper', (text) => text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase())],
  [
    'escape',
    (text) => encodeURI(text.replaceAll(/\p{Surrogate}/gu, '\ufffd')).replaceAll(/[?#;]/g, (sign) => `%${hex(sign)}`),
  ],
  ['unescape', unescapeText],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['unbase64', (text) => Buffer.from(text, 'base64').toString()],
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
  if (/%(?:2f|00)/i.test(text)) return ''
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

function hex(sign: string): string {
  return sign.charCodeAt(0).toString(16)
}
