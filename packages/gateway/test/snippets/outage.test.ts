import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { mariadbDatabase, postgresDatabase, type TestDatabase } from '../session/databases.ts'
import { mariadbUrl, postgresUrl } from '../session/services.ts'
import { table } from './places.ts'
import { Relay } from './relay.ts'
import { contents, type Guest, isUnavailable, Shop } from './shop.ts'

type MakeDatabase = (t: TestContext) => Promise<TestDatabase>

describe('a PostgreSQL that is not as it should be (listings 12 and 36)', () => {
  isWaitedFor(postgresDatabase, postgresUrl)
  isToldOf(postgresDatabase, {
    table: 'relation "sessions" does not exist',
    user: 'role "nobody_known" does not exist',
    database: 'database "nowhere" does not exist',
    column: 'column "data" does not exist',
  })
})

describe('a MariaDB that is not as it should be (listings 12 and 36)', () => {
  isWaitedFor(mariadbDatabase, mariadbUrl)
  isToldOf(mariadbDatabase, {
    table: ".sessions' doesn't exist",
    user: "Access denied for user 'nobody_known'",
    database: "Unknown database 'nowhere'",
    column: "Unknown column 'data'",
  })
})

function isWaitedFor(makeDatabase: MakeDatabase, url: () => URL): void {
  const site = (relay: Relay, { directives }: TestDatabase) =>
    Shop.listing(12, { before: `${contents}\n${directives.replace(/\bport=\d+/, `port=${relay.port}`)}` })

  it('logs nobody out when it is away: 503 until it is back, and the cookie stays', async (t) => {
    const database = await makeDatabase(t)
    await database.run(table)
    await using relay = await Relay.start(url())
    await using shop = await site(relay, database)
    const guest = shop.guest()
    await guest.write('cart=tea')
    await relay.cut()
    await isUnavailable(shop, guest)
    await shop.site.says('error.log', 'GET /: 503: the session store failed at `read`: ')
    await relay.mend()
    assert.equal(await backAgain(guest), 'cart=tea')
  })

  it('may come later than the gateway, which says that it is away', async (t) => {
    const database = await makeDatabase(t)
    await database.run(table)
    await using relay = await Relay.start(url())
    await relay.cut()
    await using shop = await site(relay, database)
    assert.match(
      shop.site.said,
      /site\.conf:\d+:1: warning: The store of the sessions does not answer now: .*ECONNREFUSED/,
    )
    const guest = shop.guest()
    guest.visitor.cookies.set('sessionid', { value: 'A'.repeat(64), path: '/', secure: false })
    await isUnavailable(shop, guest)
    await relay.mend()
    assert.equal(await backAgain(guest), '')
  })
}

function isToldOf(
  makeDatabase: MakeDatabase,
  reasons: Readonly<Record<'table' | 'user' | 'database' | 'column', string>>,
): void {
  it('keeps the gateway from starting when it lacks the table, a column, the database or the user', async (t) => {
    const { directives, run } = await makeDatabase(t)
    const isRefused = async (lines: string, reason: string) => {
      const message = await Shop.refusal(12, { before: lines })
      assert.match(message, /site\.conf:3:1: error: The store of the sessions cannot be used: /)
      assert.ok(message.includes(reason), message)
    }
    await isRefused(directives, reasons.table)
    await isRefused(directives, '; make it with: CREATE TABLE sessions (id ')
    await isRefused(directives.replace(/\buser=\w+/, 'user=nobody_known'), reasons.user)
    await isRefused(directives.replace(/\bdbname=\w+/, 'dbname=nowhere'), reasons.database)
    await run('CREATE TABLE sessions (id VARCHAR(64) PRIMARY KEY, info TEXT NOT NULL)')
    await isRefused(directives, reasons.column)
  })
}

describe('a database that is not named (listing 12)', () => {
  it('is asked for by the name of the directive, and until then nobody has a session', async () => {
    for (const [lines, missing] of [
      ['', 'DBDriver'],
      ['DBDriver pgsql', 'DBDParams'],
    ] as const) {
      await using shop = await Shop.listing(12, { before: lines })
      assert.match(shop.site.said, new RegExp(`12\\.conf:2:5: warning: ${missing} not set`))
      assert.equal(shop.site.said.split(' not set: ').length, 2, 'it is told once')
      await isUnavailable(shop, shop.guest())
      await shop.site.says('error.log', `${missing} not set`)
    }
  })
})

/** What is in the session as soon as there are sessions again. */
async function backAgain({ visitor }: Guest): Promise<string> {
  for (let turn = 0; turn < 100; turn += 1) {
    const { status, text } = await visitor.get('/')
    if (status === 200) return text
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('there are no sessions again')
}
