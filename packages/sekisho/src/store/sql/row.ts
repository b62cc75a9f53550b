/**
 * One session as a row, the same in every SQL store:
 *
 * ```
 * address            64 lower-case hexadecimal digits, unique
 * version            1 after create, one more after each replace
 * created_at         epoch milliseconds on the server's clock, like all times
 * idle_deadline      when it ends unless it is used
 * absolute_deadline  when it ends at the latest
 * expires_at         the earlier of the two, for the sweep
 * fields             the record without its payload, as JSON
 * payload            the encoded session data
 * ```
 *
 * @module
 */
import { channels } from '../../lib/events-node.ts'
import type { SessionRecord, StoredSession } from '../contract.ts'
import { type Content, parseFields } from '../record-format.ts'

/** The columns that a read selects; drivers give 64-bit numbers as number, bigint or string. */
export interface SessionRow {
  readonly version: number | bigint | string
  readonly created_at: number | bigint | string
  readonly idle_deadline: number | bigint | string
  readonly absolute_deadline: number | bigint | string
  readonly fields: string
  readonly payload: Uint8Array
  /** The server's clock at this statement. */
  readonly now: number | bigint | string
}

/** @returns The `fields` column of a record. */
export function fieldsOf(record: SessionRecord): string {
  return JSON.stringify({ ...record, payload: undefined, text: undefined })
}

/**
 * What `fields` contains exactly when the record remembers this write: ids are random, and JSON quotes them.
 *
 * @returns Text for a substring search.
 */
export function writeIdMark(writeId: string): string {
  return JSON.stringify(writeId)
}

/** @returns A live row as a session; a row that is no record raises `rejected` and is `undefined`. */
export function sessionOf(address: string, row: SessionRow): StoredSession | undefined {
  const record = recordOf(address, row.fields, row)
  return (
    record && {
      record,
      version: Number(row.version),
      now: Number(row.now),
      createdAt: Number(row.created_at),
      idleDeadline: Number(row.idle_deadline),
      absoluteDeadline: Number(row.absolute_deadline),
    }
  )
}

/** @returns What is in these columns; what is no record raises `rejected` and is `undefined`. */
export function recordOf(address: string, fields: string, { payload, text }: Content): SessionRecord | undefined {
  const parsed = parseFields(fields)
  if (parsed !== undefined) return Object.assign(parsed, text === undefined ? { payload } : { payload, text })
  channels.rejected.publish({ reason: 'malformed-record', address })
  return undefined
}
