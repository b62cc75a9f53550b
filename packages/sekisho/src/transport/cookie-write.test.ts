import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { AnswerHeaders } from './contract.ts'
import type { CookieOptions } from './cookie.ts'
import { cookieTransport, mergeVary } from './cookie.ts'

const production = cookieTransport({ application: 'shop', development: false })
const plain = withOptions({ name: 'sid' })

function withOptions(cookie: CookieOptions) {
  return cookieTransport({ application: 'shop', development: false, cookie })
}

function set(carrier: string, more: { maxAge?: number; login?: boolean } = {}) {
  return { kind: 'set', carrier, maxAge: more.maxAge ?? 3600, login: more.login ?? false } as const
}

function written(cookie: CookieOptions, change: Parameters<typeof plain.write>[1]): string[] {
  const headers = new Headers()
  withOptions(cookie).write(headers, change)
  return headers.getSetCookie()
}

/** Headers with the three contracted methods only, and every octet kept. */
function bareHeaders(): AnswerHeaders & { lines: [string, string][] } {
  const lines: [string, string][] = []
  return {
    lines,
    get: (name) =>
      lines
        .filter(([key]) => key === name)
        .map(([, value]) => value)
        .join(', ') || null,
    set(name, value) {
      lines.splice(0, lines.length, ...lines.filter(([key]) => key !== name), [name, value])
    },
    append: (name, value) => void lines.push([name, value]),
  }
}

describe('writing a carrier', () => {
  test('uses the safest name and attributes, and no lifetime', () => {
    assert.deepEqual(written({}, set('abc')), ['__Host-sid=abc; Path=/; Secure; HttpOnly; SameSite=Lax'])
  })

  test('reads back any carrier that it writes', () => {
    const text = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
    })
    fc.assert(
      fc.property(text, (carrier) => {
        if (/[",;\\]/.test(carrier)) {
          assert.throws(() => written({}, set(carrier)), { code: 'ERR_ARGUMENT' })
          return
        }
        const pair = written({}, set(carrier))[0]?.split(';', 1)[0] ?? ''
        assert.deepEqual(production.read({ cookie: `a=1; ${pair}` }), { carrier })
      }),
    )
  })

  test('refuses a carrier that could end the cookie or the header, and does not quote it', () => {
    for (const carrier of ['', 'a;b', 'a\r\nb', 'a b', 'a,b', '"a"', 'caf\xe9', '\u0141']) {
      const headers = bareHeaders()
      assert.throws(() => plain.write(headers, set(carrier)), {
        name: 'SekishoUsageError',
        code: 'ERR_ARGUMENT',
        message: 'argument `carrier` must be text that a cookie can carry as it is',
      })
      assert.deepEqual(headers.lines, [])
    }
  })

  test('keeps name and value within 4,096 octets and changes no header beyond', () => {
    const limit = 4096 - '__Host-sid'.length
    assert.equal(written({}, set('a'.repeat(limit))).length, 1)
    const headers = bareHeaders()
    assert.throws(() => production.write(headers, set('a'.repeat(limit + 1))), {
      name: 'SekishoError',
      code: 'ERR_COOKIE_TOO_LARGE',
      message: 'cookie `__Host-sid` would have 4097 octets (name 10, value 4087); browsers keep 4096',
    })
    assert.deepEqual(headers.lines, [])
  })

  test('writes Max-Age for a persistent cookie, from one second to 400 days', () => {
    const age = (maxAge: number) =>
      /Max-Age=(.*)$/.exec(written({ persistent: true }, set('a', { maxAge }))[0] ?? '')?.[1]
    assert.deepEqual([1209600, 59.9, 0.2, 0, -5].map(age), ['1209600', '59', '1', '1', '1'])
    assert.deepEqual([34_560_000, 34_560_001, Infinity].map(age), ['34560000', '34560000', '34560000'])
  })

  test('removes namesakes on former paths at a login, before it sets the new one', () => {
    const options: CookieOptions = { name: 'sid', path: '/shop', formerPaths: ['/', '/old'] }
    const current = 'sid=abc; Path=/shop; Secure; HttpOnly; SameSite=Lax'
    assert.deepEqual(written(options, set('abc')), [current])
    assert.deepEqual(written(options, set('abc', { login: true })), [
      'sid=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'sid=; Path=/old; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      current,
    ])
  })
})

describe('expiring the cookie', () => {
  test('repeats name, path, domain and attributes, or the browser would keep it', () => {
    const options: CookieOptions = {
      name: '__Secure-sid',
      domain: 'shop.example',
      path: '/a',
      sameSite: 'none',
      partitioned: true,
      priority: 'high',
      persistent: true,
    }
    const attributes = '; Path=/a; Domain=shop.example; Secure; HttpOnly; SameSite=None; Partitioned; Priority=High'
    assert.deepEqual(written(options, set('abc')), [`__Secure-sid=abc${attributes}; Max-Age=3600`])
    assert.deepEqual(written(options, { kind: 'expire' }), [
      `__Secure-sid=${attributes}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT`,
    ])
  })

  test('leaves no namesake on a former path', () => {
    assert.equal(written({ name: 'sid', formerPaths: ['/a', '/b'] }, { kind: 'expire' }).length, 3)
  })
})

