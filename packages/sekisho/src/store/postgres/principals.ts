import { isAddress } from '../../lib/address.ts'
import type { PrincipalIndex } from '../contract.ts'
import type { TableNames } from '../sql/names.ts'
import { now, wholeMs } from './clock.ts'
import { statement, type Database, type Statement } from './database.ts'
import { principalText } from '../sql/principal-text.ts'

/** The sessions of each principal, and the epochs, which stay for ever because they must never fall. */
export class PostgresPrincipals implements PrincipalIndex {
  readonly #database: Database
  readonly #epoch: Statement
  readonly #raiseEpoch: Statement
  readonly #add: Statement
  readonly #remove: Statement
  readonly #list: Statement

  /**
   * @param database Where the tables are.
   * @param names Their names.
   */
  constructor(database: Database, { principals, epochs }: TableNames) {
    this.#database = database
    this.#epoch = statement('epoch', `SELECT epoch FROM ${epochs} WHERE principal = $1`)
    this.#raiseEpoch = statement(
      'raise_epoch',
      `INSERT INTO ${epochs} AS present (principal, epoch) VALUES ($1, 1)
  ON CONFLICT (principal) DO UPDATE SET epoch = present.epoch + 1
  RETURNING epoch`,
    )
    this.#add = statement(
      'index_add',
      `INSERT INTO ${principals} (principal, address, expires_at) VALUES ($1, $2, ${now} + $3::bigint)
  ON CONFLICT (principal, address) DO UPDATE SET expires_at = excluded.expires_at`,
    )
    this.#remove = statement('index_remove', `DELETE FROM ${principals} WHERE principal = $1 AND address = $2`)
    this.#list = statement('index_list', `SELECT address FROM ${principals} WHERE principal = $1`)
  }

  /** @returns The principal's epoch, 0 when it was never raised. */
  async epoch(principal: string): Promise<number> {
    const [row] = await this.#database.run(this.#epoch, [principalText(principal)])
    return Number(row?.[0] ?? 0)
  }

  /** Raises the epoch by one. @returns The new epoch. */
  async raiseEpoch(principal: string): Promise<number> {
    const [row] = await this.#database.run(this.#raiseEpoch, [principalText(principal)])
    return Number(row?.[0])
  }

  /** Adds a session; adding it again moves its expiry. */
  async add(principal: string, address: string, expiresInMs: number): Promise<void> {
    if (isAddress(address))
      await this.#database.run(this.#add, [principalText(principal), address, wholeMs(expiresInMs)])
  }

  /** Removes a session from the list; unknown ones are no error. */
  async remove(principal: string, address: string): Promise<void> {
    if (isAddress(address)) await this.#database.run(this.#remove, [principalText(principal), address])
  }

  /** @returns The addresses of the principal's sessions, in no order, dangling ones included. */
  async list(principal: string): Promise<readonly string[]> {
    const rows = await this.#database.run(this.#list, [principalText(principal)])
    return rows.map(([address]) => address as string)
  }
}
