import type { LeaseLock } from '../contract.ts'
import { DeadlineQueue, type Queued } from './deadline-queue.ts'

interface Lease extends Queued {
  readonly address: string
  readonly owner: string
}

/** The leases of a `MemoryStore`. Those that have run out go when a lock is next taken. */
export class MemoryLocks implements LeaseLock {
  readonly #now: () => number
  readonly #leases = new Map<string, Lease>()
  readonly #queue = new DeadlineQueue<Lease>()

  /** @param now The clock of the store, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** How many leases are kept; for tests and figures. */
  get size(): number {
    return this.#leases.size
  }

  /** Takes the lock when nobody has it or its lease has run out. @returns Whether it is the owner's now. */
  acquire(address: string, owner: string, leaseMs: number): boolean {
    const now = this.#now()
    this.#dropExpired(now)
    if (this.#leases.has(address)) return this.renew(address, owner, leaseMs)
    const lease: Lease = { address, owner, due: now + leaseMs, rank: 0, position: 0 }
    this.#leases.set(address, lease)
    this.#queue.add(lease)
    return true
  }

  /** Starts the lease anew. @returns `false` when it has run out or is somebody else's. */
  renew(address: string, owner: string, leaseMs: number): boolean {
    const now = this.#now()
    const lease = this.#leases.get(address)
    if (lease?.owner !== owner || now >= lease.due) return false
    this.#queue.move(lease, now + leaseMs)
    return true
  }

  /** Gives the lock back; somebody else's stays. */
  release(address: string, owner: string): void {
    const lease = this.#leases.get(address)
    if (lease?.owner === owner) this.#drop(lease)
  }

  #dropExpired(now: number): void {
    for (let lease = this.#queue.first; lease !== undefined && lease.due <= now; lease = this.#queue.first) {
      this.#drop(lease)
    }
  }

  #drop(lease: Lease): void {
    this.#queue.remove(lease)
    this.#leases.delete(lease.address)
  }
}
