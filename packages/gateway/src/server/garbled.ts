import type { CookieRelief } from '../pipeline/cookie-relief.ts'
import { statusPage, titleOf } from '../pipeline/pages.ts'

/** What the answer to a request that could not be read works with. */
export interface GarbledTools {
  readonly relief: CookieRelief
  /** Whether the connection speaks TLS. */
  readonly secure: boolean
}

/**
 * The answer to what no parser could read, as it stands on the wire. A head that is larger than all limits may be so by its
 * cookies, which nobody has seen then: ours are taken back all the same, or the visitor would be locked out.
 */
export function garbledAnswer(error: NodeJS.ErrnoException, { relief, secure }: GarbledTools): string {
  const status = statusOf(error.code)
  const cookies = status === 431 ? relief.lines(undefined, secure) : []
  const body = statusPage(status)
  const fields = [
    `HTTP/1.1 ${status} ${titleOf(status)}`,
    ...cookies.map((line) => `Set-Cookie: ${line}`),
    'Content-Type: text/html; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ]
  return `${fields.join('\r\n')}\r\n\r\n${body}`
}

function statusOf(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
}
