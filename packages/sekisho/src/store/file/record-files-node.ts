import { SekishoError } from '../../errors.ts'
import { channels } from '../../lib/events-node.ts'
import type { SessionRecord } from '../contract.ts'
import {
  decodeHead,
  decodeRecord,
  encodeRecord,
  headLengthOf,
  type RecordFields,
  type Stamp,
} from '../record-format.ts'
import { errnoOf, pathIn, readFlags, readUpTo, type FileStatus } from './fs-node.ts'
import type { Home } from './home-node.ts'
import { setTime, type Staging } from './staging-node.ts'

/** How much is read at first: nearly every head fits. */
const usualHeadBytes = 2048

/** Nearly every record fits. */
const usualRecordBytes = 16_384

/** A record as a writer needs to know it: all but the payload. */
export interface Seen {
  readonly stamp: Stamp
  readonly fields: RecordFields
  /** From when on it is dead, touches included. */
  readonly due: number
}

/** A whole record. */
export interface Whole extends Omit<Seen, 'fields'> {
  readonly record: SessionRecord
}

/** An open file in a record's place. */
export interface OpenRecord {
  readonly fd: number
  readonly status: FileStatus
}

/**
 * The files of records. The moment a record dies is its file's modification time: so a touch is one `futimes`, atomic,
 * cheap and unable to hurt the content, and a sweep need not open what lives. The times in the head are the floor: a copy
 * or a backup that lost the modification times loses touches, nothing else.
 */
export class RecordFiles {
  readonly #home: Home
  readonly #staging: Staging
  readonly #maxBytes: number
  /** For what is read and decoded within one call: memory and a view of its own for each would show. */
  readonly #scratch: Buffer = Buffer.allocUnsafeSlow(usualRecordBytes)
  readonly #view = new DataView(this.#scratch.buffer)

  constructor(home: Home, staging: Staging, maxBytes: number) {
    this.#home = home
    this.#staging = staging
    this.#maxBytes = maxBytes
  }

  /** @returns What a writer must know of the record, dead ones included; `undefined` when there is none. */
  see(address: string): Seen | undefined {
    return this.visit(address, (open) => this.seeOpen(address, open))
  }

  /**
   * @param lent Nobody will keep or change the payload, and it may be text.
   * @returns The whole record, dead ones included; `undefined` when there is none.
   */
  read(address: string, lent = false): Whole | undefined {
    return this.visit(address, (open) => this.#readOpen(address, open, lent))
  }

  #readOpen(address: string, { fd, status }: OpenRecord, lent: boolean): Whole | undefined {
    if (!this.#isPlausible(status)) return this.#reject(address)
    const { size } = status
    // What is not lent has memory of its own: through what is shared, one payload could be reached from another.
    const isScratch = lent && size <= usualRecordBytes
    const bytes = isScratch ? this.#scratch.subarray(0, size) : new Uint8Array(size)
    const isWhole = readUpTo(this.#home.fs, fd, bytes) === size
    const decoded = isWhole ? decodeRecord(bytes, lent, isScratch ? this.#view : undefined) : undefined
    if (decoded === undefined) return this.#reject(address)
    const stamp = touched(decoded.stamp, status)
    return { record: decoded.record, stamp, due: dueOf(stamp) }
  }

  /** Opens what is at the address, if anything, for as long as `use` runs. */
  visit<T>(address: string, use: (open: OpenRecord) => T): T | undefined {
    const fd = this.#open(address)
    if (fd === undefined) return undefined
    try {
      return use({ fd, status: this.#home.fs.fstat(fd) })
    } finally {
      this.#home.fs.close(fd)
    }
  }

  /** {@link see} for a file that is open. */
  seeOpen(address: string, { fd, status }: OpenRecord): Seen | undefined {
    if (!this.#isPlausible(status)) return this.#reject(address)
    const head = decodeHead(this.#readHead(fd, status.size))
    if (head === undefined || head.headLength + head.payloadLength !== status.size) return this.#reject(address)
    const stamp = touched(head.stamp, status)
    return { fields: head.fields, stamp, due: dueOf(stamp) }
  }

  /** Writes a record aside. @returns Its path, for {@link publish} or for the staging to discard. */
  async stage(address: string, record: SessionRecord, stamp: Stamp): Promise<string> {
    const bytes = encodeRecord(record, stamp)
    if (bytes.length > this.#maxBytes) throw this.#tooBig(bytes.length)
    await this.#staging.makeShard('sessions', shardOf(address))
    return this.#staging.stage(bytes, dueOf(stamp))
  }

  /** Puts a staged record in its place. Only under the record's lock. */
  publish(address: string, staged: string): void {
    this.#staging.publish(staged, this.pathOf(address))
  }

  /** Moves the death of a staged or an open record. */
  setDue(file: string | number, due: number): void {
    if (typeof file === 'number') return setTime(this.#home, file, due)
    const fd = this.#home.fs.open(file, readFlags)
    try {
      setTime(this.#home, fd, due)
    } finally {
      this.#home.fs.close(fd)
    }
  }

  /** Removes a record. Only under the record's lock. */
  remove(address: string): void {
    this.#staging.remove(this.pathOf(address))
  }

  /** Lets changes outlive the machine, where that was asked for. */
  settle(address: string): Promise<void> {
    return this.#staging.settle(this.#home.shardPath('sessions', shardOf(address)))
  }

  /** The file of a record. */
  pathOf(address: string): string {
    return pathIn(this.#home.shardPath('sessions', shardOf(address)), address)
  }

  #open(address: string): number | undefined {
    const shard = this.#home.shardPath('sessions', shardOf(address))
    if (!this.#home.has(shard)) return undefined
    try {
      return this.#home.fs.open(pathIn(shard, address), readFlags)
    } catch (error) {
      const code = errnoOf(error) ?? ''
      if (code === 'ENOENT') return undefined
      // A symbolic link (FreeBSD says EMLINK) or a socket: nothing of ours, and not followed.
      if (code === 'ELOOP' || code === 'EMLINK' || code === 'ENXIO') return this.#reject(address)
      throw error
    }
  }

  #isPlausible(status: FileStatus): boolean {
    return status.isFile() && status.size <= this.#maxBytes
  }

  #readHead(fd: number, size: number): Uint8Array {
    const first = this.#scratch.subarray(0, Math.min(size, usualHeadBytes))
    const got = readUpTo(this.#home.fs, fd, first)
    const length = headLengthOf(first) ?? 0
    if (length <= got || length > size) return first.subarray(0, got)
    const head = new Uint8Array(length)
    return head.subarray(0, readUpTo(this.#home.fs, fd, head))
  }

  #reject(address: string): undefined {
    channels.rejected.publish({ reason: 'malformed-record', address })
  }

  #tooBig(bytes: number): SekishoError {
    const message = `the record has ${bytes} bytes, \`maxRecordBytes\` is ${this.#maxBytes}`
    return new SekishoError('ERR_STORE_FULL', message)
  }
}

/** When a record dies if nobody uses it. */
export function dueOf(stamp: Stamp): number {
  return Math.min(stamp.idleDeadline, stamp.absoluteDeadline)
}

function shardOf(address: string): string {
  return address.slice(0, 2)
}

/** The modification time went through seconds as a fraction, hence the rounding. */
function touched(stamp: Stamp, status: FileStatus): Stamp {
  const idleDeadline = Math.round(status.mtimeMs)
  return idleDeadline > stamp.idleDeadline ? { ...stamp, idleDeadline } : stamp
}
