/**
 * A save handler that keeps sessions in this process: for tests, and as the storage beneath handlers of an application.
 *
 * @module
 */
import { type IniView, type SaveHandler, SaveHandlerFailure, type SaveHandlerModule } from './contract.ts'

/** Options of {@link memorySessions}. */
export interface MemorySessionsOptions {
  /** Seconds for which a start waits for another request that has the session (default 30). */
  readonly lockWait?: number
  /** Milliseconds since 1970 (default: `Date.now`). */
  readonly now?: () => number
}

/** What is kept under an id. */
export interface MemoryRecord {
  /** The bytes as they were written. */
  readonly data: Uint8Array
  /** When it was last written or used, in milliseconds since 1970. */
  usedAt: number
}

/** The module `memory`. One request at a time has a session, as with PHP's files. */
export class MemorySessions implements SaveHandlerModule {
  readonly name = 'memory'
  /** The sessions by id, for tests and tools. */
  readonly records: Map<string, MemoryRecord> = new Map()
  readonly #waiting = new Map<string, (() => void)[]>()
  readonly #lockWaitMs: number
  readonly #now: () => number

  /** @param options Times. */
  constructor({ lockWait = 30, now = Date.now }: MemorySessionsOptions = {}) {
    this.#lockWaitMs = lockWait * 1000
    this.#now = now
  }

  create(settings: IniView): SaveHandler {
    return new MemoryHandler(this, settings)
  }

  /** Keeps a record as used now. */
  put(id: string, data: Uint8Array): void {
    this.records.set(id, { data, usedAt: this.#now() })
  }

  /** A record, unless nobody has used it for so many seconds. */
  find(id: string, maxLifetime: number): MemoryRecord | undefined {
    const record = this.records.get(id)
    return record === undefined || this.#now() - record.usedAt > maxLifetime * 1000 ? undefined : record
  }

  /** Says that a record was used. */
  touch(id: string): boolean {
    const record = this.records.get(id)
    if (record === undefined) return false
    record.usedAt = this.#now()
    return true
  }

  /** Removes what is older. @returns How many. */
  sweep(maxLifetime: number): number {
    let removed = 0
    for (const [id] of this.records) {
      const isIdle = this.find(id, maxLifetime) === undefined && !this.#waiting.has(id)
      if (isIdle && this.records.delete(id)) removed += 1
    }
    return removed
  }

  /** Waits for the session to be free, and takes it. */
  async lock(id: string): Promise<void> {
    const queue = this.#waiting.get(id)
    if (queue === undefined) {
      this.#waiting.set(id, [])
      return
    }
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(turn), 1)
        reject(new SaveHandlerFailure('Another request has the session, and did not finish in time'))
      }, this.#lockWaitMs)
      queue.push(turn)
    })
  }

  /** Gives it to the next who waits. */
  unlock(id: string): void {
    const next = this.#waiting.get(id)?.shift()
    if (next === undefined) this.#waiting.delete(id)
    else next()
  }
}

/** The handler of one request: it has at most one session at a time. */
class MemoryHandler implements SaveHandler {
  readonly #sessions: MemorySessions
  readonly #settings: IniView
  #locked: string | undefined

  constructor(sessions: MemorySessions, settings: IniView) {
    this.#sessions = sessions
    this.#settings = settings
  }

  open(): boolean {
    return true
  }

  close(): boolean {
    if (this.#locked !== undefined) this.#sessions.unlock(this.#locked)
    this.#locked = undefined
    return true
  }

  async read(id: string): Promise<Uint8Array> {
    if (this.#locked !== id) {
      this.close()
      await this.#sessions.lock(id)
      this.#locked = id
    }
    const record = this.#sessions.find(id, this.#maxLifetime)
    if (record === undefined && this.#settings.allocatesAtStart) this.#sessions.put(id, new Uint8Array())
    return record?.data ?? new Uint8Array()
  }

  write(id: string, data: Uint8Array): boolean {
    this.#sessions.put(id, data.slice())
    return true
  }

  destroy(id: string): boolean {
    this.#sessions.records.delete(id)
    return true
  }

  gc(maxLifetime: number): number {
    return this.#sessions.sweep(maxLifetime)
  }

  validateId(id: string): boolean {
    return this.#sessions.find(id, this.#maxLifetime) !== undefined
  }

  updateTimestamp(id: string, data: Uint8Array): boolean {
    return this.#sessions.touch(id) || this.write(id, data)
  }

  get #maxLifetime(): number {
    return this.#settings.get('session.gc_maxlifetime')
  }
}

/**
 * Sessions in the memory of this process: they end with it, and no other process sees them.
 *
 * @param options Times.
 */
export function memorySessions(options?: MemorySessionsOptions): MemorySessions {
  return new MemorySessions(options)
}
