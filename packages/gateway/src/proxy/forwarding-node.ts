import { type IncomingMessage, validateHeaderValue } from 'node:http'
import type { Socket } from 'node:net'
import type { Awaitable } from '../lib/awaitable.ts'
import { type AppAnswer, AppCall, type AppTunnel } from './app-call-node.ts'
import { callFor } from './call-node.ts'
import { closeBehindOffer, isDelivered, isGone, rawHead, sendHead, takesTrailers } from './client-side-node.ts'
import type { AnswerHead, ClientMessage, ForwardResult, Job } from './contract.ts'
import { fieldsForClient, fieldValue } from './fields.ts'
import { ProxyError } from './proxy-error.ts'
import { Relay } from './relay-node.ts'
import { Tunnel } from './tunnel-node.ts'
import type { Upstream } from './upstream-node.ts'

/** One request on its way to an app, and its answer on the way back. */
export class Forwarding {
  readonly #upstream: Upstream
  readonly #job: Job
  readonly #call: AppCall
  #relay: Relay | undefined
  #closed: (() => void) | undefined

  constructor(upstream: Upstream, job: Job) {
    this.#upstream = upstream
    this.#job = job
    this.#call = new AppCall(upstream, callFor(job))
  }

  async run(): Promise<ForwardResult> {
    const { request, response } = this.#job
    this.#upstream.check()
    closeBehindOffer(request, response)
    if (isGone(response)) return this.#gone()
    response.once('close', () => this.#onClose())
    const given = await this.#call.answer()
    if (given === undefined) return this.#gone()
    const head = headOf(given, this.#job)
    const consent = this.#consent(head, given)
    if (consent !== undefined) await consent
    if (isGone(response)) return this.#gone()
    const { answer, tunnel } = given
    return tunnel === undefined ? await this.#pass(head, answer) : await this.#openTunnel(head, answer, tunnel)
  }

  /** The client's connection is closed, or done with this answer. */
  #onClose(): void {
    if (this.#relay === undefined) this.#call.abandon()
    else this.#closed?.()
  }

  /** Asks for leave to answer, and drops the app's answer when it is not given. */
  #consent(head: AnswerHead, given: AppAnswer): Awaitable<void> {
    try {
      return this.#job.options.onAnswer(head)?.catch((error: unknown) => this.#drop(given, error))
    } catch (error) {
      return this.#drop(given, error)
    }
  }

  #drop({ tunnel }: AppAnswer, reason: unknown): never {
    if (tunnel === undefined) this.#call.drop()
    else tunnel.socket.destroy()
    throw reason
  }

  async #pass(head: AnswerHead, answer: IncomingMessage): Promise<ForwardResult> {
    const { request, response, options } = this.#job
    if (answer.destroyed && !answer.complete) throw new ProxyError('ERR_APP_CLOSED', options.target.url)
    const length = fieldValue(head.rawHeaders, 'content-length')
    this.#sendHead(head)
    const relay = new Relay(answer, response, {
      body: hasBody(request, head.status),
      length: length === undefined ? undefined : Number(length),
      delimited: length !== undefined || takesTrailers(request),
      isInternal: options.isInternal,
    })
    this.#relay = relay
    await new Promise<void>((resolve) => {
      this.#closed = resolve
      relay.start()
    })
    const { error, bytes } = relay
    const delivered = isDelivered(response)
    if (!delivered) this.#call.abandon()
    const outcome = delivered ? 'complete' : 'client-gone'
    return this.#result({ outcome: error === undefined ? outcome : 'app-failed', status: head.status, bytes, error })
  }

  #sendHead(head: AnswerHead): void {
    try {
      sendHead(this.#job.response, head)
    } catch (cause) {
      this.#call.drop()
      throw new ProxyError('ERR_APP_ANSWER', this.#upstream.target.url, { cause })
    }
  }

  async #openTunnel(
    head: AnswerHead,
    answer: IncomingMessage,
    { socket, head: first }: AppTunnel,
  ): Promise<ForwardResult> {
    const { response, options, upgrade } = this.#job
    const start = this.#tunnelHead(head, answer, socket)
    const client = response.socket as Socket
    if ('detachSocket' in response) response.detachSocket(client)
    const tunnel = new Tunnel(client, socket, options.target.tunnelTimeoutMs ?? 0)
    upgrade?.opened(tunnel)
    tunnel.start([start, first], upgrade?.head ?? Buffer.alloc(0))
    const { toClient, fromClient } = await tunnel.closed
    return this.#result({ outcome: 'complete', status: head.status, bytes: toClient, bytesFromClient: fromClient })
  }

  /** Node writes this head for nobody, and so does not look at it either. */
  #tunnelHead({ status, statusMessage, rawHeaders }: AnswerHead, answer: IncomingMessage, socket: Socket): string {
    try {
      for (let at = 0; at < rawHeaders.length; at += 2)
        validateHeaderValue(rawHeaders[at] as string, rawHeaders[at + 1] as string)
    } catch (cause) {
      socket.destroy()
      throw new ProxyError('ERR_APP_ANSWER', this.#upstream.target.url, { cause })
    }
    const fields = [...rawHeaders, 'Connection', 'Upgrade', 'Upgrade', answer.headers.upgrade ?? '']
    return rawHead(status, statusMessage, fields)
  }

  #gone(): ForwardResult {
    return this.#result({ outcome: 'client-gone' })
  }

  #result(some: Pick<ForwardResult, 'outcome'> & Partial<ForwardResult>): ForwardResult {
    const { outcome, status, bytes = 0, bytesFromClient = 0, error } = some
    return { outcome, status, bytes, bytesFromClient, error, retried: this.#call.retried }
  }
}

function headOf({ answer }: AppAnswer, { request }: Job): AnswerHead {
  const { statusCode: status = 502, statusMessage = '', rawHeaders } = answer
  const shape = { status, body: hasBody(request, status), trailers: takesTrailers(request) }
  return { status, statusMessage, rawHeaders: fieldsForClient(rawHeaders, shape) }
}

function hasBody({ method }: ClientMessage, status: number): boolean {
  return method !== 'HEAD' && status >= 200 && status !== 204 && status !== 304
}
