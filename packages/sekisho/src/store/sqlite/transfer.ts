import { addressError, isAddress } from '../../lib/address.ts'
import { cursorError } from '../../lib/cursor.ts'
import type { Awaitable, SessionTransfer, StoredSession, TransferPage } from '../contract.ts'
import type { Database, Statement } from './database.ts'
import { instant, liveSession, numberOf, putWhere, readColumns, rowOf } from './rows.ts'

/** All sessions, in the order of their addresses; a cursor is the last address of its page. */
export class SqliteTransfer implements SessionTransfer {
  readonly #database: Database
  readonly #now: () => number
  readonly #count: Statement
  readonly #scan: Statement
  readonly #restore: Statement

  constructor(database: Database, table: string, now: () => number) {
    this.#database = database
    this.#now = now
    this.#count = database.statement(`SELECT count(*) AS count FROM ${table}`)
    this.#scan = database.statement(
      `SELECT ${readColumns}, address FROM ${table} WHERE address > ? ORDER BY address LIMIT ?`,
    )
    this.#restore = database.statement(
      putWhere(table, `${table}.version < excluded.version OR ${table}.expires_at <= ?`),
    )
  }

  /** @returns How many records there are, those included that are dead and not swept yet. */
  estimate(): Awaitable<number> {
    return this.#database.reading('count its records', () => numberOf(this.#count.first()?.['count']))
  }

  /** Reads `limit` records, of which the live ones are in the page. */
  scan(cursor: string | undefined, limit: number): Awaitable<TransferPage> {
    if (cursor !== undefined && !isAddress(cursor)) throw cursorError(cursor)
    const size = Math.max(limit, 1)
    return this.#database.reading('read a page of records', () => {
      const rows = this.#scan.rows(cursor ?? '', size)
      const now = this.#now()
      const sessions = rows.flatMap((row) => {
        const address = String(row['address'])
        const stored = liveSession(address, { columns: Object.values(row), now, lent: false })
        return stored === undefined ? [] : [{ address, stored }]
      })
      const next = rows.length < size ? undefined : rows.at(-1)?.['address']
      return typeof next === 'string' ? { sessions, next } : { sessions }
    })
  }

  /** Writes a record with its version and times. */
  restore(address: string, stored: StoredSession): Awaitable<'restored' | 'kept'> {
    if (!isAddress(address)) throw addressError(address)
    return this.#database.writing('restore a record', () => {
      const now = this.#now()
      if (now >= Math.min(stored.idleDeadline, stored.absoluteDeadline)) return 'kept'
      return this.#restore.change(...rowOf(address, stored.record, stored), instant(now)) > 0 ? 'restored' : 'kept'
    })
  }
}
