import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { CookieOptions } from './cookie-options.ts'
import { resolveCookie } from './cookie-options.ts'
import { cookieTransport } from './cookie.ts'

function production(cookie: CookieOptions) {
  return resolveCookie({ application: 'shop', development: false, cookie })
}

function development(cookie: CookieOptions = {}, application = 'shop') {
  return resolveCookie({ application, development: true, cookie })
}

/** Asserts the refusal and what it names; as in plain JavaScript, the options may be of any type. */
function refused(option: string, cookie: object, input: object = {}): void {
  const make = () => cookieTransport({ application: 'shop', development: false, cookie, ...input })
  assert.throws(make, (error: Error & { code?: string }) => {
    assert.ok(error instanceof TypeError)
    assert.equal(error.code, 'ERR_OPTION')
    assert.ok(error.message.startsWith(`option \`${option}\` must be `), error.message)
    return true
  })
}

function everyOctet(check: (character: string, code: number) => void): void {
  for (let code = 0; code < 256; code++) check(String.fromCharCode(code), code)
}

function accepts(cookie: CookieOptions): boolean {
  try {
    production(cookie)
    return true
  } catch {
    return false
  }
}

describe('defaults', () => {
  test('bind the cookie of production to one https host', () => {
    assert.deepEqual(production({}), {
      name: '__Host-sid',
      attributes: '; Path=/; Secure; HttpOnly; SameSite=Lax',
      formerAttributes: [],
      persistent: false,
    })
  })

  test('name the cookie of development after the application and leave Secure out', () => {
    const { name, attributes } = development()
    assert.equal(name, 'sid-shop')
    assert.equal(attributes, '; Path=/; HttpOnly; SameSite=Lax')
  })

  test('escape the application name so that two applications never share a cookie', () => {
    assert.equal(development({}, 'My shop (1)').name, 'sid-My%20shop%20%281%29')
    assert.equal(development({}, '100%').name, 'sid-100%25')
    assert.equal(development({}, '関所').name, 'sid-%E9%96%A2%E6%89%80')
    assert.equal(development({}, 'a;b\r\n').name, 'sid-a%3Bb%0D%0A')
    assert.equal(development({}, '\ud800').name, 'sid-%EF%BF%BD')
  })

  test('treat undefined as absent', () => {
    assert.deepEqual(production({ name: undefined, domain: undefined } as unknown as CookieOptions), production({}))
  })
})

describe('development', () => {
  test('can have a Secure cookie, whatever needs one', () => {
    const { attributes } = development({ secure: true, name: '__Host-x', sameSite: 'none', partitioned: true })
    assert.equal(attributes, '; Path=/; Secure; HttpOnly; SameSite=None; Partitioned')
  })

  test('refuses what a browser does not store without Secure', () => {
    refused('cookie.name', { name: '__Host-sid' }, { development: true })
    refused('cookie.sameSite', { sameSite: 'none' }, { development: true })
    refused('cookie.partitioned', { partitioned: true }, { development: true })
  })

  test('is the only place for a cookie without Secure, and keeps its name to itself', () => {
    refused('cookie.secure', { name: 'sid', secure: false })
    refused('cookie.secure', { secure: false })
    refused('cookie.name', { name: 'sid-shop' })
  })
})

describe('name prefixes', () => {
  test('need Secure, HttpOnly, Path=/ and no Domain, each its own part, in any case', () => {
    for (const prefix of ['__Host-', '__HOST-', '__hOsT-', '__Host-Http-', '__host-HTTP-']) {
      refused('cookie.path', { name: `${prefix}a`, path: '/a' })
      refused('cookie.domain', { name: `${prefix}a`, domain: 'shop.example' })
      refused('cookie.formerPaths', { name: `${prefix}a`, formerPaths: ['/a'] })
    }
    for (const prefix of ['__Http-', '__http-', '__Host-Http-', '__HOST-HTTP-']) {
      refused('cookie.httpOnly', { name: `${prefix}a`, httpOnly: false })
    }
    for (const prefix of ['__Secure-', '__secure-', '__Host-', '__Http-', '__Host-Http-']) {
      refused('cookie.name', { name: `${prefix}a`, secure: false }, { development: true })
    }
  })

  test('leave free what they do not rule', () => {
    assert.ok(accepts({ name: '__Host-a', httpOnly: false }))
    assert.ok(accepts({ name: '__Secure-a', httpOnly: false, path: '/a', domain: 'shop.example', formerPaths: ['/'] }))
    assert.ok(accepts({ name: '__Http-a', path: '/a', domain: 'shop.example' }))
    assert.ok(accepts({ name: '__Host-Http-a' }))
    assert.ok(accepts({ name: '__Hosted', path: '/a' }))
  })

  test('of the default name are explained when a domain or path is asked for', () => {
    assert.throws(() => production({ domain: 'shop.example' }), {
      message:
        'option `cookie.domain` must be absent with a __Host- name; for more than that choose a name such as __Secure-sid; received "shop.example"',
    })
  })
})

