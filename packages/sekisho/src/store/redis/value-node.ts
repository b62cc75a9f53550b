/**
 * A session as the value of a key:
 *
 * ```
 *  0  "SKR1"                 20  idle deadline, f64        36  length of the fields, u32
 *  4  version, f64           28  absolute deadline, f64    40  length of the payload, u32
 * 12  createdAt, f64                                       44  the fields as JSON, then the payload
 * ```
 * Numbers are little-endian, times are epoch milliseconds. The client writes from 44 on, the scripts what is before.
 *
 * @module
 */
import { isUtf8 } from 'node:buffer'
import type { SessionRecord, StoredSession } from '../contract.ts'
import { type Content, parseFields, textContent } from '../record-format.ts'
import type { Argument } from './link.ts'

/** `SKR1` as a little-endian number. */
const magic = 0x31524b53
const lengthsAt = 36
const fieldsAt = 44
/** Bytes of the server's clock before the value, in the answer to a read. */
const clockBytes = 8

/** What the scripts write behind the stamp. */
export interface Body {
  /** How many octets of it are the fields. */
  readonly fields: number
  /** The fields as JSON, and the payload. */
  readonly content: Argument
}

/**
 * Bytes that happen to be UTF-8, as JSON is, go as text: one string is a third of the work for a client that a command of
 * mixed parts is, and the server gets the same bytes.
 */
export function bodyOf(record: SessionRecord): Body {
  const { payload, text } = record
  const json = JSON.stringify({ ...record, payload: undefined, text: undefined })
  const fields = Buffer.byteLength(json)
  if (text !== undefined) return { fields, content: json + text }
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  return { fields, content: isUtf8(bytes) ? json + bytes.toString() : Buffer.concat([Buffer.from(json), bytes]) }
}

/** What the fields contain exactly when the record remembers this write: ids are random, and JSON quotes them. */
export function writeIdMark(writeId: string): string {
  return JSON.stringify(writeId)
}

/**
 * @param reply The server's clock, a double, and then the value of a key.
 * @param lent The payload may be text.
 * @returns The record, dead or alive; `undefined` when this is no record. The payload is a view of the reply, which is
 * nobody else's: to copy it would be half of the work.
 */
export function storedOf(reply: Buffer, lent: boolean): StoredSession | undefined {
  if (reply.length < clockBytes + fieldsAt || reply.readUInt32LE(clockBytes) !== magic) return undefined
  const payloadAt = clockBytes + fieldsAt + reply.readUInt32LE(clockBytes + lengthsAt)
  const payloadLength = reply.readUInt32LE(clockBytes + lengthsAt + 4)
  if (payloadAt + payloadLength !== reply.length) return undefined
  const fields = parseFields(reply.toString('utf8', clockBytes + fieldsAt, payloadAt))
  if (fields === undefined) return undefined
  const stored = {
    record: Object.assign(fields, contentOf(reply.subarray(payloadAt), lent)),
    version: reply.readDoubleLE(clockBytes + 4),
    now: reply.readDoubleLE(0),
    createdAt: reply.readDoubleLE(clockBytes + 12),
    idleDeadline: reply.readDoubleLE(clockBytes + 20),
    absoluteDeadline: reply.readDoubleLE(clockBytes + 28),
  }
  return isSound(stored) ? stored : undefined
}

function contentOf(payload: Buffer, lent: boolean): Content {
  if (lent && isUtf8(payload)) return textContent(payload.toString())
  return { payload: new Uint8Array(payload.buffer, payload.byteOffset, payload.length) }
}

function isSound({ version, createdAt, idleDeadline, absoluteDeadline }: StoredSession): boolean {
  const isVersion = Number.isSafeInteger(version) && version > 0 && Number.isFinite(createdAt)
  return isVersion && !Number.isNaN(idleDeadline) && !Number.isNaN(absoluteDeadline)
}
