import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { defineSession, type Session, type Sessions } from '../index.ts'
import { MemoryStore } from '../store/memory.ts'
import { csrfGuard, type CsrfGuard, type CsrfOptions, type CsrfRefusal } from './csrf.ts'

type Sent = Readonly<Record<string, string>>

/** What the guard says to a POST with these headers. */
function verdict(headers: Sent, options: CsrfOptions = {}, method = 'POST'): CsrfRefusal | undefined {
  const guard = csrfGuard(options)
  const said = guard.check({ method, headers })
  assert.equal(guard.check({ method, headers: new Headers(headers) }), said, 'both kinds of headers are judged alike')
  return said
}

const [own, foreign] = ['https://shop.example', 'https://evil.example']
const host = 'shop.example'

describe('csrfGuard().check', () => {
  test('believes Sec-Fetch-Site, whatever Origin and Host are', () => {
    for (const origin of [own, foreign, 'null', undefined]) {
      const rest: Sent = origin === undefined ? { host } : { host, origin }
      assert.equal(verdict({ ...rest, 'sec-fetch-site': 'same-origin' }), undefined)
      assert.equal(verdict({ ...rest, 'sec-fetch-site': 'none' }), undefined)
      assert.equal(verdict({ ...rest, 'sec-fetch-site': 'same-site' }), 'same-site')
      assert.equal(verdict({ ...rest, 'sec-fetch-site': 'cross-site' }), 'cross-site')
    }
  })

  test('refuses a Sec-Fetch-Site that it does not know', () => {
    for (const text of ['', 'Same-Origin', 'same-origin, cross-site', 'same-origin;x', 'cross-origin']) {
      assert.equal(verdict({ host, origin: own, 'sec-fetch-site': text }), 'cross-site')
    }
  })

  test('takes a doubled header for what it is, also where it comes as a list', () => {
    const guard = csrfGuard({ allowNoOrigin: true })
    const check = (headers: Readonly<Record<string, string | string[]>>) => guard.check({ method: 'POST', headers })
    assert.equal(check({ 'sec-fetch-site': ['cross-site'] }), 'cross-site')
    assert.equal(check({ 'sec-fetch-site': ['same-origin', 'cross-site'] }), 'cross-site')
    assert.equal(check({ host, origin: [foreign] }), 'foreign-origin')
    assert.equal(check({ host, origin: [own, foreign] }), 'foreign-origin')
  })

  test('compares Origin with Host where a client does not know Sec-Fetch-Site', () => {
    assert.equal(verdict({ host, origin: own }), undefined)
    assert.equal(verdict({ host, origin: 'http://shop.example' }), undefined)
    assert.equal(verdict({ host: 'Shop.Example', origin: own }), undefined)
    assert.equal(verdict({ host: 'localhost:8080', origin: 'http://localhost:8080' }), undefined)
    assert.equal(verdict({ host: '[::1]:8080', origin: 'http://[::1]:8080' }), undefined)
    const strangers = [foreign, 'null', '', 'https://shop.example.evil.example', 'https://shop.example:444', 'https://a.shop.example', 'https://example'] // prettier-ignore
    for (const origin of strangers) assert.equal(verdict({ host, origin }), 'foreign-origin', origin)
  })

  test('takes only for an origin what browsers send as one', () => {
    const odd = ['https://shop.example/', 'https://x@shop.example', 'https://SHOP.example', ' https://shop.example/x', 'shop.example', 'https://shop.example, https://shop.example'] // prettier-ignore
    const guard = csrfGuard()
    for (const origin of odd) {
      assert.equal(guard.check({ method: 'POST', headers: { host, origin } }), 'foreign-origin', origin)
    }
    assert.equal(guard.check({ method: 'POST', headers: { host: '', origin: 'foo:bar' } }), 'foreign-origin')
    assert.equal(guard.check({ method: 'POST', headers: { origin: own } }), 'foreign-origin')
  })

  test('refuses a request with neither header, unless that is allowed', () => {
    assert.equal(verdict({ host }), 'no-origin')
    assert.equal(verdict({}), 'no-origin')
    assert.equal(verdict({ host }, { allowNoOrigin: true }), undefined)
    assert.equal(verdict({ host, origin: foreign }, { allowNoOrigin: true }), 'foreign-origin')
    assert.equal(verdict({ host, 'sec-fetch-site': 'cross-site' }, { allowNoOrigin: true }), 'cross-site')
  })

  test('lets other hosts of the site in where that is allowed, and only them', () => {
    const options = { allowSameSite: true }
    const sibling = 'https://a.shop.example'
    assert.equal(verdict({ host, origin: sibling, 'sec-fetch-site': 'same-site' }, options), undefined)
    assert.equal(verdict({ host, origin: sibling, 'sec-fetch-site': 'cross-site' }, options), 'cross-site')
    assert.equal(verdict({ host, origin: sibling }, options), 'foreign-origin')
    assert.equal(verdict({ host }, options), 'no-origin')
  })

  test('welcomes the origins that are named, also from another site, and still its own host', () => {
    const options = { origins: ['https://pay.example', 'http://localhost:3000'] }
    assert.equal(verdict({ host, origin: 'https://pay.example', 'sec-fetch-site': 'cross-site' }, options), undefined)
    assert.equal(verdict({ host, origin: 'http://localhost:3000' }, options), undefined)
    assert.equal(verdict({ host, origin: own }, options), undefined)
    assert.equal(verdict({ host, origin: 'http://pay.example' }, options), 'foreign-origin')
    assert.equal(
      verdict({ host, origin: 'https://a.pay.example', 'sec-fetch-site': 'cross-site' }, options),
      'cross-site',
    )
  })

  test('lets safe methods pass, and judges every other one', () => {
    const hostile = { host, origin: foreign, 'sec-fetch-site': 'cross-site' }
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'get']) {
      assert.equal(verdict(hostile, {}, method), undefined, method)
    }
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'post', 'QUERY', 'PROPFIND', '', 'GET ']) {
      assert.equal(verdict(hostile, {}, method), 'cross-site', method)
    }
    assert.equal(csrfGuard().check({ headers: hostile }), undefined)
  })

  test('judges a WebSocket handshake, which is a GET', () => {
    const upgrade = 'websocket'
    assert.equal(verdict({ host, upgrade, origin: own }, {}, 'GET'), undefined)
    assert.equal(verdict({ host, upgrade, origin: foreign }, {}, 'GET'), 'foreign-origin')
    assert.equal(verdict({ host, upgrade: 'WebSocket', origin: foreign }, {}, 'GET'), 'foreign-origin')
    assert.equal(verdict({ host, upgrade: 'h2c, websocket', origin: foreign }, {}, 'GET'), 'foreign-origin')
    assert.equal(verdict({ host, upgrade, origin: foreign, 'sec-fetch-site': 'cross-site' }, {}, 'GET'), 'cross-site')
    assert.equal(verdict({ host, upgrade }, {}, 'GET'), 'no-origin')
    assert.equal(verdict({ host, upgrade }, { allowNoOrigin: true }, 'GET'), undefined)
    assert.equal(verdict({ host, upgrade, origin: foreign }, { origins: [foreign] }, 'GET'), undefined)
    assert.equal(verdict({ host, upgrade: 'h2c', origin: foreign }, {}, 'GET'), undefined)
  })

  test('answers to any octets, and never lets a stranger in', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('null', foreign, 'cross-site'))
    const names = ['sec-fetch-site', 'origin', 'host', 'upgrade', 'get'] as const
    const headers = fc.record(Object.fromEntries(names.map((name) => [name, fc.oneof(text, fc.array(text))])), {
      requiredKeys: [],
    })
    const guard = csrfGuard()
    const check = fc.property(headers, fc.oneof(text, fc.constant('POST')), (given, method) => {
      const said = guard.check({ method, headers: given })
      assert.ok(said === undefined || /^(cross-site|same-site|foreign-origin|no-origin)$/.test(said))
    })
    fc.assert(check, { numRuns: 2000 })
    const stranger = fc.property(headers, (given) => {
      const said = guard.check({ method: 'POST', headers: { ...given, 'sec-fetch-site': 'cross-site' } })
      assert.equal(said, 'cross-site')
    })
    fc.assert(stranger, { numRuns: 500 })
  })
})

