import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brief, gate, TestSession } from '../../../test/auth/gate.ts'

const logoutAt = (lines = '') =>
  `<Location /logout>\nSetHandler form-logout-handler\nAuthName f\nSession On\nSessionCookieName s path=/\n${lines}\n</Location>`
const own = { 'sec-fetch-site': 'same-origin', origin: 'https://shop.example' }
const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }

function loggedIn(): TestSession {
  const session = new TestSession()
  session.login('bob', 'x.y')
  return session
}

describe('form-logout-handler', () => {
  it('logs out by a POST from a page of the site, and says so', async (t) => {
    const { logout } = gate(t, logoutAt())
    const session = loggedIn()
    const before = session.id
    const answer = await logout('/logout', { method: 'POST', session, headers: own })
    assert.equal(answer.status, 200)
    assert.match(answer.page ?? '', /You are logged out/)
    assert.equal(new Map(answer.headers).get('Cache-Control'), 'no-store')
    assert.deepEqual(session.done, ['login bob', 'logout'])
    assert.notEqual(session.id, before)
  })

  it('goes on to where the configuration says, with a GET', async (t) => {
    const { logout } = gate(t, logoutAt('AuthFormLogoutLocation /bye?%{REQUEST_URI}'))
    const answer = await logout('/logout', { method: 'POST', session: loggedIn(), headers: own })
    assert.equal(brief(answer), '303 /bye?/logout')
    assert.equal(new Map(answer.headers).get('Cache-Control'), 'no-store')
  })

  it('does not log out what another site asks for', async (t) => {
    const { logout, notices } = gate(t, logoutAt())
    const session = loggedIn()
    for (const headers of [
      foreign,
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ])
      assert.equal(brief(await logout('/logout', { method: 'POST', session, headers })), '403')
    assert.deepEqual(session.done, ['login bob'])
    assert.equal(session.user, 'bob')
    assert.equal(notices[0]?.message, 'logout refused: another site asked for it (cross-site): /logout')
  })

  it('logs out from anywhere with the token of the session', async (t) => {
    const { access, logout } = gate(t, logoutAt())
    const [session, other] = [loggedIn(), loggedIn()]
    const token = access.logoutToken({ session }) ?? ''
    assert.match(token, /^[\w-]{43}$/)
    const post = async (sekisho_token: string, to: TestSession) =>
      brief(await logout('/logout', { form: { sekisho_token }, session: to, headers: foreign }))
    assert.equal(await post('', session), '403')
    assert.equal(await post(token, other), '403')
    assert.equal(await post(`${token}x`, session), '403')
    assert.equal(await post(token, session), '200')
    assert.equal(session.user, undefined)
    assert.equal(other.user, 'bob')
    session.login('bob')
    assert.equal(await post(token, session), '403', 'good until the next login or logout')
  })

  it('has no token while there is no session', (t) => {
    const { access } = gate(t, logoutAt())
    assert.equal(access.logoutToken({ session: undefined }), undefined)
    const session = new TestSession()
    session.id = undefined
    assert.equal(access.logoutToken({ session }), undefined)
  })

  it('asks back when it is reached by a link, and the button logs out', async (t) => {
    const { logout } = gate(t, logoutAt('AuthFormLogoutLocation /bye'))
    const session = loggedIn()
    const question = await logout('/logout', { session, headers: { ...own, 'sec-fetch-dest': 'image' } })
    assert.equal(question.status, 200)
    assert.deepEqual(session.done, ['login bob'])
    const headers = new Map(question.headers)
    assert.equal(headers.get('Content-Security-Policy'), "default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
    assert.equal(headers.get('Cache-Control'), 'no-store')
    const token =
      /<form method="post"><input type="hidden" name="sekisho_token" value="([\w-]+)">/.exec(
        question.page ?? '',
      )?.[1] ?? ''
    const pressed = await logout('/logout', { form: { sekisho_token: token }, session, headers: { origin: 'null' } })
    assert.equal(brief(pressed), '303 /bye')
    assert.deepEqual(session.done, ['login bob', 'logout'])
  })

  it('logs out by a link where the configuration asks for Apache, with its status', async (t) => {
    const { logout } = gate(t, logoutAt('SessionCompat apache\nAuthFormLogoutLocation /bye'))
    for (const method of ['GET', 'HEAD']) {
      const session = loggedIn()
      assert.equal(brief(await logout('/logout', { method, session, headers: foreign })), '307 /bye')
      assert.deepEqual(session.done, ['login bob', 'logout'])
    }
  })

  it('logs out by a link where that is wished, and not where it is not', async (t) => {
    const { logout, reconfigured } = gate(t, logoutAt('AuthFormLogoutByLink On'))
    const session = loggedIn()
    assert.match((await logout('/logout', { session })).page ?? '', /You are logged out/)
    assert.equal(session.user, undefined)
    const asking = reconfigured(logoutAt('SessionCompat apache\nAuthFormLogoutByLink Off'))
    const other = loggedIn()
    assert.match((await asking.logout('/logout', { session: other })).page ?? '', /Log out\?/)
    assert.equal(other.user, 'bob')
  })

  it('has nothing to ask of a visitor who is not logged in', async (t) => {
    const { logout } = gate(t, logoutAt('AuthFormLogoutLocation /bye'))
    assert.equal(brief(await logout('/logout')), '307 /bye')
    assert.equal(brief(await logout('/logout', { session: new TestSession() })), '307 /bye')
    assert.equal(
      brief(await logout('/logout', { method: 'POST', session: new TestSession(), headers: foreign })),
      '303 /bye',
    )
  })

  it('reads a form of the configured size', async (t) => {
    const { access, logout } = gate(t, logoutAt('AuthFormSize 100'))
    const session = loggedIn()
    const form = { padding: 'x'.repeat(100), sekisho_token: access.logoutToken({ session }) ?? '' }
    assert.equal(brief(await logout('/logout', { form, session, headers: foreign })), '403')
  })
})
