/**
 * Lets a session last until its answer ends, as with PHP, where a page may change it after its first output. The core's adapters
 * commit before the first byte; this stands in front of them, and tells them whether that byte comes with the end.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import type { BodyFilter } from './body-filter-node.ts'

/** What an answer does when it ends. */
export interface Ending {
  /** Whether there is something to wait for. */
  readonly isUnfinished: boolean
  /** Does it. */
  finish(): Promise<void>
  /** What rewrites the body; asked before its first byte. @param head What `writeHead` was given, if it was called. */
  filter(head: unknown[] | undefined): BodyFilter | undefined
  /** Is told when the handler has ended the answer, before it ends. */
  over(): void
  /** Is told of a failure when the head has gone, and no 503 can be sent any more. */
  failed(error: unknown): void
}

type Method = (...args: unknown[]) => unknown

/** The methods of an answer that are stood in front of. */
interface Doors {
  readonly writeHead: Method
  readonly write: Method
  readonly end: Method
  readonly flushHeaders: Method
}

/** An answer whose session is written when it ends. */
export class LastingAnswer {
  readonly #res: ServerResponse
  readonly #ending: Ending
  readonly #below: Doors
  #head: unknown[] | undefined
  #filter: BodyFilter | undefined
  #state: 'before' | 'streaming' | 'ending' = 'before'
  /** What came while the end waited: too late, as Node will say. */
  #tooLate: unknown[][] | undefined

  /** Call it when the core's adapter has taken its place. */
  constructor(res: ServerResponse, ending: Ending) {
    this.#res = res
    this.#ending = ending
    const { writeHead, write, end, flushHeaders } = res as unknown as Doors
    this.#below = { writeHead, write, end, flushHeaders }
    Object.assign(res, {
      writeHead: (...args: unknown[]) => this.#writeHead(args),
      write: (...args: unknown[]) => this.#write(args),
      end: (...args: unknown[]) => this.#end(args),
      flushHeaders: () => this.#flushHeaders(),
    })
  }

  /** Whether the first byte comes with the end, so that the session can be written before anything has gone. */
  get isWhole(): boolean {
    return this.#state !== 'streaming'
  }

  /** Whether there is nobody to answer any more. */
  get isGone(): boolean {
    return this.#res.destroyed
  }

  /** Kept back until a byte follows: what is written together shall be refused together. */
  #writeHead(args: unknown[]): unknown {
    if (this.#state !== 'before') return this.#call('writeHead', args)
    this.#head ??= args
    return this.#res
  }

  #write(args: unknown[]): unknown {
    if (this.#tooLate !== undefined) return this.#tooLate.push(args) < 0
    if (this.#state === 'ending') return this.#call('write', args)
    this.#begin('streaming')
    return this.#call('write', this.#filter === undefined ? args : this.#filter.write(args))
  }

  #flushHeaders(): unknown {
    if (this.#state === 'before') this.#begin('streaming')
    return this.#call('flushHeaders', [])
  }

  #end(args: unknown[]): unknown {
    if (this.#tooLate !== undefined) return this.#res
    if (this.#state === 'ending') return this.#call('end', args)
    const isStreaming = this.#state === 'streaming'
    this.#begin('ending')
    this.#ending.over()
    const last = this.#filter === undefined ? args : this.#filter.end(args)
    if (!isStreaming || !this.#ending.isUnfinished) return this.#call('end', last)
    this.#endLater(last)
    return this.#res
  }

  /** Of a stream, the end alone can wait. When the session could not be kept, it shall not look complete. */
  #endLater(args: unknown[]): void {
    this.#tooLate = []
    this.#ending.finish().then(
      () => this.#endNow(args),
      (error: unknown) => {
        this.#res.destroy()
        this.#ending.failed(error)
      },
    )
  }

  #endNow(args: unknown[]): void {
    const late = this.#tooLate ?? []
    this.#tooLate = undefined
    this.#call('end', args)
    for (const each of late) this.#call('write', each)
  }

  #begin(state: 'streaming' | 'ending'): void {
    const isFirst = this.#state === 'before'
    this.#state = state
    if (!isFirst) return
    const head = this.#head
    this.#head = undefined
    this.#filter = this.#ending.filter(head)
    if (head !== undefined) this.#call('writeHead', head)
  }

  #call(door: keyof Doors, args: unknown[]): unknown {
    return this.#below[door].apply(this.#res, args)
  }
}
