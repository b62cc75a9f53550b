import { channels } from '../../lib/events-node.ts'
import type { SessionRecord, StoredSession } from '../contract.ts'
import { fieldsOf, recordOf } from '../sql/row.ts'
import type { SqliteValue } from './handle.ts'

/** The columns that {@link liveSession} wants, in this order. */
export const readColumns = 'version, created_at, idle_deadline, absolute_deadline, fields, payload'

/** @returns SQL that writes the values of {@link rowOf}, over another row of the address only on a condition. */
export function putWhere(table: string, condition: string): string {
  return `INSERT INTO ${table}
      (address, version, created_at, idle_deadline, absolute_deadline, expires_at, fields, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
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
  return [address, version, ...times, fieldsOf(record), record.payload]
}

/** @returns A time as the columns want it: whole, never earlier, and small enough for a number of JavaScript. */
export function instant(ms: number): number {
  return Math.min(Math.ceil(ms), Number.MAX_SAFE_INTEGER)
}

/** @returns The live session in a row. One that is dead raises `expired`, a row that is no record `rejected`. */
export function liveSession(address: string, row: readonly unknown[], now: number): StoredSession | undefined {
  const [version, createdAt] = [numberOf(row[0]), numberOf(row[1])]
  const [idleDeadline, absoluteDeadline] = [numberOf(row[2]), numberOf(row[3])]
  const [fields, payload] = [row[4], row[5]]
  const isSound = version > 0 && !Number.isNaN(createdAt + idleDeadline + absoluteDeadline)
  if (!isSound || typeof fields !== 'string' || !(payload instanceof Uint8Array)) {
    channels.rejected.publish({ reason: 'malformed-record', address })
    return undefined
  }
  if (now >= Math.min(idleDeadline, absoluteDeadline)) {
    channels.expired.publish({ address })
    return undefined
  }
  const record = recordOf(address, fields, plain(payload))
  return record && { record, version, now, createdAt, idleDeadline, absoluteDeadline }
}

/** better-sqlite3 gives a Buffer, whose `slice` would share its memory with the caller's copy. */
function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** @returns A column's whole number as a `number`; `NaN` for anything else, and for what is too large to be exact. */
export function numberOf(value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value
  return Number.isSafeInteger(number) ? (number as number) : Number.NaN
}
