/** The contract over a user's table `(id, data)`, by the statements of the document, in each database. */
import { after, suite, test } from 'node:test'
import { rowSessions, sqlRows, type RowSessions } from '../src/store/rows.ts'
import { storeContract } from '../src/store/testing.ts'
import { documented, mariadb, postgres, sqlite, type Database } from './rows-databases.ts'

let now = 1_790_000_000_000

contractOn('SQLite', async () => sqlite(), 'id VARCHAR(64) PRIMARY KEY, data TEXT')
contractOn('PostgreSQL', postgres, 'id VARCHAR(64) PRIMARY KEY, data TEXT NOT NULL')
contractOn(
  'MariaDB that is not strict and counts changed rows only',
  () => mariadb(['-FOUND_ROWS'], ''),
  'id VARCHAR(64) PRIMARY KEY, data MEDIUMTEXT NOT NULL',
)

function contractOn(title: string, connect: () => Promise<Database>, columns: string): void {
  suite(title, () => {
    let connected: Database | undefined
    const database = async (): Promise<Database> => {
      connected ??= await connect()
      return connected
    }
    const open = async (): Promise<RowSessions<string>> => {
      const { options } = await database()
      return rowSessions(sqlRows({ ...options, ...documented, now: () => now }), { sweepGraceMs: 0 })
    }
    after(async () => (await database()).drop())
    storeContract(test, {
      async open() {
        const { run } = await database()
        await run('DROP TABLE IF EXISTS sessions')
        await run(`CREATE TABLE sessions (${columns})`)
        return open()
      },
      reopen: open,
      wait: (ms) => void (now += ms),
    })
  })
}
