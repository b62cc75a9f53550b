/** Behind PgBouncer in transaction mode, where no two statements need have the same connection. */
import { after, before, suite, test } from 'node:test'
import pg from 'pg'
import { startPgbouncer, type Server } from '../../../../../scripts/services.ts'
import { TestDatabase } from '../../../test/postgres/database.ts'
import { postgresUrl } from '../../../test/services.ts'
import { PostgresStore } from '../postgres.ts'
import type { SessionStore } from '../contract.ts'
import { storeContract } from '../testing.ts'

const { hostname: host, port } = new URL(postgresUrl())
const database = await TestDatabase.create()
let bouncer: Server

before(async () => void (bouncer = await startPgbouncer({ host, port: Number(port) })))
after(() => bouncer.stop())

suite('keeps the store contract behind PgBouncer, without prepared statements', { concurrency: 8 }, () => {
  const pools: pg.Pool[] = []
  const prefixes = new Map<SessionStore, string>()
  before(() => {
    const connectionString = behind(bouncer)
    for (let turn = 0; turn < 2; turn += 1) pools.push(new pg.Pool({ connectionString, max: 8 }))
  })
  after(() => Promise.all(pools.map((pool) => pool.end())))

  const opened = (turn: number, prefix: string): PostgresStore => {
    const store = new PostgresStore({ client: pools[turn] as pg.Pool, prefix, sweepGraceMs: 0, prepare: false })
    prefixes.set(store, prefix)
    return store
  }
  storeContract(test, {
    async open() {
      const store = opened(0, database.newName())
      await store.ensureSchema()
      return store
    },
    reopen: (store) => opened(1, prefixes.get(store) ?? ''),
    slack: 1000,
  })
})

/** The test's database, as PgBouncer gives it. */
function behind({ url }: Server): string {
  return new URL(new URL(database.url).pathname, url).href
}
