/**
 * How the tests get at MariaDB: a database for each file, a table prefix for each store.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createConnection, createPool, type Connection, type Pool, type PoolOptions } from 'mysql2/promise'
import { MysqlStore, type MysqlClient, type MysqlStoreOptions } from '../../src/store/mysql.ts'
import { tableNames } from '../../src/store/sql/names.ts'
import { mariadbUrl } from '../services.ts'
import { ShiftedClock } from './shifted-clock.ts'

/** A database of one test file's own. */
export class TestDatabase {
  /** A pool with the driver's own settings. */
  readonly pool: Pool
  readonly #url: URL
  readonly #name: string
  readonly #pools: Pool[] = []
  readonly #connections: Connection[] = []

  private constructor(url: string, name: string) {
    this.#url = new URL(url)
    this.#name = name
    this.pool = this.openPool()
  }

  /** Makes the database, on the server that the tests share or on another. */
  static async open(url: string = mariadbUrl()): Promise<TestDatabase> {
    const name = `sekisho_${randomBytes(6).toString('hex')}`
    await using server = await createConnection(url)
    await server.query(`CREATE DATABASE ${name}`)
    return new TestDatabase(url, name)
  }

  /** The settings of a connection to this database. */
  settings(options: PoolOptions = {}): PoolOptions {
    const { hostname, port, username } = this.#url
    return { host: hostname, port: Number(port), user: username, database: this.#name, ...options }
  }

  /** A pool with these settings. */
  openPool(options: PoolOptions = {}): Pool {
    const pool = createPool(this.settings({ connectionLimit: 8, ...options }))
    this.#pools.push(pool)
    return pool
  }

  /** A connection with these settings. */
  async openConnection(options: PoolOptions = {}): Promise<Connection> {
    const connection = await createConnection(this.settings(options))
    this.#connections.push(connection)
    return connection
  }

  /** A store on tables of its own, on this client. */
  async openStore(options: Partial<MysqlStoreOptions> = {}): Promise<MysqlStore> {
    const store = new MysqlStore({ client: this.pool, prefix: newPrefix(), sweepGraceMs: 0, ...options })
    await store.ensureSchema()
    return store
  }

  /** Removes the database and closes every connection. */
  async close(): Promise<void> {
    for (const connection of this.#connections) connection.destroy()
    await this.pool.query(`DROP DATABASE ${this.#name}`)
    for (const pool of this.#pools) await pool.end()
  }
}

/** A prefix that nothing else uses. */
export function newPrefix(): string {
  return `t${randomBytes(5).toString('hex')}_`
}

/**
 * Tables for many cases that run at the same time. Making tables takes a server longer than most cases, so a case that has
 * ended leaves its tables to the next.
 */
export class TablePool {
  readonly #database: TestDatabase
  readonly #free: string[] = []
  readonly #made = new Set<string>()
  readonly #own = new AsyncLocalStorage<{ readonly prefix: string; readonly clock: ShiftedClock }>()

  constructor(database: TestDatabase) {
    this.#database = database
  }

  /** Defines a test that has a set of tables to itself. */
  readonly test = (name: string, run: () => Promise<void>): unknown =>
    test(name, async () => {
      const prefix = this.#free.pop() ?? newPrefix()
      await this.#own.run({ prefix, clock: new ShiftedClock() }, run)
      this.#free.push(prefix)
    })

  /** A clock of the running test's own, for whoever asks the server through it. */
  get clock(): ShiftedClock {
    return this.#running().clock
  }

  /** Opens a store on the running test's tables, which are empty. */
  async open(client: MysqlClient): Promise<MysqlStore> {
    const store = this.reopen(client)
    if (this.#made.has(this.#prefix())) {
      await Promise.all(this.#tables().map((table) => this.#database.pool.query(`DELETE FROM ${table}`)))
    } else {
      await store.ensureSchema()
      this.#made.add(this.#prefix())
    }
    return store
  }

  /** Opens another store on the running test's tables. */
  reopen(client: MysqlClient): MysqlStore {
    return new MysqlStore({ client, prefix: this.#prefix(), sweepGraceMs: 0 })
  }

  /** All rows of the running test's tables, as text. */
  async dump(): Promise<string> {
    const tables = await Promise.all(this.#tables().map((table) => this.#database.pool.query(`SELECT * FROM ${table}`)))
    const rows = tables.flatMap(([found]) => found as object[]).flatMap((row) => Object.values(row) as unknown[])
    return rows.map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))).join('\n')
  }

  #tables(): readonly string[] {
    return Object.values(tableNames(this.#prefix()))
  }

  #prefix(): string {
    return this.#running().prefix
  }

  #running(): { readonly prefix: string; readonly clock: ShiftedClock } {
    return this.#own.getStore() ?? assert.fail('only a test has tables')
  }
}

/** Locks rows as somebody else's transaction does. */
export async function held(
  database: TestDatabase,
  prefix: string,
  ...addresses: readonly string[]
): Promise<Connection> {
  const holder = await database.openConnection()
  await holder.query('BEGIN')
  await holder.query(`SELECT 1 FROM ${prefix}sessions WHERE address IN (?) FOR UPDATE`, [addresses])
  return holder
}
