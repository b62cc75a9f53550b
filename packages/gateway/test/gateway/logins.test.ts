import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { RecordingApp } from './app.ts'
import { serveSite } from './harness.ts'

/** The users of these tests, whose passwords are their names twice. */
const htpasswd = ['alice', 'bob']
  .map((user) => `${user}:{SHA}${createHash('sha1').update(`${user}${user}`).digest('base64')}\n`)
  .join('')

const basic = (user: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})

const protectedByForm = `
AuthType Form
AuthName realm
AuthUserFile \${ROOT}/users
AuthFormProvider file
Require valid-user
Session On
SessionCookieName session path=/
SessionCryptoPassphrase "a passphrase for this test"`

describe('Basic', () => {
  it('asks for a login, lets the right one in, tells the app who it is, and gives it the session of the section', async () => {
    await using app = await RecordingApp.start()
    const text = `
ProxyPass / ${app.url}/
<Location /secure>
AuthType Basic
AuthName "Secure Area"
AuthUserFile \${ROOT}/users
Require valid-user
Session On
SessionCookieName secureSession path=/secure
</Location>`
    await using site = await serveSite(text, { files: { users: htpasswd } })
    const visitor = site.visitor()
    const asked = await visitor.get('/secure')
    assert.deepEqual([asked.status, asked.headers['www-authenticate']], [401, 'Basic realm="Secure Area"'])
    assert.equal((await visitor.get('/secure', basic('alice', 'wrong'))).status, 401)
    assert.deepEqual([app.requests.length, visitor.cookies.size], [0, 0])
    const right = await visitor.get('/secure', basic('alice', 'alicealice'))
    assert.equal(right.status, 200)
    assert.match(right.setCookies.join('\n'), /^secureSession=[^;]+;path=\/secure$/)
    assert.equal(app.last.headers['x-remote-user'], 'alice')
    assert.equal((await visitor.get('/')).status, 200)
    assert.equal(app.last.headers['x-remote-user'], undefined)
  })

  it('shows the page of ErrorDocument 401 with the challenge', async () => {
    const text = `
DocumentRoot \${ROOT}/htdocs
ErrorDocument 401 /login.html
<Location /secure>
AuthType Basic
AuthName x
AuthUserFile \${ROOT}/users
Require user bob
</Location>`
    const files = { users: htpasswd, 'htdocs/login.html': 'please log in', 'htdocs/secure/index.html': 'secret' }
    await using site = await serveSite(text, { files })
    const asked = await site.visitor().get('/secure/', { 'If-None-Match': '*', Range: 'bytes=0-1' })
    assert.deepEqual(
      [asked.status, asked.text, asked.headers['www-authenticate']],
      [401, 'please log in', 'Basic realm="x"'],
    )
    assert.equal((await site.visitor().get('/secure/', basic('alice', 'alicealice'))).status, 401)
    assert.equal((await site.visitor().get('/secure/', basic('bob', 'bobbob'))).text, 'secret')
  })
})

