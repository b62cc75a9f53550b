import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { listingText } from './article.ts'
import { type Around, expiryOf, Shop, withoutExpiry } from './shop.ts'

/** The clock of the gateway, which stands still until it is told to go on. */
function stoppedClock(t: TestContext): { goOn(seconds: number): void; readonly seconds: number } {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  return {
    goOn: (seconds) => t.mock.timers.tick(seconds * 1000),
    get seconds() {
      return Date.now() / 1000
    },
  }
}

describe('SessionTimeout 1800 (listing 15)', () => endsInTime(15, 1800))
describe('SessionTimeout 1800 (listing 20)', () => endsInTime(20, 1800))
describe('SessionTimeout 3600 (listing 28)', () => endsInTime(28, 3600, { after: 'Session On' }))

function endsInTime(number: number, seconds: number, around: Around = {}): void {
  it('is in the cookie, whose name and attributes are the defaults', async () => {
    await using shop = await Shop.listing(number, around)
    const guest = shop.guest()
    const attributes = `Max-Age=${seconds};path=/; HttpOnly; SameSite=Lax`
    for (const { setCookies } of [await guest.visitor.get('/'), await guest.write('cart=tea')])
      assert.match(setCookies.join('\n'), new RegExp(`^sessionid=[\\w.-]{64,};${attributes}$`))
  })

  it('is what the app is told of, from the last request on', async (t) => {
    const clock = stoppedClock(t)
    await using shop = await Shop.listing(number, around)
    const guest = shop.guest()
    await guest.write('cart=tea')
    for (const wait of [0, 1, seconds - 1]) {
      clock.goOn(wait)
      const { text } = await guest.visitor.get('/')
      assert.deepEqual([withoutExpiry(text), expiryOf(text)], ['cart=tea', clock.seconds + seconds])
    }
  })

  it('keeps a session that is used, however long, and destroys one that is not', async (t) => {
    const clock = stoppedClock(t)
    await using shop = await Shop.listing(number, around)
    const guest = shop.guest()
    await guest.write('cart=tea')
    for (let turn = 0; turn < 5; turn += 1) {
      clock.goOn(seconds * 0.9)
      assert.equal(await guest.session(), 'cart=tea')
    }
    const before = guest.cookie
    // That a session was used is written at most once in a minute, so that none ends too early.
    clock.goOn(seconds + 61)
    assert.equal(await guest.session(), '')
    await shop.site.says('error.log', `session expired: /page (sessions live ${seconds} seconds without a request)`)
    await guest.write('cart=coffee')
    assert.equal(await guest.session(), 'cart=coffee')
    assert.notEqual(guest.cookie, before)
    assert.equal((await shop.guest().visitor.get('/', { Cookie: `sessionid=${before}` })).text.includes('tea'), false)
  })
}

describe('SessionTimeout', () => {
  it('is believed by the real clock too', async () => {
    await using shop = await Shop.serve(listingText(15).replace('1800', '1'))
    const guest = shop.guest()
    const { setCookies } = await guest.write('cart=tea')
    assert.match(setCookies.join('\n'), /;Max-Age=1;/)
    assert.equal(await guest.session(), 'cart=tea')
    await new Promise((resolve) => setTimeout(resolve, 1300))
    assert.equal(await guest.session(), '')
    await shop.site.says('error.log', 'session expired: /page (sessions live 1 seconds without a request)')
  })
})
