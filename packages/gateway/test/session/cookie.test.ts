/** Sessions in the cookie, as the directives of mod_session, mod_session_cookie and mod_session_crypto have them. */
import assert from 'node:assert/strict'
import { describe, mock, test, type TestContext } from 'node:test'
import { SessionCrypto } from 'sekisho/apache'
import type { VisitorSession } from '../../src/session/contract.ts'
import { Browser, page } from './browser.ts'
import { site } from './site.ts'

const sealed = 'Session On\nSessionCookieName s path=/\nSessionCryptoPassphrase "a passphrase of some length"'

/** What the cookie of a browser says, without its encryption. */
async function opened(browser: Browser, passphrase = 'a passphrase of some length'): Promise<string | undefined> {
  const crypto = new SessionCrypto({ passphrases: [passphrase] })
  return (await crypto.open(browser.jar.get('s') ?? ''))?.encoded
}

/** Time that stands still, and passes when told to. */
function stoppedClock(t: TestContext): (seconds: number) => void {
  mock.timers.enable({ apis: ['Date'], now: 1_790_000_000_000 })
  t.after(() => mock.timers.reset())
  return (seconds) => mock.timers.setTime(Date.now() + seconds * 1000)
}

describe('a session in the cookie', () => {
  test('begins with the first entry, and nothing before costs a cookie', async (t) => {
    const browser = (await site(t, sealed)).browser()
    assert.deepEqual((await browser.visit((session) => session.get('a'))).lines, [])
    const { lines } = await browser.visit((session) => session.set('a', '1'))
    assert.match(lines[0] ?? '', /^s=[A-Za-z0-9+/=]+;path=\/$/)
    assert.deepEqual(await browser.see(), { a: '1' })
    assert.equal(await opened(browser), 'a=1')
  })

  test('has keys that are the same in every case', async (t) => {
    const browser = (await site(t, sealed)).browser()
    await browser.visit((session) => {
      session.set('Cart', 'tea')
      session.set('CART', 'coffee')
      session.set('b', 'x')
      session.delete('B')
    })
    assert.deepEqual(await browser.see(), { Cart: 'coffee' })
  })

  test('tells what the request brought', async (t) => {
    const advance = stoppedClock(t)
    const { keeper } = await site(t, `${sealed}\nSessionMaxAge 100`)
    const beginning = async (cookie: string | undefined): Promise<VisitorSession> =>
      keeper().open({ method: 'GET', secure: false, headers: {}, cookie })
    const browser = new Browser(keeper())
    await browser.visit((session) => session.set('a', '1'))
    const { cookie = '' } = browser
    assert.equal((await beginning(undefined)).beginning, 'none')
    assert.equal((await beginning(cookie)).beginning, 'found')
    assert.equal((await beginning('s=bm90aGluZw==')).beginning, 'not-found')
    assert.equal((await beginning(`${cookie}; s=other`)).beginning, 'several')
    advance(101)
    assert.equal((await beginning(cookie)).beginning, 'expired')
  })

  test('is not accepted when a single bit of it was changed', async (t) => {
    const browser = (await site(t, sealed)).browser()
    await browser.visit((session) => session.set('admin', '0'))
    const bytes = Buffer.from(browser.jar.get('s') ?? '', 'base64')
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const thief = new Browser(browser.keeper, [['s', changed.toString('base64')]])
      assert.equal((await thief.open()).beginning, 'not-found', `bit ${bit}`)
    }
  })

  test('is removed from the browser when its last entry goes', async (t) => {
    const browser = (await site(t, sealed)).browser()
    await browser.visit((session) => session.set('a', '1'))
    const { lines } = await browser.visit((session) => session.merge(['a=']))
    assert.deepEqual(lines, ['s=;Max-Age=0;path=/'])
  })

  test('of no use is removed with a page, and left alone with anything else', async (t) => {
    const { keeper } = await site(t, sealed)
    const stale = () => new Browser(keeper(), [['s', 'bm90aGluZw==']])
    assert.deepEqual((await stale().visit()).lines, [])
    assert.deepEqual((await stale().visit(undefined, { headers: { 'sec-fetch-mode': 'cors' } })).lines, [])
    assert.deepEqual((await stale().visit(undefined, page)).lines, ['s=;Max-Age=0;path=/'])
    assert.deepEqual((await stale().visit(undefined, { headers: { accept: 'text/html' } })).lines, [
      's=;Max-Age=0;path=/',
    ])
  })

  test('sends no cookie with an answer that no browser will get', async (t) => {
    const browser = (await site(t, sealed)).browser()
    const { lines } = await browser.visit((session) => session.set('a', '1'), { answer: { deliverable: false } })
    assert.deepEqual(lines, [])
  })

  test('moves to the passphrase that seals today, whatever the request does', async (t) => {
    const before = await site(t, 'Session On\nSessionCookieName s path=/\nSessionCryptoPassphrase old-passphrase')
    const browser = before.browser()
    await browser.visit((session) => session.set('a', '1'))
    const after = await site(
      t,
      'Session On\nSessionCookieName s path=/\nSessionCryptoPassphrase new-passphrase old-passphrase',
    )
    const moving = new Browser(after.keeper(), browser.jar)
    assert.deepEqual(await moving.see(), { a: '1' })
    assert.equal(await opened(moving, 'new-passphrase'), 'a=1')
    assert.deepEqual((await moving.visit()).lines, [])
    const [usage] = after.keepers.passphraseUsage()
    assert.deepEqual(
      usage?.passphrases.map(({ keyId, opened: count }) => [keyId, count]),
      [
        // What was sealed here is remembered, and need not be opened.
        ['passphrase-1', 0],
        ['passphrase-2', 1],
      ],
    )
  })

  test('is sealed with the cipher of SessionCryptoCipher', async (t) => {
    for (const cipher of ['aes128', 'aes192', 'aes256', '3des192'] as const) {
      const browser = (await site(t, `${sealed}\nSessionCryptoCipher ${cipher}`)).browser()
      await browser.visit((session) => session.set('a', '1'))
      const crypto = new SessionCrypto({ passphrases: ['a passphrase of some length'], cipher })
      assert.equal((await crypto.open(browser.jar.get('s') ?? ''))?.encoded, 'a=1', cipher)
      assert.deepEqual(await browser.see(), { a: '1' }, cipher)
    }
  })
})

