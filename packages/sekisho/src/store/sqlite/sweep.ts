import { channels } from '../../lib/events-node.ts'
import { pause } from '../../lib/pause.ts'
import { SweepGuard } from '../../lib/sweep-guard.ts'
import type { TableNames } from '../sql/names.ts'
import type { Database, Statement } from './database.ts'
import { instant, numberOf } from './rows.ts'

/** Milliseconds that the removal of one batch may take, for which the write lock and the event loop are held. */
const batchMs = { least: 2, most: 5 }
/** So many rows are removed at once; how many, a large database on a slow disk decides. */
const batchSizes = { least: 10, first: 50, most: 200 }
/** So many records the guard judges by. Addresses are hashes, so those that follow a random one are a fair sample. */
const sampleSize = 200

/** What a {@link Sweeper} works with. */
export interface SweeperParts {
  readonly database: Database
  readonly tables: TableNames
  readonly now: () => number
  readonly graceMs: number
}

/** Removes what has died, in batches between which others come to their turn: at a cost that grows with the dead only. */
export class Sweeper {
  readonly #parts: SweeperParts
  readonly #guard = new SweepGuard()
  readonly #anyDue: Statement
  readonly #sample: Statement
  readonly #sessions: Statement
  readonly #principals: Statement
  readonly #locks: Statement
  #batchSize = batchSizes.first

  constructor(parts: SweeperParts) {
    const { database, tables } = parts
    const { sessions, principals, locks } = tables
    const due = (table: string, key: string): string => `(${key}) IN (SELECT ${key} FROM ${table}
      WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`
    this.#parts = parts
    this.#anyDue = database.statement(`SELECT 1 FROM ${sessions} WHERE expires_at <= ? LIMIT 1`)
    this.#sample = database.statement(`SELECT count(*) AS seen, ifnull(sum(expires_at <= ?), 0) AS dead FROM
      (SELECT expires_at FROM ${sessions} WHERE address >= ? AND address < ? ORDER BY address LIMIT ?)`)
    this.#sessions = database.statement(`DELETE FROM ${sessions} WHERE ${due(sessions, 'rowid')} RETURNING address`)
    this.#principals = database.statement(`DELETE FROM ${principals} WHERE ${due(principals, 'principal, address')}
      RETURNING address`)
    this.#locks = database.statement(`DELETE FROM ${locks} WHERE ${due(locks, 'address')} RETURNING address`)
  }

  /** @returns How many records were removed, at most `limit`. */
  async sweep(limit: number): Promise<number> {
    const { database, now, graceMs } = this.#parts
    const dueAt = instant(now() - graceMs)
    if (!(await database.reading('look for dead records', () => this.#isPlausible(dueAt)))) return 0
    const removed = await this.#remove(this.#sessions, dueAt, limit)
    // Entries go after the records that they stand for: what lives again when a clock is set right is still listed.
    if (removed < limit) {
      await this.#remove(this.#principals, dueAt, limit)
      await this.#remove(this.#locks, dueAt, limit)
    }
    return removed
  }

  #isPlausible(dueAt: number): boolean {
    if (this.#anyDue.first(dueAt) === undefined) return this.#guard.allows(0, 0)
    const start = randomAddress()
    const [after, before] = [this.#look(dueAt, start, 'g'), this.#look(dueAt, '', start)]
    const seen = after.seen + (after.seen < sampleSize ? before.seen : 0)
    const dead = after.dead + (after.seen < sampleSize ? before.dead : 0)
    return this.#guard.allows(dead, seen)
  }

  #look(dueAt: number, from: string, below: string): { seen: number; dead: number } {
    const row = this.#sample.first(dueAt, from, below, sampleSize)
    return { seen: numberOf(row?.['seen']), dead: numberOf(row?.['dead']) }
  }

  async #remove(statement: Statement, dueAt: number, limit: number): Promise<number> {
    let removed = 0
    while (removed < limit) {
      const size = Math.min(this.#batchSize, limit - removed)
      const found = await this.#removeBatch(statement, dueAt, size)
      removed += found
      if (found < size) break
      await pause(1)
    }
    return removed
  }

  async #removeBatch(statement: Statement, dueAt: number, size: number): Promise<number> {
    const rows = await this.#parts.database.writing('sweep', () => {
      const began = performance.now()
      const removed = statement.rows(dueAt, size)
      this.#fitBatchTo(performance.now() - began)
      return removed
    })
    if (statement === this.#sessions) {
      for (const row of rows) channels.expired.publish({ address: String(row['address']) })
    }
    return rows.length
  }

  #fitBatchTo(ms: number): void {
    if (ms > batchMs.most) this.#batchSize = Math.max(batchSizes.least, this.#batchSize >> 1)
    else if (ms < batchMs.least) this.#batchSize = Math.min(batchSizes.most, this.#batchSize << 1)
  }
}

function randomAddress(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
