import { SekishoError, SekishoUsageError } from '../../errors.ts'
import { addressError, isAddress } from '../../lib/address.ts'
import { cursorError } from '../../lib/cursor.ts'
import type { SessionTransfer, StoredSession, TransferPage } from '../contract.ts'
import { call, span } from './call.ts'
import { storeFault } from './faults.ts'
import { fingerprintOf } from './keys-node.ts'
import type { Master } from './link.ts'
import type { RedisParts } from './parts.ts'
import { listOf, oneOf, textOf, wholeNumberOf } from './reply.ts'
import { restoreScript } from './scripts-node.ts'
import { mastersOf, type Topology } from './topology.ts'
import { bodyOf } from './value-node.ts'

/** How many keys a server looks at in one SCAN: a fraction of a millisecond of its time. */
const batch = { least: 10, most: 1000 }

/** After so many batches without enough of our keys among them, a page ends as it is. */
const mostBatches = 50

/** Up to so many batches of each server are counted one by one for an estimate. */
const countedBatches = 10

/** Where a scan stands. */
interface Place {
  /** Which server, in the order of the topology. */
  readonly master: number
  /** The server's own cursor. */
  readonly cursor: string
}

/** What a page is made of. */
interface Found {
  readonly addresses: ReadonlySet<string>
  /** Where the next page begins; `undefined` at the end. */
  readonly next: Place | undefined
}

/**
 * All sessions, server by server, in the order of SCAN. A cursor of SCAN belongs to one run of one server, so ours carries
 * a fingerprint of it and of the cluster's slots: after a restart, a failover or a move of slots it is refused, because to
 * go on would miss sessions.
 */
export class RedisTransfer implements SessionTransfer {
  readonly #parts: RedisParts
  readonly #read: (address: string) => Promise<StoredSession | undefined>

  /** @param read The store's own `read`. */
  constructor(parts: RedisParts, read: (address: string) => Promise<StoredSession | undefined>) {
    this.#parts = parts
    this.#read = read
  }

  /** @returns How many records there are; of more than some 10,000 keys of a server, a projection. */
  async estimate(): Promise<number> {
    return this.#scanning('estimate', async () => {
      const { masters } = await mastersOf(this.#parts.link)
      const counts = await Promise.all(masters.map((master) => this.#estimateOf(master)))
      return counts.reduce((sum, count) => sum + count, 0)
    })
  }

  /** Reads about `limit` live records. */
  async scan(cursor: string | undefined, limit: number): Promise<TransferPage> {
    const from = cursor === undefined ? undefined : parsed(cursor)
    return this.#scanning('scan', async () => {
      const topology = await mastersOf(this.#parts.link)
      const place = from ?? { master: 0, cursor: '0' }
      const running = await fingerprint(topology, place)
      if (from !== undefined && from.fingerprint !== running) throw staleCursor()
      const { addresses, next } = await this.#page(topology, place, limit)
      if ((await fingerprint(topology, place)) !== running) throw changedMeanwhile()
      const sessions = await this.#sessions(addresses)
      if (next === undefined) return { sessions }
      const of = next.master === place.master ? running : await fingerprint(topology, next)
      return { sessions, next: `${of}.${next.master}.${next.cursor}` }
    })
  }

  /** Writes a record with its version and times. */
  async restore(address: string, stored: StoredSession): Promise<'restored' | 'kept'> {
    if (!isAddress(address)) throw addressError(address)
    const { link, keys, graceMs } = this.#parts
    const { record, version, createdAt, idleDeadline, absoluteDeadline } = stored
    const times = [createdAt, idleDeadline, absoluteDeadline].map(span)
    const { fields, content } = bodyOf(record)
    const args = [String(version), ...times, String(graceMs), String(fields), content]
    const restoring = { action: 'restore a record', script: restoreScript, key: keys.session(address), args }
    return oneOf(await call(link, restoring), ['restored', 'kept'])
  }

  /** Addresses from one server, and where to go on. */
  async #page({ masters }: Topology, place: Place, limit: number): Promise<Found> {
    const server = masters[place.master]
    if (server === undefined) throw staleCursor()
    const addresses = new Set<string>()
    const count = Math.min(Math.max(limit, batch.least), batch.most)
    let { cursor } = place
    for (let batches = 0; batches < mostBatches; batches += 1) {
      const found = await this.#scanOnce(server, cursor, count)
      for (const address of found.addresses) addresses.add(address)
      cursor = found.cursor
      if (cursor === '0') return { addresses, next: beginningOf(place.master + 1, masters) }
      if (addresses.size >= limit) break
    }
    return { addresses, next: { master: place.master, cursor } }
  }

  async #scanOnce(server: Master, cursor: string, count: number): Promise<{ addresses: string[]; cursor: string }> {
    const { keys } = this.#parts
    const [next, found] = listOf(await server.run(['scan', cursor, 'match', keys.sessions, 'count', String(count)]))
    const addresses = listOf(found).map((key) => keys.addressIn(textOf(key)))
    return { addresses: addresses.filter(isAddress), cursor: textOf(next) }
  }

  async #sessions(addresses: ReadonlySet<string>): Promise<TransferPage['sessions']> {
    const reading = Array.from(addresses, async (address) => ({ address, stored: await this.#read(address) }))
    const read = await Promise.all(reading)
    return read.flatMap(({ address, stored }) => (stored === undefined ? [] : [{ address, stored }]))
  }

  async #estimateOf(server: Master): Promise<number> {
    let found = 0
    let cursor = '0'
    for (let batches = 0; batches < countedBatches; batches += 1) {
      const page = await this.#scanOnce(server, cursor, batch.most)
      found += page.addresses.length
      cursor = page.cursor
      if (cursor === '0') return found
    }
    const all = wholeNumberOf(await server.run(['dbsize']))
    return Math.round((all * found) / (countedBatches * batch.most))
  }

  async #scanning<T>(action: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw storeFault(action, error)
    }
  }
}

function beginningOf(master: number, masters: readonly Master[]): Place | undefined {
  return master < masters.length ? { master, cursor: '0' } : undefined
}

/** The server's run is part of it: the order of its keys is drawn anew at each start. */
async function fingerprint({ masters, slots }: Topology, { master }: Place): Promise<string> {
  const info = textOf(await masters[master]?.run(['info', 'server']))
  const run = /^run_id:(\w+)/m.exec(info)?.[1]
  if (run === undefined) throw new SekishoError('ERR_STORE_UNAVAILABLE', 'redis does not tell its `run_id`')
  return fingerprintOf(`${run} ${slots}`)
}

function parsed(cursor: string): Place & { readonly fingerprint: string } {
  const [, of, master, at] = /^([0-9a-f]{16})\.(\d{1,4})\.(\d{1,20})$/.exec(cursor) ?? []
  if (of === undefined || master === undefined || at === undefined) throw cursorError(cursor)
  return { fingerprint: of, master: Number(master), cursor: at }
}

function staleCursor(): SekishoUsageError {
  const message =
    '`cursor` belongs to servers that have been restarted, replaced or given other slots since; begin again without one'
  return new SekishoUsageError('ERR_ARGUMENT', message)
}

function changedMeanwhile(): SekishoError {
  const message = 'the redis server was restarted or replaced while it was scanned; begin again without a cursor'
  return new SekishoError('ERR_STORE_UNAVAILABLE', message)
}
