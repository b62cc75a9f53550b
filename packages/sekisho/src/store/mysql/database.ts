import { SekishoError } from '../../errors.ts'
import type { Execute, MysqlValue } from './client.ts'
import { isUndone, setupFault, storeFault } from './faults.ts'
import { pause } from '../../lib/pause.ts'

/** How often a statement is tried that the server undoes because of others. */
const attempts = 6
/** Longest pause in milliseconds before the first repetition; twice as long before each further one. */
const firstPauseMs = 4

/** Bits of the server's status after a statement. */
const inTransaction = 1
const autocommit = 2

/** One constant text, prepared once per connection. */
export interface Statement {
  /** What it does, for errors: `read a record`. */
  readonly does: string
  /** The SQL. */
  readonly sql: string
}

/** What the server says about a statement that wrote. */
export interface Report {
  /** Rows inserted, deleted or updated; for an update that changes nothing it depends on the client's `FOUND_ROWS` flag. */
  readonly affectedRows: number
  /** What the statement gave to `LAST_INSERT_ID(expr)`, 0 when it did not get there. */
  readonly told: number
}

/** The user's client, with the errors of this library. Each statement is a transaction of its own. */
export class Database {
  readonly #execute: Execute

  constructor(execute: Execute) {
    this.#execute = execute
  }

  /** @returns The rows of a query. */
  rows<Row>(statement: Statement, values: MysqlValue[]): Promise<readonly Row[]> {
    return this.#run(statement, values, (answer) => {
      if (Array.isArray(answer)) return answer as Row[]
      throw unexpected(statement, 'rows')
    })
  }

  /** Runs a statement that writes. */
  write(statement: Statement, values: MysqlValue[]): Promise<Report> {
    return this.#run(statement, values, (answer) => reportOf(statement, answer))
  }

  #run<T>(statement: Statement, values: MysqlValue[], read: (answer: unknown) => T): Promise<T> {
    return this.#once(statement, values).then(read, (error: unknown) =>
      this.#repeat(statement, values, error).then(read),
    )
  }

  /** A statement that the server has undone (a deadlock) is repeated; one whose outcome is unknown never is. */
  async #repeat(statement: Statement, values: MysqlValue[], failed: unknown): Promise<unknown> {
    let error = failed
    for (let attempt = 1; attempt < attempts && isUndone(error); attempt += 1) {
      await pause(Math.random() * firstPauseMs * 2 ** (attempt - 1))
      try {
        return await this.#once(statement, values)
      } catch (again) {
        error = again
      }
    }
    throw storeFault(statement.does, error, largest(values))
  }

  #once({ sql }: Statement, values: MysqlValue[]): Promise<unknown> {
    return this.#execute({ sql, rowsAsArray: false, nestTables: false, typeCast: true }, values)
  }
}

function reportOf(statement: Statement, answer: unknown): Report {
  const header = answer as Partial<Record<string, unknown>> | undefined
  const affectedRows = Number(header?.['affectedRows'])
  const told = Number(header?.['insertId'])
  if (Number.isNaN(affectedRows) || Number.isNaN(told)) throw unexpected(statement, '`affectedRows` and `insertId`')
  refuseOpenTransaction(statement, header?.['serverStatus'])
  return { affectedRows, told }
}

function largest(values: readonly MysqlValue[]): number {
  return Math.max(0, ...values.map((value) => (value instanceof Uint8Array ? value.length : 0)))
}

/** A write that waits for somebody else's COMMIT has not been made: whoever reports it as done may lose it. */
function refuseOpenTransaction({ does }: Statement, serverStatus: unknown): void {
  if (typeof serverStatus !== 'number' || (serverStatus & (autocommit | inTransaction)) === autocommit) return
  const found = (serverStatus & inTransaction) === 0 ? '`autocommit` is off' : 'the connection is inside a transaction'
  throw setupFault(
    `it was to ${does}, and ${found}; every statement of the store must commit by itself`,
    'give the store a pool of its own, with `autocommit` on',
  )
}

function unexpected({ does }: Statement, expected: string): SekishoError {
  const message = `the MySQL store could not ${does}: expected ${expected} from the client's \`execute\`, as \`mysql2/promise\` answers`
  return new SekishoError('ERR_STORE_UNAVAILABLE', message)
}
