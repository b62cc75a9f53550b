import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { mariadbDatabase, postgresDatabase, sqliteDatabase, type TestDatabase } from '../session/databases.ts'
import { comesTrue, takesMinutes } from './patience.ts'
import { table } from './places.ts'
import { contents, type Guest, Shop } from './shop.ts'
import { answerToTampering, wholeAnswer } from './tampering.ts'

interface SessionRow {
  readonly id: string
  readonly data: string
}

type MakeDatabase = (t: TestContext) => Promise<TestDatabase>

describe('sessions in a table of PostgreSQL (listings 12 and 35)', () => keepsItsPromises(postgresDatabase))
describe('sessions in a table of MariaDB (listings 12 and 35)', () => keepsItsPromises(mariadbDatabase))
describe('sessions in a table of SQLite (listings 12 and 35)', () => keepsItsPromises(sqliteDatabase))

function keepsItsPromises(makeDatabase: MakeDatabase): void {
  const withTable = async (t: TestContext): Promise<TestDatabase> => {
    const database = await makeDatabase(t)
    await database.run(table)
    return database
  }

  it('are each a row, under the id that the app is told; who stores nothing has a cookie, and no row', async (t) => {
    const database = await withTable(t)
    const before = `SessionHeader X-Session\n${database.directives}`
    await using shop = await Shop.listing(12, { before })
    const [guest, other] = [await customer(shop), await customer(shop)]
    const ids = [await id(shop, guest), await id(shop, other)]
    assert.deepEqual(
      (await rowsOf(database)).map((row) => row.id),
      ids.toSorted(),
    )
    const { setCookies } = await shop.guest().visitor.get('/')
    assert.match(setCookies.join('\n'), /^sessionid=[\w.-]{100,};path=\/$/)
    assert.equal((await rowsOf(database)).length, 2)
  })

  it('are found by sessionid with path=/, survive pages, tabs that write at the same time, and a restart', async (t) => {
    const database = await withTable(t)
    const before = `${contents}\n${database.directives}`
    const [cookie, kept] = await (async () => {
      await using shop = await Shop.listing(12, { before })
      const guest = shop.guest()
      const written = await guest.write('cart=green+tea')
      assert.match(written.setCookies.join('\n'), /^sessionid=[\w-]{64};path=\/$/)
      assert.deepEqual((await guest.visitor.get('/page')).setCookies, [])
      await Promise.all([1, 2, 3, 4].map((tab) => guest.write(`tab${tab}=open`)))
      return [guest.cookie, await guest.session()] as const
    })()
    const expected = ['cart=green+tea', 'tab1=open', 'tab2=open', 'tab3=open', 'tab4=open']
    assert.deepEqual(kept.split('&').toSorted(), expected)
    assert.equal((await rowsOf(database)).length, 1)
    await using again = await Shop.listing(12, { before })
    assert.equal((await again.guest().visitor.get('/', { Cookie: `sessionid=${cookie}` })).text, kept)
  })

  it('are encrypted, and the table does not lead to a cookie', async (t) => {
    const database = await withTable(t)
    await using shop = await Shop.listing(12, { before: `${contents}\n${database.directives}` })
    const guest = shop.guest()
    await guest.write('cart=tamaryokucha')
    const [{ id: address, data } = { id: '', data: '' }] = await rowsOf(database)
    const octets = Buffer.from(data.split(':').at(-1) ?? '', 'base64url')
    const secret = Buffer.from(guest.cookie, 'base64url').subarray(16)
    const found = [data.includes('tamaryokucha'), octets.includes('tamaryokucha'), octets.includes(secret)]
    assert.deepEqual([...found, octets.includes('"writeIds"')], [false, false, false, true])
    assert.equal(guest.cookie.includes(address), false)
  })

  it('cannot be reached by a cookie with one bit changed, or by one that is SQL', async (t) => {
    const database = await withTable(t)
    await using shop = await Shop.listing(12, { before: `${contents}\n${database.directives}` })
    const guest = await customer(shop)
    const stranger = async (cookie: string) => {
      const answer = await shop.guest().visitor.get('/', { Cookie: `sessionid=${cookie}` })
      return wholeAnswer(answer)
    }
    const expected = await stranger('A'.repeat(64))
    assert.equal(await answerToTampering(shop, guest), expected)
    for (const cookie of ["' OR '1'='1", "x' UNION SELECT data FROM sessions --", '%', '%s', '1'])
      assert.equal(await stranger(cookie), expected)
    assert.equal(await guest.session(), 'cart=green+tea')
  })

  it('go with their row when the app ends them', async (t) => {
    const database = await withTable(t)
    const header = 'SessionEnv On\nSessionHeader X-Renew-Session'
    await using shop = await Shop.listing(12, { before: `${header}\n${database.directives}` })
    const { visitor } = shop.guest()
    await visitor.get('/?X-Renew-Session=cart%3Dtea')
    assert.equal((await rowsOf(database)).length, 1)
    const { setCookies } = await visitor.get('/?X-Renew-Session=destroy')
    assert.deepEqual(setCookies, ['sessionid=;Max-Age=0;path=/'])
    assert.deepEqual(await rowsOf(database), [])
  })

  it('need no more than the statement that inserts: the others follow from it (listing 35)', async (t) => {
    const database = await withTable(t)
    const before = `${contents}\nSession On\n${database.directives}`
    await using shop = await Shop.listing(35, { before })
    const guest = shop.guest()
    const { setCookies } = await guest.write('cart=tea')
    assert.match(setCookies.join('\n'), /^sessionid=[\w-]{64};path=\/$/)
    await guest.write('cart=coffee')
    assert.equal(await guest.session(), 'cart=coffee')
    assert.equal((await rowsOf(database)).length, 1)
  })
}

describe('sessions in a table', () => {
  it('go with their row when their time is over', takesMinutes, async (t) => {
    const database = await sqliteDatabase(t)
    await database.run(table)
    await using shop = await Shop.listing(12, {
      before: `${contents}\n${database.directives}`,
      after: 'SessionTimeout 1',
    })
    await customer(shop)
    assert.equal((await rowsOf(database)).length, 1)
    assert.ok(await comesTrue(async () => (await rowsOf(database)).length === 0))
  })
})

async function customer(shop: Shop): Promise<Guest> {
  const guest = shop.guest()
  await guest.write('cart=green+tea')
  return guest
}

async function rowsOf(database: TestDatabase): Promise<SessionRow[]> {
  return JSON.parse(await database.rows('sessions')) as SessionRow[]
}

async function id(shop: Shop, { visitor }: Guest): Promise<string> {
  await visitor.get('/page')
  return String(shop.app.last.headers['x-session'])
}
