/**
 * Writes the session's id into the links and forms of an answer, while it goes out.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PhpSession } from '../functions/php-session.ts'
import { LinkRewriter } from '../trans-sid/link-rewriter.ts'
import { headersOfBody, isPage, type PageHeaders } from '../trans-sid/page-kind.ts'

/** Changes the calls that send an answer. */
export interface BodyFilter {
  /** The arguments of `write`. */
  write(args: unknown[]): unknown[]
  /** The arguments of `end`. */
  end(args: unknown[]): unknown[]
}

/**
 * What rewrites an answer; `undefined` where nothing is to be rewritten: the session is carried by a cookie, or the answer is no
 * page. PHP rewrites every body, JSON too.
 *
 * @param head The arguments of `writeHead` so far, whose headers are put into the answer: its length is not what it will be.
 */
export function filterFor(
  req: IncomingMessage,
  res: ServerResponse,
  { session, head }: { readonly session: PhpSession; readonly head: unknown[] | undefined },
): BodyFilter | undefined {
  if (session.transSid === undefined) return undefined
  layHeaders(res, head)
  if (!isPage(headersOf(res), !session.isSafe)) return undefined
  for (const name of headersOfBody) res.removeHeader(name)
  return new LinkFilter(session, new LinkRewriter(rulesOf(session, req.headers.host)))
}

function rulesOf(session: PhpSession, host: string | undefined): ConstructorParameters<typeof LinkRewriter>[0] {
  return {
    variables: variablesOf(session),
    tags: session.iniGet('session.trans_sid_tags'),
    hosts: session.iniGet('session.trans_sid_hosts'),
    host,
    separator: String(session.iniGet('arg_separator.output') ?? '&'),
    isClassic: !session.isSafe,
  }
}

function variablesOf({ transSid }: PhpSession): readonly (readonly [string, string])[] {
  return transSid === undefined ? [] : [[transSid.name, transSid.id]]
}

function headersOf(res: ServerResponse): PageHeaders {
  const text = (name: string): string | undefined => res.getHeader(name)?.toString()
  return { contentType: text('Content-Type'), contentEncoding: text('Content-Encoding') }
}

/** Takes the headers out of held-back arguments of `writeHead`, which are left with the status. */
function layHeaders(res: ServerResponse, head: unknown[] | undefined): void {
  const headers: unknown = head?.findLast((part) => typeof part === 'object' && part !== null)
  if (head === undefined || headers === undefined) return
  head.splice(head.indexOf(headers), 1)
  const flat = Array.isArray(headers) ? headers.flat().map(String) : []
  const pairs = Array.isArray(headers)
    ? Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at], flat[2 * at + 1]] as const)
    : Object.entries(headers as Record<string, string | number | string[]>)
  for (const [name, value] of pairs) if (name !== undefined && value !== undefined) res.setHeader(name, value)
}

class LinkFilter implements BodyFilter {
  readonly #session: PhpSession
  readonly #rewriter: LinkRewriter
  #id: string | undefined

  constructor(session: PhpSession, rewriter: LinkRewriter) {
    this.#session = session
    this.#rewriter = rewriter
    this.#id = session.transSid?.id
  }

  write([chunk, ...rest]: unknown[]): unknown[] {
    return [this.#push(chunk, rest[0]), ...callbackOf(rest)]
  }

  end([chunk, ...rest]: unknown[]): unknown[] {
    const isBody = typeof chunk === 'string' || chunk instanceof Uint8Array
    const last = isBody ? [this.#push(chunk, rest[0])] : []
    return [Buffer.concat([...last, this.#rewriter.end()]), ...callbackOf([chunk, ...rest])]
  }

  #push(chunk: unknown, encoding: unknown): Uint8Array {
    const { transSid } = this.#session
    if (transSid?.id !== this.#id) this.#rewriter.carry(variablesOf(this.#session))
    this.#id = transSid?.id
    if (typeof chunk !== 'string') return this.#rewriter.push(chunk as Uint8Array)
    return this.#rewriter.push(Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'))
  }
}

function callbackOf(args: readonly unknown[]): unknown[] {
  return args.filter((arg) => typeof arg === 'function')
}