describe('the time of a session in the cookie', () => {
  test('is the smaller of SessionMaxAge and SessionTimeout, and is sent along', async (t) => {
    const advance = stoppedClock(t)
    const browser = (await site(t, `${sealed}\nSessionMaxAge 500\nSessionTimeout 100`)).browser()
    const { lines } = await browser.visit((session) => session.set('a', '1'))
    assert.match(lines[0] ?? '', /;Max-Age=100;path=\/$/)
    advance(99)
    const { session } = await browser.visit()
    assert.deepEqual([session.get('a'), session.expiry], ['1', Date.now() + 100_000])
    advance(99)
    assert.deepEqual(await browser.see(), { a: '1' })
    advance(101)
    assert.deepEqual(await browser.see(), {})
  })

  test('is written anew no more often than SessionExpiryUpdateInterval says', async (t) => {
    const advance = stoppedClock(t)
    const browser = (await site(t, `${sealed}\nSessionMaxAge 100\nSessionExpiryUpdateInterval 50`)).browser()
    await browser.visit((session) => session.set('a', '1'))
    advance(49)
    assert.deepEqual((await browser.visit()).lines, [])
    advance(2)
    assert.equal((await browser.visit()).lines.length, 1)
  })

  test('is not told to the browser with SessionCookieMaxAge Off, and holds all the same', async (t) => {
    const advance = stoppedClock(t)
    const browser = (await site(t, `${sealed}\nSessionMaxAge 100\nSessionCookieMaxAge Off`)).browser()
    const { lines } = await browser.visit((session) => session.set('a', '1'))
    assert.match(lines[0] ?? '', /^s=[^;]+;path=\/$/)
    advance(101)
    assert.deepEqual(await browser.see(), {})
  })

  test('may be set by the app, and one that is over keeps what was there', async (t) => {
    stoppedClock(t)
    const browser = (await site(t, sealed)).browser()
    const later = (Date.now() + 60_000) * 1000
    await browser.visit((session) => session.merge([`a=1&expiry=${later}`]))
    assert.equal((await browser.open()).expiry, later / 1000)
    assert.deepEqual((await browser.visit((session) => session.merge(['a=2&expiry=5']))).lines, [])
    assert.deepEqual(await browser.see(), { a: '1' })
  })
})

