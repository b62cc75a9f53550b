import { optionError } from '../errors.ts'
import type { Presented, Transport } from './contract.ts'
import { mergeVary } from './cookie.ts'
import { header } from './request-header.ts'

/** How programs that keep no cookies carry a session. */
export interface HeaderOptions {
  /** The request header (default `Authorization`, with `scheme` in front of the token). */
  readonly name?: string
  /** The authentication scheme (default `Session`). With a header name of your own there is none unless given. */
  readonly scheme?: string
}

/** The answer header that carries a new token, made readable for scripts of other origins. */
const ANSWER = 'X-Session-Token'

/** RFC 9110 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** What may follow the scheme: one token68 (RFC 9110 11.2). */
const CREDENTIALS = /^[A-Za-z0-9._~+/=-]+$/

/**
 * Makes a transport that reads a header first. When it is there, the cookie is not read, and answers go the same way: a
 * new token in `X-Session-Token`, and only where one was asked for (`login`, `rotate`, `ensure`). A client without a token
 * asks for that way by sending the header with the scheme alone.
 *
 * @param cookie What serves every other request; absent: only the header does.
 */
export function headerTransport(options: HeaderOptions, cookie?: Transport): Transport {
  const { name = 'Authorization', scheme = options.name === undefined ? 'Session' : undefined } = options
  if (!TOKEN.test(name)) throw optionError('header.name', 'the name of a header', name)
  if (scheme !== undefined && !TOKEN.test(scheme)) throw optionError('header.scheme', 'the name of a scheme', scheme)
  const field = name.toLowerCase()

  return Object.freeze<Transport>({
    read(headers) {
      const presented = fromHeader(header(headers, field), scheme)
      return presented ?? cookie?.read(headers) ?? { explicit: true }
    },
    write(headers, change, presented) {
      headers.set('vary', mergeVary(headers.get('vary'), name))
      if (presented?.explicit !== true && cookie !== undefined) return cookie.write(headers, change, presented)
      if (change.kind !== 'set') return
      headers.set(ANSWER, change.carrier)
      headers.set('access-control-expose-headers', mergeVary(headers.get('access-control-expose-headers'), ANSWER))
      headers.set('cache-control', 'no-store')
    },
    check(carrier, presented) {
      if (presented?.explicit !== true) cookie?.check?.(carrier, presented)
    },
  })
}

/** What the header says; `undefined` when it is not there, or speaks of something else. */
function fromHeader(value: string | undefined, scheme: string | undefined): Presented | undefined {
  if (value === undefined) return undefined
  const words = value.trim().split(/[ \t]+/)
  if (scheme !== undefined && words.shift()?.toLowerCase() !== scheme.toLowerCase()) return undefined
  const [carrier, ...more] = words
  if (carrier === undefined || carrier === '') return { explicit: true }
  return more.length === 0 && CREDENTIALS.test(carrier)
    ? { carrier, explicit: true }
    : { ambiguous: true, explicit: true }
}
