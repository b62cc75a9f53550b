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

/** Runs a statement. @returns Rows, or the server's report; whatever else a strange client gives. */
export type Execute = (statement: MysqlStatement, values: MysqlValue[]) => Promise<unknown>

/** A client of `mysql2` as it is without its promises. */
interface WithCallbacks {
  execute(statement: MysqlStatement, values: MysqlValue[], done: (error: unknown, answer: unknown) => void): unknown
}

/** @returns How statements are run; anything that is no client is refused with `ERR_OPTION`. */
export function executeOf(client: MysqlClient | MysqlCallbackClient): Execute {
  const callbacks = callbacksOf(client)
  return callbacks === undefined ? throughPromises(promising(client)) : throughCallbacks(callbacks)
}

function throughCallbacks(client: WithCallbacks): Execute {
  return (statement, values) =>
    new Promise((resolve, reject) => {
      client.execute(statement, values, (error, answer) => {
        if (error) reject(error as Error)
        else resolve(answer)
      })
    })
}

function throughPromises(client: MysqlClient): Execute {
  return async (statement, values) => {
    const answer: unknown = await client.execute(statement, values)
    return Array.isArray(answer) ? answer[0] : undefined
  }
}

/**
 * `mysql2` makes its promises over a client with callbacks, and takes a stack trace for each statement, about a quarter of
 * what one costs this process. So the client below is asked, except where somebody has put an `execute` of their own above.
 */
function callbacksOf(client: unknown): WithCallbacks | undefined {
  const given = (client ?? {}) as { readonly Promise?: unknown; readonly pool?: unknown; readonly connection?: unknown }
  const isPromising = typeof given.Promise === 'function' && !Object.hasOwn(given, 'execute')
  const below = isPromising ? (given.pool ?? given.connection) : given
  return hasCallbacks(below) ? below : undefined
}

function hasCallbacks(client: unknown): client is WithCallbacks {
  const { promise, execute } = (client ?? {}) as Partial<MysqlCallbackClient & WithCallbacks>
  return typeof promise === 'function' && typeof execute === 'function'
}

function promising(client: MysqlClient | MysqlCallbackClient): MysqlClient {
  const given = client as Partial<MysqlClient & MysqlCallbackClient> | null | undefined
  if (typeof given?.promise === 'function') return given.promise()
  if (typeof given?.execute === 'function') return given as MysqlClient
  throw optionError('client', "a pool of `mysql2`, as `createPool` of 'mysql2/promise' makes it", client)
}
