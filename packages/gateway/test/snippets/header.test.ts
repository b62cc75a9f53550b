import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { readKeyFile } from 'sekisho/keys'
import { verifySignedSession } from 'sekisho/apache'
import { type Guest, Shop } from './shop.ts'

/** The listing as it is, with nothing beside it. */
const alone = { before: '' }

/** What the app is told in the header of the listing. */
async function told(shop: Shop, { visitor }: Guest, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  await visitor.get('/page', headers)
  return String(shop.app.last.headers[shop.header.toLowerCase()])
}

describe('the header X-MyApp-Session (listing 13)', () => {
  it('tells the app the id of the session, which stays and says nothing about the cookie', async () => {
    await using shop = await Shop.listing(13, alone)
    const [guest, other] = [shop.guest(), shop.guest()]
    for (const one of [guest, other]) await one.write('cart=tea')
    const id = await told(shop, guest)
    assert.match(id, /^[\w-]{22}$/)
    await guest.write('cart=coffee')
    assert.equal(await told(shop, guest), id)
    assert.notEqual(await told(shop, other), id)
    assert.equal(guest.cookie.includes(id), false)
  })

  it('is how the app writes, and no client sees or says it', async () => {
    await using shop = await Shop.listing(13)
    const guest = shop.guest()
    const written = await guest.write('cart=tea&lang=ja')
    assert.deepEqual([written.headers['x-myapp-session'], written.text], [undefined, ''])
    assert.equal(await guest.session(), 'cart=tea&lang=ja')
    await guest.write('lang=&note=new')
    assert.equal(await guest.session(), 'cart=tea&note=new')
    const forged = { 'X-MyApp-Session': 'cart=everything', x_myapp_session: 'cart=everything', Session: 'admin=1' }
    assert.equal(await told(shop, guest, forged), 'cart=tea&note=new')
    assert.deepEqual(
      [shop.app.last.headers['session'], shop.app.last.headers['x_myapp_session']],
      ['cart=tea&note=new', undefined],
    )
    await shop.guest().visitor.get('/', forged)
    assert.deepEqual([shop.app.last.headers['session'], shop.app.last.headers['x-myapp-session']], ['', ''])
  })
})

describe('the header X-Signed-Session (listing 19)', () => {
  it('tells the app the id and when, signed with a key of the gateway, and not the passphrase', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    await using shop = await Shop.listing(19, alone)
    const guest = shop.guest()
    await guest.write('cart=tea')
    const value = await told(shop, guest)
    const [id = '', seconds] = value.split('.')
    assert.match(value, /^[\w-]{22}\.\d+\.[\w-]{43}$/)
    const keyRing = readKeyFile(join(shop.site.root, 'state/keys'))
    assert.deepEqual(verifySignedSession(value, keyRing), { id, signedAt: Number(seconds) * 1000 })
    assert.equal(Number(seconds), Math.floor(Date.now() / 1000))
    t.mock.timers.tick(301_000)
    assert.equal(verifySignedSession(value, keyRing), undefined)
    assert.equal((await told(shop, guest)).split('.')[0], id)
  })

  it('is refused with any bit changed, and from a client', async () => {
    await using shop = await Shop.listing(19, alone)
    const guest = shop.guest()
    await guest.write('cart=tea')
    const value = await told(shop, guest)
    const keyRing = readKeyFile(join(shop.site.root, 'state/keys'))
    const changed = [...value].flatMap((character, at) =>
      [1, 2, 4, 8, 16, 32, 64, 128].map(
        (bit) => value.slice(0, at) + String.fromCharCode(character.charCodeAt(0) ^ bit) + value.slice(at + 1),
      ),
    )
    assert.deepEqual(
      changed.filter((other) => verifySignedSession(other, keyRing) !== undefined),
      [],
    )
    assert.equal(await told(shop, shop.guest(), { 'X-Signed-Session': value }), 'undefined')
  })
})
