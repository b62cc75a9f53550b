import { addressError, isAddress } from '../../lib/address.ts'
import type { LeaseLock } from '../contract.ts'
import { attempt, pathIn } from './fs-node.ts'
import type { Home } from './home-node.ts'
import type { FileLocks } from './lock-node.ts'
import { namesIn, type Breath } from './shards-node.ts'
import { readSmallFile } from './small-file-node.ts'
import { writing, type Staging } from './staging-node.ts'

/** Owners are 11 characters; what is longer is nobody's. */
const ownerBytes = 256

/** What a {@link FileLeases} works with. */
export interface FileLeasesParts {
  readonly home: Home
  readonly locks: FileLocks
  /** Leases need not outlive the machine: neither do their owners. */
  readonly staging: Staging
  readonly now: () => number
}

/** A lease as it stands in its file. */
interface Lease {
  readonly owner: string
  /** When it runs out. */
  readonly due: number
}

/** Whether a verb may write its own lease over what is there. */
type Permission = (found: Lease | undefined) => boolean

/**
 * Leases as files: the content is the owner, the modification time is the moment at which the lease runs out. Every change
 * is one rename, made under the lock between processes that only a live process holds, by a process that was not fenced. So
 * a process that is killed or stopped at any point leaves a whole lease or none, and wakes up to one that is not its own.
 */
export class FileLeases implements LeaseLock {
  readonly #parts: FileLeasesParts

  constructor(parts: FileLeasesParts) {
    this.#parts = parts
  }

  /** Takes the lock when nobody has it or its lease has run out. @returns Whether it is the owner's now. */
  async acquire(address: string, owner: string, leaseMs: number): Promise<boolean> {
    if (!isAddress(address)) throw addressError(address)
    const isFree: Permission = (found) => found === undefined || found.owner === owner || this.#isOver(found)
    return writing(this.#parts.home, 'take a lock', () => this.#write(address, { owner, leaseMs }, isFree))
  }

  /** Starts the lease anew. @returns `false` when it has run out or is somebody else's. */
  async renew(address: string, owner: string, leaseMs: number): Promise<boolean> {
    if (!isAddress(address)) return false
    const isOurs: Permission = (found) => found?.owner === owner && !this.#isOver(found)
    return writing(this.#parts.home, 'renew a lock', () => this.#write(address, { owner, leaseMs }, isOurs))
  }

  /** Gives the lock back; somebody else's stays. */
  async release(address: string, owner: string): Promise<void> {
    if (!isAddress(address)) return
    const isOurs: Permission = (found) => found?.owner === owner
    await writing(this.#parts.home, 'release a lock', async () => {
      // Whoever has lost the lock meanwhile learns so by one look, without waiting.
      if (!isOurs(this.#find(address))) return
      await this.#parts.locks.hold(lockOf(address), () => this.#remove(address, isOurs))
    })
  }

  /**
   * Removes leases that have run out and that nobody has taken over.
   *
   * @param dueBefore Leases that ran out at this time or before go.
   */
  async sweep(dueBefore: number, breath: Breath): Promise<void> {
    const { home, locks } = this.#parts
    const isDue: Permission = (found) => found !== undefined && found.due <= dueBefore
    for (const name of await namesIn(home, home.leases)) {
      await breath.take()
      // What fails here is left for the next sweep: it hinders nobody.
      attempt(() => {
        if (isAddress(name) && isDue(this.#find(name))) {
          locks.tryHold(lockOf(name), () => this.#remove(name, isDue))
        }
      })
    }
  }

  /** Whoever may not have the lock learns so by one look, without waiting for those who may. */
  async #write(
    address: string,
    { owner, leaseMs }: { readonly owner: string; readonly leaseMs: number },
    isAllowed: Permission,
  ): Promise<boolean> {
    const { locks, staging, now } = this.#parts
    if (!isAllowed(this.#find(address))) return false
    const staged = await staging.stage(new TextEncoder().encode(owner), now() + leaseMs)
    let isPublished = false
    try {
      await locks.hold(lockOf(address), () => {
        if (!isAllowed(this.#find(address))) return
        staging.publish(staged, this.#pathOf(address))
        isPublished = true
      })
      return isPublished
    } finally {
      if (!isPublished) staging.discard(staged)
    }
  }

  /** Runs under the lock. */
  #remove(address: string, isAllowed: Permission): void {
    if (isAllowed(this.#find(address))) this.#parts.staging.remove(this.#pathOf(address))
  }

  #find(address: string): Lease | undefined {
    const { home } = this.#parts
    home.prepare()
    const file = readSmallFile(home.fs, this.#pathOf(address), ownerBytes)
    // The modification time went through seconds as a fraction, hence the rounding.
    return file && { owner: file.text, due: Math.round(file.status.mtimeMs) }
  }

  #isOver({ due }: Lease): boolean {
    return this.#parts.now() >= due
  }

  #pathOf(address: string): string {
    return pathIn(this.#parts.home.leases, address)
  }
}

/** The records' own locks have the address as their name. */
function lockOf(address: string): string {
  return `lease-${address}`
}