describe('several cookies in one answer', () => {
  test('keeps the cookies of the application', () => {
    const headers = new Headers([
      ['set-cookie', 'theme=dark'],
      ['set-cookie', 'sid=mine; Path=/elsewhere'],
    ])
    plain.write(headers, set('abc'))
    plain.write(headers, set('def'))
    assert.deepEqual(headers.getSetCookie(), [
      'theme=dark',
      'sid=mine; Path=/elsewhere',
      'sid=def; Path=/; Secure; HttpOnly; SameSite=Lax',
    ])
  })

  test('replaces what an earlier write put there, so that a name and path come once', () => {
    const transport = withOptions({ name: 'sid', formerPaths: ['/old'], persistent: true })
    const headers = new Headers()
    transport.write(headers, set('abc', { login: true }))
    transport.write(headers, { kind: 'expire' })
    transport.write(headers, set('def', { login: true, maxAge: 60 }))
    const cookies = headers.getSetCookie()
    assert.equal(cookies.length, 2)
    assert.match(cookies[0] ?? '', /^sid=; Path=\/old; .*Max-Age=0/)
    assert.match(cookies[1] ?? '', /^sid=def; Path=\/; .*Max-Age=60$/)
  })

  test('only adds where headers cannot list their cookies; browsers take the last one', () => {
    const headers = bareHeaders()
    headers.append('set-cookie', 'theme=dark')
    plain.write(headers, set('abc'))
    assert.deepEqual(
      headers.lines.slice(0, 2).map(([, value]) => value.split(';', 1)[0]),
      ['theme=dark', 'sid=abc'],
    )
  })
})

describe('caching rules', () => {
  function caching(existing: Record<string, string>, change: Parameters<typeof plain.write>[1] = set('abc')) {
    const headers = new Headers(existing)
    plain.write(headers, change)
    return headers
  }
  const noStore = (existing: string) => caching({ 'cache-control': existing }).get('cache-control')

  test('forbid storing an answer that sets or expires the cookie', () => {
    assert.equal(caching({}).get('cache-control'), 'no-store')
    assert.equal(caching({}, { kind: 'expire' }).get('cache-control'), 'no-store')
  })

  test('leave an answer that only read the session as cacheable as the application said', () => {
    const headers = caching({ 'cache-control': 'public, max-age=60' }, { kind: 'keep' })
    assert.equal(headers.get('cache-control'), 'public, max-age=60')
    assert.equal(headers.get('vary'), 'Cookie')
    assert.deepEqual(headers.getSetCookie(), [])
    assert.equal(caching({}, { kind: 'keep' }).has('cache-control'), false)
  })

  test('drop what is weaker than no-store and keep the rest', () => {
    assert.equal(noStore('public, max-age=60, s-maxage=9, immutable, stale-while-revalidate=5'), 'no-store')
    assert.equal(noStore('private, No-Transform, max-age=0'), 'private, No-Transform, no-store')
    assert.equal(
      noStore('must-revalidate, proxy-revalidate, no-cache'),
      'must-revalidate, proxy-revalidate, no-cache, no-store',
    )
    assert.equal(noStore('NO-STORE, no-store'), 'no-store')
    assert.equal(noStore(' , ,'), 'no-store')
  })

  test('drop must-understand, which lets a cache pass over no-store', () => {
    assert.equal(noStore('must-understand, no-store, private'), 'private, no-store')
  })

  test('do not split inside a quoted list', () => {
    assert.equal(noStore('private="a, public, \\"b", max-age=1'), 'private="a, public, \\"b", no-store')
    assert.equal(noStore('no-cache="set-cookie, x'), 'no-cache="set-cookie, x, no-store')
  })

  test('reach a CDN that was told something else', () => {
    assert.equal(caching({ 'cdn-cache-control': 'max-age=600' }).get('cdn-cache-control'), 'no-store')
    assert.equal(caching({}).has('cdn-cache-control'), false)
  })

  test('name Cookie in Vary once, in any case, unless it says everything', () => {
    for (const change of [set('abc'), { kind: 'expire' }, { kind: 'keep' }] as const) {
      assert.equal(caching({ vary: 'Accept-Encoding' }, change).get('vary'), 'Accept-Encoding, Cookie')
    }
    assert.equal(mergeVary(null, 'Cookie'), 'Cookie')
    assert.equal(mergeVary(' ', 'Cookie'), 'Cookie')
    assert.equal(mergeVary('Origin,COOKIE', 'Cookie'), 'Origin,COOKIE')
    assert.equal(mergeVary('Origin, *', 'Cookie'), 'Origin, *')
    assert.equal(mergeVary('X-Cookie, Cookie2', 'Cookie'), 'X-Cookie, Cookie2, Cookie')
  })

  test('are the same when they are merged twice', () => {
    const headers = caching({ 'cache-control': 'private', vary: 'Origin' })
    plain.write(headers, set('def'))
    assert.equal(headers.get('cache-control'), 'private, no-store')
    assert.equal(headers.get('vary'), 'Origin, Cookie')
  })
})
