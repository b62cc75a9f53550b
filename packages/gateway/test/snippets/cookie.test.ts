import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SessionCrypto } from 'sekisho/apache'
import { serveSite } from '../gateway/harness.ts'
import { listingText } from './article.ts'
import { type Around, Shop } from './shop.ts'
import { answerToTampering, wholeAnswer } from './tampering.ts'

/** What the site of a single line has beside it. */
const named: Around = { after: 'Session On\nSessionCookieName sessionid path=/' }

describe('a session in an encrypted cookie (listing 10)', () => keepsItsPromises(10, 'secret'))
describe('a session in an encrypted cookie (listing 13)', () => keepsItsPromises(13, 'mySecretPassphrase'))
describe('a session in an encrypted cookie (listing 18)', () => keepsItsPromises(18, 'MyStrongPassphrase123'))
describe('a session in an encrypted cookie (listing 19)', () => keepsItsPromises(19, 'MyStrongPassphrase123'))
describe('a session in an encrypted cookie (listing 23)', () => keepsItsPromises(23, 'MyStrongPassphrase123'))
describe('a session in an encrypted cookie (listing 34)', () => keepsItsPromises(34, 'MySecretKey123', named))

function keepsItsPromises(number: number, passphrase: string, around: Around = {}): void {
  it('is kept in sessionid for the whole site, once there is something to keep', async () => {
    await using shop = await Shop.listing(number, around)
    const guest = shop.guest()
    assert.deepEqual((await guest.visitor.get('/')).setCookies, [])
    const { setCookies } = await guest.write('cart=green+tea', '/shelf/buy')
    assert.match(setCookies.join('\n'), /^sessionid=[A-Za-z0-9+/]+={0,2};path=\/$/)
  })

  it('survives pages and tabs, without another cookie for those that only look', async () => {
    await using shop = await Shop.listing(number, around)
    const guest = shop.guest()
    await guest.write('cart=green+tea&lang=ja')
    const pages = ['/', '/checkout', '/a/page/far/below?q=1', '/checkout']
    const seen = await Promise.all(pages.map((page) => guest.session(page)))
    assert.deepEqual([...new Set(seen)], ['cart=green+tea&lang=ja'])
    assert.deepEqual((await guest.visitor.get('/checkout')).setCookies, [])
    await guest.write('cart=green+tea+2&lang=')
    assert.equal(await guest.session(), 'cart=green+tea+2')
  })

  it('stands in the cookie encrypted, with AES-256 and the passphrase, as Apache does it', async () => {
    await using shop = await Shop.listing(number, around)
    const guest = shop.guest()
    await guest.write('cart=tamaryokucha')
    const octets = Buffer.from(guest.cookie, 'base64')
    assert.deepEqual([octets.includes('tamaryokucha'), guest.cookie.includes('tamaryokucha')], [false, false])
    const opened = await new SessionCrypto({ passphrases: [passphrase], cipher: 'aes256' }).open(guest.cookie)
    // Only X-Signed-Session has an id to tell here: the header carries the session otherwise.
    const told = number === 19 ? /^cart=tamaryokucha&sekisho-id=[\w-]{22}$/ : /^cart=tamaryokucha$/
    assert.match(opened?.encoded ?? '', told)
    for (const other of [{ passphrases: ['another'] }, { passphrases: [passphrase], cipher: 'aes128' } as const])
      assert.equal(await new SessionCrypto(other).open(guest.cookie), undefined)
  })

  it('is none with one bit changed: whichever it is, the answer is the one to who has no cookie', async () => {
    await using shop = await Shop.listing(number, around)
    const guest = shop.guest()
    await guest.write('cart=green+tea')
    const expected = wholeAnswer(await shop.guest().visitor.get('/'))
    assert.equal(await answerToTampering(shop, guest), expected)
    assert.equal(await guest.session(), 'cart=green+tea')
  })
}

describe('a session in an encrypted cookie', () => {
  it('is taken back when a page is loaded with a bit changed, whichever it is (listing 10)', async () => {
    await using shop = await Shop.listing(10)
    const guest = shop.guest()
    await guest.write('cart=green+tea')
    const answer = await answerToTampering(shop, guest, { Accept: 'text/html' })
    const [status, fields, text] = JSON.parse(answer) as [number, string[], string]
    assert.deepEqual([status, fields.slice(0, 2), text], [200, ['Set-Cookie', 'sessionid=;Max-Age=0;path=/'], ''])
  })

  it('begins with the first page where SessionAutoStart says so (listings 10 and 18)', async () => {
    for (const number of [10, 18]) {
      await using shop = await Shop.listing(number, { after: 'SessionAutoStart On' })
      const { setCookies } = await shop.guest().visitor.get('/')
      assert.match(setCookies.join('\n'), /^sessionid=[A-Za-z0-9+/]+={0,2};path=\/$/)
    }
  })

  it('outlives a change of the passphrase, as long as the old one stands behind the new one (listing 18)', async () => {
    const phrased = (words: string) => listingText(18).replace('MyStrongPassphrase123', words)
    await using shop = await Shop.serve(listingText(18))
    const guest = shop.guest()
    await guest.write('cart=tea')
    await shop.reload(phrased('AnotherPassphrase456 MyStrongPassphrase123'))
    const sealedAnew = await guest.visitor.get('/')
    assert.deepEqual([sealedAnew.text, sealedAnew.setCookies.length], ['cart=tea', 1])
    await shop.reload(phrased('AnotherPassphrase456'))
    assert.equal(await guest.session(), 'cart=tea')
    await shop.reload(listingText(18))
    assert.equal(await guest.session(), '')
  })

  it('may be configured in a .htaccess file (listings 13 and 18)', async () => {
    const directory = '<Directory ${ROOT}/htdocs>\nAllowOverride AuthConfig\n</Directory>'
    for (const number of [13, 18]) {
      const files = { 'shop/.htaccess': listingText(number), 'shop/index.html': 'shop', 'index.html': 'home' }
      const placed = Object.fromEntries(Object.entries(files).map(([path, text]) => [`htdocs/${path}`, text]))
      const text = `DocumentRoot \${ROOT}/htdocs\nSessionAutoStart On\n${directory}`
      await using site = await serveSite(text, { files: placed })
      const visitor = site.visitor()
      const inside = await visitor.get('/shop/')
      assert.equal(inside.text, 'shop')
      assert.match(inside.setCookies.join('\n'), /^sessionid=[A-Za-z0-9+/]+={0,2};path=\/$/)
      assert.deepEqual((await visitor.get('/shop/')).setCookies, [])
      assert.deepEqual((await site.visitor().get('/')).setCookies, [])
    }
  })
})
