/** What the store binds to a statement. Drivers bind a number as they like: no statement depends on its SQL type. */
export type SqliteValue = string | number | Uint8Array

/** What the store uses of a prepared statement. */
export interface SqliteStatement {
  /** The first row as an object; `undefined` or `null` when there is none. */
  get(...values: SqliteValue[]): unknown
  /** All rows as objects. */
  all(...values: SqliteValue[]): unknown[]
  /** Runs to the end. @returns How many rows it changed. */
  run(...values: SqliteValue[]): { readonly changes: number | bigint }
  /** Lets whole numbers of any size be read; where it is missing, large ones are read inexactly. */
  setReadBigInts?(enabled: boolean): void
  /** Lets rows come as lists of their columns, which costs less than objects; node:sqlite since Node 24. */
  setReturnArrays?(enabled: boolean): void
  /** Whether the statement gives rows; better-sqlite3, whose statements are known by it. */
  readonly reader?: boolean
  /** The same as `setReturnArrays` in better-sqlite3; something else in bun:sqlite. */
  raw?(enabled: boolean): unknown
}

/**
 * An open database, as node:sqlite (`DatabaseSync`), better-sqlite3 and bun:sqlite (`Database`) make it. Give the store one
 * of its own: a transaction that others begin on it would take the store's writes along when it is rolled back.
 */
export interface SqliteHandle {
  /** Runs SQL, one statement or several, and forgets what they answer. */
  exec(sql: string): unknown
  /** Compiles one statement. */
  prepare(sql: string): SqliteStatement
  /** Whether a transaction is open; node:sqlite. */
  readonly isTransaction?: boolean
  /** Whether a transaction is open; better-sqlite3 and bun:sqlite. */
  readonly inTransaction?: boolean
}
