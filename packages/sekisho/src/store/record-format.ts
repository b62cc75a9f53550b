/**
 * One stored session as bytes, for stores that keep bytes. Nothing that is read is trusted: whatever is not exactly what
 * `encodeRecord` wrote is `undefined`, never an exception and never half a record.
 *
 * ```
 *  0  magic "SKSR"            16  payload length, u32     32  createdAt, f64
 *  4  format, u32 (1)         20  payload sum, u32        40  idle deadline, f64
 *  8  head sum, u32           24  version, f64            48  absolute deadline, f64
 * 12  head length, u32                                    56  the record's fields as JSON, then the payload
 * ```
 * Numbers are little-endian. The head has a sum of its own, so that a writer can compare versions without reading the payload.
 *
 * @module
 */
import type { SessionRecord } from './contract.ts'

const magic = 0x52534b53
const format = 1

/** Bytes before the JSON fields: enough to know how long the head is. */
export const fixedBytes = 56

/** What the store knows of a record besides the record itself. */
export interface Stamp {
  /** 1 after `create`, one more after each `replace`. */
  readonly version: number
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** Epoch milliseconds; a touch may have moved it on elsewhere. */
  readonly idleDeadline: number
  /** Epoch milliseconds. */
  readonly absoluteDeadline: number
}

/** The record without its data. */
export type RecordFields = Omit<SessionRecord, 'payload' | 'text'>

/** Its data, as octets or as text. */
export type Content = Pick<SessionRecord, 'payload' | 'text'>

const none = new Uint8Array()

/** @returns Data that is text, and no octets beside it. */
export function textContent(text: string): Content {
  return { payload: none, text }
}

/** The beginning of a stored record: everything but the payload. */
export interface RecordHead {
  /** Version and times as written. */
  readonly stamp: Stamp
  /** The record's fields. */
  readonly fields: RecordFields
  /** Bytes before the payload. */
  readonly headLength: number
  /** Bytes of payload that follow. */
  readonly payloadLength: number
  /** What {@link checksum} of the payload must give. */
  readonly payloadSum: number
}

/**
 * @param record The record to encode.
 * @param stamp Its version and times.
 * @returns The whole record as bytes.
 */
export function encodeRecord(record: SessionRecord, stamp: Stamp): Uint8Array {
  const { payload: octets, text, ...fields } = record
  const payload = text === undefined ? octets : Buffer.from(text)
  const json = Buffer.from(JSON.stringify(fields)) // a quarter of what TextEncoder takes
  const headLength = fixedBytes + json.length
  const bytes = new Uint8Array(headLength + payload.length)
  bytes.set(json, fixedBytes)
  bytes.set(payload, headLength)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, magic, true)
  view.setUint32(4, format, true)
  view.setUint32(12, headLength, true)
  view.setUint32(16, payload.length, true)
  view.setUint32(20, checksum(view, headLength, bytes.length), true)
  view.setFloat64(24, stamp.version, true)
  view.setFloat64(32, stamp.createdAt, true)
  view.setFloat64(40, stamp.idleDeadline, true)
  view.setFloat64(48, stamp.absoluteDeadline, true)
  view.setUint32(8, checksum(view, 12, headLength), true)
  return bytes
}

/**
 * @param bytes At least the first {@link fixedBytes} of a record.
 * @param view The same bytes, where there is a view already.
 * @returns How long its head is, `undefined` when this is no record of this format.
 */
export function headLengthOf(bytes: Uint8Array, view: DataView = viewOf(bytes)): number | undefined {
  if (bytes.length < fixedBytes) return undefined
  if (view.getUint32(0, true) !== magic || view.getUint32(4, true) !== format) return undefined
  const length = view.getUint32(12, true)
  return length < fixedBytes ? undefined : length
}

/**
 * @param bytes At least the whole head.
 * @param view The same bytes, where there is a view already.
 * @returns The head, `undefined` when anything is wrong with it.
 */
export function decodeHead(bytes: Uint8Array, view: DataView = viewOf(bytes)): RecordHead | undefined {
  const headLength = headLengthOf(bytes, view)
  if (headLength === undefined || headLength > bytes.length) return undefined
  if (checksum(view, 12, headLength) !== view.getUint32(8, true)) return undefined
  const fields = parseFields(textOf(bytes, fixedBytes, headLength))
  const stamp = readStamp(view)
  if (fields === undefined || stamp === undefined) return undefined
  return { stamp, fields, headLength, payloadLength: view.getUint32(16, true), payloadSum: view.getUint32(20, true) }
}

