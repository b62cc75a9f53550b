import assert from 'node:assert/strict'
import { it } from 'node:test'
import { settingsFor } from '../../test/configs.ts'
import { sessionCovers, sessionPolicy, type SessionPolicy } from './session-policy.ts'

function policy(text: string): SessionPolicy {
  const found = sessionPolicy(settingsFor(`Session On\n${text}`))
  assert.ok(found !== undefined)
  return found
}

it('does not exist while sessions are off', () => {
  assert.equal(sessionPolicy(settingsFor('SessionCookieName s path=/')), undefined)
})

it('chooses the store that is named, or the one that a cookie is for, or files', () => {
  assert.deepEqual(
    [
      '',
      'SessionCookieName s',
      'SessionDBDCookieName s',
      'SessionDBDPerUser On',
      'SessionCookieName s\nSessionStore memory',
    ].map((text) => policy(text).store),
    ['file', 'cookie', 'dbd', 'dbd', 'memory'],
  )
})

it('takes the cookie from the directive of its store, and a name of its own where there is none', () => {
  const both = 'SessionCookieName plain path=/a\nSessionDBDCookieName rows path=/b\n'
  assert.deepEqual(
    [policy(`${both}SessionStore dbd`).cookie.name, policy(`${both}SessionStore file`).cookie.name],
    ['rows', 'plain'],
  )
  assert.deepEqual(policy('SessionCookieSecure On').cookie, {
    name: 'sessionid',
    attributes: undefined,
    remove: true,
    maxAge: true,
    secure: true,
  })
})

it('hides the cookie of a stored session from the app, and that of a session in the cookie where it is told to', () => {
  assert.deepEqual(
    [
      'SessionStore cookie',
      'SessionStore cookie\nSessionCookieRemove On',
      'SessionStore redis',
      'SessionStore redis\nSessionCookieRemove Off',
      'SessionStore dbd',
      'SessionStore dbd\nSessionDBDCookieRemove Off',
    ].map((text) => policy(text).cookie.remove),
    [false, true, true, false, true, false],
  )
})

it('lets the smaller of two lifetimes govern', () => {
  assert.deepEqual(
    ['', 'SessionMaxAge 100', 'SessionTimeout 5m', 'SessionTimeout 300\nSessionMaxAge 100'].map(
      (text) => policy(text).idleSeconds,
    ),
    [undefined, 100, 300, 100],
  )
})

it('spares a write per request where a timeout slides, unless an interval is given', () => {
  assert.deepEqual(
    [
      'SessionMaxAge 100',
      'SessionTimeout 100',
      'SessionTimeout 1d',
      'SessionTimeout 100\nSessionExpiryUpdateInterval 0',
    ].map((text) => policy(text).updateIntervalSeconds),
    [0, 10, 60, 0],
  )
})

it('begins sessions by itself where the cookie carries an id, except as the real server does it or as one is told', () => {
  assert.deepEqual(
    [
      'SessionStore file',
      'SessionCookieName s',
      'SessionCookieName s\nSessionTimeout 9',
      'SessionStore file\nSessionCompat apache',
      'SessionStore file\nSessionAutoStart Off',
    ].map((text) => policy(text).autoStart),
    [true, false, true, false, false],
  )
})

it('covers paths by their plain beginning, and exclusion wins', () => {
  const settings = settingsFor('SessionInclude /inc/yes\nSessionExclude /inc/yes/no')
  assert.deepEqual(
    ['/inc/yes', '/inc/yesterday', '/inc/yes/nope', '/inc'].map((path) => sessionCovers(settings, path)),
    [true, true, false, false],
  )
  assert.equal(sessionCovers(settingsFor(''), '/any'), true)
})
