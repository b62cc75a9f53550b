/**
 * Clients of each kind that the PostgreSQL store takes.
 *
 * @module
 */
import pg from 'pg'
import postgres from 'postgres'
import type { PostgresStoreOptions } from '../../src/store/postgres.ts'

/** Any of them. */
export type Client = PostgresStoreOptions['client']

/** A client, and how it ends. */
export interface Connected<C extends Client = Client> {
  readonly client: C
  end(): Promise<void>
}

/** A pool of pg. */
export function pgPool(url: string, settings: pg.PoolConfig = {}): Connected<pg.Pool> {
  const client = new pg.Pool({ connectionString: url, max: 3, ...settings })
  return { client, end: () => client.end() }
}

/** One connection of pg, which sends on without waiting for answers. */
export async function pgClient(url: string): Promise<Connected<pg.Client>> {
  const client = new pg.Client({ connectionString: url, pipeline: true } as pg.ClientConfig)
  await client.connect()
  return { client, end: () => client.end() }
}

/** The `sql` of postgres.js; like many of its users', it rewrites the names of columns. */
export function postgresJs(url: string): Connected<postgres.Sql> {
  const client = postgres(url, { max: 3, transform: postgres.camel, onnotice: () => undefined })
  return { client, end: () => client.end({ timeout: 1 }) } // without it, a connection that was cut off is awaited for ever
}