describe('the cookie', () => {
  test('has the attributes of SessionCookieName as they are written', async (t) => {
    const text = 'Session On\nSessionCookieName sessionid path=/; HttpOnly; Secure'
    const { lines } = await (await site(t, text)).browser().visit((session) => session.set('n', '1'))
    assert.deepEqual(lines, ['sessionid=n=1;path=/; HttpOnly; Secure'])
  })

  test('has safe ones where none is configured, and Secure over TLS', async (t) => {
    const { keeper } = await site(t, 'Session On\nSessionStore cookie')
    const line = async (secure: boolean) =>
      (await new Browser(keeper()).visit((s) => s.set('n', '1'), { secure })).lines
    assert.deepEqual(await line(false), ['sessionid=n=1;path=/; HttpOnly; SameSite=Lax'])
    assert.deepEqual(await line(true), ['sessionid=n=1;path=/; HttpOnly; SameSite=Lax; Secure'])
  })

  test('is hidden from the app by SessionCookieRemove, and never shown to it twice', async (t) => {
    const shown = await site(t, sealed)
    const hidden = await site(t, `${sealed}\nSessionCookieRemove On`)
    assert.equal(shown.keeper().forwardedCookie('x=1; s=a=1; y=2'), 'x=1; s=a=1; y=2')
    assert.equal(hidden.keeper().forwardedCookie('x=1; s=a=1; y=2'), 'x=1; y=2')
    assert.equal(hidden.keeper().forwardedCookie('s=a=1'), undefined)
    assert.equal(shown.keeper().forwardedCookie('s=a=1; y=2; s=a=2'), 'y=2')
  })
})

describe('the id of a session in the cookie', () => {
  const text = `${sealed}\nSessionHeader X-Session`

  test('is there where a SessionHeader wants one, stays, and is no entry', async (t) => {
    const browser = (await site(t, text)).browser()
    const { session } = await browser.visit((one) => one.merge(['a=1']))
    assert.match(session.id ?? '', /^[\w-]{22}$/)
    assert.equal((await browser.open()).id, session.id)
    assert.deepEqual(await browser.see(), { a: '1' })
    assert.equal((await browser.open()).encode(), 'a=1')
    assert.equal(await opened(browser), `a=1&sekisho-id=${session.id}`)
  })

  test('is not there without one, nor where the header carries the session, nor for the real server', async (t) => {
    const without = (await site(t, sealed)).browser()
    const told = (await site(t, `${text}\nSessionEnv On`)).browser()
    const compatible = (await site(t, `${text}\nSessionCompat apache`)).browser()
    for (const browser of [without, told, compatible]) {
      const { session } = await browser.visit((one) => one.merge(['a=1']))
      assert.equal(session.id, undefined)
      assert.equal(await opened(browser), 'a=1')
    }
  })

  test('is given to a session that has none yet', async (t) => {
    const before = (await site(t, sealed)).browser()
    await before.visit((session) => session.set('a', '1'))
    const browser = new Browser((await site(t, text)).keeper(), before.jar)
    const { session, lines } = await browser.visit()
    assert.equal(lines.length, 1)
    assert.equal((await browser.open()).id, session.id)
  })

  test('cannot be set by an app or a visitor', async (t) => {
    const browser = (await site(t, text)).browser()
    const { session } = await browser.visit((one) => one.merge(['a=1&sekisho-id=chosen&Sekisho-Login=admin']))
    assert.notEqual(session.id, 'chosen')
    assert.deepEqual(await browser.see(), { a: '1' })
    assert.throws(() => session.set('sekisho-login', 'x'), { code: 'ERR_ARGUMENT' })
  })

  test('changes at a login, a logout and a renewal', async (t) => {
    const browser = (await site(t, text)).browser()
    const ids = new Set<string | undefined>()
    const steps: ((session: VisitorSession) => unknown)[] = [
      (session) => session.set('cart', 'tea'),
      (session) => session.login('bob'),
      (session) => session.renew(),
      (session) => session.logout(),
    ]
    for (const step of steps) {
      const { session } = await browser.visit(step)
      assert.equal((await browser.open()).id, session.id)
      ids.add(session.id)
    }
    assert.equal(ids.size, 4)
    assert.deepEqual(await browser.see(), { cart: 'tea' })
  })

  test('makes an empty session one that can be kept', async (t) => {
    const browser = (await site(t, sealed)).browser()
    const { session } = await browser.visit((one) => one.start())
    assert.equal((await browser.open()).id, session.id)
    assert.equal((await browser.open()).beginning, 'found')
    assert.deepEqual((await browser.visit((one) => one.start())).lines, [])
  })
})

