/**
 * Holds back an answer of Node's `http` until the session is committed, so that the cookie can go out with its headers and
 * a store that fails becomes a clean 503. Every adapter over Node's `(req, res)` stands on this.
 *
 * The first call through one of four doors (`writeHead`, `write`, `end`, `flushHeaders`) asks for the commit. When there is
 * nothing to wait for, the call goes on as if nobody had been there. Otherwise it and its successors queue, and `res`
 * shows the face it would show with its headers sent.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import type { CommitOptions, SessionAnswer } from '../session/contract.ts'
import {
  closeHead,
  headOf,
  isHead,
  mergeHead,
  OpenHead,
  replaceHead,
  showQueued,
  tooLate,
} from './response-head-node.ts'
import { type Doorkeeper, Doors } from './doors-node.ts'
import { type Call, callbackOf, type Door, isBody, isWrite, returned, sizeOf } from './queued-call-node.ts'
import { unavailable } from './unavailable.ts'

/** Commits the session of an answer. */
export interface Committer {
  /**
   * `Sessions.commit` with the session already given. Called once, synchronously, just before the first byte would leave;
   * or, with a throw-away answer and `deliverable: false`, when the client has gone before that.
   */
  commit(answer: SessionAnswer, options?: CommitOptions): Promise<void> | undefined
  /** Is told why a commit failed, after the 503 has been sent. */
  onError(error: unknown): void
}

/** What {@link deferResponse} gives back. */
export interface DeferredResponse {
  /**
   * Commits without an answer when the client leaves, or has left, before the first byte. To be called when the handler has
   * returned: until then nobody can leave, and most handlers have answered by then.
   */
  watch(): void
}

/**
 * Makes the answer wait for the commit. Call it before anything else touches the answer.
 *
 * @param res The answer, its headers not sent yet.
 */
export function deferResponse(res: ServerResponse, committer: Committer): DeferredResponse {
  return new Deferral(res, committer)
}

/**
 * `waiting` for the first byte; `deferred` until the commit is done; `refused` since it failed: the handler talks to nobody;
 * `passing`: not our concern any more.
 */
type State = 'waiting' | 'deferred' | 'refused' | 'passing'

class Deferral implements DeferredResponse, Doorkeeper {
  readonly #res: ServerResponse
  readonly #committer: Committer
  readonly #doors: Doors
  #state: State = 'waiting'
  /** `write`, `end` or `flushHeaders` is asking for the headers, as Node does with an implicit `writeHead`. */
  #implicit = false
  #queue: Call[] | undefined
  #queuedBytes = 0
  /** As it was at the first byte. */
  #head: Pick<ServerResponse, 'statusCode' | 'statusMessage'> | undefined
  #unmask: (() => void) | undefined
  #unwatch: (() => void) | undefined

  constructor(res: ServerResponse, committer: Committer) {
    this.#res = res
    this.#committer = committer
    this.#doors = new Doors(res, this)
  }

