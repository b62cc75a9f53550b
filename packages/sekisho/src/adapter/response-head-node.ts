/**
 * The head of an answer of Node's `http`: read and merged as Node does, changed by a commit, closed to everybody else, replaced.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import type { AnswerHeaders } from '../transport/contract.ts'
import type { PlainAnswer } from './unavailable.ts'

type HeaderValue = number | string | readonly string[]

/** What `writeHead` was given. */
export interface Head {
  readonly code: number
  readonly reason: string | undefined
  readonly headers: unknown
}

/** The arguments of `writeHead(status[, reason][, headers])`, sorted out. */
export function headOf([status, second, third]: unknown[]): Head {
  const code = Number(status) | 0
  if (typeof second === 'string') return { code, reason: second, headers: third }
  return { code, reason: undefined, headers: third ?? second }
}

/** Whether Node will take this head, as far as it does not look into the headers. */
export function isHead(res: ServerResponse, { code, reason, headers }: Head): boolean {
  if (code < 100 || code > 999) return false
  // RFC 9112 4: a reason phrase is made of tab, space, visible and obs-text octets. Most answers leave it to Node.
  const phrase = reason ?? res.statusMessage
  if (phrase && /[^\t\x20-\x7e\x80-\xff]/.test(phrase)) return false
  return !Array.isArray(headers) || Array.isArray(headers[0]) || headers.length % 2 === 0
}

/**
 * Puts what `writeHead` was given into `res`, as Node does after a `setHeader`: a name replaces what was set, in its place
 * from an object and at the end from an array. A name given twice stays twice.
 */
export function mergeHead(res: ServerResponse, { code, reason, headers }: Head): void {
  res.statusCode = code
  if (reason !== undefined) res.statusMessage = reason
  if (headers === undefined) return
  const entries = headerEntries(headers)
  if (Array.isArray(headers)) for (const [name] of entries) if (res.hasHeader(name)) res.removeHeader(name)
  const given = new Set<string>()
  for (const [name, value] of entries) {
    const key = name.toLowerCase()
    res.setHeader(name, given.has(key) ? beside(res.getHeader(name), value) : value)
    given.add(key)
  }
}

/** The headers as a commit sees and changes them; they stay open to it when {@link closeHead} closes them to the others. */
export class OpenHead implements AnswerHeaders {
  readonly #res: ServerResponse
  readonly #setHeader: ServerResponse['setHeader']

  constructor(res: ServerResponse) {
    this.#res = res
    this.#setHeader = res.setHeader
  }

  get(name: string): string | null {
    const value = this.#res.getHeader(name)
    if (value === undefined) return null
    return Array.isArray(value) ? value.join(', ') : String(value)
  }

  set(name: string, value: string): void {
    this.#setHeader.call(this.#res, name, value)
  }

  append(name: string, value: string): void {
    this.#setHeader.call(this.#res, name, beside(this.#res.getHeader(name), value))
  }
}

/** What is queued behind a closed head. */
interface Queued {
  readonly bytes: number
  readonly needsDrain: boolean
}

const queued = Symbol('queued')

type Masked = ServerResponse & { [queued]?: Queued }

/** The face of an answer whose headers are sent: what hides the members of these names. */
const closedFace: PropertyDescriptorMap & ThisType<Masked> = {
  headersSent: { value: true },
  setHeader: { value: refusal('set') },
  setHeaders: { value: refusal('set') },
  appendHeader: { value: refusal('append') },
  removeHeader: { value: refusal('remove') },
  // Called by middleware such as compression, which looks at Node's private `_header`, and not at `headersSent`.
  _implicitHeader: { value() {} },
  writableFinished: { value: false }, // before Node 24 it follows from `finished`
  writableNeedDrain: {
    get() {
      return this[queued]?.needsDrain ?? false
    },
  },
  writableLength: {
    get() {
      return this[queued]?.bytes ?? 0
    },
  },
}
const closedNames = Object.keys(closedFace)

/** The face in front of a class of answers. Made once for each: properties that come and go make an object slow for good. */
const masks = new WeakMap<object, object>()

/**
 * Shows the face that `res` has when its headers are sent.
 *
 * @returns What takes the mask off.
 */
export function closeHead(res: ServerResponse): () => void {
  const prototype = Object.getPrototypeOf(res) as object
  let mask = masks.get(prototype)
  if (mask === undefined) masks.set(prototype, (mask = Object.create(prototype, closedFace) as object))
  const show = hideOwn(res)
  Object.setPrototypeOf(res, mask)
  return () => {
    if (Object.getPrototypeOf(res) === mask) Object.setPrototypeOf(res, prototype)
    show?.()
  }
}

/** Puts members of the answer's own aside, such as a `setHeader` that some middleware has wrapped. */
function hideOwn(res: ServerResponse): (() => void) | undefined {
  const own = closedNames.filter((name) => Object.hasOwn(res, name))
  if (own.length === 0) return undefined
  const before = own.map((name) => [name, Object.getOwnPropertyDescriptor(res, name)] as const)
  for (const name of own) Reflect.deleteProperty(res, name)
  return () => {
    for (const [name, descriptor] of before) if (descriptor !== undefined) Object.defineProperty(res, name, descriptor)
  }
}

/** Shows, in a closed head, how much is queued. */
export function showQueued(res: ServerResponse, bytes: number, needsDrain: boolean): void {
  ;(res as Masked)[queued] = { bytes, needsDrain }
}

/** The error of Node for a header that comes too late. */
export function tooLate(verb: string): Error {
  const message = `Cannot ${verb} headers after they are sent to the client`
  return Object.assign(new Error(message), { code: 'ERR_HTTP_HEADERS_SENT' })
}

/** Puts a plain answer's head in place of whatever was prepared: the application's cookies belong to what is not sent. */
export function replaceHead(res: ServerResponse, { status, headers, body }: PlainAnswer): void {
  for (const name of res.getHeaderNames()) res.removeHeader(name)
  res.statusCode = status
  res.statusMessage = '' // so that Node takes its own
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.setHeader('content-length', body.length) // ASCII; given, because Node counts nothing for HEAD
}

/** Sends a plain answer in place of whatever was prepared. */
export function sendPlain(res: ServerResponse, plain: PlainAnswer): void {
  replaceHead(res, plain)
  res.end(plain.body)
}

/** The pairs of an object, of a flat array or of an array of pairs. */
function headerEntries(headers: unknown): (readonly [string, HeaderValue])[] {
  if (!Array.isArray(headers)) return Object.entries((headers ?? {}) as Record<string, HeaderValue>)
  if (Array.isArray(headers[0])) return headers as [string, HeaderValue][]
  return Array.from({ length: headers.length / 2 }, (_, at) => [headers[2 * at], headers[2 * at + 1]] as const)
}

/**
 * A value beside those that are there. `appendHeader` is no help: it pushes into the array that the application gave to
 * `setHeader`, which may serve every visitor, and one visitor's cookie would go out to the next.
 */
function beside(before: HeaderValue | undefined, value: HeaderValue): HeaderValue {
  return before === undefined ? value : [before, value].flat().map(String)
}

function refusal(verb: string): () => never {
  return () => {
    throw tooLate(verb)
  }
}
