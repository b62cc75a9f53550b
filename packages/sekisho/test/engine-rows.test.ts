/** The engine over rows that are not ours: a user's table in SQLite, and the MemoryStore of express-session. */
import { suite, test } from 'node:test'
import session from 'express-session'
import { fromConnectStore, rowSessions, sqlRows } from '../src/store/rows.ts'
import { encounterCases, engineSuite } from './engine/suite.ts'
import { documented, sqlite } from './rows-databases.ts'

suite('a table of the user in SQLite', () => {
  engineSuite(
    test,
    async () => {
      const { options, run, drop } = sqlite()
      await run('CREATE TABLE sessions (id VARCHAR(64) PRIMARY KEY, data TEXT)')
      let now = 1_790_000_000_000
      return {
        store: rowSessions(sqlRows({ ...options, ...documented, now: () => now })),
        scale: 1,
        pass: (ms) => void (now += ms),
        dump: async () => JSON.stringify(await options.query('SELECT * FROM sessions', [], true)),
        close: drop,
      }
    },
    encounterCases,
  )
})

suite("express-session's MemoryStore in one process", () => {
  engineSuite(
    test,
    () => {
      const store = new session.MemoryStore()
      let now = Date.now()
      return {
        store: fromConnectStore(store, { shared: false, now: () => now }),
        scale: 1,
        pass: (ms) => void (now += ms),
        dump: () => new Promise((resolve) => store.all?.((_, all) => resolve(JSON.stringify(all)))),
      }
    },
    encounterCases,
  )
})
