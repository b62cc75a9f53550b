/**
 * The parts of `t/modules/aaa.t` about Basic and form logins, with the names of its assertions.
 *
 * The one thing that is written differently: its Alias lines are folders here.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { serveSite, type TestSite } from '../gateway/harness.ts'
import type { Visitor, VisitorAnswer } from '../gateway/visitor.ts'

const configuration = `
DocumentRoot \${ROOT}/htdocs
<Location /authz/basic>
    <RequireAny>
        Require valid-user
        Require env allowed
    </RequireAny>
    AuthType Basic
    AuthName basic1
    AuthUserFile \${ROOT}/basic1
</Location>
<Location /authz/fail>
    Require user foo
    AuthType Basic
    AuthName basic1
    AuthUserFile \${ROOT}/basic1
</Location>
<Location /authz/fail/403>
    AuthzSendForbiddenOnFailure On
</Location>
<Location /authz/form>
    AuthFormLoginRequiredLocation http://127.0.0.1:\${PORT}/authz/login.html
    AuthFormLoginSuccessLocation  http://127.0.0.1:\${PORT}/authz/form/
    AuthFormProvider file
    AuthType Form
    AuthUserFile \${ROOT}/form1
    AuthName form1
    Session On
    SessionCookieName session path=/
    <RequireAny>
        Require valid-user
        Require env allowed
    </RequireAny>
</Location>
<Location /authz/form/dologin.html>
    SetHandler form-login-handler
    Require all granted
</Location>
SetEnvIf X-Allowed yes allowed`

const files = {
  basic1: 'ubasic:$apr1$opONH1Fj$dX0sZdZ0rRWEk0Wj8y.Qv1\n',
  form1: 'uform:$apr1$BzhDZ03D$U598kbSXGy/R7OhYXu.JJ0\n',
  'htdocs/authz/basic/index.html': 'basic',
  'htdocs/authz/fail/401/index.html': 'fail',
  'htdocs/authz/fail/403/index.html': 'fail',
  'htdocs/authz/form/index.html': 'form',
}

const basic = (password: string) => ({
  Authorization: `Basic ${Buffer.from(`ubasic:${password}`).toString('base64')}`,
})

const allowed = { 'X-Allowed': 'yes' }

function checkHeaders(type: string, { status, headers }: VisitorAnswer): void {
  assert.equal(
    headers['www-authenticate'],
    undefined,
    `${type}: ${status} response should have no WWW-Authenticate header`,
  )
  assert.equal(
    headers['authentication-info'],
    undefined,
    `${type}: ${status} response should have no Authentication-Info header`,
  )
  assert.equal(headers['location'], undefined, `${type}: ${status} response should have no Location header`)
}

describe('t/modules/aaa.t', () => {
  let site: TestSite

  before(async () => {
    site = await serveSite(configuration, { files })
  })
  after(() => site[Symbol.asyncDispose]())

  it('lets in by Basic who has the password, or the variable', async () => {
    const url = '/authz/basic/index.html'
    const visitor = site.visitor()
    assert.equal((await visitor.get(url)).status, 401, 'basic: no user to authenticate and no env to authorize')
    assert.equal((await visitor.get(url, basic('foo'))).status, 401, 'basic: ubasic:foo not found')
    assert.equal((await visitor.get(url, basic('pbasic'))).status, 200, 'basic: ubasic:pbasic found')
    const byVariable = await visitor.get(url, allowed)
    assert.equal(byVariable.status, 200, 'basic: authz by envvar')
    checkHeaders('basic', byVariable)
    const missing = await visitor.get(`${url}.foo`, allowed)
    assert.equal(missing.status, 404, 'basic: not found')
    checkHeaders('basic', missing)
  })

  it('answers whoever is not the one who may come in with 401, and with 403 where AuthzSendForbiddenOnFailure says so', async () => {
    const statusOf = async (path: string) => (await site.visitor().get(path, basic('pbasic'))).status
    assert.equal(await statusOf('/authz/fail/401/index.html'), 401)
    assert.equal(await statusOf('/authz/fail/403/index.html'), 403)
  })

  describe('form', () => {
    const url = '/authz/form/index.html'
    const loginUrl = '/authz/form/dologin.html'
    const login = (visitor: Visitor, password: string) =>
      visitor.post(loginUrl, { httpd_username: 'uform', httpd_password: password })
    const locationOf = ({ headers }: VisitorAnswer) => /^http:\/\/[^/]+(\/.*)$/.exec(headers['location'] ?? '')?.[1]

    it('sends whoever is not logged in to the login form', async () => {
      const answer = await site.visitor().get(url)
      assert.equal(answer.status, 302, 'form: access without user/env should redirect with 302')
      assert.equal(
        locationOf(answer),
        '/authz/login.html',
        'form: login without user/env should redirect to login form',
      )
    })

    it('sends whoever has the wrong password to the login form', async () => {
      const visitor = site.visitor()
      const answer = await login(visitor, 'foo')
      assert.equal(answer.status, 302, 'form: login with wrong passwd should redirect with 302')
      assert.equal(
        locationOf(answer),
        '/authz/login.html',
        'form: login with wrong passwd should redirect to login form',
      )
      assert.equal((await visitor.get(url)).status, 302, 'form: wrong passwd should not allow access')
    })

    it('lets in whoever has the right password', async () => {
      const visitor = site.visitor()
      const answer = await login(visitor, 'pform')
      assert.equal(answer.status, 302, 'form: login with correct passwd should redirect with 302')
      assert.equal(
        locationOf(answer),
        '/authz/form/',
        'form: login with correct passwd should redirect to SuccessLocation',
      )
      assert.equal((await visitor.get(url)).status, 200, 'form: correct passwd did not allow access')
    })

    it('lets in without a login by the variable', async () => {
      const visitor = site.visitor()
      const byVariable = await visitor.get(url, allowed)
      assert.equal(byVariable.status, 200, 'form: authz by envvar')
      checkHeaders('form', byVariable)
      const missing = await visitor.get(`${url}.foo`, allowed)
      assert.equal(missing.status, 404, 'form: not found')
      checkHeaders('form', missing)
    })
  })
})
