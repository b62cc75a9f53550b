import { SekishoError } from '../../errors.ts'
import { isAddress } from '../../lib/address.ts'
import type { Awaitable, PrincipalIndex } from '../contract.ts'
import type { TableNames } from '../sql/names.ts'
import type { Database, Statement } from './database.ts'
import { instant, numberOf } from './rows.ts'
import { principalText } from '../sql/principal-text.ts'

/** The sessions of each principal, and the epochs, which stay for ever because an epoch must never fall. */
export class SqlitePrincipals implements PrincipalIndex {
  readonly #database: Database
  readonly #now: () => number
  readonly #epoch: Statement
  readonly #raise: Statement
  readonly #add: Statement
  readonly #remove: Statement
  readonly #list: Statement

  constructor(database: Database, { principals, epochs }: TableNames, now: () => number) {
    this.#database = database
    this.#now = now
    this.#epoch = database.statement(`SELECT epoch FROM ${epochs} WHERE principal = ?`)
    this.#raise = database.statement(`INSERT INTO ${epochs} (principal, epoch) VALUES (?, 1)
      ON CONFLICT (principal) DO UPDATE SET epoch = epoch + 1 RETURNING epoch`)
    this.#add = database.statement(`INSERT INTO ${principals} (principal, address, expires_at) VALUES (?, ?, ?)
      ON CONFLICT (principal, address) DO UPDATE SET expires_at = excluded.expires_at`)
    this.#remove = database.statement(`DELETE FROM ${principals} WHERE principal = ? AND address = ?`)
    this.#list = database.statement(`SELECT address FROM ${principals} WHERE principal = ?`)
  }

  /** @returns The principal's epoch, 0 when it was never raised. */
  epoch(principal: string): Awaitable<number> {
    return this.#database.reading('read an epoch', () => {
      const row = this.#epoch.first(principalText(principal))
      return row === undefined ? 0 : soundEpoch(row['epoch'])
    })
  }

  /** Raises the epoch by one. @returns The new epoch. */
  raiseEpoch(principal: string): Awaitable<number> {
    return this.#database.writing('raise an epoch', () => {
      const [row] = this.#raise.rows(principalText(principal))
      return soundEpoch(row?.['epoch'])
    })
  }

  /** Adds a session; adding it again moves its expiry. */
  add(principal: string, address: string, expiresInMs: number): Awaitable<void> {
    if (!isAddress(address)) return undefined
    return this.#database.writing('index a session', () => {
      this.#add.change(principalText(principal), address, instant(this.#now() + expiresInMs))
    })
  }

  /** Removes a session from the list; unknown ones are no error. */
  remove(principal: string, address: string): Awaitable<void> {
    if (!isAddress(address)) return undefined
    return this.#database.writing('remove a session from the index', () => {
      this.#remove.change(principalText(principal), address)
    })
  }

  /** @returns The addresses of the principal's sessions, in no order, dangling ones included. */
  list(principal: string): Awaitable<readonly string[]> {
    return this.#database.reading('list sessions', () => {
      const rows = this.#list.rows(principalText(principal))
      return rows.map((row) => row['address']).filter((address) => typeof address === 'string')
    })
  }
}

/** A broken epoch is a failure of the store: to read it as 0 would bring revoked sessions back. */
function soundEpoch(value: unknown): number {
  const epoch = numberOf(value)
  if (epoch > 0) return epoch
  throw new SekishoError('ERR_STORE_UNAVAILABLE', 'the epoch of a principal is not readable')
}
