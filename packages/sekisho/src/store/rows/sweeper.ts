import { channels } from '../../lib/events-node.ts'
import { OneByOne } from '../../lib/one-by-one.ts'
import { SweepGuard } from '../../lib/sweep-guard.ts'
import type { RowChanges } from './changes.ts'
import type { ListedRow, Row } from './contract.ts'

const pageSize = 500
/** One sweep looks at so many rows at most; the next one goes on where it stopped. */
const rowsPerSweep = 10_000

/** What a sweep must know of a row. */
export interface Inspected {
  /** From when on it is dead, epoch milliseconds. */
  readonly end: number
  /** Whether it is a session, whose end is worth an event. */
  readonly isSession: boolean
}

/** What a {@link RowSweeper} works with. */
export interface RowSweeperParts<D> {
  readonly changes: RowChanges<D>
  readonly graceMs: number
  /** What a row is, `undefined` when it is not ours. */
  readonly inspect: (row: Row<D>, now: number) => Inspected | undefined
}

/** What one sweep has seen so far. */
interface Tally {
  readonly limit: number
  removed: number
  seen: number
  dead: number
}

/** Removes dead rows, where they can be listed or know their own end. */
export class RowSweeper<D> {
  readonly #parts: RowSweeperParts<D>
  readonly #guard = new SweepGuard()
  #after: string | undefined
  readonly #sweeps = new OneByOne()

  constructor(parts: RowSweeperParts<D>) {
    this.#parts = parts
  }

  /** Removes at most `limit` dead rows; one sweep after the other. */
  sweep(limit: number): Promise<number> {
    return this.#sweeps.run(() => this.#sweep(limit))
  }

  async #sweep(limit: number): Promise<number> {
    const { changes, graceMs } = this.#parts
    const { rows } = changes
    if (rows.expire !== undefined) return rows.expire((await changes.now()) - graceMs, limit)
    return rows.list === undefined ? 0 : this.#goRound(limit)
  }

  /** From where the last sweep stopped to the end, and then from the beginning. */
  async #goRound(limit: number): Promise<number> {
    const tally: Tally = { limit, removed: 0, seen: 0, dead: 0 }
    let isLastRound = this.#after === undefined
    while (tally.removed < limit && tally.seen < rowsPerSweep) {
      const page = (await this.#parts.changes.rows.list?.(this.#after, pageSize)) ?? []
      if (!(await this.#clear(page, tally))) break
      if (page.length === pageSize || this.#after !== undefined) continue
      if (isLastRound) break
      isLastRound = true
    }
    return tally.removed
  }

  /** @returns `false` when the sweep must stop: so many dead at once are likelier a wrong clock. */
  async #clear(page: readonly ListedRow<D>[], tally: Tally): Promise<boolean> {
    const { changes } = this.#parts
    const now = await changes.now()
    const dead = page.filter((row) => this.#isDead(row, now))
    tally.seen += page.length
    tally.dead += dead.length
    if (!this.#guard.allows(tally.dead, tally.seen)) {
      this.#after = undefined
      return false
    }
    for (const { id } of dead) {
      if (tally.removed >= tally.limit) return true
      this.#after = id
      if (await this.#remove(id)) tally.removed += 1
    }
    this.#after = page.length < pageSize ? undefined : page.at(-1)?.id
    return true
  }

  /** Looks again: a touch may have come since. @returns Whether a session has gone; others of our rows do not count. */
  async #remove(id: string): Promise<boolean> {
    const removed = await this.#parts.changes.change<boolean>(id, (row, now) => {
      if (row === undefined || !this.#isDead(row, now)) return { answer: false }
      return { answer: this.#parts.inspect(row, now)?.isSession ?? false, act: 'remove' }
    })
    if (removed) channels.expired.publish({ address: id })
    return removed
  }

  #isDead(row: Row<D>, now: number): boolean {
    const inspected = this.#parts.inspect(row, now)
    return inspected !== undefined && inspected.end + this.#parts.graceMs <= now
  }
}
