/**
 * The four doors of an answer of Node's `http`: the methods through which its headers leave. Whoever holds an answer back
 * stands in them.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import type { Door, Method } from './queued-call-node.ts'

/** Who is asked at a door. */
export interface Doorkeeper {
  /** Takes a call in the place of the method; what it returns is returned. */
  enter(door: Door, args: unknown[]): unknown
}

type Methods = Record<Door, Method>

const keeper: unique symbol = Symbol('doorkeeper')

/** An answer whose doors are, or were, kept: it knows who was the first to do so. */
type Kept = ServerResponse & { [keeper]?: Doorkeeper }

/** The methods that ask a doorkeeper, whom `whose` finds by the answer on which they are called. */
function methodsOf(whose: (res: Kept) => Doorkeeper): Methods {
  return {
    writeHead(this: Kept, ...args) {
      return whose(this).enter('writeHead', args)
    },
    write(this: Kept, ...args) {
      return whose(this).enter('write', args)
    },
    end(this: Kept, ...args) {
      return whose(this).enter('end', args)
    },
    flushHeaders(this: Kept, ...args) {
      return whose(this).enter('flushHeaders', args)
    },
  }
}

/** Enough for all answers with one doorkeeper, as most have: four functions for each answer would show. */
const shared: Methods = methodsOf((res) => res[keeper] as Doorkeeper)

/** The doors of one answer, with a doorkeeper in them from the beginning. */
export class Doors {
  readonly #res: ServerResponse
  /** The methods as we found them: Node's, or those of a middleware that came before us. */
  readonly #below: Methods
  readonly #ours: Methods

  constructor(res: Kept, doorkeeper: Doorkeeper) {
    const methods = res as unknown as Methods
    const { writeHead, write, end, flushHeaders } = methods
    this.#res = res
    this.#below = { writeHead, write, end, flushHeaders }
    this.#ours = res[keeper] === undefined ? shared : methodsOf(() => doorkeeper)
    res[keeper] ??= doorkeeper
    // Each by its name, here and below: every answer pays for this, and a loop over the names is slower.
    methods.writeHead = this.#ours.writeHead
    methods.write = this.#ours.write
    methods.end = this.#ours.end
    methods.flushHeaders = this.#ours.flushHeaders
  }

  /** Whether somebody above us wants to see the head go by. */
  get isWatchedAbove(): boolean {
    return (this.#res.writeHead as Method) !== this.#ours.writeHead
  }

  /** Calls the method as it was before us. */
  call(door: Door, args: unknown[]): unknown {
    return this.#below[door].apply(this.#res, args)
  }

  /** Gives `res` back as it was. A middleware that has wrapped our methods meanwhile keeps them: they pass everything on. */
  leave(): void {
    const methods = this.#res as unknown as Methods
    const [ours, below] = [this.#ours, this.#below]
    if (methods.writeHead === ours.writeHead) methods.writeHead = below.writeHead
    if (methods.write === ours.write) methods.write = below.write
    if (methods.end === ours.end) methods.end = below.end
    if (methods.flushHeaders === ours.flushHeaders) methods.flushHeaders = below.flushHeaders
  }

  /** Where middleware above us has been asked for its headers already, Node's implicit `writeHead` goes below it this once. */
  layHead(): void {
    const methods = this.#res as unknown as Methods
    const above = methods.writeHead
    if (above === this.#below.writeHead) return
    methods.writeHead = () => {
      methods.writeHead = above
      return this.call('writeHead', [this.#res.statusCode])
    }
  }
}
