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
      return { store, prepare: () => store.ensureSchema() }
    },
    close: () => pool.end(),
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
