/**
 * What differs between a client of HTTP/1 and one of HTTP/2.
 *
 * @module
 */
import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse, STATUS_CODES } from 'node:http'
import { Http2ServerResponse } from 'node:http2'
import type { Socket } from 'node:net'
import type { AnswerHead, ClientAnswer, ClientMessage } from './contract.ts'
import { lengthLast } from './fields.ts'

/** How the body of a request comes. */
export interface ClientBody {
  readonly exists: boolean
  /** Undefined: not known before its end. */
  readonly length: number | undefined
}

export function clientBody(request: ClientMessage): ClientBody {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers
  if ('stream' in request && request.stream.endAfterHeaders) return { exists: false, length: undefined }
  if (length !== undefined) return { exists: length !== '0', length: Number(length) }
  return { exists: 'stream' in request || coding !== undefined, length: undefined }
}

/** True when an answer without a length goes out in chunks, with trailers where there are any. */
export function takesTrailers(request: ClientMessage): boolean {
  return request.httpVersionMajor > 1 || request.httpVersionMinor > 0
}

/** Gives the head of an answer to the connection. Throws for what cannot be a head, and leaves the response as it was. */
export function sendHead(response: ClientAnswer, { status, statusMessage, rawHeaders }: AnswerHead): void {
  try {
    if (response instanceof Http2ServerResponse) {
      for (let at = 0; at < rawHeaders.length; at += 2)
        response.appendHeader(rawHeaders[at] as string, rawHeaders[at + 1] as string)
      response.writeHead(status)
    } else {
      lengthLast(rawHeaders)
      response.writeHead(status, statusMessage, rawHeaders)
    }
  } catch (error) {
    for (const name of response.getHeaderNames()) response.removeHeader(name)
    if (!(response instanceof Http2ServerResponse)) response.statusMessage = ''
    throw error
  }
}

/** Sends the head of an answer whose body lets wait for itself. Node's flushHeaders would write its octets as UTF-8. */
export function flushHead(response: ClientAnswer): void {
  if (!(response instanceof Http2ServerResponse)) response.write('', 'latin1')
}

/** Sends an answer with a status below 200, where the client knows such and is waiting for this very answer. */
export function sendInformation(response: ClientAnswer, status: number, rawHeaders: readonly string[]): void {
  if (response.headersSent) return
  if (response instanceof Http2ServerResponse) {
    const fields: Record<string, string[]> = {}
    for (let at = 0; at < rawHeaders.length; at += 2)
      (fields[(rawHeaders[at] as string).toLowerCase()] ??= []).push(rawHeaders[at + 1] as string)
    response.stream.additionalHeaders({ ':status': status, ...fields })
  } else if (response.socket !== null && takesTrailers(response.req)) {
    response.socket.write(rawHead(status, STATUS_CODES[status] ?? 'Information', rawHeaders), 'latin1')
  }
}

/** A head as it stands on the wire. */
export function rawHead(status: number, message: string, rawHeaders: readonly string[]): string {
  let head = `HTTP/1.1 ${status} ${message}\r\n`
  for (let at = 0; at < rawHeaders.length; at += 2)
    head += `${rawHeaders[at] as string}: ${rawHeaders[at + 1] as string}\r\n`
  return `${head}\r\n`
}

/** Sends trailers with the end of an answer. */
export function addTrailers(response: ClientAnswer, pairs: readonly (readonly [string, string])[]): void {
  if (response instanceof Http2ServerResponse) response.addTrailers(Object.fromEntries(pairs))
  // The type knows objects only, which cannot hold a name twice.
  else response.addTrailers(pairs as unknown as OutgoingHttpHeaders)
}

/**
 * Closes the client's connection (in HTTP/2 the stream) in a way that no client takes for the end of the answer.
 *
 * @param delimited Whether the client knows where the answer ends: by a length or by chunks. Otherwise the end of the
 * connection is the end of the answer, unless it is a reset.
 */
export function cutOff(response: ClientAnswer, delimited: boolean): void {
  if (response instanceof Http2ServerResponse) response.stream.close(internalError)
  else if (delimited || response.socket === null) response.destroy()
  else reset(response.socket)
}

const internalError = 2

function reset(socket: Socket): void {
  try {
    socket.resetAndDestroy()
  } catch {
    // There is no reset for a Unix socket, and none is needed within TLS, where the end of data is marked.
    socket.destroy()
  }
}

/** Tells, of an answer that has come to its end, whether the client's connection took all of it. */
export function isDelivered(response: ClientAnswer): boolean {
  if (response instanceof Http2ServerResponse) return response.stream.writableFinished && response.stream.rstCode === 0
  return response.writableFinished
}

/**
 * Closes a connection behind an answer when the request offered an upgrade that was not taken: node has then thrown away what
 * came behind it, so that nobody knows where the next request begins.
 */
export function closeBehindOffer(request: ClientMessage, response: ClientAnswer): void {
  if (request.headers.upgrade !== undefined && 'shouldKeepAlive' in response) response.shouldKeepAlive = false
}

/** Tells whether a client went away. */
export function isGone(response: ClientAnswer): boolean {
  return response instanceof Http2ServerResponse ? response.stream.destroyed : response.destroyed
}

/**
 * An answer for a request that came with node's `upgrade` event, which brings none: whatever refuses the upgrade, gateway or
 * app, is written to it. The connection is closed behind it.
 */
export function responseForUpgrade(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  socket.on('drain', () => response.emit('drain'))
  socket.on('error', () => socket.destroy())
  // Whoever ends its side now does not wait for an answer. Of a tunnel's end the tunnel knows more.
  socket.once('end', () => {
    if (response.socket === socket) socket.destroy()
  })
  response.on('finish', () => {
    response.detachSocket(socket)
    socket.destroySoon()
    response.emit('close')
  })
  return response
}

/**
 * Tells whether a request is to get its connection for something else; for `shouldUpgradeCallback` of node's server. All
 * others are ordinary requests: their `Upgrade` counts for nothing (`h2c` among them, which no app here is asked for), and a
 * body would be taken for what comes afterwards.
 */
export function wantsUpgrade(request: IncomingMessage): boolean {
  const { upgrade = '', connection = '' } = request.headers
  if (request.method !== 'GET' || clientBody(request).exists) return false
  return upgrade !== '' && !/\bh2c\b/i.test(upgrade) && /\bupgrade\b/i.test(connection)
}
