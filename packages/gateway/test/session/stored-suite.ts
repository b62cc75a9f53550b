/**
 * What holds for sessions in every store.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { VisitorSession } from '../../src/session/contract.ts'
import { Browser, page } from './browser.ts'
import { site } from './site.ts'

/** A place for sessions. */
export interface Place {
  /** The directives that lead there. */
  readonly directives: string
  /** All that a thief of the store gets; absent: there is nothing to steal. */
  dump?(): Promise<string>
}

/** Opens a place of its own for each test. */
export type OpenPlace = (t: TestContext) => Place | Promise<Place>

const passphrase = 'SessionCryptoPassphrase "a passphrase of some length"'

/** Defines the cases. */
export function storedSuite(open: OpenPlace): void {
  const begin = async (t: TestContext, more = '') => {
    const place = await open(t)
    const text = `Session On\n${place.directives}\n${more}`
    return { place, text, ...(await site(t, text)) }
  }

  test('a visitor gets a cookie at once, and nothing is stored for it', async (t) => {
    const { browser, place } = await begin(t)
    const visitor = browser()
    const { lines, session } = await visitor.visit()
    assert.match(lines[0] ?? '', /^sessionid=[\w.-]+;path=\/; HttpOnly; SameSite=Lax$/)
    assert.match(session.id ?? '', /^[0-9a-f]{64}$/)
    assert.equal((await place.dump?.())?.includes(session.id ?? '') ?? false, false)
    const again = await visitor.visit()
    assert.deepEqual([again.session.id, again.session.beginning, again.lines], [session.id, 'found', []])
  })

  test('the first write stores the session under the id that the visitor has already', async (t) => {
    const { browser, place } = await begin(t)
    const visitor = browser()
    const { session: before } = await visitor.visit()
    const { lines, session } = await visitor.visit((one) => one.set('Cart', 'green tea'))
    assert.match(lines[0] ?? '', /^sessionid=[\w-]{64};/)
    assert.equal(session.id, before.id)
    assert.equal((await place.dump?.())?.includes(before.id ?? '') ?? true, true)
    assert.deepEqual(await visitor.see(), { Cart: 'green tea' })
    assert.deepEqual((await visitor.visit()).lines, [])
  })

  test('B8: four requests that write at once share one id, and all four keys are kept', async (t) => {
    const { browser } = await begin(t)
    for (const isStored of [false, true]) {
      const visitor = browser()
      await visitor.visit(isStored ? (session) => session.set('n', '0') : undefined)
      const { id } = await visitor.open()
      const sessions = await Promise.all(Array.from({ length: 4 }, () => visitor.open()))
      for (const [index, session] of sessions.entries()) session.set(`k${index}`, '1')
      const answers = await Promise.all(sessions.map((session) => visitor.commit(session)))
      for (const lines of answers) visitor.receive(lines)
      const { session } = await visitor.visit()
      assert.equal(session.id, id)
      const kept = session.entries().map(([key]) => key)
      assert.deepEqual(kept.filter((key) => key !== 'n').toSorted(), ['k0', 'k1', 'k2', 'k3'])
      assert.equal(session.get('n'), isStored ? '0' : undefined)
    }
  })

  test('a login makes a new id, the old one is dead at once, and what was planted is gone', async (t) => {
    const { browser } = await begin(t)
    const visitor = browser()
    const { session: before } = await visitor.visit((session) => session.merge(['cart=tea&attacker=1']))
    const attacker = visitor.twin()
    const slow = await attacker.open()
    const { session, lines } = await visitor.visit((one) => {
      one.login('bob', 'fingerprint')
      one.set('after', '1')
    })
    assert.equal(lines.length, 1)
    assert.notEqual(session.id, before.id)
    slow.set('attacker', '2')
    assert.deepEqual(await attacker.commit(slow), [])
    const late = await attacker.visit((one) => one.set('attacker', '3'))
    assert.deepEqual([late.session.user, late.session.beginning, late.lines], [undefined, 'not-found', []])
    const now = await visitor.open()
    assert.deepEqual([now.user, now.bound, now.id], ['bob', 'fingerprint', session.id])
    assert.ok(Math.abs(Date.now() - (now.authenticatedAt ?? 0)) < 60_000)
    assert.deepEqual(await visitor.see(), { cart: 'tea', after: '1' })
  })

  test('a login of a visitor without a session makes one', async (t) => {
    const { browser } = await begin(t)
    const started = browser()
    await started.visit()
    for (const visitor of [started, browser()]) {
      const late = visitor.twin()
      const { session: before } = await late.visit()
      const { session } = await visitor.visit((one) => one.login('bob'))
      assert.equal((await visitor.open()).user, 'bob')
      assert.notEqual(session.id, before.id)
      assert.equal((await late.open()).user, undefined)
    }
  })

  test('a request from before the login of a visitor without a session stores nothing and gets no cookie', async (t) => {
    const { browser } = await begin(t)
    const visitor = browser()
    await visitor.visit()
    const late = visitor.twin()
    const slow = await late.open()
    const { session } = await visitor.visit((one) => one.login('bob'))
    slow.set('a', '1')
    assert.deepEqual(await late.commit(slow), [])
    assert.deepEqual((await late.visit((one) => one.set('a', '1'))).lines, [])
    assert.equal((await visitor.open()).id, session.id)
  })

  test('a logout ends the login under its id, and the rest goes on under another one', async (t) => {
    const { browser } = await begin(t)
    const visitor = browser()
    await visitor.visit((session) => {
      session.login('bob')
      session.set('cart', 'tea')
    })
    const thief = visitor.twin()
    const session = await visitor.open()
    await session.logout()
    assert.equal((await thief.open()).user, undefined)
    visitor.receive(await visitor.commit(session))
    assert.equal((await thief.open()).beginning, 'not-found')
    const now = await visitor.open()
    assert.deepEqual([now.user, now.entries()], [undefined, [['cart', 'tea']]])
  })

  test('destroy ends everything, and removes the cookie', async (t) => {
    const { browser } = await begin(t, 'SessionAutoStart Off')
    const visitor = browser()
    await visitor.visit((session) => session.set('cart', 'tea'))
    const thief = visitor.twin()
    const { lines } = await visitor.visit((session) => session.destroy())
    assert.deepEqual(lines, ['sessionid=;Max-Age=0;path=/; HttpOnly; SameSite=Lax'])
    const late = await thief.visit()
    assert.deepEqual([late.session.beginning, late.lines], ['not-found', []])
  })

  test('a renewal keeps the data under a new id, and the old one is dead at once', async (t) => {
    const { browser } = await begin(t)
    const visitor = browser()
    for (const data of [{}, { cart: 'tea' }]) {
      await visitor.visit((session) => session.merge([new URLSearchParams(data).toString() || 'x']))
      const thief = visitor.twin()
      const { id } = await visitor.open()
      const { lines } = await visitor.visit((session) => session.renew())
      assert.equal(lines.length, 1)
      const now = await visitor.open()
      assert.notEqual(now.id, id)
      assert.deepEqual(Object.fromEntries(now.entries()), data)
      const late = await thief.open()
      assert.deepEqual(late.entries(), [])
      assert.notEqual(late.id, now.id)
    }
  })

  test('a session that begins and is renewed in one answer does not use the id from before', async (t) => {
    const { browser } = await begin(t)
    const visitor = browser()
    const { session: before } = await visitor.visit()
    const attacker = visitor.twin()
    await visitor.visit((session) => {
      session.merge(['user=alice'])
      session.renew()
    })
    assert.notEqual((await visitor.open()).id, before.id)
    assert.deepEqual(await visitor.see(), { user: 'alice' })
    const late = await attacker.visit((session) => session.set('attacker', '1'))
    assert.deepEqual(late.lines, [])
    assert.deepEqual(await visitor.see(), { user: 'alice' })
    assert.deepEqual(await attacker.see(), {})
  })

  test('an id that a visitor has made up is never taken on', async (t) => {
    const { keeper } = await begin(t)
    const madeUp = ['A'.repeat(64), `${'A'.repeat(64)}.tov000.${'A'.repeat(43)}`, '../../etc/passwd', "' OR 1=1 --"]
    for (const value of madeUp) {
      const visitor = new Browser(keeper(), [['sessionid', value]])
      const { session } = await visitor.visit((one) => one.set('a', '1'), page)
      assert.equal(session.beginning, 'not-found')
      assert.equal(visitor.jar.get('sessionid')?.startsWith(value.slice(0, 20)), false)
      assert.deepEqual(await visitor.see(), { a: '1' })
    }
  })

  test('a cookie of no use is replaced with a page, and left alone with anything else', async (t) => {
    const { keeper } = await begin(t)
    const visitor = new Browser(keeper(), [['sessionid', 'A'.repeat(64)]])
    const { session, lines } = await visitor.visit(undefined, { headers: { 'sec-fetch-mode': 'cors' } })
    assert.deepEqual([session.id, lines], [undefined, []])
    assert.equal((await visitor.visit(undefined, page)).lines.length, 1)
  })

  test('a session ends when it was not used for SessionTimeout', async (t) => {
    const { browser } = await begin(t, 'SessionTimeout 2')
    const [used, unused, empty] = [browser(), browser(), browser()]
    for (const visitor of [used, unused]) {
      const { lines, session } = await visitor.visit((one) => one.set('a', '1'))
      assert.match(lines[0] ?? '', /;Max-Age=2;/)
      assert.ok(Math.abs((session.expiry ?? 0) - Date.now() - 2000) < 1500)
    }
    await empty.visit()
    for (let round = 0; round < 4; round += 1) {
      await pause(700)
      assert.deepEqual(await used.see(), { a: '1' }, `round ${round}`)
    }
    const late = await unused.open()
    assert.equal(late.beginning, 'expired')
    assert.deepEqual(late.entries(), [])
    assert.equal((await empty.open()).beginning, 'expired')
  })

  test('the cookie of a session in use is sent again before its Max-Age is over', async (t) => {
    const { browser } = await begin(t, 'SessionTimeout 4')
    const writing = browser()
    await writing.visit((session) => session.set('n', '0'))
    await pause(20)
    assert.equal((await writing.visit((session) => session.set('n', '1'))).lines.length, 1)
    const reading = browser()
    await reading.visit((session) => session.set('n', '0'))
    await pause(500)
    assert.match((await reading.visit()).lines[0] ?? '', /^sessionid=[\w-]{64};Max-Age=4;/)
  })

  test('a time of expiry that the app sets ends the session', async (t) => {
    const { browser } = await begin(t)
    const visitor = browser()
    await visitor.visit((session) => session.merge([`a=1&expiry=${(Date.now() + 1000) * 1000}`]))
    assert.deepEqual(await visitor.see(), { a: '1' })
    const { lines } = await visitor.visit((session) => session.merge(['a=2&expiry=5']))
    assert.deepEqual([lines, await visitor.see()], [[], { a: '1' }])
    await pause(1050)
    assert.equal((await visitor.open()).beginning, 'expired')
  })

  test('what is stored cannot be read without the passphrase, which may be changed', async (t) => {
    const { browser, place, text } = await begin(t, passphrase)
    const visitor = browser()
    await visitor.visit((session) => session.set('secret', 'green-tea-on-monday'))
    const dump = (await place.dump?.()) ?? ''
    const plain = `${dump}\n${[...dump.matchAll(/[\w+/-]{40,}/g)].map(([found]) => Buffer.from(found, 'base64').toString('latin1')).join('\n')}`
    assert.equal(plain.includes('green-tea-on-monday'), false)
    assert.equal(plain.includes(visitor.jar.get('sessionid') ?? ''), false)
    if (place.dump === undefined) return
    const next = text.replace(passphrase, `SessionCryptoPassphrase "a new passphrase" "a passphrase of some length"`)
    const changed = new Browser((await site(t, next)).keeper(), visitor.jar)
    assert.deepEqual(await changed.see(), { secret: 'green-tea-on-monday' })
    await changed.visit((session) => session.set('more', '1'))
    const other = next.replace(' "a passphrase of some length"', '')
    assert.equal((await new Browser((await site(t, other)).keeper(), visitor.jar).see())['more'], '1')
  })

  test('a second gateway with the same passphrase knows sessions that have begun and those that are stored', async (t) => {
    const { browser, place, text } = await begin(t, passphrase)
    if (place.dump === undefined) return
    const there = (await site(t, text)).keeper()
    const visitor = browser()
    await visitor.visit()
    assert.equal((await new Browser(there, visitor.jar).open()).beginning, 'found')
    await visitor.visit((session) => session.set('a', '1'))
    assert.deepEqual(await new Browser(there, visitor.jar).see(), { a: '1' })
  })

  test('the app does not see the cookie, and a request that only reads writes nothing', async (t) => {
    const { browser, keeper, place } = await begin(t)
    const visitor = browser()
    await visitor.visit((session) => session.set('a', '1'))
    assert.equal(keeper().forwardedCookie(`x=1; ${visitor.cookie}`), 'x=1')
    const before = await place.dump?.()
    const seen: [VisitorSession['beginning'], string][] = []
    await visitor.visit((session) => seen.push([session.beginning, session.encode()]))
    assert.deepEqual(seen, [['found', 'a=1']])
    assert.equal(await place.dump?.(), before)
  })
}
