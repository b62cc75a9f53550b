import pg from 'pg'
import { PostgresStore } from 'sekisho/store/postgres'
import { type DatabaseTerms, initFault, type SessionDatabase } from './database.ts'
import { pgsqlParams } from './pgsql-params-node.ts'

/** Longer than the engine waits for any answer. */
const connectMs = 5000

/** PostgreSQL. Sends nothing before it is asked to. */
export function pgsqlDatabase({ params, init, min, max, idleSeconds, onError }: DatabaseTerms): SessionDatabase {
  const pool = new pg.Pool({
    connectionTimeoutMillis: connectMs,
    ...pgsqlParams(params),
    min,
    max,
    // 0 would keep it for ever.
    idleTimeoutMillis: Math.max(idleSeconds * 1000, 1),
    ...(idleSeconds === 0 && { maxUses: 1 }),
    allowExitOnIdle: true,
    verify: (client, done) => {
      // oxlint-disable-next-line promise/no-callback-in-promise -- the pool takes a callback
      prepared(client, init).then(() => done(), done)
    },
  })
  pool.on('error', onError)
  return {
    placeholder: '$1',
    query: (sql, values) => pool.query(sql, [...values]),
    ownStore() {
      const store = new PostgresStore({ client: pool })
      return { store, schema: store.schema(), prepare: () => store.ensureSchema() }
    },
    async rolledBack(work) {
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        return await work((sql, values) => withSavepoint(client, sql, values))
      } finally {
        // A connection that has broken takes its transaction with it, and why is told by the work.
        await client.query('ROLLBACK').catch(() => undefined)
        client.release()
      }
    },
    close: () => pool.end(),
  }
}

/** After a failure the server refuses whatever else a transaction holds, unless it goes back to before it. */
async function withSavepoint(client: pg.ClientBase, sql: string, values: (string | number)[]): Promise<unknown> {
  await client.query('SAVEPOINT before')
  try {
    return await client.query(sql, values)
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT before')
    throw error
  }
}

async function prepared(client: pg.ClientBase, init: readonly string[]): Promise<void> {
  for (const sql of init) {
    try {
      await client.query(sql)
    } catch (error) {
      // Without the server's code, by which it would pass for a fault of the session's own statement.
      throw initFault(error as Error)
    }
  }
}
