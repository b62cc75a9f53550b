/**
 * Tables and clients that many tests use, one after the other: to make some for each test takes longer than the test.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { PostgresStore } from '../../src/store/postgres.ts'
import type { Awaitable } from '../../src/store/contract.ts'
import type { Client, Connected } from './clients.ts'
import type { TestDatabase } from './database.ts'

interface Lane {
  readonly schema: string
  /** Two, as two nodes have them. */
  readonly clients: readonly Client[]
}

/** How a kind of client is made. */
export type Connect = (url: string) => Awaitable<Connected>

/**
 * Each lane is a schema with tables, with two clients, and with a clock that tests can set: functions which come before those
 * of the server in the clients' `search_path`, so that the store's own SQL reads them.
 */
export class Lanes {
  readonly #database: TestDatabase
  readonly #connect: Connect
  readonly #free: Lane[] = []
  readonly #connected: Connected[] = []
  readonly #running = new AsyncLocalStorage<Lane>()

  constructor(database: TestDatabase, connect: Connect) {
    this.#database = database
    this.#connect = connect
    database.beforeDrop(() => this.close())
  }

  /** Runs something in a lane of its own, which is empty. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const lane = this.#free.pop() ?? (await this.#lay())
    const result = await this.#running.run(lane, task)
    const tables = ['sessions', 'principals', 'epochs', 'locks'].map((kind) => `${lane.schema}.sekisho_${kind}`)
    await this.#database.sql(tables.map((table) => `DELETE FROM ${table}`).join(';'))
    this.#free.push(lane)
    return result
  }

  /** Ends the clients, where others will want the server's connections. */
  async close(): Promise<void> {
    await Promise.all(this.#connected.splice(0).map(({ end }) => end()))
  }

  /** A store in the running task's lane, over one of its two clients. */
  open(turn = 0): PostgresStore {
    const client = this.#lane().clients[turn] as Client
    return new PostgresStore({ client, sweepGraceMs: 0 })
  }

  /** Sets the clock of the running task's lane forward. */
  async pass(ms: number): Promise<void> {
    await this.#database.sql(`UPDATE ${this.#lane().schema}.shift SET ms = ms + $1`, [ms])
  }

  /** The schema of the running task's lane. */
  get schema(): string {
    return this.#lane().schema
  }

  /** All rows of the running task's lane, as text. */
  async dump(): Promise<string> {
    const { schema } = this.#lane()
    const tables = ['sessions', 'principals', 'epochs'].map((kind) => `${schema}.sekisho_${kind}`)
    const rows = await Promise.all(tables.map((table) => this.#database.sql(`SELECT * FROM ${table}`)))
    const text = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))
    return rows
      .flat()
      .flatMap((row) => Object.values(row).map(text))
      .join('\n')
  }

  #lane(): Lane {
    const lane = this.#running.getStore()
    if (lane === undefined) throw new Error('a lane is to be had only within `run`')
    return lane
  }

  async #lay(): Promise<Lane> {
    const schema = this.#database.newName()
    await this.#database.sql(steeredClock(schema))
    const url = new URL(this.#database.url)
    url.searchParams.set('options', `-c search_path=${schema},pg_catalog`)
    const connected = [await this.#connect(url.href), await this.#connect(url.href)]
    this.#connected.push(...connected)
    const clients = connected.map(({ client }) => client)
    await new PostgresStore({ client: clients[0] as Client }).ensureSchema()
    return { schema, clients }
  }
}

/** SQL for the two clocks that the store reads, each as volatile as the server's own. */
function steeredClock(schema: string): string {
  const clocks = { clock_timestamp: 'VOLATILE', statement_timestamp: 'STABLE' }
  const functions = Object.entries(clocks).map(
    ([name, volatility]) => `CREATE FUNCTION ${schema}.${name}() RETURNS timestamptz LANGUAGE sql ${volatility} AS
      $$ SELECT pg_catalog.${name}() + (SELECT ms FROM ${schema}.shift) * interval '1 millisecond' $$;`,
  )
  return `CREATE SCHEMA ${schema};
    CREATE TABLE ${schema}.shift (ms float8 NOT NULL); INSERT INTO ${schema}.shift VALUES (0);
    ${functions.join('\n')}`
}
