import { addressError, isAddress } from '../../lib/address.ts'
import { cursorError } from '../../lib/cursor.ts'
import type { SessionTransfer, StoredSession, TransferPage } from '../contract.ts'
import type { RowChanges } from './changes.ts'
import type { ListedRow, Row, RowSession } from './contract.ts'
import { dueOf } from './envelope.ts'

/** What a {@link RowTransfer} works with. */
export interface RowTransferParts<D> {
  readonly changes: RowChanges<D>
  /** The live session in a row. */
  readonly live: (row: Row<D> | undefined, now: number) => RowSession | undefined
  readonly encode: (session: RowSession, before: Row<D> | undefined) => D
}

/** All sessions of a row store that lists and counts its rows; a cursor is the last address of its page. */
export class RowTransfer<D> implements SessionTransfer {
  readonly #parts: RowTransferParts<D>

  constructor(parts: RowTransferParts<D>) {
    this.#parts = parts
  }

  /** @returns About how many rows there are. */
  async estimate(): Promise<number> {
    return (await this.#parts.changes.rows.count?.()) ?? 0
  }

  /** Reads about `limit` rows; those that hold no live session are left out. */
  async scan(cursor: string | undefined, limit: number): Promise<TransferPage> {
    if (cursor !== undefined && !isAddress(cursor)) throw cursorError(cursor)
    const { changes, live } = this.#parts
    const [rows, isLast] = await this.#page(cursor, Math.max(limit, 1))
    const now = await changes.now()
    const sessions = rows.flatMap((row) => {
      const session = live(row, now)
      return session === undefined ? [] : [{ address: row.id, stored: storedOf(session, now) }]
    })
    const next = rows.at(-1)?.id
    return isLast || next === undefined ? { sessions } : { sessions, next }
  }

  /** Writes a record with its version and times. */
  restore(address: string, { record, version, createdAt, ...times }: StoredSession): Promise<'restored' | 'kept'> {
    if (!isAddress(address)) throw addressError(address)
    const { changes, live, encode } = this.#parts
    const { idleDeadline, absoluteDeadline } = times
    const session: RowSession = { record, stamp: { version, createdAt, idleDeadline, absoluteDeadline } }
    return changes.change<'restored' | 'kept'>(address, (row, now) => {
      const present = live(row, now)
      const dueMs = dueOf(session.stamp) - now
      if ((present !== undefined && present.stamp.version >= version) || dueMs <= 0) return { answer: 'kept' }
      return { answer: 'restored', act: 'write', data: encode(session, row), dueMs }
    })
  }

  /** The next rows that can be sessions, and whether they are the last. Other ids of the table make no cursor. */
  async #page(cursor: string | undefined, limit: number): Promise<[ListedRow<D>[], boolean]> {
    for (let after = cursor; ;) {
      const page = (await this.#parts.changes.rows.list?.(after, limit)) ?? []
      const rows = page.filter(({ id }) => isAddress(id))
      if (rows.length > 0 || page.length < limit) return [rows, page.length < limit]
      after = page.at(-1)?.id
    }
  }
}

/** @returns A session as a read answers it. */
export function storedOf({ record, stamp }: RowSession, now: number): StoredSession {
  const { version, createdAt, idleDeadline, absoluteDeadline } = stamp
  return { record, version, createdAt, idleDeadline, absoluteDeadline, now }
}
