import { channels } from '../../lib/events-node.ts'
import type { SessionRecord, StoredSession } from '../contract.ts'
import { type Content, textContent } from '../record-format.ts'
import { fieldsOf, recordOf } from '../sql/row.ts'
import type { SqliteValue } from './handle.ts'

/** The columns that {@link liveSession} wants, in this order. */
export const readColumns = 'version, created_at, idle_deadline, absolute_deadline, fields, payload'

/** The same, with the data as text, except for octets with a NUL: node:sqlite of Node 22 cuts text off there. */
export const lentColumns: string = readColumns.replace(
  'payload',
  "CASE instr(payload, x'00') WHEN 0 THEN CAST(payload AS TEXT) ELSE payload END",
)

/** @returns SQL that writes the values of {@link rowOf}, over another row of the address only on a condition. */
export function putWhere(table: string, condition: string): string {
  return `INSERT INTO ${table}
      (address, version, created_at, idle_deadline, absolute_deadline, expires_at, fields, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?, CAST(? AS BLOB))
    ON CONFLICT (address) DO UPDATE SET version = excluded.version, created_at = excluded.created_at,
      idle_deadline = excluded.idle_deadline, absolute_deadline = excluded.absolute_deadline,
      expires_at = excluded.expires_at, fields = excluded.fields, payload = excluded.payload
    WHERE ${condition}`
}

/** Version and times of a record that is written. */
export type Stamp = Pick<StoredSession, 'version' | 'createdAt' | 'idleDeadline' | 'absoluteDeadline'>

/** @returns The values for {@link putWhere}. */
export function rowOf(address: string, record: SessionRecord, stamp: Stamp): SqliteValue[] {
  const { version, createdAt, idleDeadline, absoluteDeadline } = stamp
  const expiresAt = Math.min(idleDeadline, absoluteDeadline)
  const times = [createdAt, idleDeadline, absoluteDeadline, expiresAt].map(instant)
  return [address, version, ...times, fieldsOf(record), contentOf(record)]
}

/** @returns The data of a record, for `CAST(? AS BLOB)`. */
export function contentOf({ payload, text }: SessionRecord): SqliteValue {
  return text ?? payload
}

/** @returns A time as the columns want it: whole, never earlier, and small enough for a number of JavaScript. */
export function instant(ms: number): number {
  return Math.min(Math.ceil(ms), Number.MAX_SAFE_INTEGER)
}

/** A row with one of the lists of columns above, and how it was read. */
export interface ReadRow {
  readonly columns: readonly unknown[]
  readonly now: number
  /** With {@link lentColumns}. */
  readonly lent: boolean
}

/** @returns The live session in a row. One that is dead raises `expired`, a row that is no record `rejected`. */
export function liveSession(address: string, { columns: row, now, lent }: ReadRow): StoredSession | undefined {
  const [version, createdAt] = [numberOf(row[0]), numberOf(row[1])]
  const [idleDeadline, absoluteDeadline] = [numberOf(row[2]), numberOf(row[3])]
  const [fields, content] = [row[4], (lent ? textOf(row[5]) : undefined) ?? octetsOf(row[5])]
  const isSound = version > 0 && !Number.isNaN(createdAt + idleDeadline + absoluteDeadline)
  if (!isSound || typeof fields !== 'string' || content === undefined) {
    channels.rejected.publish({ reason: 'malformed-record', address })
    return undefined
  }
  if (now >= Math.min(idleDeadline, absoluteDeadline)) {
    channels.expired.publish({ address })
    return undefined
  }
  const record = recordOf(address, fields, content)
  return record && { record, version, now, createdAt, idleDeadline, absoluteDeadline }
}

function textOf(payload: unknown): Content | undefined {
  return typeof payload === 'string' ? textContent(payload) : undefined
}

/** better-sqlite3 gives a Buffer, whose `slice` would share its memory with the caller's copy. */
function octetsOf(bytes: unknown): Content | undefined {
  if (!(bytes instanceof Uint8Array)) return undefined
  if (bytes.constructor === Uint8Array) return { payload: bytes }
  return { payload: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) }
}

/** @returns A column's whole number as a `number`; `NaN` for anything else, and for what is too large to be exact. */
export function numberOf(value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value
  return Number.isSafeInteger(number) ? (number as number) : Number.NaN
}
