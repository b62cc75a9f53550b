import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findCookie, parseCookieName, removeCookie, setCookie } from '../../src/apache/index.ts'

test('takes the first word as the name and the rest, verbatim, as attributes', () => {
  assert.deepEqual(parseCookieName('sessionid path=/; HttpOnly; Secure'), {
    name: 'sessionid',
    attributes: 'path=/; HttpOnly; Secure',
  })
  assert.deepEqual(parseCookieName(' s \t path=/ # not a comment '), {
    name: 's',
    attributes: 'path=/ # not a comment',
  })
  assert.deepEqual(parseCookieName('"s" path=/'), { name: '"s"', attributes: 'path=/' })
  assert.deepEqual(parseCookieName('s'), { name: 's', attributes: '' })
})

test('refuses a name that Apache refuses, and what would end the header', () => {
  const refused = { code: 'ERR_OPTION', message: /`SessionCookieName`.*contains no '=' or '&'/ }
  assert.throws(() => parseCookieName(''), refused)
  assert.throws(() => parseCookieName('a=b path=/'), refused)
  assert.throws(() => parseCookieName('a&b'), refused)
  assert.throws(() => parseCookieName('s path=/\r\nX-Evil: 1'), refused)
})

test('sets the cookie in the bytes of the real server', () => {
  const s = { name: 's', attributes: 'path=/' }
  const bare = { name: 's', attributes: '' }
  assert.equal(
    setCookie(s, 'a=1&expiry=1795286767921610', { maxAge: 100 }),
    's=a=1&expiry=1795286767921610;Max-Age=100;path=/',
  )
  assert.equal(setCookie(bare, 'n=1'), 's=n=1;HttpOnly;Secure;Version=1')
  assert.equal(setCookie(s, 'n=1', { maxAge: 0 }), 's=n=1;path=/')
  assert.equal(
    setCookie(parseCookieName('sessionid path=/; HttpOnly; Secure'), 'n=1'),
    'sessionid=n=1;path=/; HttpOnly; Secure',
  )
  assert.equal(setCookie({ name: '"s"', attributes: 'path=/' }, 'n=1'), '"s"=n=1;path=/')
})

test('removes the cookie for an empty session', () => {
  assert.equal(setCookie({ name: 's', attributes: 'path=/' }, '', { maxAge: 100 }), 's=;Max-Age=0;path=/')
  assert.equal(removeCookie({ name: 's', attributes: '' }), 's=;Max-Age=0;')
})

test('refuses a cookie that a browser would drop, and a value that is no session', () => {
  const s = { name: 's', attributes: '' }
  assert.equal(setCookie(s, 'a'.repeat(4095)).length, 4096 + '=;HttpOnly;Secure;Version=1'.length)
  assert.throws(() => setCookie(s, 'a'.repeat(4096)), {
    code: 'ERR_COOKIE_TOO_LARGE',
    status: 500,
    message: /4097 octets/,
  })
  assert.throws(() => setCookie(s, 'a;b'), { code: 'ERR_ARGUMENT' })
  assert.throws(() => setCookie(s, 'a\nb'), { code: 'ERR_ARGUMENT' })
})

test('finds the cookie by its whole name, whatever separates it', () => {
  const values = (header: string): string | undefined => findCookie(header, 's').value
  assert.equal(values('x=1; s=a=1; y=2'), 'a=1')
  assert.equal(values('x=1,s=a=1,y=2'), 'a=1')
  assert.equal(values('ss=zz;xs=1'), undefined)
  assert.equal(values('s =a=1'), undefined)
  assert.equal(values('S=a=1'), undefined)
  assert.equal(values('s="q"'), '"q"')
  assert.equal(values('s='), '')
  assert.equal(findCookie(undefined, 's').value, undefined)
})

test('takes namesakes for one when they are equal, and none when they differ', () => {
  assert.deepEqual(findCookie('s=1; x=2; s=1', 's'), { value: '1', isAmbiguous: false, others: 'x=2' })
  assert.deepEqual(findCookie('s=1; x=2; s=3', 's'), { value: undefined, isAmbiguous: true, others: 'x=2' })
})

test('hands on the other cookies, without the attributes of the one that it takes out', () => {
  assert.equal(findCookie('x=1; s=a=1; y=2', 's').others, 'x=1; y=2')
  assert.equal(findCookie('$Version=1; s=a=1; $Path=/; y=2; $Path=/z', 's').others, '$Version=1; y=2; $Path=/z')
  assert.equal(findCookie('s=a=1; y=2', 's').others, 'y=2')
  assert.equal(findCookie('s=a=1', 's').others, undefined)
  assert.equal(findCookie('$Version=1; s=a=1', 's').others, undefined)
})

test('never hands on anything of its cookie, whatever the header', () => {
  const part = fc.constantFrom('s=', 's=secret', ' s=secret', 'x=1', '$Path=secret', ';', ',', ' ', '\t', '=')
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const { others } = findCookie(parts.join(''), 's')
      assert.doesNotMatch(others ?? '', /(^|[;,])\s*s=/)
    }),
  )
  fc.assert(fc.property(fc.string(), fc.string({ minLength: 1 }), (header, name) => void findCookie(header, name)))
})
