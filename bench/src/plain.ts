/**
 * Contenders that need no more than the text of the `Cookie` header and give no more than that of `Set-Cookie`: the floors,
 * and libraries that know neither framework nor server.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import type { Awaitable, FetchHandler, Mounted, NodeHandler } from './contract.ts'

/** What is answered. */
export interface PlainAnswer {
  readonly body: string
  /** The value of `Set-Cookie`. */
  readonly cookie?: string
}

/** A contender by the `Cookie` header alone. */
export interface Plain {
  create(): Awaitable<PlainAnswer>
  read(cookie: string | undefined): Awaitable<PlainAnswer>
  write(cookie: string | undefined): Awaitable<PlainAnswer>
  close?(): Awaitable<void>
}

/** Serves it in the manner of `fetch`. */
export function overFetch(plain: Plain): Mounted<FetchHandler> {
  const cookie = (request: Request): string | undefined => request.headers.get('cookie') ?? undefined
  return {
    handlers: {
      create: () => whenReady(plain.create(), responseOf),
      read: (request) => whenReady(plain.read(cookie(request)), responseOf),
      write: (request) => whenReady(plain.write(cookie(request)), responseOf),
    },
    close: () => plain.close?.(),
  }
}

/** Serves it in the manner of `node:http`. */
export function overNode(plain: Plain): Mounted<NodeHandler> {
  return {
    handlers: {
      create: (_, res) => whenReady(plain.create(), (answer) => send(res, answer)),
      read: (req, res) => whenReady(plain.read(req.headers.cookie), (answer) => send(res, answer)),
      write: (req, res) => whenReady(plain.write(req.headers.cookie), (answer) => send(res, answer)),
    },
    close: () => plain.close?.(),
  }
}

/** Goes on with a value, at once where it is there: a floor shall not pay for promises that it does not need. */
export function whenReady<T, R>(value: Awaitable<T>, use: (value: T) => Awaitable<R>): Awaitable<R> {
  return value instanceof Promise ? value.then(use) : use(value)
}

function responseOf({ body, cookie }: PlainAnswer): Response {
  return cookie === undefined ? new Response(body) : new Response(body, { headers: { 'set-cookie': cookie } })
}

function send(res: ServerResponse, { body, cookie }: PlainAnswer): void {
  if (cookie !== undefined) res.setHeader('Set-Cookie', cookie)
  res.end(body)
}
