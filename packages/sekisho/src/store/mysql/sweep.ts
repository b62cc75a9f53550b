import { channels } from '../../lib/events-node.ts'
import { SweepGuard } from '../../lib/sweep-guard.ts'
import type { TableNames } from '../sql/names.ts'
import type { MysqlValue } from './client.ts'
import { longDead } from './clock.ts'
import type { Database, Statement } from './database.ts'
import { isContention } from './faults.ts'

/** Rows that one statement finds or removes: so few that whoever waits for one of them waits milliseconds. */
const batchSize = 64
/** Rounds in a row that find dead rows and remove none, after which the rest is left to whoever removes it. */
const fruitlessRounds = 8
/** Rows on either side of a random address that are looked at for the guard: all of them in a small table. */
const sampleSize = 500

/** How dead rows of one table are removed. */
interface Removal {
  /** The columns of the primary key. */
  readonly keys: readonly string[]
  readonly find: Statement
  readonly remove: Statement
}

/** The key of a dead row, and since when it is dead. */
type DeadRow = Readonly<Record<string, MysqlValue>>

/**
 * Finds rows without locking any, along the index of the deadlines, and removes them by their keys with the condition
 * repeated. The forced index keeps the server from reading, and thereby locking, the whole of a small table.
 *
 * @param table The table.
 * @param keys The columns of its primary key.
 */
function removal(table: string, keys: readonly string[]): Removal {
  const one = `(${keys.map((key) => `${key} = ?`).join(' AND ')})`
  return {
    keys,
    find: {
      does: 'look for dead rows',
      sql: `SELECT ${keys.join(', ')}, expires_at FROM ${table} FORCE INDEX (expires_at)
WHERE expires_at >= CAST(? AS SIGNED) AND ${longDead} ORDER BY expires_at LIMIT ${batchSize}`,
    },
    remove: {
      does: 'remove dead rows',
      sql: `DELETE FROM ${table} USING ${table} FORCE INDEX (PRIMARY)
WHERE (${Array.from({ length: batchSize }, () => one).join(' OR ')}) AND ${longDead}`,
    },
  }
}

/** Addresses are hashes, so neighbours are as fair a sample as any; the primary key is forced, since the other index is sorted by age. */
function sampleStatement(table: string): Statement {
  const side = (comparison: string): string =>
    `(SELECT expires_at FROM ${table} FORCE INDEX (PRIMARY) WHERE address ${comparison} ? ORDER BY address LIMIT ${sampleSize})`
  return {
    does: 'count dead records',
    sql: `SELECT COUNT(*) AS seen, COALESCE(SUM(${longDead}), 0) AS dead
FROM (${side('>=')} UNION ALL ${side('<')}) AS some`,
  }
}

/** Removes what has died: sessions, entries of the principal index, leases. */
export class Sweeper {
  readonly #database: Database
  readonly #graceMs: number
  readonly #guard = new SweepGuard()
  readonly #sample: Statement
  readonly #sessions: Removal
  readonly #others: readonly Removal[]

  constructor(database: Database, names: TableNames, graceMs: number) {
    this.#database = database
    this.#graceMs = graceMs
    this.#sample = sampleStatement(names.sessions)
    this.#sessions = removal(names.sessions, ['address'])
    this.#others = [removal(names.principals, ['principal', 'address']), removal(names.locks, ['address'])]
  }

  /** Removes at most `limit` dead sessions, and as many entries and leases. @returns How many sessions. */
  async sweep(limit: number): Promise<number> {
    // A clock that has jumped would take the entries of living sessions too.
    if (!(await this.#isPlausible())) return 0
    const removed = await this.#clear(this.#sessions, limit, ({ address }) => {
      channels.expired.publish({ address: String(address) })
    })
    for (const other of this.#others) await this.#clear(other, limit)
    return removed
  }

  /** Goes along the index from the longest dead on: what is behind may be removed rows that the server has not yet purged. */
  async #clear(table: Removal, limit: number, met: (row: DeadRow) => void = () => undefined): Promise<number> {
    let removed = 0
    let from: MysqlValue = 0
    for (let fruitless = 0; removed < limit && fruitless < fruitlessRounds;) {
      const found: readonly DeadRow[] = await this.#database.rows(table.find, [from, this.#graceMs])
      const batch = found.slice(0, limit - removed)
      const last = batch.at(-1)
      if (last === undefined) break
      for (const row of batch) met(row)
      const gone = await this.#remove(table, batch)
      if (gone === undefined) break
      fruitless = gone === 0 ? fruitless + 1 : 0
      removed += gone
      from = last['expires_at'] ?? 0
    }
    return removed
  }

  /** @returns How many rows of the batch this call has removed; `undefined` when somebody holds one: the next sweep may have it. */
  async #remove({ keys, remove }: Removal, batch: readonly DeadRow[]): Promise<number | undefined> {
    // One text for every batch: the last row stands in for those that are missing.
    const rows = Array.from({ length: batchSize }, (_, at) => batch[Math.min(at, batch.length - 1)])
    const values = rows.flatMap((row) => keys.map((key) => row?.[key] ?? null))
    try {
      const { affectedRows } = await this.#database.write(remove, [...values, this.#graceMs])
      return affectedRows
    } catch (error) {
      if (isContention(error)) return undefined
      throw error
    }
  }

  async #isPlausible(): Promise<boolean> {
    const address = Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
    const [row] = await this.#database.rows<{ seen: unknown; dead: unknown }>(this.#sample, [
      this.#graceMs,
      address,
      address,
    ])
    return this.#guard.allows(Number(row?.dead ?? 0), Number(row?.seen ?? 0))
  }
}
