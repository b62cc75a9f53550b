import { optionError } from '../../errors.ts'

/** A value for a placeholder of a prepared statement. */
export type MysqlValue = string | number | Uint8Array | null

/** A statement with the settings of `mysql2` that the store relies on, whatever the pool's own are. */
export interface MysqlStatement {
  /** SQL with `?` for each value. */
  readonly sql: string
  /** Rows come as objects. */
  readonly rowsAsArray: false
  /** Columns stand directly in their row. */
  readonly nestTables: false
  /** Columns come as JavaScript values of their type. */
  readonly typeCast: true
}

/** What the store uses of a `mysql2/promise` pool or connection. */
export interface MysqlClient {
  /** Runs a prepared statement. @returns Rows or the server's report first. */
  execute(statement: MysqlStatement, values: MysqlValue[]): Promise<readonly [unknown, unknown]>
}

/** A pool or connection of `mysql2` with callbacks: `promise()` gives the same one with promises. */
export interface MysqlCallbackClient {
  /** @returns The same client with promises. */
  promise(): MysqlClient
}

/** @returns The client with promises; anything else is refused with `ERR_OPTION`. */
export function promising(client: MysqlClient | MysqlCallbackClient): MysqlClient {
  const given = client as Partial<MysqlClient & MysqlCallbackClient> | null | undefined
  // Asked first, because a client with callbacks has an `execute` too.
  if (typeof given?.promise === 'function') return given.promise()
  if (typeof given?.execute === 'function') return given as MysqlClient
  throw optionError('client', "a pool of `mysql2`, as `createPool` of 'mysql2/promise' makes it", client)
}