describe('csrfGuard', () => {
  test('refuses options that are none', () => {
    const expected = 'option `origins` must be a list of origins such as https://shop.example, without a path; received'
    const message = (origins: unknown) => messageOf(() => csrfGuard({ origins: origins as string[] }))
    assert.equal(message('https://shop.example'), `${expected} "https://shop.example"`)
    assert.equal(message(['https://shop.example/']), `${expected} "https://shop.example/"`)
    assert.equal(message(['shop.example']), `${expected} "shop.example"`)
    assert.equal(message(['null']), `${expected} "null"`)
    assert.equal(message([5]), `${expected} 5`)
    assert.equal(
      messageOf(() => csrfGuard({ key: '' })),
      'option `key` must be the beginning of a session key; received ""',
    )
  })
})

describe('csrfGuard().token', () => {
  test('is another text each time, and each is good for the session', async () => {
    const { guard, visit } = site()
    const { session } = await visit()
    const tokens = Array.from({ length: 50 }, () => guard.token(session))
    assert.equal(new Set(tokens).size, 50)
    for (const token of tokens) {
      assert.match(token, /^[\w-]{86}$/)
      assert.equal(guard.checkToken(session, token), undefined)
    }
    for (let at = 0; at < 86; at += 1) {
      const letters = new Set(tokens.map((token) => token[at]))
      assert.ok(letters.size > 1, `all tokens have the same letter at ${at}`)
    }
  })

  test('is good in later requests of the session, and is stored once', async () => {
    const { guard, visit } = site()
    const first = await visit()
    const token = guard.token(first.session)
    const cookie = await first.answer()
    const second = await visit(cookie)
    assert.equal(guard.checkToken(second.session, token), undefined)
    guard.token(second.session)
    assert.equal(second.session.keys().length, 1)
    assert.match(second.session.keys().join(), /^csrf\.[\w-]{8}$/)
    assert.equal(await second.answer(), '')
  })

  test('is good in the pages of all requests that overlapped before there was a secret', async () => {
    const { guard, visit } = site()
    const first = await visit()
    first.session.set('n', 1)
    const cookie = await first.answer()
    const [one, other] = [await visit(cookie), await visit(cookie)]
    const tokens = [guard.token(one.session), guard.token(other.session)]
    await one.answer()
    await other.answer()
    const { session } = await visit(cookie)
    for (const token of tokens) assert.equal(guard.checkToken(session, token), undefined)
  })

  test('cannot be made when its secret can no longer be stored', async () => {
    const { guard, visit } = site()
    const { session, answer } = await visit()
    await answer()
    assert.throws(() => guard.token(session), {
      code: 'ERR_SESSION_COMMITTED',
      message: 'the secret of a form token has to be stored, and the answer has begun; call `token` earlier',
    })
  })

  test('can be made late when there is a secret already', async () => {
    const { guard, visit } = site()
    const { session, answer } = await visit()
    guard.token(session)
    await answer()
    assert.equal(guard.checkToken(session, guard.token(session)), undefined)
  })

  test('leaves alone what the application has under the same word', async () => {
    const { guard, visit } = site()
    const { session } = await visit()
    Reflect.set(session.data, 'csrf', 'mine')
    Reflect.set(session.data, 'csrf.wrong', 'too short')
    Reflect.set(session.data, 'csrf.number', 5)
    assert.equal(guard.checkToken(session, guard.token(session)), undefined)
    assert.equal(Reflect.get(session.data, 'csrf'), 'mine')
  })

  test('has keys of its own for each guard', async () => {
    const { guard, visit } = site()
    const other = csrfGuard({ key: 'admin' })
    const { session } = await visit()
    assert.equal(guard.checkToken(session, other.token(session)), 'token')
    assert.equal(other.checkToken(session, guard.token(session)), 'token')
    assert.deepEqual(session.keys().map((key) => key.split('.')[0]), ['admin', 'csrf']) // prettier-ignore
  })
})

