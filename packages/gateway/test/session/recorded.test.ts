/** What the real server answered, replayed against the keeper of the same directives. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, mock, test, type TestContext } from 'node:test'
import type { VisitorAnswer } from '../../src/session/contract.ts'
import { site } from './site.ts'

interface Case {
  readonly section: string
  readonly name: string
  readonly httpSession: string | null
  readonly setCookie: readonly string[]
  readonly backendCookie: string | null
}

const recorded = JSON.parse(readFileSync(new URL('../data/behaviour-cases.json', import.meta.url), 'utf8')) as {
  readonly t0: number
  readonly cases: readonly Case[]
}

/** When the recording was made, in milliseconds; the times of expiry in the requests lie around it. */
const { t0 } = recorded

/** What was sent for the cases whose names do not say it, and what the app answered in the SessionHeader. */
interface Request {
  readonly cookie?: string
  readonly header?: readonly string[]
  readonly status?: number
}

const plain = 'Session On\nSessionEnv On\nSessionHeader X-R\nSessionCompat apache\nSessionCookieName s path=/'
const aged = `${plain}\nSessionMaxAge 100`
const removing = `${plain}\nSessionCookieRemove On`

/** Cases by their names, with the directives of their section. What the real server does differently by mistake is named. */
const requests: Readonly<Record<string, readonly [directives: string, request: Request]>> = {
  'm a=1': [aged, { cookie: 's=a=1' }],
  'm a=1&expiry=1795286666556000': [aged, { cookie: 's=a=1&expiry=1795286666556000' }],
  'm a=1&expiry=1805286666556000': [aged, { cookie: 's=a=1&expiry=1805286666556000' }],
  'm ': [aged, { cookie: 's=' }],
  'm nocookie': [aged, {}],
  'intv a=1&expiry=1795286766556000': [
    `${aged}\nSessionExpiryUpdateInterval 50`,
    { cookie: 's=a=1&expiry=1795286766556000' },
  ],
  'intv a=1&expiry=1795286727556000': [
    `${aged}\nSessionExpiryUpdateInterval 50`,
    { cookie: 's=a=1&expiry=1795286727556000' },
  ],
  'intv ': [`${aged}\nSessionExpiryUpdateInterval 50`, { cookie: 's=' }],
  'intv nocookie': [`${aged}\nSessionExpiryUpdateInterval 50`, {}],
  'space before =': [plain, { cookie: 's =a=1' }],
  'comma sep': [plain, { cookie: 'x=1,s=a=1,y=2' }],
  empty: [plain, { cookie: 's=' }],
  rm: [removing, { cookie: 'x=1; s=a=1; y=2' }],
  'rm $Path': [removing, { cookie: '$Version=1; s=a=1; $Path=/; y=2; $Path=/z' }],
  'rm prefix name': [removing, { cookie: 'ss=zz; s=a=1; xs=1' }],
  keep: [plain, { cookie: 'x=1; s=a=1; y=2' }],
  '/noattr': [plain.replace(' path=/', ''), { header: ['n=1'] }],
  merge: [plain, { cookie: 's=test=value&another=1', header: ['another=5&last=7'] }],
  'header expiry future': [plain, { cookie: 's=test=value', header: ['z=1&expiry=1795286717556000'] }],
  'header expiry future maxage': [aged, { cookie: 's=test=value', header: ['z=1&expiry=1795286717556000'] }],
  'header =': [plain, { cookie: 's=test=value', header: ['='] }],
  'header two': [plain, { cookie: 's=test=value', header: ['a=1', 'b=2'] }],
  'err 404': [aged, { cookie: 's=a=1', status: 404 }],
  'err 500': [aged, { cookie: 's=a=1', status: 500 }],
  '304': [aged, { cookie: 's=a=1', status: 304 }],
  '204': [aged, { cookie: 's=a=1', status: 204 }],
}

/** One request, at the time of the recording. */
async function replay(t: TestContext, directives: string, { cookie, header = [], status = 200 }: Request) {
  const keeper = (await site(t, directives)).keeper()
  const session = await keeper.open({ method: 'GET', secure: false, headers: {}, cookie })
  const httpSession = session.encode()
  session.merge(header)
  const answer: VisitorAnswer = { status, deliverable: true }
  const setCookie = await keeper.commit(session, answer)
  return { httpSession, setCookie, backendCookie: keeper.forwardedCookie(cookie) ?? null }
}

/** Times within some seconds after the recording began are the clock's, and some time later here. */
function timeless(text: string | null): string | null {
  return (
    text?.replaceAll(/expiry=(\d+)/g, (whole, micros: string) => {
      const past = Number(micros) / 1000 - t0
      return past > 90_000 && past < 110_000 ? 'expiry=<in 100 s>' : whole
    }) ?? null
  )
}

function caseNamed(name: string): Case {
  const found = recorded.cases.find((one) => one.name === name)
  assert.ok(found, name)
  return found
}

describe('as the real server answered', () => {
  before(() => mock.timers.enable({ apis: ['Date'], now: t0 }))
  after(() => mock.timers.reset())

  test('what comes in the cookie is read, and nothing is written for it', async (t) => {
    const decoded = recorded.cases.filter(({ section }) => section === 'identity decode')
    assert.equal(decoded.length, 21)
    for (const { name, httpSession, setCookie, backendCookie } of decoded) {
      const mine = await replay(t, plain, { cookie: `s=${name}` })
      assert.deepEqual(mine, { httpSession, setCookie, backendCookie }, name)
    }
  })

  test('times, cookies and what the app says have the same effect', async (t) => {
    for (const [name, [directives, request]] of Object.entries(requests)) {
      const theirs = caseNamed(name)
      const mine = await replay(t, directives, request)
      assert.deepEqual(mine.setCookie.map(timeless), theirs.setCookie.map(timeless), name)
      // An answer without content has not shown what the app saw.
      if (theirs.httpSession === null) continue
      assert.equal(timeless(mine.httpSession), timeless(theirs.httpSession), name)
      assert.equal(mine.backendCookie, theirs.backendCookie, name)
    }
  })

  test('rm set, but for B2: the session is not lost with the cookie', async (t) => {
    const theirs = caseNamed('rm set')
    const mine = await replay(t, removing, { cookie: 'x=1; s=a=1; y=2', header: ['n=1'] })
    assert.deepEqual(theirs.setCookie, ['s=n=1;path=/'])
    assert.deepEqual(mine.setCookie, ['s=a=1&n=1;path=/'])
    assert.equal(mine.backendCookie, theirs.backendCookie)
  })

  test('noattr del, but for B3: the cookie is removed once', async (t) => {
    const theirs = caseNamed('noattr del')
    const mine = await replay(t, plain.replace(' path=/', ''), { cookie: 's=n=1', header: ['n='] })
    assert.deepEqual(mine.setCookie, theirs.setCookie.slice(0, 1))
  })

  test('dup diff, rm dup diff and dup diff maxage, but that the app sees neither cookie', async (t) => {
    assert.equal((await replay(t, plain, { cookie: 's=a=1; s=a=2' })).backendCookie, null)
    const { setCookie } = await replay(t, aged, { cookie: 's=a=1; s=a=2' })
    assert.deepEqual(setCookie.map(timeless), caseNamed('dup diff maxage').setCookie.map(timeless))
    assert.equal((await replay(t, removing, { cookie: 's=a=1; y=2; s=a=2' })).backendCookie, 'y=2')
  })
})