describe('a login in the cookie', () => {
  test('is remembered with what it is bound to, and without a password', async (t) => {
    const browser = (await site(t, sealed)).browser()
    await browser.visit((session) => session.login('bob', 'realm and fingerprint'))
    const session = await browser.open()
    assert.deepEqual([session.user, session.bound], ['bob', 'realm and fingerprint'])
    assert.ok(Math.abs(Date.now() - (session.authenticatedAt ?? 0)) < 60_000)
    assert.deepEqual(session.entries(), [])
  })

  test('cannot be written by the visitor, though the cookie is not encrypted', async (t) => {
    const text = 'Session On\nSessionCookieName s path=/'
    const { keeper } = await site(t, text)
    const browser = new Browser(keeper())
    await browser.visit((session) => session.login('bob'))
    const cookie = browser.jar.get('s') ?? ''
    const [content = ''] = cookie.slice(cookie.indexOf('sekisho-login=') + 14).split('.')
    const admin = Buffer.from(JSON.stringify(['admin', Date.now()])).toString('base64url')
    for (const forged of [cookie.replace(content, admin), 's=sekisho-login=admin', `s=sekisho-login=${admin}.`]) {
      const thief = new Browser(keeper(), [['s', forged]])
      assert.equal((await thief.open()).user, undefined, forged)
    }
    const elsewhere = await site(t, text)
    assert.equal((await new Browser(elsewhere.keeper(), browser.jar).open()).user, undefined)
  })

  test('holds on every machine with the same passphrase', async (t) => {
    const browser = (await site(t, sealed)).browser()
    await browser.visit((session) => session.login('bob'))
    const elsewhere = await site(t, sealed)
    assert.equal((await new Browser(elsewhere.keeper(), browser.jar).open()).user, 'bob')
  })

  test('wants a name of 1 to 255 characters', async (t) => {
    const session = await (await site(t, sealed)).browser().open()
    for (const user of ['', 'x'.repeat(256)]) assert.throws(() => session.login(user), { code: 'ERR_ARGUMENT' })
    assert.equal(session.user, undefined)
  })

  test('drops what was there before, but for the keys of SessionLoginKeep', async (t) => {
    const browser = (await site(t, sealed)).browser()
    await browser.visit((session) => session.merge(['cart=tea&Lang=ja&csrf=known']))
    await browser.visit((session) => {
      session.login('bob')
      session.set('after', '1')
    })
    assert.deepEqual(await browser.see(), { cart: 'tea', Lang: 'ja', after: '1' })
    const own = (await site(t, `${sealed}\nSessionLoginKeep Wish`)).browser()
    await own.visit((session) => session.merge(['cart=tea&wish=1']))
    await own.visit((session) => session.login('bob'))
    assert.deepEqual(await own.see(), { wish: '1' })
    const nothing = (await site(t, `${sealed}\nSessionLoginKeep None`)).browser()
    await nothing.visit((session) => session.merge(['cart=tea']))
    await nothing.visit((session) => session.login('bob'))
    assert.deepEqual(await nothing.see(), {})
  })

  test('of somebody else keeps nothing, and one of the same user what it may', async (t) => {
    const browser = (await site(t, sealed)).browser()
    await browser.visit((session) => session.login('bob'))
    await browser.visit((session) => session.merge(['cart=tea']))
    await browser.visit((session) => session.login('bob'))
    assert.deepEqual(await browser.see(), { cart: 'tea' })
    await browser.visit((session) => session.login('eve'))
    assert.deepEqual(await browser.see(), {})
  })

  test('ends with a logout, which leaves the rest', async (t) => {
    const browser = (await site(t, sealed)).browser()
    await browser.visit((session) => {
      session.login('bob')
      session.set('cart', 'tea')
    })
    await browser.visit((session) => session.logout())
    assert.equal((await browser.open()).user, undefined)
    assert.deepEqual(await browser.see(), { cart: 'tea' })
  })

  test('that was all there was takes the cookie with it', async (t) => {
    const browser = (await site(t, `${sealed}\nSessionMaxAge 100`)).browser()
    await browser.visit((session) => session.login('bob'))
    assert.deepEqual((await browser.visit((session) => session.logout())).lines, ['s=;Max-Age=0;path=/'])
  })

  test('and all else end with destroy', async (t) => {
    const browser = (await site(t, `${sealed}\nSessionMaxAge 100`)).browser()
    await browser.visit((session) => {
      session.login('bob')
      session.set('cart', 'tea')
    })
    const { lines } = await browser.visit((session) => session.destroy())
    assert.deepEqual(lines, ['s=;Max-Age=0;path=/'])
    assert.deepEqual((await browser.visit((session) => session.destroy())).lines, [])
  })
})

