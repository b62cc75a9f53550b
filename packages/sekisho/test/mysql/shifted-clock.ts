import type { MysqlClient, MysqlStatement, MysqlValue } from '../../src/store/mysql.ts'

/** The server's clock, moved on inside the store's own statements. Everything else is the server's doing. */
export class ShiftedClock {
  #offset = 0

  /** Moves the clock on. */
  pass(ms: number): void {
    this.#offset += Math.round(ms * 1000)
  }

  /** @returns A client that sends everything through this one, with the shift. */
  through(client: MysqlClient): MysqlClient {
    return {
      execute: (statement: MysqlStatement, values: MysqlValue[]) => {
        const shifted = `(UTC_TIMESTAMP(6) + INTERVAL ${this.#offset} MICROSECOND)`
        return client.execute({ ...statement, sql: statement.sql.replaceAll('UTC_TIMESTAMP(6)', shifted) }, values)
      },
    }
  }
}