describe('octets', () => {
  test('of a name are those of a token', () => {
    everyOctet((character, code) => {
      const allowed = /[A-Za-z0-9]/.test(character) || "!#$%&'*+-.^_`|~".includes(character)
      assert.equal(accepts({ name: `a${character}b` }), allowed, `octet ${code}`)
    })
    refused('cookie.name', { name: '' })
    refused('cookie.name', { name: 'caf\u0113' })
    refused('cookie.name', { name: 'sid\n' })
  })

  test('of a path are those that a URL keeps, without semicolon and comma', () => {
    everyOctet((character, code) => {
      const allowed = /[A-Za-z0-9]/.test(character) || "-._~%!$&'()*+=:@/".includes(character)
      assert.equal(accepts({ name: 'sid', path: `/a${character}` }), allowed, `octet ${code}`)
      assert.equal(accepts({ name: 'sid', formerPaths: [`/a${character}b`] }), allowed, `octet ${code}`)
    })
    for (const path of ['', 'a', './', '/\u0113']) refused('cookie.path', { name: 'sid', path })
  })

  test('of a domain are those of a host name', () => {
    everyOctet((character, code) => {
      const allowed = /[A-Za-z0-9.-]/.test(character)
      assert.equal(accepts({ name: 'sid', domain: `a${character}b.example` }), allowed, `octet ${code}`)
    })
  })
})

describe('sizes', () => {
  test('leave room for a token beside the name', () => {
    assert.ok(accepts({ name: 'a'.repeat(4032) }))
    refused('cookie.name', { name: 'a'.repeat(4033) })
  })

  test('of a path end where browsers begin to ignore it', () => {
    assert.ok(accepts({ name: 'sid', path: `/${'a'.repeat(1023)}` }))
    refused('cookie.path', { name: 'sid', path: `/${'a'.repeat(1024)}` })
    refused('cookie.formerPaths[1]', { name: 'sid', formerPaths: ['/a', `/${'a'.repeat(1024)}`] })
  })
})

describe('a domain', () => {
  test('is a host name with its subdomains', () => {
    for (const domain of [
      'shop.example',
      'a.b-c.shop.example',
      'xn--fsq.xn--zckzah',
      'Shop.Example',
      '1.2.3.example',
    ]) {
      assert.ok(accepts({ name: 'sid', domain }), domain)
    }
  })

  test('is no address, no single label, has no dot at its ends, and fits the DNS', () => {
    const addresses = ['127.0.0.1', '::1', '[::1]', '1.2.3', '0x7f.1', '10.0.0.0x7f']
    const labels = ['localhost', 'com', '', '.shop.example', 'shop.example.', 'a..b', '-a.example', 'a-.example']
    const long = [`${'a'.repeat(64)}.example`, `${'a.'.repeat(127)}example`]
    for (const domain of [...addresses, ...labels, ...long]) refused('cookie.domain', { name: 'sid', domain })
  })
})

describe('former paths', () => {
  test('are other paths than the one in use, each named once', () => {
    refused('cookie.formerPaths[0]', { name: 'sid', formerPaths: ['/'] })
    refused('cookie.formerPaths[2]', { name: 'sid', formerPaths: ['/a', '/b', '/a'] })
    refused('cookie.formerPaths[0]', { name: 'sid', formerPaths: [1] })
    refused('cookie.formerPaths', { name: 'sid', formerPaths: '/a' })
  })

  test('differ from the current cookie in nothing but the path', () => {
    const { attributes, formerAttributes } = production({ name: 'sid', domain: 'shop.example', formerPaths: ['/a'] })
    assert.deepEqual(formerAttributes, [attributes.replace('Path=/', 'Path=/a')])
  })
})

