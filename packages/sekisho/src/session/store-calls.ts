import { SekishoError } from '../errors.ts'
import { Circuit, type CircuitLimits } from '../lib/circuit.ts'
import { deadlines, type Deadlines } from '../lib/deadlines.ts'
import { channels } from '../lib/events-node.ts'
import type { Awaitable, Lifetime, NewLifetime, SessionRecord, SessionStore, StoredSession } from '../store/contract.ts'
import { newestWrite, repeats } from '../store/write-ids.ts'

/** How many writes back a record remembers: fewer than this many versions ahead, a missing id proves that a write was not applied. */
export const REMEMBERED_WRITES = 4

/** One versioned write. */
export interface Replacement {
  readonly address: string
  readonly record: SessionRecord
  /** The version that it replaces. */
  readonly version: number
  readonly lifetime: Lifetime
}

/** What has become of one. */
export type ReplaceOutcome = 'replaced' | 'conflict' | 'gone'

/** How long and how much the engine waits for its store. */
export interface CallLimits {
  /** Milliseconds for a read. */
  readonly readMs: number
  /** Milliseconds for a write. */
  readonly writeMs: number
  /** When calls are refused. */
  readonly storeLimits: CircuitLimits
}

/** Makes an answer, or another failure, of a failure that is given. */
type Rescue<T> = (failure: SekishoError) => Promise<T>

/**
 * The store's verbs as the engine uses them: with a deadline each, failures as `SekishoError` with status 503 and an
 * event, refused at once while the store fails, and writes whose answer did not come resolved by one read.
 */
export class StoreCalls {
  readonly #store: SessionStore
  readonly #limits: CallLimits
  readonly #reads: () => Deadlines
  readonly #writes: () => Deadlines
  /** Whether calls are let through. Who asks the store directly looks here first. */
  readonly circuit: Circuit

  constructor(store: SessionStore, limits: CallLimits) {
    this.#store = store
    this.#limits = limits
    this.#reads = deadlines(limits.readMs)
    this.#writes = deadlines(limits.writeMs)
    this.circuit = new Circuit(limits.storeLimits)
  }

  read(address: string): Awaitable<StoredSession | undefined> {
    return this.guard('read', () => this.#store.read(address))
  }

  /**
   * A read, or a principal's index, under the read deadline; anything else under the write deadline. What a store answers
   * at once is given at once: a store in memory makes no answer wait.
   *
   * @param rescue What is made of a failure that comes later: an answer after all, or another failure.
   */
  guard<T>(verb: string, call: () => Awaitable<T>, rescue?: Rescue<T>): Awaitable<T> {
    // A lock is given back during a pause too: otherwise it would be held until its lease is over.
    if (verb !== 'release') this.circuit.admit(verb)
    try {
      const answer = call()
      if (isPromise(answer)) return this.limited(verb, answer, rescue)
      this.circuit.succeeded()
      return answer
    } catch (error) {
      throw this.failure(verb, error)
    }
  }

  /** An answer of the store with a deadline. What arrives later is ignored, also when it is a failure; but until then the call is pending. */
  limited<T>(verb: string, answer: Promise<T>, rescue?: Rescue<T>): Promise<T> {
    const { circuit } = this
    const due = verb === 'read' ? this.#reads() : this.#writes()
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        const failure = this.failure(verb, error)
        if (rescue === undefined) reject(failure)
        else resolve(rescue(failure))
      }
      const call = due.begin(() => fail(this.#timeout(verb)))
      const pending = circuit.begin()
      const arrived = (value: T): void => {
        due.end(call)
        circuit.ended(pending)
        circuit.succeeded()
        resolve(value)
      }
      answer.then(arrived, (error: unknown) => {
        due.end(call)
        circuit.ended(pending)
        if (!call.isLate) fail(error)
      })
    })
  }

