import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { RecordingApp } from '../gateway/app.ts'
import { serveSite, type TestSite } from '../gateway/harness.ts'
import { ask, type Outcome, outcomeOf, recordedApp, recordedCases, recordedSite, withoutSections } from './behaviour.ts'

interface Exception {
  readonly why: string
  /** What is otherwise, and how. */
  readonly instead: Partial<Outcome>
}

const duplicate = 'the app does not see cookies that are taken for none, as they hold sessions all the same'
const oldCookies =
  'SessionCookieName2 stands for SessionCookieName where that is missing, and has no effect beside it: cookies of RFC 2965 are ' +
  'kept by no browser, and the real server, which then reads no others, loses the session of everybody'

/** Where the gateway is to answer otherwise than the real server. Everything else in these answers is the same. */
const exceptions: Readonly<Record<string, Exception>> = {
  'rm set': {
    why: 'B2: SessionCookieRemove takes the cookie from the app, and not from the session',
    instead: { setCookie: ['s=a=1&n=1;path=/'] },
  },
  'noattr del': { why: 'B3: a cookie is removed once', instead: { setCookie: ['s=;Max-Age=0;'] } },
  'dup diff': { why: duplicate, instead: { backendCookie: null } },
  'dup diff maxage': { why: duplicate, instead: { backendCookie: null } },
  'rm dup diff': { why: duplicate, instead: { backendCookie: 'y=2' } },
  'two: s': {
    why: oldCookies,
    instead: { httpSession: 'a=1', setCookie: ['s=a=1&n=1;path=/'], setCookie2: null },
  },
  'two: del': {
    why: `${oldCookies}; B3 too`,
    instead: { httpSession: '', setCookie: ['s=;Max-Age=0;path=/'], setCookie2: null },
  },
  nostore: {
    why: 'a site that names no cookie has sessions nevertheless, in files; in the real server it has none',
    instead: { httpSession: '' },
  },
}

/** Sections of SessionMaxAge with something that is no time: the real server starts with them, the gateway does not. */
const refused: Readonly<Record<string, string>> = { neg: '/neg', '30abc': '/abc' }

describe('the recorded behaviour of the real server', () => {
  let app: RecordingApp
  let site: TestSite

  before(async () => {
    app = await RecordingApp.start(recordedApp)
    site = await serveSite(withoutSections(recordedSite(app.url), ...Object.values(refused)))
  })
  after(async () => {
    await site[Symbol.asyncDispose]()
    await app[Symbol.asyncDispose]()
  })

  /** @returns How many cases there were. */
  async function replay(section: string): Promise<number> {
    const cases = recordedCases.filter((one) => one.section === section && !(one.name in refused))
    for (const one of cases) {
      const theirs = outcomeOf(one)
      const { why, instead } = exceptions[one.name] ?? { why: 'as recorded', instead: {} }
      for (const [key, value] of Object.entries(instead)) assert.notDeepEqual(value, theirs[key as keyof Outcome])
      const mine = await ask(one, site.visitor({ cookies: false }), () => app.last)
      assert.deepEqual(mine, { ...theirs, ...instead }, `${one.name}: ${why}`)
    }
    return cases.length
  }

  it('is that of sessions in whatever form a cookie brings them', async () => {
    assert.equal(await replay('identity decode'), 21)
  })

  it('is that of SessionMaxAge', async () => {
    assert.equal(await replay('maxage'), 5)
  })

  it('is that of SessionExpiryUpdateInterval', async () => {
    assert.equal(await replay('interval 50 of 100'), 4)
  })

  it('is that of cookies, and of SessionCookieRemove', async () => {
    assert.equal(await replay('cookies'), 13)
  })

  it('is that of the attributes of cookies', async () => {
    assert.equal(await replay('attrs'), 4)
  })

  it('is that of what an app says, and of its errors', async () => {
    assert.equal(await replay('header'), 10)
  })

  it('is not that of times which are none: the gateway does not start with them', async () => {
    const message = { neg: /"-5" is not a number of seconds/, '30abc': /"30abc" is not a number of seconds/ }
    for (const [name, expected] of Object.entries(message)) {
      const rest = Object.entries(refused).flatMap(([other, section]) => (other === name ? [] : [section]))
      await assert.rejects(serveSite(withoutSections(recordedSite(app.url), ...rest)), expected)
    }
    const others = recordedCases.filter((one) => !(one.name in refused))
    assert.deepEqual([recordedCases.length, others.length], [59, 21 + 5 + 4 + 13 + 4 + 10])
  })
})
