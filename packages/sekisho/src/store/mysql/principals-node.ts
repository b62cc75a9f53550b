import { createHash } from 'node:crypto'
import { addressError, isAddress } from '../../lib/address.ts'
import type { PrincipalIndex } from '../contract.ts'
import type { TableNames } from '../sql/names.ts'
import { fromNow } from './clock.ts'
import type { Database, Statement } from './database.ts'
import { whole } from './values.ts'

interface PrincipalStatements {
  readonly epoch: Statement
  readonly raiseEpoch: Statement
  readonly add: Statement
  readonly remove: Statement
  readonly list: Statement
}

function principalStatements({ principals, epochs }: TableNames): PrincipalStatements {
  return {
    epoch: { does: 'read an epoch', sql: `SELECT epoch FROM ${epochs} WHERE principal = ?` },
    raiseEpoch: {
      does: 'raise an epoch',
      sql: `INSERT INTO ${epochs} (principal, epoch) VALUES (?, LAST_INSERT_ID(1))
ON DUPLICATE KEY UPDATE epoch = LAST_INSERT_ID(epoch + 1)`,
    },
    add: {
      does: 'add to the principal index',
      sql: `INSERT INTO ${principals} (principal, address, expires_at) VALUES (?, ?, ${fromNow})
ON DUPLICATE KEY UPDATE expires_at = ${fromNow}`,
    },
    remove: {
      does: 'remove from the principal index',
      sql: `DELETE FROM ${principals} WHERE principal = ? AND address = ?`,
    },
    list: { does: 'list the sessions of a principal', sql: `SELECT address FROM ${principals} WHERE principal = ?` },
  }
}

/** The principal index of a `MysqlStore`. Expired entries stay listed until a sweep removes them; epochs stay for ever. */
export class MysqlPrincipals implements PrincipalIndex {
  readonly #database: Database
  readonly #sql: PrincipalStatements

  constructor(database: Database, names: TableNames) {
    this.#database = database
    this.#sql = principalStatements(names)
  }

  /** @returns The principal's epoch, 0 when it was never raised. */
  async epoch(principal: string): Promise<number> {
    const [row] = await this.#database.rows<{ epoch: unknown }>(this.#sql.epoch, [keyOf(principal)])
    return Number(row?.epoch ?? 0)
  }

  /** Raises the epoch by one. @returns The new epoch. */
  async raiseEpoch(principal: string): Promise<number> {
    const { told } = await this.#database.write(this.#sql.raiseEpoch, [keyOf(principal)])
    return told
  }

  /** Adds a session; adding it again moves its expiry. */
  async add(principal: string, address: string, expiresInMs: number): Promise<void> {
    if (!isAddress(address)) throw addressError(address)
    const expiresIn = whole(expiresInMs)
    await this.#database.write(this.#sql.add, [keyOf(principal), address, expiresIn, expiresIn])
  }

  /** Removes a session from the list; unknown ones are no error. */
  async remove(principal: string, address: string): Promise<void> {
    if (isAddress(address)) await this.#database.write(this.#sql.remove, [keyOf(principal), address])
  }

  /** @returns The addresses of the principal's sessions, dangling ones included. */
  async list(principal: string): Promise<readonly string[]> {
    const rows = await this.#database.rows<{ address: string }>(this.#sql.list, [keyOf(principal)])
    return rows.map(({ address }) => address)
  }
}

/**
 * A principal of any length as a key of 32 bytes. UTF-16 keeps every code unit, a lone surrogate too, and no collation has a
 * say. In SQL it is `UNHEX(SHA2(CONVERT('alice' USING utf16le), 256))`.
 */
function keyOf(principal: string): Buffer {
  return createHash('sha256').update(principal, 'utf16le').digest()
}
