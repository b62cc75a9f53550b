import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import {
  beginSession,
  endSession,
  findCookie,
  mergeHeader,
  parseCookieName,
  setCookie,
} from '../../src/apache/index.ts'
import { startRealServer, type Answer, type RealServer, type Sent } from './real-server.ts'

const long = process.env['SEKISHO_LONG'] === '1'
const numRuns = long ? 20_000 : 1_000
const cookie = parseCookieName('s path=/; HttpOnly')

let apache: RealServer

before(async () => {
  apache = await startRealServer({
    plain: 'SessionCookieName s path=/; HttpOnly',
    bare: 'SessionCookieName s',
    strip: 'SessionCookieName s path=/; HttpOnly\nSessionCookieRemove On',
    aged: 'SessionCookieName s path=/; HttpOnly\nSessionMaxAge 100\nSessionExpiryUpdateInterval 50',
  })
})

after(() => apache.stop())

/** The same request, by the parts of this wing. */
function imitate({ cookie: header, write = [] }: Sent, rules: Parameters<typeof endSession>[1] = {}): Answer {
  const now = BigInt(Date.now()) * 1000n
  const found = findCookie(header, cookie.name)
  const begun = beginSession(found.value, rules, now)
  const seen = begun.session.encode()
  // The real server forgets the session that it began in place of an expired one, and begins another when it answers.
  const session = begun.hasExpired ? beginSession(undefined, rules, now).session : begun.session
  const merged = mergeHeader(session, write)
  const changed = merged ?? session
  const verdict = endSession(
    { session: changed, isChanged: merged !== undefined, begunMaxAge: rules.maxAge ?? 0 },
    rules,
    now,
  )
  if (verdict.kind === 'keep') return { session: seen, cookie: header, setCookie: [] }
  changed.expiry = verdict.expiry
  return { session: seen, cookie: header, setCookie: [setCookie(cookie, changed.encode(), verdict)] }
}

const future = String((Date.now() + 3_600_000) * 1000)
const words = 'a A bc expiry Expiry = = & & % %4 %41 %e3 %00 %zz + %2b %2B ~ 1 - 99999999999999999999 .*_ " $x'.split(
  ' ',
)
const piece = fc.constantFrom(...words, '\u00e9', 'expiry=5', `expiry=${future}`, `&expiry=${future}&`)
const encoded = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''))

test('reads, merges and writes sessions like the real server', async () => {
  const sent = fc.record({ cookie: encoded.map((text) => `s=${text}`), write: fc.array(encoded, { maxLength: 2 }) })
  await fc.assert(
    fc.asyncProperty(sent, async ({ cookie: header, write }) => {
      const request = write.length === 0 ? { cookie: header } : { cookie: header, write }
      const { session, setCookie: cookies } = await apache.ask('plain', request)
      const ours = imitate(request)
      // It sends the cookie that removes a session twice.
      assert.deepEqual([session, [...new Set(cookies)]], [ours.session, ours.setCookie])
    }),
    { numRuns },
  )
})

test('writes the end of a session when the real server does', async () => {
  const rules = { maxAge: 100, updateInterval: 50 }
  const seconds = fc.constantFrom(-10, 40, 60, 90, 3600)
  await fc.assert(
    fc.asyncProperty(fc.option(seconds, { nil: undefined }), fc.boolean(), async (left, writes) => {
      const expiry = left === undefined ? '' : `&expiry=${(Date.now() + left * 1000) * 1000}`
      const request = { cookie: `s=a=1${expiry}`, ...(writes ? { write: ['b=2'] } : {}) }
      const { session = '', setCookie: cookies } = await apache.ask('aged', request)
      const ours = imitate(request, rules)
      assert.equal(withoutTime(session), withoutTime(ours.session ?? ''))
      assert.deepEqual(cookies.map(withoutTime), ours.setCookie.map(withoutTime))
    }),
    { numRuns: 60 },
  )
})

function withoutTime(text: string): string {
  return text.replaceAll(/expiry=\d{16}/g, 'expiry=…')
}

test('finds its cookie among others where the real server does, and takes it out', async () => {
  const cookies = 's=a=1 s=a=1 s=a=2 s= s S=a=3 ss=a=4 x=1 y=2 $Path=/ $Version=1 s="a=6"'.split(' ')
  const part = fc.constantFrom(...cookies, 's =a=5')
  const separator = fc.constantFrom('; ', ';', ',', ', ', ' ; ', ';;')
  const header = fc
    .array(fc.tuple(part, separator), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.flat().join('').trim())
  await fc.assert(
    fc.asyncProperty(header, async (text) => {
      const { session, cookie: forwarded } = await apache.ask('strip', { cookie: text })
      const { value, isAmbiguous, others } = findCookie(text, 's')
      assert.equal(session, beginSession(value, {}, 0n).session.encode())
      // It leaves a separator where it took away the first cookie, and takes nothing away when it refuses.
      if (!isAmbiguous) assert.equal(others?.trim(), forwarded?.replace(/^[;, ]+/, '').trim())
    }),
    { numRuns },
  )
})

test('sets the same cookie without configured attributes, with them, and to remove it', async () => {
  const bare = parseCookieName('s')
  const [set] = (await apache.ask('bare', { write: ['n=1'] })).setCookie
  assert.equal(set, setCookie(bare, 'n=1'))
  const [removed] = (await apache.ask('bare', { cookie: 's=n=1', write: ['n='] })).setCookie
  assert.equal(removed, setCookie(bare, ''))
})