describe('a form', () => {
  it('logs in inline, under a new id, and the page then asked for is the one that was wanted', async () => {
    await using app = await RecordingApp.start()
    const text = `
ProxyPass /app ${app.url}
DocumentRoot \${ROOT}/htdocs
ErrorDocument 401 /login.html
<Location /app>
${protectedByForm}
</Location>`
    await using site = await serveSite(text, { files: { users: htpasswd, 'htdocs/login.html': '<form>' } })
    const visitor = site.visitor()
    const asked = await visitor.get('/app/page')
    assert.deepEqual([asked.status, asked.text, asked.headers['cache-control']], [401, '<form>', 'no-store'])
    const wrong = await visitor.post('/app/page', { httpd_username: 'alice', httpd_password: 'no' })
    assert.deepEqual([wrong.status, wrong.text, visitor.cookies.size, app.requests.length], [401, '<form>', 0, 0])
    const form = { httpd_username: 'alice', httpd_password: 'alicealice', httpd_location: '/app/wanted' }
    const right = await visitor.post('/app/page', form)
    assert.deepEqual([right.status, right.headers['location'], right.setCookies.length], [302, '/app/wanted', 1])
    assert.equal((await visitor.get('/app/wanted')).text, 'ok')
    assert.equal(app.last.headers['x-remote-user'], 'alice')
    assert.doesNotMatch(JSON.stringify(app.requests), /alicealice/)
  })

  it('hands on the body that was interrupted by the login', async () => {
    await using app = await RecordingApp.start()
    const text = `ProxyPass / ${app.url}/\n<Location />\n${protectedByForm}\n</Location>`
    await using site = await serveSite(text, { files: { users: htpasswd } })
    const form = {
      httpd_username: 'bob',
      httpd_password: 'bobbob',
      httpd_mimetype: 'application/json',
      httpd_body: '{"a":1}',
    }
    assert.equal((await site.visitor().post('/save', form)).status, 200)
    const { method, body, headers } = app.last
    assert.deepEqual(
      [method, body, headers['content-type'], headers['content-length']],
      ['POST', '{"a":1}', 'application/json', '7'],
    )
  })

  it('is taken by the handler for logins, and ended by the one for logouts', async () => {
    const section = (path: string, lines: string) => `<Location ${path}>\n${lines}\n</Location>\n`
    const open = protectedByForm.replace('Require valid-user', 'Require all granted')
    const text = `
DocumentRoot \${ROOT}/htdocs
${section('/', protectedByForm)}${section('/login', `${open}\nSetHandler form-login-handler\nAuthFormLoginSuccessLocation /in.html`)}
${section('/logout', `${open}\nSetHandler form-logout-handler\nAuthFormLogoutLocation /bye.html`)}${section('/bye.html', 'Require all granted')}`
    const files = { users: htpasswd, 'htdocs/in.html': 'inside', 'htdocs/bye.html': 'bye' }
    await using site = await serveSite(text, { files })
    const visitor = site.visitor()
    assert.equal((await visitor.get('/login')).status, 405)
    const right = await visitor.post('/login', { httpd_username: 'alice', httpd_password: 'alicealice' })
    assert.deepEqual([right.status, right.headers['location']], [302, '/in.html'])
    const inside = visitor.cookie('session')
    assert.equal((await visitor.get('/in.html')).text, 'inside')
    const left = await visitor.post('/logout', {}, { 'Sec-Fetch-Site': 'same-origin' })
    assert.deepEqual([left.status, left.headers['location']], [303, '/bye.html'])
    assert.notEqual(visitor.cookie('session'), inside)
    assert.equal((await visitor.get('/in.html')).status, 401)
  })

  it('may not be larger than AuthFormSize', async () => {
    const text = `DocumentRoot \${ROOT}\n<Location />\n${protectedByForm}\nAuthFormSize 100\n</Location>`
    await using site = await serveSite(text, { files: { users: htpasswd } })
    assert.equal((await site.visitor().post('/', { httpd_username: 'a'.repeat(200) })).status, 413)
  })
})

describe('Require', () => {
  it('looks at SetEnvIf and not at SetEnv, and lets in whoever needs no login', async () => {
    const text = `
DocumentRoot \${ROOT}
SetEnv friendly 1
SetEnvIf X-Friend "^(\\w+)!$" friend=$1
SetEnvIf friend ^hana$ known
SetEnvIfNoCase Request_URI ^/D\\. !known
BrowserMatch robot known
Header set X-Known "%{friend}e %{friendly}e" env=known
<Location /a.txt>
Require env friendly
</Location>
<LocationMatch ^/[bd]>
Require env known
</LocationMatch>
<Location /c.txt>
Require all denied
</Location>`
    await using site = await serveSite(text, { files: { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c', 'd.txt': 'd' } })
    const visitor = site.visitor()
    const status = async (path: string, headers = {}) => (await visitor.get(path, headers)).status
    assert.deepEqual([await status('/a.txt'), await status('/b.txt'), await status('/c.txt')], [403, 403, 403])
    const friend = { 'X-Friend': 'hana!' }
    assert.deepEqual([await status('/b.txt', friend), await status('/d.txt', friend)], [200, 403])
    assert.equal((await visitor.get('/b.txt', friend)).headers['x-known'], 'hana 1')
    assert.equal(await status('/b.txt', { 'X-Friend': 'hanako!' }), 403)
    assert.equal(await status('/b.txt', { 'User-Agent': 'a robot' }), 200)
  })
})
