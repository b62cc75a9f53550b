import { constants } from 'node:http2'
import { pipeline } from 'node:stream/promises'
import type { Writable } from 'node:stream'
import { cutOff, sendHead } from '../proxy/client-side-node.ts'
import { type Answer, type AnswerBody, isError } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { fieldOf, type HeaderList } from './header-list.ts'
import { finishFields } from './finish-head.ts'
import { statusPage, titleOf } from './pages.ts'

/** How an answer of the gateway's own goes out. */
export interface Sending {
  /** Fields that come with it wherever its page is from. */
  readonly lasting?: readonly string[]
  /** The status of what went wrong while its page was fetched. */
  readonly additional?: number
}

/** Completes an answer of the gateway's own and sends it. @throws SekishoError when the session cannot be written. */
export async function send(exchange: Exchange, answer: Answer, sending: Sending = {}): Promise<void> {
  const { status } = answer
  const failed = isError(answer)
  const body = answer.body ?? pageOf(answer, sending.additional)
  const own: HeaderList = [...answer.headers]
  describe(body, own)
  const fields = { status, always: [...(sending.lasting ?? [])], own, isError: failed }
  const complete = await finishFields(exchange, fields)
  if (exchange.isGone) return discard(body)
  if (answer.close === true) closeBehind(exchange)
  sendHead(exchange.response, { status, statusMessage: titleOf(status), rawHeaders: complete })
  const bytes = await sendBody(exchange, body)
  if (answer.close === true) stopReading(exchange)
  exchange.sent = { status, bytes, fields: complete, isComplete: exchange.response.writableEnded }
}

/** Statuses without a body have no page either (RFC 9110, 15). */
function pageOf({ status, headers }: Answer, additional: number | undefined): AnswerBody | undefined {
  if (status === 204 || status === 304 || status < 200) return undefined
  const text = statusPage(status, fieldOf(headers, 'location'), additional)
  return { kind: 'text', text, type: 'text/html; charset=utf-8' }
}

function describe(body: AnswerBody | undefined, own: HeaderList): void {
  if (body === undefined) return
  if (body.kind === 'text') own.push('Content-Type', body.type)
  own.push('Content-Length', String(lengthOf(body)))
}

function lengthOf(body: AnswerBody): number {
  if (body.kind === 'text') return Buffer.byteLength(body.text)
  return body.kind === 'octets' ? body.octets.length : body.length
}

async function sendBody({ response, method }: Exchange, body: AnswerBody | undefined): Promise<number> {
  if (body === undefined || method === 'HEAD' || body.kind === 'unsent') {
    discard(body)
    response.end()
    return 0
  }
  if (body.kind !== 'stream') {
    response.end(body.kind === 'text' ? body.text : body.octets)
    return lengthOf(body)
  }
  try {
    await pipeline(body.stream, response as Writable)
    return body.length
  } catch {
    // The client went away, or the file became shorter: the end of the answer must not look like one.
    if (!response.destroyed) cutOff(response, true)
    return 0
  }
}

function discard(body: AnswerBody | undefined): void {
  if (body?.kind === 'stream') body.stream.destroy()
}

/** The connection ends behind the answer; in HTTP/2 only the stream does. */
function closeBehind({ response }: Exchange): void {
  if ('shouldKeepAlive' in response) response.shouldKeepAlive = false
}

function stopReading({ response }: Exchange): void {
  if ('stream' in response) response.stream.close(constants.NGHTTP2_NO_ERROR)
}