describe('csrfGuard().checkToken', () => {
  test('refuses the token of another session', async () => {
    const { guard, visit } = site()
    const [mine, theirs] = [await visit(), await visit()]
    guard.token(mine.session)
    assert.equal(guard.checkToken(mine.session, guard.token(theirs.session)), 'token')
  })

  test('refuses any token where the session has no secret', async () => {
    const { guard, visit } = site()
    const [mine, theirs] = [await visit(), await visit()]
    assert.equal(guard.checkToken(mine.session, guard.token(theirs.session)), 'token')
    assert.deepEqual(mine.session.keys(), [])
  })

  test('refuses after a login, and after a logout, what was good before', async () => {
    const { guard, visit } = site()
    const before = await visit()
    const token = guard.token(before.session)
    const login = await visit(await before.answer())
    login.session.login('ada')
    assert.equal(guard.checkToken(login.session, token), 'token')
    const cookie = await login.answer()
    const after = await visit(cookie)
    assert.equal(guard.checkToken(after.session, token), 'token')
    const newToken = guard.token(after.session)
    await after.answer()
    const logout = await visit(cookie)
    assert.equal(guard.checkToken(logout.session, newToken), undefined)
    await logout.session.logout()
    assert.equal(guard.checkToken(logout.session, newToken), 'token')
  })

  test('refuses what is truncated, longer, changed, empty or no text', async () => {
    const { guard, visit } = site()
    const { session } = await visit()
    const token = guard.token(session)
    for (let length = 0; length < token.length; length += 1) {
      assert.equal(guard.checkToken(session, token.slice(0, length)), 'token')
    }
    for (const wrong of [
      `${token}A`,
      `${token}==`,
      ` ${token}`,
      token.repeat(2),
      token.toUpperCase(),
      '='.repeat(86),
    ]) {
      assert.equal(guard.checkToken(session, wrong), 'token', wrong)
    }
    for (let bit = 0; bit < 512; bit += 1) {
      const octets = Buffer.from(token, 'base64url')
      octets[bit >> 3] = (octets[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.equal(guard.checkToken(session, octets.toString('base64url')), 'token')
    }
    for (const wrong of [undefined, null, 5, true, {}, [token], new String(token), Buffer.from(token), Symbol('x')]) {
      assert.equal(guard.checkToken(session, wrong), 'token')
    }
  })

  test('answers to anything', async () => {
    const { guard, visit } = site()
    const { session } = await visit()
    guard.token(session)
    const exact = fc.string({ minLength: 86, maxLength: 86, unit: 'binary' })
    const garbage = fc.property(fc.oneof(fc.anything(), fc.string(), exact), (presented) => {
      assert.equal(guard.checkToken(session, presented), 'token')
    })
    fc.assert(garbage, { numRuns: 2000 })
  })
})

interface Data {
  n: number
}

interface Visit {
  readonly session: Session<Data>
  /** Ends the request. @returns The cookie that was set. */
  answer(): Promise<string>
}

function site(): { guard: CsrfGuard; visit(cookie?: string): Promise<Visit> } {
  const sessions: Sessions<Data> = defineSession<Data>({ name: 'test', store: new MemoryStore(), development: false, sweep: false }) // prettier-ignore
  return {
    guard: csrfGuard(),
    async visit(cookie = '') {
      const session = await sessions.open({ headers: cookie === '' ? {} : { cookie } })
      return {
        session,
        async answer() {
          const headers = new Headers()
          await sessions.commit(session, { status: 200, headers })
          return (headers.getSetCookie()[0] ?? '').split(';', 1).join()
        },
      }
    },
  }
}

function messageOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing was thrown'
}
