import type { LeaseLock } from '../contract.ts'
import type { Decision, RowChanges } from './changes.ts'
import { companionContent, companionId, companionText } from './companions.ts'
import type { Row } from './contract.ts'
import { bodyOf, endOf, enveloped } from './envelope.ts'

/** Leases, each in a row of its own for as long as it lasts. */
export class RowLocks implements LeaseLock {
  readonly #changes: RowChanges<string>
  readonly #idLength: number

  constructor(changes: RowChanges<string>, idLength: number) {
    this.#changes = changes
    this.#idLength = idLength
  }

  /** Takes the lock when nobody has it or its lease has run out. @returns Whether it is the owner's now. */
  acquire(address: string, owner: string, leaseMs: number): Promise<boolean> {
    return this.#change(address, (holder) =>
      holder === undefined || holder === owner ? { owner, leaseMs } : undefined,
    )
  }

  /** Starts the lease anew. @returns `false` when it has run out or is somebody else's. */
  renew(address: string, owner: string, leaseMs: number): Promise<boolean> {
    return this.#change(address, (holder) => (holder === owner ? { owner, leaseMs } : undefined))
  }

  /** Gives the lock back; somebody else's stays. */
  async release(address: string, owner: string): Promise<void> {
    const id = await companionId('lock', address, this.#idLength)
    await this.#changes.change<void>(id, (row, now) => {
      return holderOf(row, now) === owner ? { answer: undefined, act: 'remove' } : { answer: undefined }
    })
  }

  async #change(address: string, decide: (holder: string | undefined) => Lease | undefined): Promise<boolean> {
    const id = await companionId('lock', address, this.#idLength)
    return this.#changes.change(id, (row, now): Decision<string, boolean> => {
      const lease = decide(holderOf(row, now))
      if (lease === undefined) return { answer: false }
      const data = enveloped(now + lease.leaseMs, companionText('lock', lease.owner))
      return { answer: true, act: 'write', data, dueMs: lease.leaseMs }
    })
  }
}

interface Lease {
  readonly owner: string
  readonly leaseMs: number
}

/** @returns Who has a lease that has not run out. */
function holderOf(row: Row | undefined, now: number): string | undefined {
  if (row === undefined || now >= (endOf(row.data) ?? 0)) return undefined
  const holder = companionContent('lock', bodyOf(row.data))
  return typeof holder === 'string' ? holder : undefined
}