/**
 * @param bytes A whole record and nothing else.
 * @param lent The data may be text, where that is what it is; and nothing shares memory with `bytes`.
 * @param view The same bytes, where there is a view already.
 * @returns Record and stamp, `undefined` when anything is wrong. The payload is a view of `bytes`, unless it is lent.
 */
export function decodeRecord(
  bytes: Uint8Array,
  lent = false,
  view: DataView = viewOf(bytes),
): { record: SessionRecord; stamp: Stamp } | undefined {
  const head = decodeHead(bytes, view)
  if (head === undefined || head.headLength + head.payloadLength !== bytes.length) return undefined
  if (checksum(view, head.headLength, bytes.length) !== head.payloadSum) return undefined
  const { fields, stamp } = head
  const { payload, text } = lent ? lentContent(bytes, head) : { payload: octetsOf(bytes, head) }
  return { record: text === undefined ? { ...fields, payload } : { ...fields, payload, text }, stamp }
}

function octetsOf({ buffer, byteOffset }: Uint8Array, { headLength, payloadLength }: RecordHead): Uint8Array {
  return new Uint8Array(buffer, byteOffset + headLength, payloadLength)
}

/** What is no UTF-8 has a U+FFFD for it, and is not lent as text. */
function lentContent(bytes: Uint8Array, head: RecordHead): Content {
  const text = textOf(bytes, head.headLength, bytes.length)
  return text.includes('\ufffd') ? { payload: octetsOf(bytes, head).slice() } : textContent(text)
}

/**
 * A 32-bit sum against decay and truncation, not against an attacker. Each step is a bijection of the state and of the word
 * read, so any change within one word is always found; CRC-32 in plain JavaScript costs four times as much.
 */
function checksum(view: DataView, start: number, end: number): number {
  let sum = (end - start) ^ 0x5e7a11
  let at = start
  for (; at + 4 <= end; at += 4) sum = mix(sum, view.getUint32(at, true))
  for (; at < end; at += 1) sum = mix(sum, view.getUint8(at))
  return (sum ^ (sum >>> 16)) >>> 0
}

function mix(sum: number, word: number): number {
  return Math.imul(((sum << 7) | (sum >>> 25)) ^ word, 0x2c9277b5)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function readStamp(view: DataView): Stamp | undefined {
  const stamp = {
    version: view.getFloat64(24, true),
    createdAt: view.getFloat64(32, true),
    idleDeadline: view.getFloat64(40, true),
    absoluteDeadline: view.getFloat64(48, true),
  }
  const sound = isCount(stamp.version) && stamp.version > 0 && Number.isFinite(stamp.createdAt)
  return sound && !Number.isNaN(stamp.idleDeadline) && !Number.isNaN(stamp.absoluteDeadline) ? stamp : undefined
}

/** Octets that are no UTF-8 become something else; but the sum has told that they are those which were written. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  if (Buffer.isBuffer(bytes)) return bytes.toString('utf8', start, end)
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString() // half of what TextDecoder takes
}

/** @returns The record's fields from their JSON, `undefined` when anything is wrong with it. */
export function parseFields(text: string): RecordFields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return areFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Fields of later versions pass through unread; `__proto__` is refused because somebody will copy the record by assignment. */
function areFields(value: unknown): value is RecordFields {
  if (!isObject(value) || Object.hasOwn(value, '__proto__')) return false
  const {
    generation,
    current,
    previous,
    rotatedAt,
    authenticatedAt,
    principal,
    epoch,
    amr,
    device,
    dataVersion,
    writeIds,
  } = value
  const required = isCount(generation) && typeof current === 'string' && isCount(dataVersion) && areStrings(writeIds)
  const times = isOptional(rotatedAt, Number.isFinite) && isOptional(authenticatedAt, Number.isFinite)
  const names =
    isOptional(epoch, isCount) &&
    isOptional(principal, isString) &&
    isOptional(device, isString) &&
    isOptional(amr, areStrings)
  return required && times && names && isOptional(previous, isPrevious)
}

function isPrevious(value: unknown): boolean {
  if (!isObject(value)) return false
  return isString(value['verifier']) && isString(value['handoff']) && isOptional(value['until'], Number.isFinite)
}

function isOptional(value: unknown, is: (value: unknown) => boolean): boolean {
  return value === undefined || is(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function areStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isString)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
