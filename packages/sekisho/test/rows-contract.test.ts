/** The contract over rows in memory, by each of the means that rows may have. */
import { test } from 'node:test'
import { rowSessions, type RowSessions, type RowStore } from '../src/store/rows.ts'
import { storeContract } from '../src/store/testing.ts'
import { clock, comparingRows, emptyTable, lockingRows, plainRows, type Table } from './rows-memory.ts'

contractOver('rows that compare and swap', comparingRows)
contractOver('rows with a lock', lockingRows)
contractOver('rows with nothing but four verbs, in one process', (table) => plainRows(table, { shared: false }))

function contractOver(title: string, rowsOf: (table: Table) => RowStore): void {
  const tables = new WeakMap<object, Table>()
  const open = (table: Table): RowSessions<string> => {
    const store = rowSessions(rowsOf(table), { sweepGraceMs: 0 })
    tables.set(store, table)
    return store
  }
  storeContract((name, run) => test(`${title}: ${name}`, run), {
    open: () => open(emptyTable()),
    reopen: (store) => open(tables.get(store) ?? emptyTable()),
    wait: clock.pass,
  })
}
