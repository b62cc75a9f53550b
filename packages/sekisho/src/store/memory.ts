import { optionError, SekishoError } from '../errors.ts'
import { channels } from '../lib/events-node.ts'
import { SweepGuard } from '../lib/sweep-guard.ts'
import type {
  Lifetime,
  NewLifetime,
  SessionRecord,
  SessionStore,
  StoreCapabilities,
  StoredSession,
} from './contract.ts'
import { type Body, bodyOf, ownCopy } from './memory/body.ts'
import { DeadlineQueue, type Queued } from './memory/deadline-queue.ts'
import { MemoryLocks } from './memory/locks.ts'
import { MemoryPrincipals } from './memory/principals.ts'
import { MemoryTransfer } from './memory/transfer.ts'
import { wholeNumber } from '../lib/whole-number.ts'
import { repeats } from './write-ids.ts'

/** Settings of a {@link MemoryStore}. */
export interface MemoryStoreOptions {
  /** How many sessions it holds at most (100,000). */
  readonly maxSessions?: number
  /**
   * How many bytes of payload it holds at most, all sessions together (268,435,456, which is 256 MiB). Text counts two for
   * each character, which is the most that it takes in memory.
   */
  readonly maxBytes?: number
  /** How many milliseconds a dead session is kept before `sweep` removes it (60,000). */
  readonly sweepGraceMs?: number
  /**
   * The clock, in epoch milliseconds. The default starts at the machine's time and then runs evenly: setting the
   * machine's clock neither ends a session nor prolongs it. Time that the machine spends asleep may not count.
   */
  readonly now?: () => number
}

/** Asked once: the getter takes longer than the clock. */
const origin = performance.timeOrigin

interface Kept extends Queued, Body {
  readonly address: string
  readonly createdAt: number
  version: number
  idleDeadline: number
  absoluteDeadline: number
}

/**
 * Sessions in the memory of one process: for development, tests and programs that may forget their sessions when they
 * end. It answers at once, without promises, and it is bounded: at a limit it lets dead sessions go and otherwise
 * refuses with `ERR_STORE_FULL`, because a live session may be somebody's cart.
 *
 * @example
 * ```ts
 * const sessions = defineSession({ store: new MemoryStore({ maxSessions: 10_000 }) })
 * ```
 */
export class MemoryStore implements SessionStore {
  /** Forgets at the end of the process, which it has to itself. */
  readonly capabilities: StoreCapabilities = Object.freeze({
    durable: 'no',
    shared: false,
    fenced: true,
    sweeps: true,
  })
  /** What is text for the engine stays text. */
  readonly textual = true
  /** The sessions of each principal. */
  readonly principals: MemoryPrincipals
  /** Exclusive use of single sessions. */
  readonly locks: MemoryLocks
  /** All sessions at once. */
  readonly transfer: MemoryTransfer

  readonly #maxSessions: number
  readonly #maxBytes: number
  readonly #graceMs: number
  readonly #now: () => number
  readonly #sessions = new Map<string, Kept>()
  readonly #queue = new DeadlineQueue<Kept>()
  readonly #guard = new SweepGuard()
  #bytes = 0

