import type { StatementSync } from 'node:sqlite'
import { SqliteStore } from 'sekisho/store/sqlite'
import { sqliteOfNode } from '../../../lib/sqlite-node.ts'
import type { DatabaseTerms, SessionDatabase } from './database.ts'

/** So long a statement waits for another process's write; the whole process waits with it. */
const longestWaitMs = 250

/**
 * SQLite, with the file that DBDParams names: made where it is missing.
 *
 * @throws SekishoError `ERR_STORE_SETUP` where Node has no SQLite.
 */
export function sqliteDatabase({ params, init }: DatabaseTerms): SessionDatabase {
  const database = new (sqliteOfNode().DatabaseSync)(params, { timeout: longestWaitMs })
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  for (const sql of init) database.exec(sql)
  const query: SessionDatabase['query'] = (sql, values, wantsRows) =>
    wantsRows ? prepared(sql).all(...values) : prepared(sql).run(...values)
  return {
    placeholder: '?',
    query,
    ownStore() {
      const store = new SqliteStore({ database })
      return { store, schema: store.schema(), prepare: () => store.ensureSchema() }
    },
    async rolledBack(work) {
      database.exec('BEGIN')
      try {
        return await work(query)
      } finally {
        database.exec('ROLLBACK')
      }
    },
    close: () => database.close(),
  }
}
