import { isAddress } from '../../lib/address.ts'
import type { LeaseLock } from '../contract.ts'
import { now, wholeMs } from './clock.ts'
import { statement, type Database, type Statement } from './database.ts'

/** Leases as rows: they need no connection of their own and outlive none of their holders for longer than the lease. */
export class PostgresLocks implements LeaseLock {
  readonly #database: Database
  readonly #acquire: Statement
  readonly #renew: Statement
  readonly #release: Statement

  /**
   * @param database Where the table is.
   * @param table Its name.
   */
  constructor(database: Database, table: string) {
    this.#database = database
    this.#acquire = statement(
      'lock_acquire',
      `INSERT INTO ${table} AS present (address, owner, expires_at) VALUES ($1, $2, ${now} + $3::bigint)
  ON CONFLICT (address) DO UPDATE SET owner = excluded.owner, expires_at = ${now} + $3::bigint
  WHERE present.owner = excluded.owner OR present.expires_at <= ${now}
  RETURNING 1`,
    )
    this.#renew = statement(
      'lock_renew',
      `UPDATE ${table} SET expires_at = ${now} + $3::bigint
  WHERE address = $1 AND owner = $2 AND expires_at > ${now}
  RETURNING 1`,
    )
    this.#release = statement('lock_release', `DELETE FROM ${table} WHERE address = $1 AND owner = $2`)
  }

  /** Takes the lock when nobody has it or its lease has run out. @returns Whether it is the owner's now. */
  async acquire(address: string, owner: string, leaseMs: number): Promise<boolean> {
    if (!isAddress(address)) return false
    const taken = await this.#database.run(this.#acquire, [address, owner, wholeMs(leaseMs)])
    return taken.length > 0
  }

  /** Starts the lease anew. @returns `false` when it has run out or is somebody else's. */
  async renew(address: string, owner: string, leaseMs: number): Promise<boolean> {
    if (!isAddress(address)) return false
    const renewed = await this.#database.run(this.#renew, [address, owner, wholeMs(leaseMs)])
    return renewed.length > 0
  }

  /** Gives the lock back; somebody else's stays. */
  async release(address: string, owner: string): Promise<void> {
    if (isAddress(address)) await this.#database.run(this.#release, [address, owner])
  }
}