  #timeout(verb: string): SekishoError {
    const ms = verb === 'read' ? this.#limits.readMs : this.#limits.writeMs
    return new SekishoError('ERR_STORE_TIMEOUT', `the session store did not answer \`${verb}\` within ${ms} ms`)
  }

  /** Any failure of the store as the error that an adapter answers with; raises the event. */
  failure(verb: string, error: unknown): SekishoError {
    channels['store-failure'].publish({ verb, error })
    const failure = storeError(verb, error)
    // A full store, or one locked record, says nothing about the next call.
    if (failure.code === 'ERR_STORE_TIMEOUT' || failure.code === 'ERR_STORE_UNAVAILABLE') this.circuit.failed(error)
    return failure
  }

  create(address: string, record: SessionRecord, lifetime: NewLifetime): Awaitable<'created' | 'exists'> {
    const rescue = async (failure: SekishoError): Promise<'created'> => {
      if (!isTimeout(failure)) throw failure
      const stored = await this.#readBack(address, failure)
      if (stored !== undefined && repeats(record, stored.record)) return 'created'
      throw uncertain('create', failure)
    }
    return this.guard('create', () => this.#store.create(address, record, lifetime), rescue)
  }

  replace(write: Replacement): Awaitable<ReplaceOutcome> {
    return this.guard(
      'replace',
      () => this.#send(write),
      async (failure) => {
        if (!isTimeout(failure)) throw failure
        return this.#resolve(write, failure)
      },
    )
  }

  #send({ address, record, version, lifetime }: Replacement): Awaitable<ReplaceOutcome> {
    return this.#store.replace(address, record, version, lifetime, newestWrite(record))
  }

  async touch(address: string, lifetime: Lifetime): Promise<void> {
    await this.guard('touch', () => this.#store.touch(address, lifetime))
  }

  /** A sweep takes as long as it takes: it is bounded by its limit, and nobody waits for it. */
  async sweep(limit: number): Promise<void> {
    try {
      await this.#store.sweep(limit)
    } catch (error) {
      throw this.failure('sweep', error)
    }
  }

  /** A delete may be repeated: the address is never used again. */
  async delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'> {
    const once = () => this.guard('delete', () => this.#store.delete(address, version))
    try {
      return await once()
    } catch (error) {
      if (!isTimeout(error)) throw error
      return once()
    }
  }

  /**
   * A write whose answer did not come is never replayed blindly. One read tells: our id is there, so it was applied; the
   * version has moved without it, so it was not, and cannot be any more; the version stands, so the same command with the
   * same id may be sent again, since the store answers `replaced` to whichever of the two comes second. A conflict then is
   * looked at like the time-out: the first command may have arrived after all, and others may have written since.
   */
  async #resolve(write: Replacement, timeout: unknown): Promise<ReplaceOutcome> {
    const stored = await this.#readBack(write.address, timeout)
    if (stored?.version !== write.version) return judged(stored, write, timeout)
    const outcome = await this.#again(write)
    return outcome === 'conflict' ? judged(await this.#readBack(write.address, timeout), write, timeout) : outcome
  }

  async #again(write: Replacement): Promise<ReplaceOutcome> {
    try {
      return await this.guard('replace', () => this.#send(write))
    } catch (error) {
      throw isTimeout(error) ? uncertain('replace', error) : error
    }
  }

  async #readBack(address: string, timeout: unknown): Promise<StoredSession | undefined> {
    try {
      return await this.read(address)
    } catch {
      // The read's own failure has had its event; what the caller must know is that the write is undecided.
      throw uncertain('write', timeout)
    }
  }
}

/** Whether a store answered with a promise. */
export function isPromise<T>(answer: Awaitable<T>): answer is Promise<T> {
  return typeof answer === 'object' && answer !== null && 'then' in answer
}

function storeError(verb: string, error: unknown): SekishoError {
  if (error instanceof SekishoError) return error
  return new SekishoError('ERR_STORE_UNAVAILABLE', `the session store failed at \`${verb}\``, { cause: error })
}

/** What has become of a write, by the record that is there now. */
function judged(stored: StoredSession | undefined, { version, record }: Replacement, timeout: unknown): ReplaceOutcome {
  if (stored === undefined) return 'gone'
  if (repeats(record, stored.record)) return 'replaced'
  if (stored.version - version <= REMEMBERED_WRITES) return 'conflict'
  throw uncertain('replace', timeout)
}

function isTimeout(error: unknown): boolean {
  return error instanceof SekishoError && error.code === 'ERR_STORE_TIMEOUT'
}

function uncertain(verb: string, cause: unknown): SekishoError {
  return new SekishoError('ERR_STORE_UNCERTAIN', `it is not known whether the session store applied a \`${verb}\``, {
    cause,
  })
}