  /** @param options Limits and clock; a wrong one is refused here. */
  constructor(options: MemoryStoreOptions = {}) {
    this.#maxSessions = wholeNumber('maxSessions', options.maxSessions ?? 100_000, 1)
    this.#maxBytes = wholeNumber('maxBytes', options.maxBytes ?? 268_435_456, 1)
    this.#graceMs = wholeNumber('sweepGraceMs', options.sweepGraceMs ?? 60_000, 0)
    this.#now = options.now ?? steadyEpoch
    if (typeof this.#now !== 'function') throw optionError('now', 'a function', options.now)
    this.principals = new MemoryPrincipals({ now: this.#now, graceMs: this.#graceMs })
    this.locks = new MemoryLocks(this.#now)
    this.transfer = new MemoryTransfer({
      now: this.#now,
      sessions: this.#sessions,
      read: (address) => this.read(address),
      put: (address, stored) => this.#put(address, stored),
    })
  }

  /** @returns The live record, or `undefined`: with a payload of the caller's own, or as it is kept when it is lent. */
  read(address: string, lent = false): StoredSession | undefined {
    const kept = this.#sessions.get(address)
    if (kept === undefined) return undefined
    const now = this.#now()
    if (now >= kept.due) return undefined
    return {
      record: lent && !kept.isOctets ? kept.record : ownCopy(kept),
      version: kept.version,
      now,
      createdAt: kept.createdAt,
      idleDeadline: kept.idleDeadline,
      absoluteDeadline: kept.absoluteDeadline,
    }
  }

  /** Writes a new record with version 1. Throws `ERR_STORE_FULL` when only live sessions are left at a limit. */
  create(address: string, record: SessionRecord, lifetime: NewLifetime): 'created' | 'exists' {
    const now = this.#now()
    const live = this.#live(address, now)
    if (live !== undefined) return repeats(record, live.record) ? 'created' : 'exists'
    const dead = this.#sessions.get(address)
    if (dead !== undefined) this.#expire(dead)
    const body = bodyOf(record)
    this.#makeRoom(1, body.size, now)
    const idleDeadline = now + lifetime.idleMs
    const absoluteDeadline = now + lifetime.absoluteMs
    this.#insert({
      address,
      createdAt: now,
      ...body,
      version: 1,
      idleDeadline,
      absoluteDeadline,
      due: Math.min(idleDeadline, absoluteDeadline),
      rank: 0,
      position: 0,
    })
    return 'created'
  }

  /** Replaces a live record of exactly this version. Throws `ERR_STORE_FULL` when it would grow past `maxBytes`. */
  replace(
    address: string,
    record: SessionRecord,
    version: number,
    lifetime: Lifetime,
    writeId: string,
  ): 'replaced' | 'conflict' | 'gone' {
    const now = this.#now()
    const kept = this.#live(address, now)
    if (kept === undefined) return 'gone'
    if (kept.version !== version) return kept.record.writeIds.includes(writeId) ? 'replaced' : 'conflict'
    const body = bodyOf(record)
    const growth = body.size - kept.size
    if (growth > 0) this.#makeRoom(0, growth, now)
    this.#bytes += growth
    kept.record = body.record
    kept.isOctets = body.isOctets
    kept.size = body.size
    kept.version += 1
    kept.idleDeadline = Math.max(kept.idleDeadline, now + lifetime.idleMs)
    if (lifetime.absoluteMs !== undefined) kept.absoluteDeadline = now + lifetime.absoluteMs
    this.#queue.move(kept, Math.min(kept.idleDeadline, kept.absoluteDeadline))
    return 'replaced'
  }

  /** Moves the deadlines of a live record forward, never back. */
  touch(address: string, lifetime: Lifetime): 'touched' | 'gone' {
    const now = this.#now()
    const kept = this.#live(address, now)
    if (kept === undefined) return 'gone'
    kept.idleDeadline = Math.max(kept.idleDeadline, now + lifetime.idleMs)
    kept.absoluteDeadline = Math.max(kept.absoluteDeadline, now + (lifetime.absoluteMs ?? -Infinity))
    this.#queue.move(kept, Math.min(kept.idleDeadline, kept.absoluteDeadline))
    return 'touched'
  }

  /** Removes a record, of this version where one is given. */
  delete(address: string, version?: number): 'deleted' | 'conflict' | 'gone' {
    const kept = this.#live(address, this.#now())
    if (kept === undefined) return 'gone'
    if (version !== undefined && kept.version !== version) return 'conflict'
    this.#remove(kept)
    return 'deleted'
  }

  /** Removes at most `limit` records that have been dead for `sweepGraceMs`, the longest dead first. */
  sweep(limit: number): number {
    const instant = this.#now() - this.#graceMs
    if (!this.#guard.allows(this.#queue.countDue(instant), this.#queue.size)) return 0
    let removed = 0
    for (; removed < limit; removed += 1) {
      const kept = this.#queue.first
      if (kept === undefined || kept.due > instant) break
      this.#expire(kept)
    }
    return removed
  }

  /** Puts a restored record in the place of whatever is there. */
  #put(address: string, { record, version, createdAt, idleDeadline, absoluteDeadline }: StoredSession): void {
    const now = this.#now()
    const [any, live] = [this.#sessions.get(address), this.#live(address, now)]
    if (any !== undefined && live === undefined) this.#expire(any)
    const body = bodyOf(record)
    this.#makeRoom(live === undefined ? 1 : 0, body.size - (live?.size ?? 0), now)
    if (live !== undefined) this.#remove(live)
    const due = Math.min(idleDeadline, absoluteDeadline)
    this.#insert({ address, ...body, version, createdAt, idleDeadline, absoluteDeadline, due, rank: 0, position: 0 })
  }

  #live(address: string, now: number): Kept | undefined {
    const kept = this.#sessions.get(address)
    return kept !== undefined && now < kept.due ? kept : undefined
  }

  /** Removes dead records, without their grace but not one more than needed: they might be dead by a wrong clock. */
  #makeRoom(sessions: number, bytes: number, now: number): void {
    while (this.#sessions.size + sessions > this.#maxSessions || this.#bytes + bytes > this.#maxBytes) {
      const kept = this.#queue.first
      if (kept === undefined || kept.due > now) throw this.#full()
      this.#expire(kept)
    }
  }

  #full(): SekishoError {
    const sessions = `${this.#sessions.size} sessions (\`maxSessions\` is ${this.#maxSessions})`
    const bytes = `${this.#bytes} bytes of payload (\`maxBytes\` is ${this.#maxBytes})`
    return new SekishoError('ERR_STORE_FULL', `the memory store is full: it holds ${sessions} and ${bytes}`)
  }

  #insert(kept: Kept): void {
    this.#sessions.set(kept.address, kept)
    this.#queue.add(kept)
    this.#bytes += kept.size
  }

  #expire(kept: Kept): void {
    this.#remove(kept)
    channels.expired.publish({ address: kept.address })
  }

  #remove(kept: Kept): void {
    this.#sessions.delete(kept.address)
    this.#queue.remove(kept)
    this.#bytes -= kept.size
  }
}

function steadyEpoch(): number {
  return Math.floor(origin + performance.now())
}
