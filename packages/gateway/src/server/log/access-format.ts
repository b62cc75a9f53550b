import type { LogField, LogPart } from '../../config/log-format.ts'
import { textOfField } from '../../lib/octets.ts'
import { escapeControls } from './error-log.ts'

/** A request that was answered, as an access log sees it. */
export interface LoggedRequest {
  readonly method: string
  /** As it came. */
  readonly target: string
  readonly path: string
  readonly query: string | undefined
  readonly protocol: string
  /** That of the visitor, and that at the other end of the connection. */
  readonly remoteAddress: string
  readonly peerAddress: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
  /** The name that the server calls itself by. */
  readonly serverName: string
  readonly user: string | undefined
  readonly file: string | undefined
  /** Milliseconds since 1970. */
  readonly arrivedAt: number
  readonly elapsedMs: number
  /** What was sent, also where that is the page of an error; 0 for nothing. */
  readonly status: number
  /** Octets of the body that were sent. */
  readonly bytes: number
  /** Octets sent with headers, and octets received; estimated where only the whole connection is counted. */
  readonly sentBytes: number
  readonly receivedBytes: number
  /** How many requests the connection had carried before. */
  readonly earlierRequests: number
  /** `X` the client went away, `+` the connection stays, `-` it ends. */
  readonly connectionState: 'X' | '+' | '-'
  /** @param name In lower case. */
  header(name: string): string | undefined
  answerHeader(name: string): string | undefined
  cookie(name: string): string | undefined
  environment(name: string): string | undefined
  noted(name: string): string | undefined
}

type Writer = (request: LoggedRequest) => string

/** Prepares a format for all requests. */
export function lineWriter(parts: readonly LogPart[]): Writer {
  const writers = parts.map((part) => (typeof part === 'string' ? () => part : guarded(part)))
  return (request) => {
    let line = ''
    for (const write of writers) line += write(request)
    return `${line}\n`
  }
}

function guarded(field: LogField): Writer {
  const write = writerOf(field)
  const { statuses } = field
  if (statuses === undefined) return write
  return (request) => (statuses.listed.has(request.status) === statuses.negated ? '-' : write(request))
}

/** What proves who somebody is has no place in a log. */
const secretHeaders = new Set(['cookie', 'set-cookie', 'authorization', 'proxy-authorization', 'session'])

function writerOf({ letter, argument }: LogField): Writer {
  if (argument === undefined) return plainField(letter)
  const name = argument.toLowerCase()
  const text = (value: string | undefined): string => (value === undefined || value === '' ? '-' : escaped(value))
  switch (letter) {
    case 'a':
      return argument === 'c' ? ({ peerAddress }) => peerAddress : plainField(letter)
    case 'i':
      return secretHeaders.has(name) ? () => '-' : (request) => text(fieldText(request.header(name)))
    case 'o':
      return secretHeaders.has(name) ? () => '-' : (request) => text(fieldText(request.answerHeader(name)))
    case 'e':
      return argument === 'HTTP_SESSION' ? () => '-' : (request) => text(request.environment(argument))
    case 'C':
      return (request) => text(fieldText(request.cookie(argument)))
    case 'n':
      return (request) => text(request.noted(argument))
    case 'p':
      return argument === 'remote' ? ({ remotePort }) => String(remotePort) : ({ localPort }) => String(localPort)
    case 't':
      return timeField(argument)
    case 'T':
      return durationField(argument)
    default:
      return plainField(letter)
  }
}

