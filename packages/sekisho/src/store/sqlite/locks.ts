import { isAddress } from '../../lib/address.ts'
import type { Awaitable, LeaseLock } from '../contract.ts'
import type { Database, Statement } from './database.ts'
import { instant } from './rows.ts'

/** Leases on sessions, one row each. Those that have run out stay until the next owner or a sweep comes. */
export class SqliteLocks implements LeaseLock {
  readonly #database: Database
  readonly #now: () => number
  readonly #acquire: Statement
  readonly #renew: Statement
  readonly #release: Statement

  constructor(database: Database, table: string, now: () => number) {
    this.#database = database
    this.#now = now
    this.#acquire = database.statement(`INSERT INTO ${table} (address, owner, expires_at) VALUES (?, ?, ?)
      ON CONFLICT (address) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
      WHERE ${table}.owner = excluded.owner OR ${table}.expires_at <= ?`)
    this.#renew = database.statement(
      `UPDATE ${table} SET expires_at = ? WHERE address = ? AND owner = ? AND expires_at > ?`,
    )
    this.#release = database.statement(`DELETE FROM ${table} WHERE address = ? AND owner = ?`)
  }

  /** Takes the lock when nobody has it or its lease has run out. @returns Whether it is the owner's now. */
  acquire(address: string, owner: string, leaseMs: number): Awaitable<boolean> {
    if (!isAddress(address)) return false
    return this.#database.writing('take a lock', () => {
      const now = this.#now()
      return this.#acquire.change(address, owner, instant(now + leaseMs), instant(now)) > 0
    })
  }

  /** Starts the lease anew. @returns `false` when it has run out or is somebody else's. */
  renew(address: string, owner: string, leaseMs: number): Awaitable<boolean> {
    if (!isAddress(address)) return false
    return this.#database.writing('renew a lock', () => {
      const now = this.#now()
      return this.#renew.change(instant(now + leaseMs), address, owner, instant(now)) > 0
    })
  }

  /** Gives the lock back; somebody else's stays. */
  release(address: string, owner: string): Awaitable<void> {
    if (!isAddress(address)) return undefined
    return this.#database.writing('release a lock', () => {
      this.#release.change(address, owner)
    })
  }
}