  watch(): void {
    if (this.#state !== 'waiting' && this.#state !== 'deferred') return
    if (this.#res.closed) return this.#leave()
    const leave = (): void => this.#leave()
    this.#unwatch = () => this.#res.off('close', leave)
    this.#res.on('close', leave)
  }

  #abandon(): void {
    this.#stepAside()
    const answer = { status: this.#res.statusCode, headers: new Headers() }
    this.#committing(answer, { deliverable: false })?.catch((error: unknown) => this.#committer.onError(error))
  }

  /** A commit that throws is a commit that failed. */
  #committing(answer: SessionAnswer, options?: CommitOptions): Promise<void> | undefined {
    try {
      return this.#committer.commit(answer, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  enter(door: Door, args: unknown[]): unknown {
    return door === 'writeHead' ? this.#writeHead(args) : this.#send(door, args)
  }

  #writeHead(args: unknown[]): unknown {
    if (this.#res.destroyed || this.#sentBehindOurBack()) this.#leave()
    if (this.#state === 'deferred') throw tooLate('write')
    if (this.#state !== 'waiting') return this.#doors.call('writeHead', args)
    // What Node will not send is Node's to complain about, and commits nothing.
    if (!this.#beginWith(args)) return this.#doors.call('writeHead', args)
    if (this.#implicit) return this.#res
    const head = [this.#res.statusCode] // headers and reason have been put into `res`
    if (this.#holding()) this.#push({ door: 'writeHead', args: head })
    else this.#doors.call('writeHead', head)
    return this.#res
  }

  #send(door: Door, args: unknown[]): unknown {
    if (this.#res.destroyed || this.#sentBehindOurBack()) this.#leave()
    if (this.#state === 'waiting' && isBody(door, args)) this.#beginImplicitly()
    if (this.#state === 'deferred') return this.#enqueue(door, args)
    if (this.#state === 'refused') return this.#ignore(door, args)
    return this.#doors.call(door, args)
  }

  /** Whether somebody had the headers before we were asked, so that no cookie can be added. */
  #sentBehindOurBack(): boolean {
    return this.#state === 'waiting' && this.#res.headersSent
  }

  /** Read anew after a call that may have changed it. */
  #holding(): boolean {
    return this.#state === 'deferred'
  }

  /** As Node's own `write` and `end` do: through the public `writeHead`, where middleware above us adds its headers. */
  #beginImplicitly(): void {
    const res = this.#res
    if (!this.#doors.isWatchedAbove) {
      this.#beginWith([res.statusCode])
      return
    }
    this.#implicit = true
    try {
      res.writeHead(res.statusCode)
    } finally {
      this.#implicit = false
    }
    if (this.#state === 'waiting') this.#begin() // somebody above kept the call to himself
    if (!this.#holding()) this.#doors.layHead()
  }

  /** @returns Whether these arguments of `writeHead` are a head; otherwise nothing has happened. */
  #beginWith(args: unknown[]): boolean {
    const head = headOf(args)
    if (!isHead(this.#res, head)) return false
    mergeHead(this.#res, head)
    this.#begin()
    return true
  }

  #begin(): void {
    const res = this.#res
    const { statusCode, statusMessage } = res
    const pending = this.#committing({ status: statusCode, headers: new OpenHead(res) })
    if (pending === undefined) {
      this.#stepAside()
      return
    }
    this.#head = { statusCode, statusMessage }
    this.#state = 'deferred'
    this.#unmask = closeHead(res)
    pending.then(
      () => this.#flush(),
      (error: unknown) => this.#refuse(error),
    )
  }

  #enqueue(door: Door, args: unknown[]): unknown {
    const res = this.#res
    // After the end, and with a wrong chunk, Node does the complaining.
    if (door !== 'flushHeaders' && (res.writableEnded || !isBody(door, args))) return this.#doors.call(door, args)
    if (res.writableEnded) return undefined // `flushHeaders`, which has nothing left to do
    const call = { door, args }
    const queue = this.#push(call)
    this.#queuedBytes += sizeOf(call)
    if (door === 'end') res.finished = true // so is `writableEnded`
    showQueued(res, this.#queuedBytes, door !== 'end' && queue.some(isWrite))
    return returned(door, res)
  }

  #push(call: Call): Call[] {
    this.#queue ??= []
    this.#queue.push(call)
    return this.#queue
  }

  /** Takes the calls of a handler whose answer was replaced: it is let run to its end, at the pace of the event loop. */
  #ignore(door: Door, args: unknown[]): unknown {
    const callback = callbackOf(args)
    setImmediate(() => {
      callback?.()
      if (door === 'write') this.#res.emit('drain')
    })
    return returned(door, this.#res)
  }

  #flush(): void {
    if (this.#state !== 'deferred') return // the client left meanwhile
    const res = this.#res
    const queue = this.#stepAside()
    res.finished = false
    Object.assign(res, this.#head)
    try {
      if (queue[0]?.door !== 'writeHead') this.#doors.layHead()
      for (const { door, args } of queue) this.#doors.call(door, args)
    } catch (error) {
      // What Node would have thrown at the handler, such as a body that is not as long as announced.
      res.destroy(error instanceof Error ? error : undefined)
      return this.#committer.onError(error)
    }
    if (queue.some(isWrite)) process.nextTick(drain, res)
  }

  #refuse(error: unknown): void {
    if (this.#state === 'deferred') {
      const queue = this.#settle('refused')
      const answer = unavailable(error)
      this.#res.finished = false
      replaceHead(this.#res, answer)
      this.#doors.layHead()
      this.#doors.call('end', [answer.body])
      for (const { door, args } of queue) this.#ignore(door, args)
    }
    this.#committer.onError(error)
  }

  /** The client has gone, or another took the headers: there is nobody to send a cookie to. */
  #leave(): void {
    if (this.#state === 'waiting') return this.#abandon()
    if (this.#state !== 'deferred') return
    const error = Object.assign(new Error('The client went away'), { code: 'ERR_STREAM_DESTROYED' })
    for (const { args } of this.#stepAside()) {
      const callback = callbackOf(args)
      if (callback !== undefined) process.nextTick(callback, error)
    }
  }

  #stepAside(): Call[] {
    this.#doors.leave()
    return this.#settle('passing')
  }

  #settle(state: 'refused' | 'passing'): Call[] {
    const queue = this.#queue ?? []
    this.#queue = undefined
    this.#state = state
    this.#unmask?.()
    this.#unwatch?.()
    this.#unwatch = undefined
    return queue
  }
}

/** Wakes whoever waits for room, unless Node will do that or nobody may write any more. */
function drain(res: ServerResponse): void {
  if (!res.writableNeedDrain && !res.writableEnded && !res.destroyed) res.emit('drain')
}
