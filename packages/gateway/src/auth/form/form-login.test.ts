import assert from 'node:assert/strict'
import { unlinkSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { brief, gate, sampleUsers, type TestRequest, TestSession } from '../../../test/auth/gate.ts'

const realm = `AuthType Form
AuthName f
AuthFormProvider file
AuthUserFile %USERS%
Session On
SessionCookieName s path=/`
const section = (path: string, lines: string) => `<Location ${path}>\n${lines}\n</Location>\n`
const inline = (lines = '') => section('/form', `${realm}\nRequire valid-user\n${lines}`)
const handler = (lines = '') => section('/login', `${realm}\nSetHandler form-login-handler\n${lines}`)

const right = { httpd_username: 'uform', httpd_password: 'pform' }
const wrong = { ...right, httpd_password: 'wrong' }

function posted(fields: Readonly<Record<string, string>>, more: TestRequest = {}): TestRequest {
  return { form: fields, session: new TestSession(), ...more }
}

describe('login by a form at a protected address', () => {
  it('lets nobody in who is not logged in, and keeps the login page out of the cache', async (t) => {
    const { admit } = gate(t, inline())
    const answer = { kind: 'answer', status: 401, headers: [['Cache-Control', 'no-store']], page: undefined }
    assert.deepEqual(await admit('/form', { session: new TestSession() }), answer)
    assert.deepEqual(await admit('/form', posted(wrong)), answer)
    assert.deepEqual(await admit('/form', posted({})), answer)
    const kept = gate(t, inline('AuthFormDisableNoStore On'))
    assert.deepEqual(await kept.admit('/form'), { ...answer, headers: [] })
  })

  it('lets in who posts the right password, and remembers the login under a new id', async (t) => {
    const { admit } = gate(t, inline())
    const session = new TestSession()
    const before = session.id
    assert.deepEqual(await admit('/form', posted(right, { session })), {
      kind: 'replay',
      user: 'uform',
      authType: 'Form',
      authorization: undefined,
      contentType: undefined,
      body: Buffer.alloc(0),
    })
    assert.deepEqual(session.done, ['login uform'])
    assert.notEqual(session.id, before)
    assert.deepEqual(await admit('/form', { session }), {
      kind: 'pass',
      user: 'uform',
      authType: 'Form',
      authorization: undefined,
    })
    assert.deepEqual(session.done, ['login uform'], 'once')
  })

  it('keeps neither the password nor anything made of it alone in the session', async (t) => {
    const { admit } = gate(t, inline())
    const [one, two] = [new TestSession(), new TestSession()]
    await admit('/form', posted(right, { session: one }))
    await gate(t, inline()).admit('/form', posted(right, { session: two }))
    assert.doesNotMatch(JSON.stringify(one), /pform|U598kbSXGy/)
    assert.match(one.bound ?? '', /^[\w-]{43}\.[\w-]{43}$/)
    assert.notEqual(one.bound, two.bound, 'keyed: other keys, another mark')
  })

  it('goes where the form says, within the site, else where the configuration says', async (t) => {
    const { admit, notices } = gate(t, inline('AuthFormLoginSuccessLocation /welcome?%{REMOTE_USER}'))
    const login = async (location: string) =>
      brief(await admit('/form', posted({ ...right, httpd_location: location })))
    assert.equal(await login('/form/next?a=1'), '302 /form/next?a=1')
    assert.equal(await login('http://shop.example/x'), '302 /x')
    assert.equal(await login(''), '302 /welcome?uform')
    assert.equal(notices.length, 0)
    assert.equal(await login('//evil.example/'), '302 /welcome?uform')
    assert.match(notices[0]?.message ?? '', /location of a login form ignored.*\/\/evil\.example/)
    assert.equal(brief(await admit('/form', posted({ ...wrong, httpd_location: '/x' }))), '401')
  })

  it('sends to the login page, with the address in it, escaped', async (t) => {
    const { admit } = gate(t, inline('AuthFormLoginRequiredLocation /login.html?req=%{REQUEST_URI}'))
    assert.equal(brief(await admit('/form')), '302 /login.html?req=/form')
    assert.equal(brief(await admit('/form', posted(wrong))), '302 /login.html?req=/form')
    assert.equal(brief(await admit('/form/茶 "<\r\nX: y')), '302 /login.html?req=/form/%e8%8c%b6%20%22%3c%0d%0aX:%20y')
    const elsewhere = gate(t, inline('AuthFormLoginRequiredLocation https://login.example/?a=1#b'))
    assert.equal(brief(await elsewhere.admit('/form')), '302 https://login.example/?a=1#b')
  })

  it('replays the request that the login interrupted, with the method of the login', async (t) => {
    const { admit } = gate(t, inline())
    const fields = {
      ...right,
      httpd_method: 'DELETE',
      httpd_mimetype: 'text/plain; charset="utf-8"',
      httpd_body: 'a=1&b=hello world',
    }
    const outcome = await admit('/form', posted(fields))
    assert.ok(outcome.kind === 'replay')
    assert.equal(outcome.contentType, 'text/plain; charset="utf-8"')
    assert.equal(outcome.body.toString(), 'a=1&b=hello world')
  })

  it('replays nothing without both a type and a body, or with a type that is none', async (t) => {
    const { admit } = gate(t, inline())
    for (const fields of [
      { httpd_body: 'x' },
      { httpd_mimetype: 'text/plain' },
      { httpd_mimetype: 'text/plain\r\nX: y', httpd_body: 'x' },
      { httpd_mimetype: 'text', httpd_body: 'x' },
      { httpd_mimetype: `text/${'x'.repeat(300)}`, httpd_body: 'x' },
    ]) {
      const outcome = await admit('/form', posted({ ...right, ...fields }))
      assert.ok(outcome.kind === 'replay')
      assert.equal(outcome.contentType, undefined)
      assert.equal(outcome.body.length, 0)
    }
  })

  it('reads a form of the configured size, and of no other type', async (t) => {
    const { admit, notices } = gate(t, inline('AuthFormSize 100'))
    assert.equal(brief(await admit('/form', posted({ ...right, x: 'y'.repeat(100) }))), '413')
    assert.equal(brief(await admit('/form', posted(right, { headers: { 'content-type': 'text/plain' } }))), '401')
    assert.equal(
      notices[0]?.message,
      "AH02982: form parsed, but username field 'httpd_username' was missing or empty, unauthorized",
    )
    assert.equal(brief(await admit('/form', posted(right))), 'replay uform')
    const byDefault = gate(t, inline())
    assert.equal(brief(await byDefault.admit('/form', posted({ ...right, x: 'y'.repeat(8000) }))), 'replay uform')
    assert.equal(brief(await byDefault.admit('/form', posted({ ...right, x: 'y'.repeat(8192) }))), '413')
  })

  it('wants a user and a password, neither empty', async (t) => {
    const { admit, notices } = gate(t, inline('AuthFormUsername u\nAuthFormPassword p'))
    assert.equal(brief(await admit('/form', posted({ u: 'uform', p: 'pform' }))), 'replay uform')
    for (const fields of [{ p: 'pform' }, { u: '', p: 'pform' }, { u: 'uform' }, { u: 'uform', p: '' }])
      assert.equal(brief(await admit('/form', posted(fields))), '401')
    const text = (number: string, what: string, field: string) =>
      `${number}: form parsed, but ${what} field '${field}' was missing or empty, unauthorized`
    const [username, password] = [text('AH02982', 'username', 'u'), text('AH02983', 'password', 'p')]
    assert.deepEqual(
      notices.map(({ message }) => message),
      [username, username, password, password],
    )
  })

  it('takes names and passwords of any script, and no name with control characters', async (t) => {
    const { admit } = gate(t, inline(), { users: `${sampleUsers}\n利用者:$apr1$Wh7focA6$yyD3fZORa1JJr/CyATIKF.` })
    assert.equal(
      brief(await admit('/form', posted({ httpd_username: '利用者', httpd_password: 'パスワード' }))),
      'replay 利用者',
    )
    for (const name of ['uform\n', 'uform\0', '\u0085uform'])
      assert.equal(brief(await admit('/form', posted({ ...right, httpd_username: name }))), '401')
    assert.equal(brief(await admit('/form', { form: 'httpd_username=%FFuform&httpd_password=pform' })), '401')
  })

  it('refuses forms that another site posts, and not those of the login page', async (t) => {
    const { admit, notices } = gate(t, inline('AuthFormLoginRequiredLocation https://login.example/form'))
    const from = async (headers: Readonly<Record<string, string>>) =>
      brief(await admit('/form', posted(right, { headers })))
    assert.equal(await from({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }), '403')
    assert.equal(await from({ 'sec-fetch-site': 'same-site', origin: 'https://blog.shop.example' }), '403')
    assert.equal(await from({ origin: 'https://evil.example' }), '403')
    assert.equal(await from({ origin: 'null' }), '403')
    assert.match(notices[0]?.message ?? '', /^login refused: another site sent the form \(cross-site\): \/form$/)
    for (const headers of [
      {},
      { 'sec-fetch-site': 'same-origin', origin: 'https://shop.example' },
      { origin: 'http://shop.example' },
      { 'sec-fetch-site': 'cross-site', origin: 'https://login.example' },
    ])
      assert.equal(await from(headers), 'replay uform', JSON.stringify(headers))
  })

  it('takes another site for a reason to refuse a login, and not to hide that one is needed', async (t) => {
    const { admit } = gate(t, inline())
    const headers = { 'sec-fetch-site': 'cross-site' }
    assert.equal(brief(await admit('/form', { headers })), '401')
    assert.equal(brief(await admit('/form', posted({ comment: 'x' }, { headers }))), '401')
  })

  it('limits attempts, and says in the words of the real server why it refused', async (t) => {
    const { admit, notices } = gate(t, inline())
    for (let turn = 0; turn < 10; turn += 1)
      assert.equal(brief(await admit('/form', posted({ ...right, httpd_password: `guess ${turn}` }))), '401')
    assert.equal(brief(await admit('/form', posted(right))), '429 30')
    assert.equal(brief(await admit('/form', posted({ ...right, httpd_username: 'nobody' }))), '401')
    assert.equal(notices[0]?.message, `AH01807: user 'uform': authentication failure for "/form": password Mismatch`)
    assert.equal(notices.at(-1)?.message, "AH01808: user 'nobody' not found: /form")
    assert.doesNotMatch(JSON.stringify(notices), /guess|pform/)
  })

  it('tells the app who it is with AuthFormFakeBasicAuth, and no password', async (t) => {
    const { admit } = gate(t, inline('AuthFormFakeBasicAuth On'))
    const session = new TestSession()
    const authorization = `Basic ${Buffer.from('uform:').toString('base64')}`
    const first = await admit('/form', posted(right, { session }))
    assert.ok(first.kind === 'replay')
    assert.equal(first.authorization, authorization)
    const next = await admit('/form', { session })
    assert.ok(next.kind === 'pass')
    assert.equal(next.authorization, authorization)
  })

  it('wipes the password, and the form that it came in', async (t) => {
    const { access, visit } = gate(t, inline())
    for (const password of ['pform', 'wrong']) {
      const body = Buffer.from(`httpd_username=uform&httpd_password=${password}`)
      const { request, ...rest } = visit('/form', posted({}))
      await access.admit({ ...rest, request: { ...request, readBody: async () => body } })
      assert.deepEqual(body, Buffer.alloc(body.length))
    }
  })

  it('answers 500 without AuthName', async (t) => {
    const { admit, notices } = gate(t, inline().replace('AuthName f', ''))
    assert.equal(brief(await admit('/form', posted(right))), '500')
    assert.equal(notices[0]?.message, 'AH01810: need AuthName: /form')
  })

  it('lets in for one request where there is no session to remember it in', async (t) => {
    const { admit } = gate(t, inline())
    assert.equal(brief(await admit('/form', posted(right, { session: undefined }))), 'replay uform')
  })
})

describe('a remembered login', () => {
  const others = `${section('/other', `${realm.replace('AuthName f', 'AuthName g')}\nRequire valid-user`)}
${section('/site', `${realm}\nAuthFormSitePassphrase one\nRequire valid-user`)}
${section('/fileless', 'AuthType Form\nAuthName f\nSession On\nRequire valid-user')}`

  async function loggedIn(t: Parameters<typeof gate>[0], config = inline() + others) {
    const there = gate(t, config)
    const session = new TestSession()
    await there.admit('/form', posted(right, { session }))
    assert.equal(session.user, 'uform')
    return { ...there, session }
  }

  it('counts in its own realm only', async (t) => {
    const { admit, session } = await loggedIn(t)
    assert.equal(brief(await admit('/form', { session })), 'pass uform')
    assert.equal(brief(await admit('/other', { session })), '401')
    assert.equal(brief(await admit('/fileless', { session })), 'pass uform')
  })

  it('depends on the passphrase of the site, where there is one', async (t) => {
    const config = inline('AuthFormSitePassphrase one') + others
    const { admit, session, reconfigured } = await loggedIn(t, config)
    assert.equal(brief(await admit('/form', { session })), 'pass uform')
    assert.equal(brief(await admit('/site', { session })), 'pass uform')
    const changed = reconfigured(config.replace('AuthFormSitePassphrase one', 'AuthFormSitePassphrase two'))
    assert.equal(brief(await changed.admit('/form', { session })), '401')
    assert.equal(brief(await reconfigured(inline()).admit('/form', { session })), '401')
  })

  it('ends with a new password, and with the user', async (t) => {
    const { admit, session, users, clock } = await loggedIn(t)
    writeFileSync(
      users,
      sampleUsers.replace('uform:$apr1$BzhDZ03D$U598kbSXGy/R7OhYXu.JJ0', 'uform:{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM='),
    )
    clock.now = 1000
    assert.equal(brief(await admit('/form', { session })), '401')
    writeFileSync(users, sampleUsers)
    clock.now = 2000
    assert.equal(brief(await admit('/form', { session })), 'pass uform', 'the session itself was left alone')
    writeFileSync(users, 'bob:x\n')
    clock.now = 3000
    assert.equal(brief(await admit('/form', { session })), '401')
    assert.deepEqual(session.done, ['login uform'])
  })

  it('goes on while the file cannot be read, though nobody can log in', async (t) => {
    const { admit, session, users, clock, notices } = await loggedIn(t)
    unlinkSync(users)
    clock.now = 1000
    assert.equal(brief(await admit('/form', { session })), 'pass uform')
    assert.equal(brief(await admit('/other', { session })), '401')
    assert.equal(brief(await admit('/form', posted(right))), '503 5')
    assert.match(notices[0]?.message ?? '', /^AH01620: Could not open password file/)
  })

  it('is that of its user, also where another user has the same password', async (t) => {
    const { admit } = gate(t, inline())
    const session = new TestSession()
    await admit('/form', posted({ httpd_username: 'bob', httpd_password: 'pw' }, { session }))
    assert.equal(brief(await admit('/form', { session })), 'pass bob')
    session.user = 'ann'
    assert.equal(brief(await admit('/form', { session })), '401')
  })

  it('is none that anybody else has written into the session', async (t) => {
    const { admit, session } = await loggedIn(t)
    const forged = new TestSession()
    forged.user = 'bob'
    forged.bound = session.bound
    assert.equal(brief(await admit('/form', { session: forged })), '401', 'another user, with another password')
    forged.bound = undefined
    assert.equal(brief(await admit('/form', { session: forged })), '401')
    forged.user = 'uform'
    for (const bound of ['', '.', 'x', `${session.bound}x`, 'a.b.c']) {
      forged.bound = bound
      assert.equal(brief(await admit('/form', { session: forged })), '401', bound)
    }
  })
})

describe('form-login-handler', () => {
  it('takes a POST, and nothing else', async (t) => {
    const { login, notices } = gate(t, handler())
    assert.deepEqual((await login('/login', { session: new TestSession() })).headers, [['Allow', 'POST']])
    assert.equal(brief(await login('/login')), '405')
    assert.equal(notices[0]?.message, 'AH01811: the form-login-handler only supports the POST method for /login')
  })

  it('logs in, and goes where the form or the configuration says, or says so', async (t) => {
    const { login, reconfigured } = gate(t, handler())
    const session = new TestSession()
    const page = await login('/login', posted(right, { session }))
    assert.deepEqual(session.done, ['login uform'])
    assert.equal(page.status, 200)
    assert.match(page.page ?? '', /You are logged in/)
    assert.equal(brief(await login('/login', posted({ ...right, httpd_location: '/next' }))), '302 /next')
    const sent = reconfigured(handler('AuthFormLoginSuccessLocation http://shop.example/admin/'))
    assert.equal(brief(await sent.login('/login', posted(right))), '302 http://shop.example/admin/')
  })

  it('sends back to the login page, or answers 401', async (t) => {
    const { login, reconfigured } = gate(t, handler())
    assert.equal(brief(await login('/login', posted(wrong))), '401')
    assert.equal(brief(await login('/login', posted({}))), '401')
    const sent = reconfigured(handler('AuthFormLoginRequiredLocation /login.html'))
    assert.equal(brief(await sent.login('/login', posted(wrong))), '302 /login.html')
    assert.equal(brief(await sent.login('/login', posted({}))), '302 /login.html')
  })

  it('fails as the login at a protected address does', async (t) => {
    const { login, users, reconfigured } = gate(t, handler('AuthFormSize 200'))
    assert.equal(brief(await login('/login', posted({ ...right, x: 'y'.repeat(200) }))), '413')
    assert.equal(brief(await login('/login', posted(right, { headers: { origin: 'https://evil.example' } }))), '403')
    assert.equal(brief(await reconfigured(handler().replace('AuthName f', '')).login('/login', posted(right))), '500')
    unlinkSync(users)
    assert.equal(brief(await login('/login', posted(right))), '503 5')
  })

  it('can be reached without a Require, for it judges for itself', async (t) => {
    const { admit } = gate(t, handler())
    assert.equal(brief(await admit('/login', posted(wrong))), 'pass')
  })

  it('logs in for the addresses of the same realm', async (t) => {
    const { admit, login } = gate(t, handler() + inline())
    const session = new TestSession()
    await login('/login', posted(right, { session }))
    assert.equal(brief(await admit('/form', { session })), 'pass uform')
  })
})
