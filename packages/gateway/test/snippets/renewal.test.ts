import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Around, type Guest, Shop, users } from './shop.ts'

describe('X-Renew-Session with sessions in the cookie (listing 23)', () => renewsIds(23))
describe('X-Renew-Session with sessions in files (listing 32)', () => renewsIds(32))

const form = 'AuthType Form\nAuthName shop\nAuthUserFile ${ROOT}/users'

/** A shop with accounts. SessionEnv is off, so that the header tells the id. */
const accounts: Around = {
  before: `
<Location /account>
    ${form}
    Require valid-user
</Location>
<Location /login>
    ${form}
    SetHandler form-login-handler
    AuthFormLoginSuccessLocation /account
</Location>
<Location /logout>
    ${form}
    SetHandler form-logout-handler
</Location>`,
  files: { users },
}

/** The same, with the contents of the session in place of the id. */
const accountsTold: Around = { ...accounts, before: `SessionEnv On\n${accounts.before}` }

function renewsIds(number: number): void {
  it('gives a new id at every login, also of the same user, and at the logout', async () => {
    await using shop = await Shop.listing(number, accounts)
    const guest = shop.guest()
    await guest.write('cart=tea')
    const ids: string[] = []
    const cookies: string[] = []
    const note = async () => {
      ids.push(await id(shop, guest))
      cookies.push(guest.cookie)
    }
    await note()
    await logIn(guest, 'hana')
    await note()
    assert.equal(await account(shop, guest), 'hana')
    await logIn(guest, 'hana')
    await note()
    await logIn(guest, 'taro')
    await note()
    assert.equal(await account(shop, guest), 'taro')
    await guest.write('cart=coffee')
    assert.equal(await id(shop, guest), ids.at(-1))
    assert.equal((await guest.visitor.post('/logout', {}, { 'Sec-Fetch-Site': 'same-origin' })).status, 200)
    await note()
    assert.equal(await account(shop, guest), 401)
    assert.deepEqual([new Set(ids).size, new Set(cookies).size], [5, 5])
    for (const one of ids) assert.match(one, /^[\w-]{22,}$/)
  })

  it('lets nobody in who knew the session before the login', async () => {
    await using shop = await Shop.listing(number, accounts)
    const attacker = shop.guest()
    await attacker.write('planted=1')
    const planted = await id(shop, attacker)
    const victim = shop.guest()
    victim.takeCookieOf(attacker)
    await logIn(victim, 'hana')
    assert.equal(await account(shop, victim), 'hana')
    assert.equal(await account(shop, attacker), 401)
    await victim.write('secret=1')
    assert.notEqual(await id(shop, victim), planted)
    assert.ok([planted, 'undefined'].includes(await id(shop, attacker)))
  })

  it('keeps nothing of before the login but what SessionLoginKeep names', async () => {
    await using shop = await Shop.listing(number, { ...accountsTold, after: 'SessionLoginKeep cart' })
    const guest = shop.guest()
    await guest.write('cart=tea&planted=1')
    await logIn(guest, 'hana')
    assert.equal(await guest.session(), 'cart=tea')
    await logIn(guest, 'taro')
    assert.equal(await guest.session(), '')
  })

  it('renews when the app says so, with the same data, and ends the session when it says that', async () => {
    await using shop = await Shop.listing(number, accounts)
    const guest = shop.guest()
    await guest.write('cart=tea')
    const ids = [await id(shop, guest)]
    for (const word of ['1', 'true', 'renew']) {
      assert.equal((await guest.write(word)).headers['x-renew-session'], undefined)
      ids.push(await id(shop, guest))
    }
    assert.equal(new Set(ids).size, 4)
    const { setCookies } = await guest.write('destroy')
    assert.match(setCookies.join('\n'), /^sessionid=;Max-Age=0;path=\//)
  })

  it('keeps the data through a renewal', async () => {
    await using shop = await Shop.listing(number, accountsTold)
    const guest = shop.guest()
    await guest.write('cart=tea')
    await guest.write('renew')
    assert.equal(await guest.session(), 'cart=tea')
  })

  it('takes no id from a client: a session that starts gets one of its own', async () => {
    await using shop = await Shop.listing(number, accounts)
    const guest = shop.guest()
    for (const chosen of ['A'.repeat(64), `${'A'.repeat(43)}=`, 'chosen', "' OR 1=1 --", '../../etc/passwd']) {
      const { setCookies } = await guest.visitor.get('/?X-Renew-Session=cart%3Dtea', { Cookie: `sessionid=${chosen}` })
      assert.match(setCookies.join('\n'), /^sessionid=[^;]{64,};/)
      assert.equal(setCookies.join('\n').includes(chosen), false)
    }
    await guest.visitor.get('/?sessionid=chosen', { 'X-Renew-Session': 'chosen' })
    assert.notEqual(shop.app.last.headers['x-renew-session'], 'chosen')
  })
}

describe('a session in a file whose id was renewed (listing 32)', () => {
  it('is dead under the old one at once: after a login, a renewal and a logout', async () => {
    await using shop = await Shop.listing(32, accounts)
    const guest = shop.guest()
    await guest.write('cart=tea')
    const old: string[] = []
    const changes = [
      () => logIn(guest, 'hana'),
      () => guest.write('renew'),
      () => guest.visitor.post('/logout', {}, { 'Sec-Fetch-Site': 'same-origin' }),
    ]
    for (const change of changes) {
      old.push(guest.cookie)
      await change()
    }
    for (const cookie of old) {
      const thief = shop.guest()
      const { status } = await thief.visitor.get('/account', { Cookie: `sessionid=${cookie}` })
      assert.equal(status, 401)
      await thief.visitor.get('/', { Cookie: `sessionid=${cookie}` })
      assert.equal(shop.app.last.headers['x-renew-session'], undefined)
    }
    await shop.site.says('error.log', 'session not found: /account (the cookie sessionid is of no session here)')
  })
})

/** What the app is told the id is. */
async function id(shop: Shop, { visitor }: Guest): Promise<string> {
  await visitor.get('/')
  return String(shop.app.last.headers['x-renew-session'])
}

/** Whose account a guest sees; the status when it is nobody's. */
async function account(shop: Shop, { visitor }: Guest): Promise<string | number> {
  const { status } = await visitor.get('/account')
  return status === 200 ? String(shop.app.last.headers['x-remote-user']) : status
}

async function logIn({ visitor }: Guest, user: string): Promise<void> {
  const { status, headers } = await visitor.post('/login', { httpd_username: user, httpd_password: `${user}${user}` })
  assert.deepEqual([status, headers['location']], [302, '/account'])
}
