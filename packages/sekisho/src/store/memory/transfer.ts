import { addressError, isAddress } from '../../lib/address.ts'
import { cursorError } from '../../lib/cursor.ts'
import type { SessionTransfer, StoredSession, TransferPage } from '../contract.ts'

/** What a {@link MemoryTransfer} needs of its store. */
export interface TransferHost {
  /** The store's clock, in milliseconds. */
  readonly now: () => number
  /** Every record, dead ones included, by address. */
  readonly sessions: ReadonlyMap<string, unknown>
  /** The store's own `read`. */
  readonly read: (address: string) => StoredSession | undefined
  /** Puts a record with its version and times in the place of whatever is there. */
  readonly put: (address: string, stored: StoredSession) => void
}

/**
 * All sessions of a `MemoryStore`, in the order of their addresses; a cursor is the last address of its page. The order is
 * made when a scan begins and serves its later pages too: what stays during a scan was there when the latest one began.
 */
export class MemoryTransfer implements SessionTransfer {
  readonly #host: TransferHost
  #order: readonly string[] | undefined

  /** @param host The store. */
  constructor(host: TransferHost) {
    this.#host = host
  }

  /** @returns How many records there are, those included that are dead and not swept yet. */
  estimate(): number {
    return this.#host.sessions.size
  }

  /** Reads at most `limit` live records. */
  scan(cursor: string | undefined, limit: number): TransferPage {
    if (cursor !== undefined && !isAddress(cursor)) throw cursorError(cursor)
    const order = this.#orderFor(cursor)
    const sessions: { address: string; stored: StoredSession }[] = []
    let at = cursor === undefined ? 0 : firstAfter(order, cursor)
    for (; at < order.length && sessions.length < Math.max(limit, 1); at += 1) {
      const address = order[at] as string
      const stored = this.#host.read(address)
      if (stored !== undefined) sessions.push({ address, stored })
    }
    const next = order[at - 1]
    if (at < order.length && next !== undefined) return { sessions, next }
    this.#order = undefined
    return { sessions }
  }

  /** Writes a record with its version and times. Throws `ERR_STORE_FULL` like `create`. */
  restore(address: string, stored: StoredSession): 'restored' | 'kept' {
    if (!isAddress(address)) throw addressError(address)
    const present = this.#host.read(address)
    if (present !== undefined && present.version >= stored.version) return 'kept'
    if (this.#host.now() >= Math.min(stored.idleDeadline, stored.absoluteDeadline)) return 'kept'
    this.#host.put(address, stored)
    return 'restored'
  }

  #orderFor(cursor: string | undefined): readonly string[] {
    if (cursor === undefined) this.#order = undefined
    this.#order ??= [...this.#host.sessions.keys()].filter(isAddress).toSorted()
    return this.#order
  }
}

/** @returns The index of the first address that comes after the given one. */
function firstAfter(order: readonly string[], address: string): number {
  let [low, high] = [0, order.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((order[middle] as string) <= address) low = middle + 1
    else high = middle
  }
  return low
}
