/** What is looked at of a request. */
export interface RequestHead {
  readonly method?: string | undefined
  /** The target as it came. */
  readonly url?: string | undefined
  readonly httpVersionMajor: number
  readonly httpVersionMinor: number
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[]
}

/** Why a request must not be served. The connection is to be closed: nobody knows where the next request would begin. */
export interface RequestProblem {
  readonly status: 400 | 405 | 501 | 505
  /** For the log; not for the client. */
  readonly reason: string
}

/**
 * Looks for what node's parser lets through and programs behind the gateway may understand in two ways: where the request
 * goes, where it ends, and which version it speaks. HTTP/2 has less room for it, and is checked by the same rules.
 *
 * @returns Undefined for a request that means one thing.
 */
export function requestProblem(request: RequestHead): RequestProblem | undefined {
  const said = tally(request.rawHeaders)
  const http2 = said.authority !== undefined || request.rawHeaders[0]?.startsWith(':') === true
  return (
    versionProblem(request, http2) ??
    methodProblem(request) ??
    framingProblem(request, said) ??
    hostProblem(request, said, http2) ??
    targetProblem(request, said)
  )
}

/** The fields that decide, each with how often it came. */
interface Said {
  hosts: number
  host: string | undefined
  authority: string | undefined
  lengths: number
  length: string | undefined
  codings: number
  coding: string | undefined
  connection: string
}

function tally(rawHeaders: readonly string[]): Said {
  const said: Said = {
    hosts: 0,
    host: undefined,
    authority: undefined,
    lengths: 0,
    length: undefined,
    codings: 0,
    coding: undefined,
    connection: '',
  }
  for (let at = 0; at < rawHeaders.length; at += 2) count(said, rawHeaders[at] as string, rawHeaders[at + 1] as string)
  return said
}

function count(said: Said, name: string, value: string): void {
  switch (name.toLowerCase()) {
    case 'host':
      said.hosts += 1
      said.host = value
      break
    case ':authority':
      said.authority = value
      break
    case 'content-length':
      said.lengths += 1
      said.length = value
      break
    case 'transfer-encoding':
      said.codings += 1
      said.coding = value
      break
    case 'connection':
      said.connection += `,${value}`
      break
    default:
  }
}

function versionProblem(
  { httpVersionMajor, httpVersionMinor }: RequestHead,
  http2: boolean,
): RequestProblem | undefined {
  if (http2 || (httpVersionMajor === 1 && httpVersionMinor <= 1)) return undefined
  return { status: 505, reason: `the request line says HTTP/${httpVersionMajor}.${httpVersionMinor}` }
}

/** `TRACE` would show a client what the gateway tells the app; `CONNECT` is for proxies that the client has chosen. */
function methodProblem({ method }: RequestHead): RequestProblem | undefined {
  if (method !== 'TRACE' && method !== 'CONNECT') return undefined
  return { status: 405, reason: `the method is ${method}` }
}

function framingProblem({ httpVersionMinor }: RequestHead, said: Said): RequestProblem | undefined {
  const { lengths, length, codings, coding } = said
  if (lengths > 1) return refused('several Content-Length fields')
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return refused('a Content-Length that is no number')
  if (codings > 0 && lengths > 0) return refused('both Transfer-Encoding and Content-Length')
  if (codings > 0 && httpVersionMinor === 0) return refused('Transfer-Encoding in HTTP/1.0')
  if (codings > 1) return refused('several Transfer-Encoding fields')
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    return { status: 501, reason: 'a Transfer-Encoding other than chunked' }
  if (/,\s*(?:host|content-length|transfer-encoding)\s*(?:,|$)/i.test(said.connection))
    return refused('a Connection field that names what routes or frames the request')
  return undefined
}

function hostProblem({ httpVersionMinor }: RequestHead, said: Said, http2: boolean): RequestProblem | undefined {
  const { hosts, host, authority } = said
  if (hosts > 1) return refused('several Host fields')
  if (authority !== undefined && host !== undefined && !sameAuthority(host, authority))
    return refused('a Host that differs from the :authority')
  const asked = authority ?? host
  if (asked === undefined) return http2 || httpVersionMinor === 1 ? refused('no Host') : undefined
  return isAuthority(asked) ? undefined : refused('a Host that is no host')
}

function targetProblem({ method, url = '' }: RequestHead, { host, authority }: Said): RequestProblem | undefined {
  if (url === '*') return method === 'OPTIONS' ? undefined : refused('the target * without OPTIONS')
  if (/[^!-~\u0080-\u00ff]/.test(url)) return refused('a blank or a control character in the target')
  if (url.includes('#')) return refused('a fragment in the target')
  if (url.startsWith('/')) return undefined
  const named = /^https?:\/\/([^/?]+)(?:[/?]|$)/i.exec(url)?.[1]
  if (named === undefined || !isAuthority(named)) return refused('a target that is neither a path nor an http URL')
  const asked = authority ?? host
  return asked === undefined || sameAuthority(named, asked) ? undefined : refused('a target that differs from the Host')
}

/** A name, an IPv4 address or an IPv6 address in brackets, each perhaps with a port; never a user. */
function isAuthority(text: string): boolean {
  const port = /^(?:[\w.~-]+|\[[\da-f:.]{2,45}\])(?::(\d{0,5}))?$/i.exec(text)
  return port !== null && Number(port[1] ?? 0) <= 65_535
}

function sameAuthority(one: string, other: string): boolean {
  return plainAuthority(one) === plainAuthority(other)
}

/** Port 80 and 443 are left out: which one is usual is not known here, and both mean the same site. */
function plainAuthority(text: string): string {
  return text.toLowerCase().replace(/\.?(?::(?:80|443)?)?$/, '')
}

function refused(reason: string): RequestProblem {
  return { status: 400, reason }
}

/**
 * The target of a request without scheme and host, which absolute targets (`GET http://host/path`) have, and with bytes
 * beyond ASCII escaped. Everything that looks at a request's path is to look at this.
 *
 * @param url The target as it came, after {@link requestProblem} has let it through.
 */
export function originTarget(url: string): string {
  let target = url
  if (!url.startsWith('/') && url !== '*') {
    const path = url.replace(/^https?:\/\/[^/?]*/i, '')
    target = path.startsWith('/') ? path : `/${path}`
  }
  if (!/[\u0080-\u00ff]/.test(target)) return target
  return target.replaceAll(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
}
