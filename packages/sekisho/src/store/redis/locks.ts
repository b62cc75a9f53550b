import { isAddress } from '../../lib/address.ts'
import type { LeaseLock } from '../contract.ts'
import { call } from './call.ts'
import type { RedisParts } from './parts.ts'
import { wholeNumberOf } from './reply.ts'
import { acquireScript, releaseScript, renewScript, type Script } from './scripts-node.ts'

/** Leases: a key that holds the owner and ends by itself. */
export class RedisLocks implements LeaseLock {
  readonly #parts: RedisParts

  constructor(parts: RedisParts) {
    this.#parts = parts
  }

  /** Takes the lock when nobody has it or its lease has run out. @returns Whether it is the owner's now. */
  async acquire(address: string, owner: string, leaseMs: number): Promise<boolean> {
    return this.#run('take a lock', acquireScript, address, [owner, lease(leaseMs)])
  }

  /** Starts the lease anew. @returns `false` when it has run out or is somebody else's. */
  async renew(address: string, owner: string, leaseMs: number): Promise<boolean> {
    return this.#run('renew a lock', renewScript, address, [owner, lease(leaseMs)])
  }

  /** Gives the lock back; somebody else's stays. */
  async release(address: string, owner: string): Promise<void> {
    await this.#run('release a lock', releaseScript, address, [owner])
  }

  async #run(action: string, script: Script, address: string, args: readonly string[]): Promise<boolean> {
    if (!isAddress(address)) return false
    const { link, keys } = this.#parts
    return wholeNumberOf(await call(link, { action, script, key: keys.lock(address), args })) === 1
  }
}

/** The server counts in whole milliseconds, and takes none for a mistake. */
function lease(ms: number): string {
  return String(Math.max(1, Math.ceil(ms)))
}
