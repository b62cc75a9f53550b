/**
 * Sessions as text, for columns of any character set and collation:
 *
 * ```
 * sekisho1:001790000012345:U0tTUgEAAAD…
 *          when it is dead  the record with its version, times and sums, base64url
 *          epoch ms, 15 digits, so that rows can be told apart by comparing text
 * ```
 *
 * @module
 */
import { decodeRecord, encodeRecord, type Stamp } from '../record-format.ts'
import type { Row, RowFormat, RowSession } from './contract.ts'

const mark = 'sekisho1:'
const digits = 15
const bodyAt = mark.length + digits + 1
const latest = 999_999_999_999_999

/** The default format: the record as it is, in text. */
export const envelope: RowFormat<string> = Object.freeze({
  encode({ record, stamp }: RowSession): string {
    const bytes = encodeRecord(record, stamp)
    return enveloped(dueOf(stamp), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url'))
  },
  decode({ data }: Row): RowSession | undefined {
    const body = bodyOf(data)
    if (body === undefined || !/^[\w-]+$/.test(body)) return undefined
    // Copied, because short results of Buffer share their memory.
    return decodeRecord(new Uint8Array(Buffer.from(body, 'base64url')))
  },
})

/** @returns From when on a session is dead, epoch milliseconds. */
export function dueOf({ idleDeadline, absoluteDeadline }: Stamp): number {
  return Math.min(idleDeadline, absoluteDeadline)
}

/**
 * @param due From when on nobody wants it, epoch milliseconds; `Infinity`: it stays.
 * @param body ASCII.
 * @returns The envelope.
 */
export function enveloped(due: number, body: string): string {
  const instant = Math.min(Math.max(Math.floor(due), 0), latest)
  return `${mark}${String(instant).padStart(digits, '0')}:${body}`
}

/** @returns What is in an envelope, `undefined` when it is none. */
export function bodyOf(data: string): string | undefined {
  return endOf(data) === undefined ? undefined : data.slice(bodyAt).trimEnd()
}

/** @returns From when on nobody wants what is in an envelope, `undefined` when it is none. */
export function endOf(data: string): number | undefined {
  if (!data.startsWith(mark) || data[bodyAt - 1] !== ':') return undefined
  const text = data.slice(mark.length, bodyAt - 1)
  return /^\d+$/.test(text) ? Number(text) : undefined
}