describe('plain JavaScript', () => {
  test('gets an error for a wrong type', () => {
    for (const option of ['secure', 'httpOnly', 'partitioned', 'persistent']) {
      refused(`cookie.${option}`, { [option]: 'true' })
      refused(`cookie.${option}`, { [option]: 1 })
    }
    refused('cookie.sameSite', { sameSite: 'Lax' })
    refused('cookie.sameSite', { sameSite: true })
    refused('cookie.sameSite', { sameSite: 'toString' })
    refused('cookie.sameSite', { sameSite: ['lax'] })
    refused('cookie.priority', { priority: '' })
    refused('cookie.priority', { priority: 'High' })
    refused('cookie.name', { name: 5 })
    refused('cookie.path', { path: 5 })
    refused('cookie.domain', { domain: null })
    refused('cookie', {}, { cookie: 'sid' })
    refused('cookie', {}, { cookie: null })
    refused('application', {}, { application: '' })
    refused('application', {}, { application: undefined })
    refused('development', {}, { development: 'false' })
  })

  test('gets an error for an option that does not exist', () => {
    refused('cookie.samesite', { samesite: 'strict' })
    refused('cookie.maxAge', { maxAge: 60 })
    refused('cookie.__proto__', JSON.parse('{"__proto__": 1}') as object)
  })
})

test('a browser stores every cookie that passes, with the attributes that were meant', () => {
  const options: fc.Arbitrary<CookieOptions> = fc.record(
    {
      name: fc.constantFrom('sid', '__Host-sid', '__hoST-sid', '__Secure-sid', '__Http-sid', '__Host-Http-sid'),
      path: fc.oneof(fc.constant('/'), fc.webPath()),
      domain: fc.domain(),
      secure: fc.boolean(),
      httpOnly: fc.boolean(),
      sameSite: fc.constantFrom('strict', 'lax', 'none'),
      partitioned: fc.boolean(),
      priority: fc.constantFrom('low', 'medium', 'high'),
      persistent: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  let stored = 0
  fc.assert(
    fc.property(options, fc.boolean(), (cookie, develop) => {
      const headers = new Headers()
      try {
        const transport = cookieTransport({ application: 'shop', development: develop, cookie })
        transport.write(headers, { kind: 'set', carrier: 'abc', maxAge: 60, login: true })
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'ERR_OPTION')
        return
      }
      const kept = browser(headers.getSetCookie()[0] ?? '')
      assert.equal(kept.get('path'), cookie.path ?? '/')
      assert.equal(kept.get('domain'), cookie.domain)
      assert.equal(kept.get('samesite')?.toLowerCase(), cookie.sameSite ?? 'lax')
      assert.equal(kept.has('secure'), cookie.secure ?? !develop)
      assert.equal(kept.has('httponly'), cookie.httpOnly ?? true)
      assert.equal(kept.has('max-age'), cookie.persistent ?? false)
      stored++
    }),
    { numRuns: 500 },
  )
  assert.ok(stored > 50)
})

/** The steps of RFC 6265bis 5.6 and 5.7 in which a browser drops a cookie; gives the attributes of one that it keeps. */
function browser(line: string): Map<string, string> {
  const [pair = '', ...parts] = line.split(';')
  const attributes = new Map(
    parts.map((part) => [/^ ?([^=]*)/.exec(part)?.[1]?.toLowerCase() ?? '', part.replace(/^[^=]*=?/, '')]),
  )
  const name = pair.split('=')[0] ?? ''
  const secure = attributes.has('secure')
  assert.match(line, /^[\x20-\x7e]+$/)
  assert.ok(secure || (attributes.get('samesite') !== 'None' && !attributes.has('partitioned')))
  if (/^__(?:secure|host|http)-/i.test(name)) assert.ok(secure)
  if (/^__(?:host-)?http-/i.test(name)) assert.ok(attributes.has('httponly'))
  if (/^__host-/i.test(name)) assert.ok(attributes.get('path') === '/' && !attributes.has('domain'))
  return attributes
}
