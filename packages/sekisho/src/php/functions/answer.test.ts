import assert from 'node:assert/strict'
import { test } from 'node:test'
import { behaviourOf, type PhpIni, RequestIni, resolveIni } from '../ini/settings.ts'
import { cookieText, deletionText, limitCache, putCookie, RecordedAnswer } from './answer.ts'

const now = Date.UTC(2026, 10, 21, 18, 33)

function ini(directives: PhpIni): RequestIni {
  return new RequestIni(resolveIni(directives, behaviourOf('8.5')))
}

test('writes the attributes of the cookie in the order and the capitals of PHP', () => {
  const all = ini({
    'session.cookie_lifetime': 3600,
    'session.cookie_path': '/app',
    'session.cookie_domain': '.example.test',
    'session.cookie_secure': 1,
    'session.cookie_partitioned': 1,
    'session.cookie_httponly': 1,
    'session.cookie_samesite': 'Lax',
  })
  const attributes = '; path=/app; domain=.example.test; secure; Partitioned; HttpOnly; SameSite=Lax'
  const lifetime = '; expires=Sat, 21 Nov 2026 19:33:00 GMT; Max-Age=3600'
  assert.equal(cookieText(all, 'abc', now), `PHPSESSID=abc${lifetime}${attributes}`)
  assert.equal(deletionText(all), `PHPSESSID=deleted; expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0${attributes}`)
})

test('writes the id as a URL would have it, and the name as it is', () => {
  const odd = ini({ 'session.cookie_path': '', 'session.name': 'a~b' })
  assert.equal(cookieText(odd, "a,b-c d~'é", now), 'a~b=a%2Cb-c+d%7E%27%C3%A9')
})

test('leaves out a date that no calendar has', () => {
  assert.equal(
    cookieText(ini({ 'session.cookie_lifetime': 1e16 }), 'a', now),
    'PHPSESSID=a; Max-Age=10000000000000000; path=/',
  )
})

test('replaces the cookie of its name and leaves all others, also those whose names begin alike', () => {
  const answer = new RecordedAnswer()
  answer.setHeader('Set-Cookie', ['PHPSESSID=old; path=/', 'PHPSESSID2=x', 'theme=dark'])
  putCookie(answer, 'PHPSESSID', 'PHPSESSID=new')
  assert.deepEqual(answer.getHeader('set-cookie'), ['PHPSESSID2=x', 'theme=dark', 'PHPSESSID=new'])
  putCookie(answer, 'PHPSESSID')
  assert.deepEqual(answer.lines, ['Set-Cookie: PHPSESSID2=x', 'Set-Cookie: theme=dark'])
})

test('writes the headers of each cache limiter', () => {
  const lines = (limiter: string, modified?: number): string[] => {
    const answer = new RecordedAnswer()
    limitCache(answer, ini({ 'session.cache_limiter': limiter }), { now, modified })
    return answer.lines
  }
  const modified = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
  const last = 'Last-Modified: Fri, 02 Jan 2026 03:04:05 GMT'
  const longAgo = 'Expires: Thu, 19 Nov 1981 08:52:00 GMT'
  assert.deepEqual(lines('nocache'), [
    longAgo,
    'Cache-Control: no-store, no-cache, must-revalidate',
    'Pragma: no-cache',
  ])
  assert.deepEqual(lines('private', modified), [longAgo, 'Cache-Control: private, max-age=10800', last])
  assert.deepEqual(lines('PRIVATE_no_expire', modified), ['Cache-Control: private, max-age=10800', last])
  assert.deepEqual(lines('public', modified), [
    'Expires: Sat, 21 Nov 2026 21:33:00 GMT',
    'Cache-Control: public, max-age=10800',
    last,
  ])
  assert.deepEqual([lines('public').length, lines(''), lines('whatever')], [2, [], []])
})