describe('defects of the real server that are not copied', () => {
  test('B1: a login over an expired or unreadable cookie gets its cookie', async (t) => {
    const advance = stoppedClock(t)
    const { keeper } = await site(t, `${sealed}\nSessionMaxAge 100`)
    const browser = new Browser(keeper())
    await browser.visit((session) => session.set('a', '1'))
    advance(101)
    for (const stale of [browser.jar.get('s') ?? '', 'bm90aGluZw==']) {
      const visitor = new Browser(keeper(), [['s', stale]])
      const { lines } = await visitor.visit((session) => session.login('bob'))
      assert.equal(lines.length, 1)
      assert.equal((await visitor.open()).user, 'bob')
    }
  })

  test('B2: with SessionCookieRemove the session is loaded, changed and kept', async (t) => {
    const browser = (await site(t, `${sealed}\nSessionCookieRemove On\nSessionMaxAge 100`)).browser()
    await browser.visit((session) => session.set('a', '1'))
    await browser.visit()
    await browser.visit((session) => session.merge(['n=1']))
    assert.deepEqual(await browser.see(), { a: '1', n: '1' })
    await browser.visit((session) => session.login('bob'))
    assert.equal((await browser.open()).user, 'bob')
  })

  test('B3: the cookie is removed once', async (t) => {
    const browser = (await site(t, sealed)).browser()
    await browser.visit((session) => session.set('a', '1'))
    assert.equal((await browser.visit((session) => session.merge(['a']))).lines.length, 1)
  })

  test('B7: no cookie exceeds what browsers keep, and what was kept stays', async (t) => {
    const browser = (await site(t, sealed)).browser()
    await browser.visit((session) => session.set('a', '1'))
    for (const octets of [3_100, 4_100, 6_200, 1_000_000]) {
      const session = await browser.open()
      session.set('big', 'x'.repeat(octets))
      await assert.rejects(browser.commit(session), (error: Error & { code?: string; status?: number }) => {
        assert.deepEqual([error.code, error.status], ['ERR_COOKIE_TOO_LARGE', 500])
        assert.match(error.message, /SessionStore file/)
        return true
      })
    }
    assert.deepEqual(await browser.see(), { a: '1' })
    const { lines } = await browser.visit((session) => session.set('big', 'x'.repeat(2_900)))
    assert.ok((lines[0]?.length ?? 0) <= 4_200)
  })

  test('B9: what an attacker planted before the login does not belong to it', async (t) => {
    const { keeper } = await site(t, sealed)
    const attacker = new Browser(keeper())
    await attacker.visit((session) => session.set('attacker', '1'))
    const victim = attacker.twin()
    await victim.visit((session) => session.login('bob'))
    assert.deepEqual(await victim.see(), {})
    assert.equal((await attacker.open()).user, undefined)
  })

  test('B10: an unreadable cookie is looked at once in a request', async (t) => {
    const { keeper } = await site(t, sealed)
    const { channels } = await import('sekisho/events')
    const rejected: unknown[] = []
    const note = (message: unknown): void => void rejected.push(message)
    channels.rejected.subscribe(note)
    t.after(() => channels.rejected.unsubscribe(note))
    await new Browser(keeper(), [['s', 'bm90aGluZw==']]).visit((session) => session.login('bob'))
    assert.equal(rejected.length, 1)
  })
})
