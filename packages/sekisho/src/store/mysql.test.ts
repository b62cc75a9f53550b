import { after, suite } from 'node:test'
import { TablePool, TestDatabase } from '../../test/mysql/opening.ts'
import type { MysqlClient } from './mysql.ts'
import { storeContract } from './testing.ts'

const database = await TestDatabase.open()
after(() => database.close())

const tables = new TablePool(database)

const matchedRows = database.openPool()
const changedRows = database.openPool({ flags: ['-FOUND_ROWS'] })
const unusual = database.openPool({
  charset: 'LATIN1_SWEDISH_CI',
  timezone: '-09:30',
  rowsAsArray: true,
  typeCast: false,
  supportBigNumbers: true,
  bigNumberStrings: true,
  namedPlaceholders: true,
})
unusual.on('connection', (connection) => {
  void connection.query("SET sql_mode = 'ANSI,SIMULTANEOUS_ASSIGNMENT,NO_BACKSLASH_ESCAPES', time_zone = '+05:30'")
  void connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
})
const connection = await database.openConnection()

suite('through a pool', together(), () => {
  storeContract(tables.test, {
    open: () => tables.open(database.pool),
    reopen: () => tables.reopen(matchedRows),
    slack: 200,
  })
})
suite('through a pool that counts changed rows', together(), () => soon(changedRows, changedRows))
suite('through sessions with unusual settings', together(), () => soon(unusual, unusual))
suite('through one connection, beside a pool', together(), () => soon(connection, changedRows))

/** The cases wait for time to pass more than for the server. */
function together(): { concurrency: number } {
  return { concurrency: 12 }
}

/** The contract where time need not really pass. */
function soon(first: MysqlClient, second: MysqlClient): void {
  storeContract(tables.test, {
    open: () => tables.open(tables.clock.through(first)),
    reopen: () => tables.reopen(tables.clock.through(second)),
    slack: 2000,
    wait: (ms) => tables.clock.pass(ms),
  })
}
