import type { PrincipalIndex } from '../contract.ts'
import { DeadlineQueue, type Queued } from './deadline-queue.ts'

interface Entry extends Queued {
  readonly principal: string
  readonly address: string
}

interface Principal {
  epoch: number
  readonly entries: Map<string, Entry>
}

/** The clock of the store that an index belongs to. */
export interface IndexClock {
  /** The time, in milliseconds. */
  readonly now: () => number
  /** How many milliseconds an expired entry is kept before it goes. */
  readonly graceMs: number
}

/**
 * The principal index of a `MemoryStore`. Expired entries go when the index is next used, and a principal without
 * entries and with epoch 0 is forgotten. A raised epoch is never forgotten, because it must never fall: one number stays
 * for each principal that was ever logged out everywhere.
 */
export class MemoryPrincipals implements PrincipalIndex {
  readonly #clock: IndexClock
  readonly #principals = new Map<string, Principal>()
  readonly #queue = new DeadlineQueue<Entry>()

  /** @param clock The clock of the store. */
  constructor(clock: IndexClock) {
    this.#clock = clock
  }

  /** How many principals are known; for tests and figures. */
  get size(): number {
    return this.#principals.size
  }

  /** @returns The principal's epoch, 0 when it was never raised. */
  epoch(principal: string): number {
    return this.#principals.get(principal)?.epoch ?? 0
  }

  /** Raises the epoch by one. @returns The new epoch. */
  raiseEpoch(principal: string): number {
    const known = this.#enter(principal)
    known.epoch += 1
    return known.epoch
  }

  /** Adds a session; adding it again moves its expiry. */
  add(principal: string, address: string, expiresInMs: number): void {
    this.#dropExpired()
    const due = this.#clock.now() + expiresInMs
    const { entries } = this.#enter(principal)
    const known = entries.get(address)
    if (known !== undefined) return this.#queue.move(known, due)
    const entry: Entry = { principal, address, due, rank: 0, position: 0 }
    entries.set(address, entry)
    this.#queue.add(entry)
  }

  /** Removes a session from the list; unknown ones are no error. */
  remove(principal: string, address: string): void {
    const entry = this.#principals.get(principal)?.entries.get(address)
    if (entry !== undefined) this.#drop(entry)
  }

  /** @returns The addresses of the principal's sessions, dangling ones included. */
  list(principal: string): readonly string[] {
    this.#dropExpired()
    return [...(this.#principals.get(principal)?.entries.keys() ?? [])]
  }

  #enter(principal: string): Principal {
    const known = this.#principals.get(principal)
    if (known !== undefined) return known
    const entered: Principal = { epoch: 0, entries: new Map() }
    this.#principals.set(principal, entered)
    return entered
  }

  #dropExpired(): void {
    const instant = this.#clock.now() - this.#clock.graceMs
    for (let entry = this.#queue.first; entry !== undefined && entry.due <= instant; entry = this.#queue.first) {
      this.#drop(entry)
    }
  }

  #drop(entry: Entry): void {
    this.#queue.remove(entry)
    const known = this.#principals.get(entry.principal)
    known?.entries.delete(entry.address)
    if (known?.entries.size === 0 && known.epoch === 0) this.#principals.delete(entry.principal)
  }
}
