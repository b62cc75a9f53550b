/** What is remembered of cookies that were read lately. */
import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { KeyRing } from 'sekisho'
import { ApacheSession } from 'sekisho/apache'
import { LoginSeal } from '../../src/session/cookie/login-seal.ts'
import { noFacts, withOwnEntries } from '../../src/session/cookie/own-entries.ts'
import {
  type ReadSession,
  readSession,
  RecentSessions,
  writtenSession,
} from '../../src/session/cookie/recent-sessions.ts'
import type { Browser } from './browser.ts'
import { site } from './site.ts'

const cookie = 'Session On\nSessionCookieName s path=/'
const old = 'a passphrase that goes'
const fresh = 'a passphrase that comes'

describe('a cookie that is sent again', () => {
  test('gives each request a session of its own', async (t) => {
    const browser = (await site(t, `${cookie}\nSessionCryptoPassphrase "${old}"`)).browser()
    await browser.visit((session) => session.set('cart', 'tea'))
    const one = await browser.open()
    const other = await browser.open()
    one.set('cart', 'coffee')
    one.set('lang', 'ja')
    other.delete('cart')
    assert.deepEqual(one.entries(), [
      ['cart', 'coffee'],
      ['lang', 'ja'],
    ])
    assert.deepEqual(other.entries(), [])
    assert.deepEqual((await browser.open()).entries(), [['cart', 'tea']])
  })

  test('keeps its login and its id', async (t) => {
    const header = `${cookie}\nSessionHeader X-Session\nSessionCryptoPassphrase "${old}"`
    const browser = (await site(t, header)).browser()
    const { session } = await browser.visit((begun) => begun.login('alice', 'mark'))
    for (const again of [await browser.open(), await browser.open()])
      assert.deepEqual([again.user, again.bound, again.id], ['alice', 'mark', session.id])
  })

  test('expires all the same', async (t) => {
    mock.timers.enable({ apis: ['Date'], now: 1_790_000_000_000 })
    t.after(() => mock.timers.reset())
    const text = `${cookie}\nSessionMaxAge 60\nSessionHeader X-Session\nSessionCryptoPassphrase "${old}"`
    const browser = (await site(t, text)).browser()
    await browser.visit((session) => session.login('alice'))
    assert.equal((await browser.open()).user, 'alice')
    mock.timers.setTime(Date.now() + 61_000)
    const { beginning, user, id } = await browser.open()
    assert.deepEqual([beginning, user, id], ['expired', undefined, undefined])
  })

  test('counts each time that an old passphrase opened it', async (t) => {
    const before = await site(t, `${cookie}\nSessionCryptoPassphrase "${old}"`)
    const { jar } = await visited(before.browser())
    const { keepers, browser } = await site(t, `${cookie}\nSessionCryptoPassphrase "${fresh}" "${old}"`)
    const visitor = browser()
    visitor.jar.set('s', jar.get('s') ?? '')
    await visitor.open()
    await visitor.open()
    assert.equal(keepers.passphraseUsage()[0]?.passphrases[1]?.opened, 2)
    const { lines } = await visitor.visit()
    assert.equal(lines.length, 1, 'sealed anew')
  })
})

test('what was written is remembered as it would be read', () => {
  const seal = new LoginSeal(new KeyRing(['a secret of at least 32 octets, or more']))
  const content = ApacheSession.decode('cart=tea&expiry=1795286717556000&lang=ja').set('empty', '')
  const login = { user: 'h\u00e4na \ud800', bound: undefined, at: 1_790_000_000_000 }
  for (const facts of [{ id: 'A'.repeat(22), login }, { id: undefined, login: { ...login, bound: '' } }, noFacts]) {
    const encoded = withOwnEntries(content, facts, seal).encode()
    const [found, written] = [readSession(encoded, seal), writtenSession(encoded, facts)]
    assert.deepEqual(written.facts, found.facts)
    assert.equal(written.content.encode(), found.content.encode())
  }
})

test('what is asked for stays, and what is not is forgotten', () => {
  const recent = new RecentSessions()
  recent.add('asked', read('a=1'))
  recent.add('left', read('b=2'))
  for (let count = 0; count < 10; count += 1) {
    recent.add(String(count).padEnd(2 ** 20), read('c=3'))
    assert.equal(recent.get('asked')?.content.get('a'), '1', String(count))
  }
  assert.equal(recent.get('left'), undefined)
})

test('keeps no Cookie header for the text that was cut from it', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const recent = new RecentSessions()
  const session = read('a=1')
  collect()
  const before = process.memoryUsage().heapUsed
  for (let count = 0; count < 4000; count += 1)
    recent.add(
      Buffer.alloc(8000, `s=${String(count).padEnd(100)}; `)
        .toString('latin1')
        .slice(2, 102),
      session,
    )
  collect()
  const taken = process.memoryUsage().heapUsed - before
  assert.ok(taken < 8 * 2 ** 20, `${taken} octets`)
  assert.equal(recent.get('1'.padEnd(100)), session)
})

async function visited(browser: Browser): Promise<Browser> {
  await browser.visit((session) => session.set('a', '1'))
  return browser
}

function read(encoded: string): ReadSession {
  return { content: ApacheSession.decode(encoded), facts: noFacts }
}