const plainFields: Readonly<Record<string, Writer>> = {
  a: ({ remoteAddress }) => remoteAddress,
  A: ({ localAddress }) => localAddress,
  b: ({ bytes }) => (bytes === 0 ? '-' : String(bytes)),
  B: ({ bytes }) => String(bytes),
  D: ({ elapsedMs }) => String(Math.round(elapsedMs * 1000)),
  f: ({ file }) => (file === undefined ? '-' : escaped(file)),
  h: ({ remoteAddress }) => remoteAddress,
  H: ({ protocol }) => protocol,
  I: ({ receivedBytes }) => String(receivedBytes),
  k: ({ earlierRequests }) => String(earlierRequests),
  m: ({ method }) => escaped(method),
  O: ({ sentBytes }) => String(sentBytes),
  p: ({ localPort }) => String(localPort),
  P: () => String(process.pid),
  q: ({ query }) => (query === undefined ? '' : escaped(textOfField(`?${query}`))),
  r: ({ method, target, protocol }) => escaped(textOfField(`${method} ${target} ${protocol}`)),
  s: ({ status }) => (status === 0 ? '-' : String(status)),
  S: ({ sentBytes, receivedBytes }) => String(sentBytes + receivedBytes),
  t: ({ arrivedAt }) => `[${commonTime(arrivedAt)}]`,
  T: ({ elapsedMs }) => String(Math.floor(elapsedMs / 1000)),
  u: ({ user }) => (user === undefined ? '-' : user === '' ? '""' : escaped(user)), // oxlint-disable-line eslint/no-nested-ternary
  U: ({ path }) => escaped(path),
  v: ({ serverName }) => serverName,
  V: ({ serverName }) => serverName,
  X: ({ connectionState }) => connectionState,
}

/** What the gateway has no notion of (`%l`, `%R`, `%L`) is a dash, as in the real server. */
function plainField(letter: string): Writer {
  return plainFields[letter] ?? (() => '-')
}

function durationField(unit: string): Writer {
  const factors: Readonly<Record<string, number>> = { us: 1000, ms: 1, s: 0.001 }
  const factor = factors[unit] ?? 0.001
  return ({ elapsedMs }) => String(Math.floor(elapsedMs * factor))
}

function timeField(format: string): Writer {
  const epochs: Readonly<Record<string, (ms: number) => number>> = {
    sec: (ms) => Math.floor(ms / 1000),
    msec: (ms) => Math.floor(ms),
    usec: (ms) => Math.floor(ms * 1000),
    msec_frac: (ms) => Math.floor(ms) % 1000,
    usec_frac: (ms) => Math.floor(ms * 1000) % 1_000_000,
  }
  const plain = format.replace(/^(?:begin|end):?/, '')
  const moment = format.startsWith('end')
    ? (request: LoggedRequest) => request.arrivedAt + request.elapsedMs
    : (request: LoggedRequest) => request.arrivedAt
  const epoch = epochs[plain]
  if (epoch !== undefined) return (request) => String(epoch(moment(request)))
  return (request) => (plain === '' ? `[${commonTime(moment(request))}]` : strftime(plain, new Date(moment(request))))
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
let lastSecond = -1
let lastTime = ''

/** `22/Nov/2026:03:29:01 +0900`, composed once a second. */
function commonTime(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second === lastSecond) return lastTime
  lastSecond = second
  lastTime = strftime('%d/%b/%Y:%H:%M:%S %z', new Date(ms))
  return lastTime
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

function strftime(format: string, date: Date): string {
  const offset = -date.getTimezoneOffset()
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`
  const values: Readonly<Record<string, string>> = {
    Y: String(date.getFullYear()),
    y: two(date.getFullYear() % 100),
    m: two(date.getMonth() + 1),
    b: months[date.getMonth()] ?? '',
    d: two(date.getDate()),
    e: String(date.getDate()).padStart(2, ' '),
    H: two(date.getHours()),
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
    s: String(Math.floor(date.getTime() / 1000)),
    z: zone,
    F: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    T: `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
    '%': '%',
  }
  return format.replaceAll(/%(.)/g, (whole, letter: string) => values[letter] ?? whole)
}

/** Quotes and backslashes are escaped too: a field in quotes ends where the format says. */
function escaped(text: string): string {
  return /["\\\p{Cc}\p{Cs}]/u.test(text) ? escapeControls(text.replaceAll(/["\\]/g, String.raw`\$&`)) : text
}

function fieldText(value: string | undefined): string | undefined {
  return value === undefined ? undefined : textOfField(value)
}
