/**
 * Rows in memory, with each of the means that a row store may have against lost updates.
 *
 * @module
 */
import type { ListedRow, Row, RowStore } from '../src/store/rows.ts'

/** What several row stores share, like several processes one table. */
export interface Table {
  readonly rows: Map<string, string>
  /** The last task under each row's lock. */
  readonly locks: Map<string, Promise<unknown>>
}

/** The clock of all tables here. */
export const clock = {
  now: 1_790_000_000_000,
  pass(ms: number): void {
    clock.now += ms
  },
}

/** A table without rows. */
export function emptyTable(): Table {
  return { rows: new Map(), locks: new Map() }
}

/** Rows that know nothing but the four verbs, each of which answers a little later. */
export function plainRows(table: Table, { shared }: { readonly shared: boolean }): RowStore {
  const { rows } = table
  return {
    durable: 'no',
    shared,
    // Two processes know nothing of each other; two row stores in one process use the same table.
    ...(!shared && { resource: table }),
    now: () => clock.now,
    async get(id): Promise<Row | undefined> {
      await later()
      const data = rows.get(id)
      return data === undefined ? undefined : { data }
    },
    async insert(id, data): Promise<boolean> {
      await later()
      if (rows.has(id)) return false
      rows.set(id, data)
      return true
    },
    async update(id, data): Promise<boolean> {
      await later()
      if (!rows.has(id)) return false
      rows.set(id, data)
      return true
    },
    async delete(id): Promise<boolean> {
      await later()
      return rows.delete(id)
    },
  }
}

/** Rows that can be compared and swapped, listed and counted. */
export function comparingRows(table: Table): RowStore {
  const { rows } = table
  return {
    ...plainRows(table, { shared: true }),
    async updateIf(id, data, expected): Promise<boolean> {
      await later()
      if (rows.get(id) !== expected) return false
      rows.set(id, data)
      return true
    },
    async deleteIf(id, expected): Promise<boolean> {
      await later()
      return rows.get(id) === expected && rows.delete(id)
    },
    async list(after = '', limit): Promise<ListedRow[]> {
      await later()
      const ids = [...rows.keys()].filter((id) => id > after).toSorted()
      return ids.slice(0, limit).map((id) => ({ id, data: rows.get(id) ?? '' }))
    },
    count: () => rows.size,
  }
}

/** Rows with a lock that all row stores of the table respect, and no other means. */
export function lockingRows(table: Table): RowStore {
  const verbs = plainRows(table, { shared: true })
  return {
    ...verbs,
    withLock(id, task) {
      const before = table.locks.get(id) ?? Promise.resolve()
      const work = before.then(() => task(verbs))
      table.locks.set(
        id,
        work.catch(() => undefined),
      )
      return work
    },
  }
}

function later(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
