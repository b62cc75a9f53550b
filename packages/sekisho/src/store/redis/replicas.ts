import { optionError, SekishoError } from '../../errors.ts'
import { channels } from '../../lib/events-node.ts'
import { evalCommand, type Call } from './call.ts'
import { storeFault } from './faults.ts'
import type { Link } from './link.ts'
import { wholeNumberOf } from './reply.ts'
import { wholeNumber } from '../../lib/whole-number.ts'

/** How to wait for replicas; see `RedisStoreOptions.waitForReplicas`. */
export interface ReplicaWait {
  /** How many replicas must confirm (`'auto'`): a number, or one where the server has any. 0 waits for none. */
  readonly replicas?: number | 'auto'
  /** For how many milliseconds at most (250). Meanwhile the connection, and all that share it, stand still. */
  readonly timeoutMs?: number
  /** Fail with `ERR_STORE_UNAVAILABLE` when too few have confirmed (`false`: the event `store-failure`, and go on). */
  readonly required?: boolean
}

/** A write that a failover must not undo, sent once more with WAIT behind it. */
export interface Confirmation {
  /** The verb, for the event. */
  readonly verb: string
  /** The second pass: it must not mind the first one, and must itself write something where WAIT shall have a meaning. */
  readonly again: Call
}

/** For how many milliseconds nobody waits after a wait in vain, unless it is required: each one stops a connection. */
const pauseMs = 5000

/**
 * Waits until replicas have a write. The first pass of such a write says how many replicas there are; a second pass, with
 * WAIT behind it on the same connection, makes sure. It is a second pass, and not a WAIT alone, because between the two a
 * replica may have become the master, and it may be one that had not got the first. For the same reason a second pass that
 * fails is a failure: this is what a master looks like while it is replaced.
 */
export class Replicas {
  readonly #replicas: number | 'auto'
  readonly #timeoutMs: number
  readonly #required: boolean
  #pausedUntil = -Infinity

  /** @param options Settings; a wrong one is refused here. */
  constructor({ replicas = 'auto', timeoutMs = 250, required = false }: ReplicaWait) {
    if (replicas !== 'auto' && !(Number.isSafeInteger(replicas) && replicas >= 0)) {
      throw optionError('waitForReplicas.replicas', "'auto' or a whole number of at least 0", replicas)
    }
    wholeNumber('waitForReplicas.timeoutMs', timeoutMs, 1)
    if (typeof required !== 'boolean') throw optionError('waitForReplicas.required', 'true or false', required)
    this.#replicas = replicas
    this.#timeoutMs = timeoutMs
    this.#required = required
  }

  /** The argument of a first pass: whether the script shall count the replicas. */
  get count(): 'count' | '' {
    return this.#replicas === 'auto' ? 'count' : ''
  }

  /**
   * Resolves when as many replicas as wanted have the write, or when it has been reported that they have not.
   *
   * @param online How many replicas the first pass has counted.
   * @returns The answer of the second pass, `undefined` when none was needed.
   */
  async confirm(link: Link, online: unknown, { verb, again }: Confirmation): Promise<unknown> {
    const wanted = this.#replicas === 'auto' ? Math.min(1, Math.max(0, wholeNumberOf(online))) : this.#replicas
    if (wanted === 0) return undefined
    if (this.#isPaused()) return void this.#unconfirmed(verb, again, `of ${wanted} replicas: waiting is paused`)
    const [answer, confirmed] = await this.#wait(link, wanted, again)
    if (confirmed >= wanted) return answer
    this.#pausedUntil = performance.now() + pauseMs
    this.#unconfirmed(verb, again, `by ${confirmed} of ${wanted} replicas within ${this.#timeoutMs} ms`)
    return answer
  }

  #isPaused(): boolean {
    return !this.#required && performance.now() < this.#pausedUntil
  }

  async #wait(link: Link, wanted: number, again: Call): Promise<readonly [answer: unknown, confirmed: number]> {
    try {
      const wait = ['wait', String(wanted), String(this.#timeoutMs)] as const
      const [answer, confirmed] = await link.runPair(again.key, evalCommand(again), wait)
      return [answer, wholeNumberOf(confirmed)]
    } catch (error) {
      throw storeFault(`make sure that it did ${again.action}`, error)
    }
  }

  #unconfirmed(verb: string, { action }: Call, how: string): void {
    const message = `redis did ${action}, confirmed ${how}; a failover may undo it`
    const error = new SekishoError('ERR_STORE_UNAVAILABLE', message)
    if (this.#required) throw error
    channels['store-failure'].publish({ verb, error })
  }
}
