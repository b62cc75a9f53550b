import { randomBytes } from 'node:crypto'
import { after } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { PostgresStore } from '../../src/store/postgres.ts'
import { postgresUrl } from '../services.ts'
import { pgPool, type Client, type Connected } from './clients.ts'

/** A database of one test file's own, dropped when its tests are over. */
export class TestDatabase {
  /** Where it is. */
  readonly url: string
  readonly #pool: pg.Pool
  readonly #endings: (() => Promise<void>)[] = []
  #count = 0

  private constructor(url: string) {
    this.url = url
    this.#pool = new pg.Pool({ connectionString: url, max: 2 })
  }

  /** Creates one, on the server that the tests share unless told otherwise. */
  static async create(server: string = postgresUrl()): Promise<TestDatabase> {
    const admin = new pg.Client({ connectionString: server })
    await admin.connect()
    const name = `sekisho_test_${randomBytes(6).toString('hex')}`
    await admin.query(`CREATE DATABASE ${name}`)
    const url = new URL(server)
    url.pathname = name
    const database = new TestDatabase(url.href)
    after(async () => {
      await database.#close()
      await drop(admin, name)
      await admin.end()
    })
    return database
  }

  /** A name, or the beginning of one, that nothing in the database has. */
  newName(): string {
    this.#count += 1
    return `t${this.#count}_`
  }

  /** Does something when the tests are over, while the database is still there. */
  beforeDrop(end: () => Promise<void>): void {
    this.#endings.push(end)
  }

  /** Ends a client when the tests are over. @returns The client. */
  keep<C extends Client>({ client, end }: Connected<C>): C {
    this.beforeDrop(end)
    return client
  }

  /** A pool of pg that ends with the tests. */
  pool(settings: pg.PoolConfig = {}): pg.Pool {
    return this.keep(pgPool(this.url, settings))
  }

  /** A store over tables of its own, that sweeps without grace. */
  async open(client: Client, prefix: string = this.newName()): Promise<PostgresStore> {
    const store = new PostgresStore({ client, prefix, sweepGraceMs: 0 })
    await store.ensureSchema()
    return store
  }

  /** Runs some SQL past every store. */
  async sql(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const { rows } = await this.#pool.query(text, values)
    return rows as Record<string, unknown>[]
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#endings.map((end) => end()))
    await this.#pool.end()
  }
}

/** Waits for the connections to be gone: to cut off one that is just saying goodbye is an error that nobody listens to. */
async function drop(admin: pg.Client, name: string): Promise<void> {
  for (let attempt = 1; attempt <= 100; attempt += 1) {
    const { rows } = await admin.query('SELECT FROM pg_stat_activity WHERE datname = $1', [name])
    if (rows.length === 0) break
    await pause(20)
  }
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
}
