/**
 * The two kinds of client that the store takes, as one: rows as arrays, in the order of the select list. Names of columns
 * are not relied on, because postgres.js may be told to rewrite them (`transform: postgres.camel`).
 *
 * @module
 */
import { SekishoUsageError, shown } from '../../errors.ts'

/** What is bound to `$1`, `$2` and so on. */
export type Value = string | number | Uint8Array | null

/** One row of an answer. */
export type Row = readonly unknown[]

/** One statement for pg. */
export interface PgQuery {
  /** Makes it a prepared statement of this name. */
  name?: string
  /** The SQL. */
  text: string
  /** What is bound to `$1`, `$2` and so on. */
  values?: unknown[]
  /** Rows as arrays. */
  rowMode: 'array'
}

/** A `Pool` or `Client` of pg, or whatever else answers its `query`. */
export interface PgClient {
  /** @returns An object whose `rows` are the rows. */
  query(query: PgQuery): PromiseLike<unknown>
}

/** The `sql` of postgres.js. */
export interface PostgresJs {
  /** Runs one statement, prepared where `prepare` says so. */
  unsafe(
    text: string,
    values: never[],
    options: { readonly prepare: boolean },
  ): { values(): PromiseLike<readonly unknown[]> }
}

/** How the store talks to a server. */
export interface Link {
  /** Runs one statement, prepared under this name where one is given. */
  run(text: string, values: readonly Value[], name?: string): Promise<readonly Row[]>
  /** Runs several statements without values as one transaction. */
  script(text: string): Promise<void>
}

/** @throws SekishoUsageError `ERR_OPTION` for what is neither kind of client; a connection string is not shown. */
export function linkTo(client: PgClient | PostgresJs): Link {
  if (hasMethod(client, 'query')) return new PgLink(client as PgClient)
  if (hasMethod(client, 'unsafe')) return new PostgresJsLink(client as PostgresJs)
  const received = typeof client === 'string' ? 'a string' : shown(client)
  const message = `option \`client\` must be a Pool or Client of pg, or the sql of postgres.js; received ${received}`
  throw new SekishoUsageError('ERR_OPTION', message)
}

class PgLink implements Link {
  readonly #client: PgClient

  constructor(client: PgClient) {
    this.#client = client
  }

  async run(text: string, values: readonly Value[], name?: string): Promise<readonly Row[]> {
    const query: PgQuery = { text, values: [...values], rowMode: 'array' }
    if (name !== undefined) query.name = name
    const answer = await this.#client.query(query)
    return (answer as { readonly rows: readonly Row[] }).rows
  }

  async script(text: string): Promise<void> {
    await this.#client.query({ text, rowMode: 'array' })
  }
}

/** It names prepared statements by itself, one per text and connection. */
class PostgresJsLink implements Link {
  readonly #sql: PostgresJs

  constructor(sql: PostgresJs) {
    this.#sql = sql
  }

  async run(text: string, values: readonly Value[], name?: string): Promise<readonly Row[]> {
    const answer = await this.#sql.unsafe(text, [...values] as never[], { prepare: name !== undefined }).values()
    return answer as readonly Row[]
  }

  async script(text: string): Promise<void> {
    await this.#sql.unsafe(text, [], { prepare: false }).values()
  }
}

function hasMethod(client: unknown, name: string): boolean {
  const isObject = typeof client === 'object' || typeof client === 'function'
  return isObject && client !== null && typeof (client as Record<string, unknown>)[name] === 'function'
}
