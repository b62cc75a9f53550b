import type { IncomingMessage } from 'node:http'
import type { Writable } from 'node:stream'
import { addTrailers, cutOff, flushHead } from './client-side-node.ts'
import type { ClientAnswer } from './contract.ts'
import { trailerPairs } from './fields.ts'

/** How the body of an answer is passed on. */
export interface RelayPlan {
  /** False: the answer ends with its head. */
  readonly body: boolean
  /** The length that its head gives; undefined: none. */
  readonly length: number | undefined
  /** Whether the client knows where the answer ends without the end of the connection. */
  readonly delimited: boolean
  readonly isInternal: ((name: string) => boolean) | undefined
}

/**
 * Up to this length a body that came in one piece is made a string of its bytes: node writes that together with the head,
 * in one plain write, which costs a quarter less than the write of two buffers.
 */
const mergedBytes = 8192

/** Passes the body of an app's answer to the client, as it comes and no faster than the client takes it. */
export class Relay {
  readonly #answer: IncomingMessage
  readonly #response: ClientAnswer
  readonly #plan: RelayPlan
  #begun = false
  #bytes = 0
  #error: Error | undefined

  /** The head of the answer was given to the response already. */
  constructor(answer: IncomingMessage, response: ClientAnswer, plan: RelayPlan) {
    this.#answer = answer
    this.#response = response
    this.#plan = plan
  }

  /** How many bytes of the body were passed on. */
  get bytes(): number {
    return this.#bytes
  }

  /** Why the answer broke off; undefined when it did not. */
  get error(): Error | undefined {
    return this.#error
  }

  start(): void {
    const answer = this.#answer
    if (!this.#plan.body || this.#plan.length === 0) {
      this.#response.end()
      answer.resume()
      return
    }
    answer.on('data', (chunk: Buffer) => this.#pass(chunk))
    answer.on('end', () => this.#end())
    answer.on('error', (error) => this.#break(error))
    this.#response.on('drain', () => answer.resume())
    // A body that came together with its head is passed on before this.
    process.nextTick(flush, this)
  }

  /** The client went away. */
  stop(): void {
    if (!this.#answer.readableEnded) this.#answer.destroy()
  }

  /** Sends the head when no byte of the body has come yet. */
  flush(): void {
    if (!this.#begun) flushHead(this.#response)
    this.#begun = true
  }

  #pass(chunk: Buffer): void {
    const response = this.#response as Writable
    const whole = !this.#begun && chunk.length === this.#plan.length && chunk.length <= mergedBytes
    this.#begun = true
    this.#bytes += chunk.length
    if (whole) response.end(chunk.toString('latin1'), 'latin1')
    else if (this.#bytes === this.#plan.length) response.end(chunk)
    else if (!response.write(chunk)) this.#answer.pause()
  }

  #end(): void {
    if (this.#response.writableEnded) return
    if (!this.#answer.complete) {
      this.#break(new Error('the answer of the app broke off'))
      return
    }
    const trailers = trailerPairs(this.#answer.rawTrailers, this.#plan.isInternal)
    if (trailers.length > 0) addTrailers(this.#response, trailers)
    this.#response.end()
  }

  #break(error: Error): void {
    if (this.#response.writableEnded) return
    this.#error = error
    cutOff(this.#response, this.#plan.delimited)
  }
}

function flush(relay: Relay): void {
  relay.flush()
}
