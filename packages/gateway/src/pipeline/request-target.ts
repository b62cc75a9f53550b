import { requestPath } from '../config/request-path.ts'
import { percentEncoded } from '../lib/octets.ts'

/** What a request asks for. */
export interface RequestTarget {
  /** Decoded and normalized: what sections and SessionInclude are compared with. */
  readonly path: string
  /** Without the `?`; undefined without one. */
  readonly query: string | undefined
}

/**
 * Reads a target in origin form: `/path?query`.
 *
 * @returns The status to answer with where it means nothing: 404 for an encoded slash, which no file and no app here can be asked
 * for, and 400.
 */
export function requestTarget(target: string): RequestTarget | 400 | 404 {
  const mark = target.indexOf('?')
  const path = requestPath(target)
  if (path !== undefined) return { path, query: mark === -1 ? undefined : target.slice(mark + 1) }
  return /%2f/i.test(mark === -1 ? target : target.slice(0, mark)) ? 404 : 400
}

/** The host in a `Host` field, as virtual hosts know it: in lower case, without port and without a dot at its end. */
export function hostName(authority: string): string {
  const port = authority.lastIndexOf(':')
  const host = port > authority.lastIndexOf(']') ? authority.slice(0, port) : authority
  return (host.endsWith('.') ? host.slice(0, -1) : host).toLowerCase()
}

/** A decoded path as it is sent: what no path can hold is escaped, octet by octet. */
export function encodePath(path: string): string {
  return percentEncoded(path, /[^\w/~$.+!*'(),;:@&=-]+/g)
}
