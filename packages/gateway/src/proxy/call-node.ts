import type { Call } from './app-call-node.ts'
import { clientBody, sendInformation, takesTrailers } from './client-side-node.ts'
import type { Job } from './contract.ts'
import { fieldsForApp, fieldsForClient, foldedName, lengthLast } from './fields.ts'
import { ProxyError } from './proxy-error.ts'
import type { Target } from './target.ts'

/** Methods for which many programs do not expect a body, and would take it for the next request. */
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE'])

/** How a client's request goes to the app. @throws ProxyError for a body that is too large, or comes with an upgrade. */
export function callFor({ request, response, options, upgrade }: Job): Call {
  const { target, body, headers, isInternal, path } = options
  const method = options.method ?? request.method ?? 'GET'
  const client = clientBody(request)
  if (upgrade !== undefined && client.exists) throw new ProxyError('ERR_UPGRADE_BODY', target.url)
  const streamed = body === undefined && client.exists ? request : undefined
  if (streamed !== undefined && (client.length ?? 0) > (options.maxBody ?? Number.POSITIVE_INFINITY))
    throw new ProxyError('ERR_BODY_TOO_LARGE', target.url)
  const protocol = upgrade === undefined ? undefined : agreedUpgrade(target, request.headers.upgrade)
  const empty = body === undefined && !client.exists
  const expect = streamed !== undefined && takesTrailers(request) && isContinue(request.headers.expect)
  const known = body?.length ?? client.length
  const sending = {
    host: options.preserveHost === true ? undefined : target.authority,
    otherwise: target.authority,
    // Node sends chunks where neither a length nor such a method says that there is no body.
    length: empty && known === undefined && !bodiless.has(method) ? 0 : known,
    chunked: streamed !== undefined && known === undefined,
    expect,
    trailers: /\btrailers\b/i.test(String(request.headers.te ?? '')),
    upgrade: protocol,
  }
  const fields = fieldsForApp(headers, sending)
  lengthLast(fields)
  return {
    method,
    path,
    fields,
    body,
    streamed,
    maxBody: options.maxBody,
    expect,
    alone: protocol !== undefined || (!empty && bodiless.has(method)),
    upgrade: protocol !== undefined,
    isInternal,
    onInformation: (status, rawHeaders) => inform({ request, response, options }, status, rawHeaders),
  }
}

function isContinue(expect: string | undefined): boolean {
  return expect?.toLowerCase() === '100-continue'
}

/** Which of the protocols that a client offers the app may be asked for. */
function agreedUpgrade({ upgrade: allowed }: Target, offered = ''): string | undefined {
  if (allowed === 'any') return offered
  return offered
    .split(',')
    .map((protocol) => protocol.trim())
    .find((protocol) => protocol.toLowerCase() === allowed)
}

function inform({ request, response, options: { isInternal } }: Job, status: number, rawHeaders: string[]): void {
  if (status === 100) {
    if (!response.headersSent) response.writeContinue()
    return
  }
  const fields = fieldsForClient(rawHeaders, { status, body: false, trailers: false })
  const shown: string[] = []
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string
    if (isInternal?.(foldedName(name)) !== true) shown.push(name, fields[at + 1] as string)
  }
  if (takesTrailers(request)) sendInformation(response, status, shown)
}
