import { addressError, isAddress } from '../../lib/address.ts'
import { cursorError } from '../../lib/cursor.ts'
import type { SessionTransfer, StoredSession, TransferPage } from '../contract.ts'
import { storeFault } from './faults-node.ts'
import type { Home } from './home-node.ts'
import type { RecordFiles } from './record-files-node.ts'
import { Breath, namesIn, shardNames } from './shards-node.ts'
import { writing } from './staging-node.ts'
import type { RecordWriter } from './writer-node.ts'

/** So many files are counted at least for an estimate: addresses are hashes, so any shards are a fair sample. */
const sampleSize = 4000
/** So often a shard is read that is changed meanwhile. */
const mostReadings = 4

/** What a {@link FileTransfer} works with. */
export interface FileTransferParts {
  readonly home: Home
  readonly files: RecordFiles
  readonly writer: RecordWriter
  readonly now: () => number
}

/**
 * All sessions of a file store, shard by shard and in the order of their addresses; a cursor is the address that was looked
 * at last. No more is in memory than the names of one shard and the sessions of one page.
 */
export class FileTransfer implements SessionTransfer {
  readonly #parts: FileTransferParts

  constructor(parts: FileTransferParts) {
    this.#parts = parts
  }

  /** @returns About how many records there are, those included that are dead and not swept yet. */
  async estimate(): Promise<number> {
    try {
      return await this.#estimate()
    } catch (error) {
      throw storeFault('count its records', error)
    }
  }

  /** Looks at `limit` records and reads those that live. */
  async scan(cursor: string | undefined, limit: number): Promise<TransferPage> {
    if (cursor !== undefined && !isAddress(cursor)) throw cursorError(cursor)
    try {
      return await this.#page(cursor, Math.max(limit, 1))
    } catch (error) {
      throw storeFault('scan its records', error)
    }
  }

  /** Writes a record with its version and times, under its lock. */
  async restore(address: string, stored: StoredSession): Promise<'restored' | 'kept'> {
    if (!isAddress(address)) throw addressError(address)
    const { home, writer } = this.#parts
    return writing(home, 'restore a record', () => writer.restore(address, stored))
  }

  async #estimate(): Promise<number> {
    const { home } = this.#parts
    home.prepare()
    let [seen, passed] = [0, 0]
    for (const shard of shardNames) {
      seen += (await namesIn(home, home.shardPath('sessions', shard))).length
      passed += 1
      if (seen >= sampleSize) break
    }
    return Math.round((seen * shardNames.length) / passed)
  }

  /** Dead records count too: however many there are, a page takes its time and not more. */
  async #page(cursor: string | undefined, limit: number): Promise<TransferPage> {
    this.#parts.home.prepare()
    const breath = new Breath()
    const sessions: { address: string; stored: StoredSession }[] = []
    let left = limit
    for (const shard of shardNames) {
      if (cursor !== undefined && shard < cursor.slice(0, 2)) continue
      for (const address of await this.#addresses(shard, cursor)) {
        await breath.take()
        const stored = this.#live(address)
        if (stored !== undefined) sessions.push({ address, stored })
        left -= 1
        if (left === 0) return { sessions, next: address }
      }
    }
    return { sessions }
  }

  #live(address: string): StoredSession | undefined {
    const found = this.#parts.files.read(address)
    const now = this.#parts.now()
    return found !== undefined && now < found.due ? { record: found.record, ...found.stamp, now } : undefined
  }

  /** @returns The addresses in a shard that come after the cursor, in order. */
  async #addresses(shard: string, cursor = ''): Promise<string[]> {
    const names = await this.#names(this.#parts.home.shardPath('sessions', shard))
    return [...names].filter((name) => isAddress(name) && name > cursor).toSorted()
  }

  /**
   * A record is replaced by a rename. On some file systems (btrfs, tmpfs) that moves its name to the end of the directory,
   * behind the point where a reading that has begun will stop; so what was changed meanwhile is read once more.
   */
  async #names(directory: string): Promise<Set<string>> {
    const { home } = this.#parts
    const names = new Set<string>()
    for (let reading = 0; reading < mostReadings; reading += 1) {
      const before = changeOf(home, directory)
      for (const name of await namesIn(home, directory)) names.add(name)
      if (changeOf(home, directory) === before) break
    }
    return names
  }
}

/** @returns When a directory was last changed, `undefined` when it is not there. */
function changeOf(home: Home, directory: string): number | undefined {
  return home.isThere(directory) ? home.fs.lstat(directory).ctimeMs : undefined
}
