import { createPool } from 'mysql2/promise'
import { MysqlStore } from 'sekisho/store/mysql'
import { type DatabaseTerms, initFault, type SessionDatabase } from './database.ts'
import { mysqlParams } from './mysql-params.ts'

/** A new connection as the event gives it: with callbacks, whatever the pool is. */
interface NewConnection {
  query(sql: string, answered: (error: Error | null) => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  destroy(): void
}

/** Longer than the engine waits for any answer. */
const connectMs = 5000

/** MySQL or MariaDB. Sends nothing before it is asked to. */
export function mysqlDatabase({ params, init, keep, max, idleSeconds, onError }: DatabaseTerms): SessionDatabase {
  const pool = createPool({
    connectTimeout: connectMs,
    charset: 'utf8mb4',
    ...mysqlParams(params),
    connectionLimit: max,
    maxIdle: idleSeconds === 0 ? 0 : Math.min(keep, max),
    idleTimeout: Math.max(idleSeconds * 1000, 1),
  })
  pool.on('connection', (given: unknown) => {
    const connection = given as NewConnection
    connection.on('error', onError)
    // A connection answers in order, so what it is given to begin with is done before anything else.
    const answered = (error: Error | null): void => {
      if (error === null) return
      onError(initFault(error))
      connection.destroy()
    }
    for (const sql of init) connection.query(sql, answered)
  })
  return {
    placeholder: '?',
    query: (sql, values) => pool.execute(sql, [...values]),
    ownStore() {
      const store = new MysqlStore({ client: pool })
      return { store, schema: store.schema(), prepare: () => store.ensureSchema() }
    },
    async rolledBack(work) {
      const connection = await pool.getConnection()
      try {
        await connection.beginTransaction()
        return await work((sql, values) => connection.execute(sql, values))
      } finally {
        // A connection that has broken takes its transaction with it, and why is told by the work.
        await connection.rollback().catch(() => undefined)
        connection.release()
      }
    },
    close: () => pool.end(),
  }
}
