import type { Readable } from 'node:stream'

/** What an answer of the gateway itself carries. */
export type AnswerBody =
  | { readonly kind: 'text'; readonly text: string; readonly type: string }
  | { readonly kind: 'octets'; readonly octets: Buffer }
  | { readonly kind: 'stream'; readonly stream: Readable; readonly length: number }
  /** For HEAD: how long the body would be. */
  | { readonly kind: 'unsent'; readonly length: number }

/** An answer that the gateway gives itself, before the session and the rules about headers have had their say. */
export interface Answer {
  readonly status: number
  /** Name, value, name, value. Never `Content-Length`. */
  readonly headers: readonly string[]
  /** Undefined where ErrorDocument decides, and else a page of the gateway. */
  readonly body: AnswerBody | undefined
  /** True: the connection ends with it, because what the client still sends is not read. */
  readonly close?: boolean
}

/** An answer that says no more than its status. */
export function refusal(
  status: number,
  headers: readonly string[] = [],
  { close = false }: Pick<Answer, 'close'> = {},
): Answer {
  return { status, headers, body: undefined, close }
}

/** Sends the client elsewhere. @param location A path of this site, or a URL. */
export function redirection(status: number, location: string, headers: readonly string[] = []): Answer {
  return { status, headers: ['Location', location, ...headers], body: undefined }
}

/** True for what the real server calls an error: `Header` without `always` leaves it alone, and ErrorDocument applies. */
export function isError({ status, body }: Answer): boolean {
  return body === undefined && (status >= 300 || status < 200)
}
