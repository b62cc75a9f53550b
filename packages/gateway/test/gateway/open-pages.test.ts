import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { RecordingApp } from './app.ts'
import { serveSite } from './harness.ts'

const line = (user: string, password: string) =>
  `${user}:{SHA}${createHash('sha1').update(password).digest('base64')}\n`

const siteFor = (app: string, more = '') => `
ProxyPass / ${app}/
<Location />
AuthType Form
AuthName realm
AuthUserFile \${ROOT}/users
Require all granted
Session On
SessionCookieName session path=/
SessionCryptoPassphrase "a passphrase for this test"
${more}
</Location>
<Location /inside>
Require valid-user
</Location>
<Location /elsewhere>
AuthName another
</Location>`

const login = { httpd_username: 'alice', httpd_password: 'secret', httpd_location: '/inside' }

describe('a page that lets everybody in, with AuthType Form', () => {
  it('tells the app who is logged in, and asks nobody to log in', async () => {
    await using app = await RecordingApp.start()
    await using site = await serveSite(siteFor(app.url), { files: { users: line('alice', 'secret') } })
    const visitor = site.visitor()
    assert.equal((await visitor.get('/', { 'X-Remote-User': 'mallory' })).status, 200)
    assert.equal(app.last.headers['x-remote-user'], undefined)
    assert.equal((await visitor.post('/inside', login)).headers['location'], '/inside')
    assert.equal((await visitor.get('/')).status, 200)
    assert.equal(app.last.headers['x-remote-user'], 'alice')
  })

  it('takes a login of another realm, or of a password that has been changed since, for none', async () => {
    await using app = await RecordingApp.start()
    await using site = await serveSite(siteFor(app.url), { files: { users: line('alice', 'secret') } })
    const visitor = site.visitor()
    await visitor.post('/inside', login)
    await visitor.get('/elsewhere')
    assert.equal(app.last.headers['x-remote-user'], undefined)
    await visitor.get('/')
    assert.equal(app.last.headers['x-remote-user'], 'alice')
    writeFileSync(join(site.root, 'users'), `# changed\n${line('alice', 'another secret')}`)
    // The gateway looks at the file once in a while.
    const isForgotten = async () => {
      await visitor.get('/')
      return app.last.headers['x-remote-user'] === undefined
    }
    for (let turn = 0; turn < 100 && !(await isForgotten()); turn += 1) await pause(50)
    assert.equal(await isForgotten(), true)
  })

  it('is nobody’s with SessionCompat apache, as in the real server', async () => {
    await using app = await RecordingApp.start()
    const text = siteFor(app.url, 'SessionCompat apache')
    await using site = await serveSite(text, { files: { users: line('alice', 'secret') } })
    const visitor = site.visitor()
    await visitor.post('/inside', login)
    await visitor.get('/')
    assert.equal(app.last.headers['x-remote-user'], undefined)
    await visitor.get('/inside')
    assert.equal(app.last.headers['x-remote-user'], 'alice')
  })
})
