/**
 * A request as PHP sees it: `$_COOKIE`, `$_GET` and `$_POST`, as far as an id may stand there.
 *
 * @module
 */

/** A request, as Node, Express and others have it. */
export interface PhpRequest {
  /** The target, from whose query `$_GET` is made when there is no `query`. */
  readonly url?: string | undefined
  /** The headers, names in lower case. */
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined }
  /** `$_GET`, where somebody has parsed it. */
  readonly query?: unknown
  /** `$_POST`, where somebody has parsed it; looked at when a session starts. */
  readonly body?: unknown
}

/** What stands under a name: a text, something else that PHP makes of it (an array), or nothing. */
export type Field = string | { readonly isText: false } | undefined

const notText = { isText: false } as const

/** What the cookies of a name hold. The first is `$_COOKIE[name]`: of several PHP takes that one, and decodes it as a URL. */
export function cookieFields({ headers }: PhpRequest, name: string): Exclude<Field, undefined>[] {
  const header = headers['cookie']
  const pieces = piecesOf(typeof header === 'string' ? header : (header ?? []).join('; '), ';')
  return pieces.map((piece) => fieldOf(piece.trimStart(), name)).filter((field) => field !== undefined)
}

/** `$_GET[name]`. Of several fields of a name PHP takes the last. */
export function queryField(request: PhpRequest, name: string): Field {
  if (isRecord(request.query)) return fieldIn(request.query, name)
  const query = /\?([^#]*)/.exec(request.url ?? '')?.[1] ?? ''
  return piecesOf(query, '&')
    .map((piece) => fieldOf(piece, name))
    .findLast((field) => field !== undefined)
}

/** `$_POST[name]`. */
export function postField({ body }: PhpRequest, name: string): Field {
  return isRecord(body) ? fieldIn(body, name) : undefined
}

function piecesOf(text: string, separator: string): string[] {
  return text === '' ? [] : text.split(separator)
}

function fieldOf(piece: string, name: string): Field {
  const at = piece.indexOf('=')
  if (at < 0) return undefined
  const found = urlDecoded(piece.slice(0, at))
  if (found === name) return urlDecoded(piece.slice(at + 1))
  // `name[]=…` and `name[x]=…` make an array.
  return found.startsWith(`${name}[`) && found.includes(']') ? notText : undefined
}

function fieldIn(fields: Readonly<Record<string, unknown>>, name: string): Field {
  if (!Object.hasOwn(fields, name)) return undefined
  const value = fields[name]
  return typeof value === 'string' ? value : notText
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** As PHP's `urldecode`: a `+` is a space, and a `%` that begins nothing is itself. */
export function urlDecoded(text: string): string {
  if (!/[%+]/.test(text)) return text
  const octets = text
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return new TextDecoder().decode(Uint8Array.from(octets, (character) => character.charCodeAt(0)))
}

/** As PHP's `urlencode`: everything but letters, digits and `-_.` in hexadecimal, and a `+` for a space. */
export function urlEncoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
