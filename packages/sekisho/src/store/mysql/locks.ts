import { SekishoUsageError, shown } from '../../errors.ts'
import { addressError, isAddress } from '../../lib/address.ts'
import type { LeaseLock } from '../contract.ts'
import { alive, fromNow, now } from './clock.ts'
import type { Database, Statement } from './database.ts'
import { whole } from './values.ts'

/** Bytes of the column `owner`; a server that is not strict would cut a longer one. */
const ownerBytes = 64

interface LockStatements {
  readonly acquire: Statement
  readonly renew: Statement
  readonly release: Statement
}

/**
 * `acquire` asks the same question for both columns, because the second assignment may see the new owner or the old one
 * (`sql_mode` `SIMULTANEOUS_ASSIGNMENT` of MariaDB); the answer is the same with either. Its clock is the one instant when the
 * statement began, so that both times are judged alike.
 *
 * @param table The table of the leases.
 */
function lockStatements(table: string): LockStatements {
  const takes = `(owner = ? OR expires_at <= ${now})`
  return {
    acquire: {
      does: 'acquire a lock',
      sql: `INSERT INTO ${table} (address, owner, expires_at) VALUES (?, ?, ${fromNow} * LAST_INSERT_ID(1))
ON DUPLICATE KEY UPDATE owner = IF(LAST_INSERT_ID(${takes}), ?, owner), expires_at = IF(${takes}, ${fromNow}, expires_at)`,
    },
    renew: {
      does: 'renew a lock',
      sql: `UPDATE ${table} SET expires_at = LAST_INSERT_ID(${fromNow}) WHERE address = ? AND owner = ? AND ${alive}`,
    },
    release: { does: 'release a lock', sql: `DELETE FROM ${table} WHERE address = ? AND owner = ?` },
  }
}

/** The leases of a `MysqlStore`, one row for each lock that is held. */
export class MysqlLocks implements LeaseLock {
  readonly #database: Database
  readonly #sql: LockStatements

  constructor(database: Database, table: string) {
    this.#database = database
    this.#sql = lockStatements(table)
  }

  /** Takes the lock when nobody has it or its lease has run out. @returns Whether it is the owner's now. */
  async acquire(address: string, owner: string, leaseMs: number): Promise<boolean> {
    if (!isAddress(address)) throw addressError(address)
    const [own, lease] = [ownerOf(owner), whole(leaseMs)]
    const { told } = await this.#database.write(this.#sql.acquire, [address, own, lease, own, own, own, lease])
    return told > 0
  }

  /** Starts the lease anew. @returns `false` when it has run out or the lock is somebody else's. */
  async renew(address: string, owner: string, leaseMs: number): Promise<boolean> {
    if (!isAddress(address)) return false
    const { told } = await this.#database.write(this.#sql.renew, [whole(leaseMs), address, ownerOf(owner)])
    return told > 0
  }

  /** Gives the lock back; somebody else's stays. */
  async release(address: string, owner: string): Promise<void> {
    if (isAddress(address)) await this.#database.write(this.#sql.release, [address, ownerOf(owner)])
  }
}

function ownerOf(owner: string): Buffer {
  const bytes = Buffer.from(owner)
  if (bytes.length > 0 && bytes.length <= ownerBytes) return bytes
  throw new SekishoUsageError('ERR_ARGUMENT', `\`owner\` must have 1 to ${ownerBytes} bytes; received ${shown(owner)}`)
}
