import { SekishoError } from '../../errors.ts'
import type { Awaitable } from '../contract.ts'
import { closedFault, schemaFault, sqliteFault } from './faults.ts'
import type { SqliteHandle, SqliteStatement, SqliteValue } from './handle.ts'
import { Line } from './line.ts'
import type { SqliteSettings } from './options.ts'

/** For so many milliseconds SQLite itself waits for a lock, and holds the event loop; a {@link Line} does the rest. */
const busyMs = 10

/** One row; its columns are whatever the database holds. */
export type Row = Readonly<Record<string, unknown>>

/**
 * The user's handle: what drivers do differently is made the same here. All parameters are plain `?`, because drivers count
 * named and numbered ones differently.
 */
export class Database {
  readonly #handle: SqliteHandle
  readonly #durability: SqliteSettings['durability']
  readonly #reads: Line
  readonly #writes: Line
  #state: 'new' | 'set' | 'checked' | 'closed' = 'new'

  constructor(handle: SqliteHandle, { lockTimeoutMs, durability }: Required<SqliteSettings>) {
    this.#handle = handle
    this.#durability = durability
    this.#reads = new Line(lockTimeoutMs)
    this.#writes = new Line(lockTimeoutMs)
  }

  /** Whether the database has a file; what has none ends with its connection. */
  get hasFile(): boolean {
    try {
      const databases = this.#handle.prepare('PRAGMA database_list').all() as { name?: unknown; file?: unknown }[]
      return databases.some(({ name, file }) => name === 'main' && typeof file === 'string' && file !== '')
    } catch (error) {
      throw sqliteFault('look at its database', error)
    }
  }

  /** @returns A statement that is compiled when it is first used, and kept. */
  statement(sql: string): Statement {
    return new Statement(() => this.#compile(sql))
  }

  /** @returns The same for one that only reads, and whose row is a list. */
  listing(sql: string): Listing {
    return new Listing(() => inLists(this.#compile(sql)))
  }

  /** Runs what only reads: at once, unless the database is being recovered by another connection. */
  reading<T>(verb: string, work: () => T): Awaitable<T> {
    return inTerms(verb, () =>
      this.#reads.run(() => {
        if (this.#state !== 'checked') this.#check()
        return work()
      }),
    )
  }

  /** Runs what writes: at once, unless another connection is writing. */
  writing<T>(verb: string, work: () => T): Awaitable<T> {
    return inTerms(verb, () =>
      this.#writes.run(() => {
        if (this.#state !== 'checked') this.#check()
        this.#refuseTransaction()
        return work()
      }),
    )
  }

  /** Runs several statements as one, within `writing`. */
  transaction<T>(work: () => T): T {
    this.#handle.exec('BEGIN IMMEDIATE')
    try {
      const answer = work()
      this.#handle.exec('COMMIT')
      return answer
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  /** Runs DDL. Each statement must bear being run again. */
  define(sql: string): Awaitable<void> {
    return inTerms('make its tables', () =>
      this.#writes.run(() => {
        this.#set()
        this.#refuseTransaction()
        this.#handle.exec(sql)
      }),
    )
  }

  /** The handle stays open: it is the user's. */
  close(): void {
    this.#state = 'closed'
    this.#reads.close()
    this.#writes.close()
  }

  /** Refuses a database that is not as `schema()` makes it, before anything is kept in it. */
  #check(): void {
    this.#set()
    // A connection learns that another one has changed the journal mode only when it reads.
    this.#handle.prepare('SELECT count(*) FROM sqlite_schema').get()
    const { journal_mode: mode } = this.#handle.prepare('PRAGMA journal_mode').get() as Row
    if (mode !== 'wal' && mode !== 'memory') {
      throw schemaFault(
        `the database is in journal mode ${String(mode)}, in which readers and writers exclude each other`,
      )
    }
    this.#state = 'checked'
  }

  /** What belongs to the connection and not to the file. */
  #set(): void {
    if (this.#state === 'closed') throw closedFault()
    if (this.#state !== 'new') return
    this.#refuseTransaction()
    this.#handle.exec(`PRAGMA busy_timeout = ${busyMs}`)
    this.#handle.exec(`PRAGMA synchronous = ${this.#durability === 'machine' ? 'FULL' : 'NORMAL'}`)
    this.#state = 'set'
  }

  #compile(sql: string): SqliteStatement {
    const statement = this.#handle.prepare(sql)
    // Otherwise one number that is too large for JavaScript makes a whole query throw.
    statement.setReadBigInts?.(true)
    return statement
  }

  #rollBack(): void {
    try {
      this.#handle.exec('ROLLBACK')
    } catch {
      // Some failures have rolled back already.
    }
  }

  get #isInTransaction(): boolean {
    return this.#handle.isTransaction ?? this.#handle.inTransaction ?? false
  }

  #refuseTransaction(): void {
    if (!this.#isInTransaction) return
    const message = 'somebody else has begun a transaction on the store’s handle, and could roll back what it writes'
    throw new SekishoError('ERR_STORE_UNAVAILABLE', `${message}; give the store a handle of its own`)
  }
}

/** One statement, compiled once. */
export class Statement {
  readonly #compile: () => SqliteStatement
  #compiled: SqliteStatement | undefined

  constructor(compile: () => SqliteStatement) {
    this.#compile = compile
  }

  /** For statements that only read. @returns The first row. */
  first(...values: SqliteValue[]): Row | undefined {
    return (this.#statement().get(...values) as Row | null | undefined) ?? undefined
  }

  /**
   * For statements that read several rows, and for those that change something and return rows: unlike `get` of the drivers,
   * `all` runs a statement to its end, which is where it commits, and reports it when that fails.
   */
  rows(...values: SqliteValue[]): readonly Row[] {
    return this.#statement().all(...values) as Row[]
  }

  /** For statements that change something. @returns How many rows they changed. */
  change(...values: SqliteValue[]): number {
    return Number(this.#statement().run(...values).changes)
  }

  #statement(): SqliteStatement {
    return (this.#compiled ??= this.#compile())
  }
}

/** One statement that reads, whose row comes as a list of its columns: to make an object of them costs a driver more. */
export class Listing {
  readonly #compile: () => SqliteStatement
  #compiled: SqliteStatement | undefined

  constructor(compile: () => SqliteStatement) {
    this.#compile = compile
  }

  /** @returns The first row, whether or not the driver can make lists. */
  first(...values: SqliteValue[]): readonly unknown[] | undefined {
    this.#compiled ??= this.#compile()
    const row = this.#compiled.get(...values)
    if (row === undefined || row === null) return undefined
    return Array.isArray(row) ? row : Object.values(row)
  }
}

/** A driver that cannot make lists of its rows goes on making objects. */
function inLists(statement: SqliteStatement): SqliteStatement {
  statement.setReturnArrays?.(true)
  if (statement.reader === true) statement.raw?.(true)
  return statement
}

/** Whatever fails, at once or later, fails as an error of this library. */
function inTerms<T>(verb: string, work: () => Awaitable<T>): Awaitable<T> {
  try {
    const answer = work()
    if (!(answer instanceof Promise)) return answer
    return answer.catch((error: unknown) => {
      throw sqliteFault(verb, error)
    })
  } catch (error) {
    throw sqliteFault(verb, error)
  }
}
