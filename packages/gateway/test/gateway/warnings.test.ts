import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { serveSite } from './harness.ts'

const closed = `
DocumentRoot \${ROOT}
Session On
SessionCookieName s path=/; Secure
SessionCryptoPassphrase "a passphrase for this test"
<Location /closed>
AuthType Form
AuthName x
AuthUserFile \${ROOT}/absent
AuthGroupFile \${ROOT}/groups
Require group staff
</Location>`

describe('at the start', () => {
  it('files of users and groups that cannot be read are told, with what mends it, on the screen and in the log', async () => {
    await using site = await serveSite(closed)
    const users = `site.conf:9:1: warning: AuthUserFile cannot be read (ENOENT): nobody can log in [unusable-file]`
    const groups = `site.conf:10:1: warning: AuthGroupFile cannot be read (ENOENT): nobody is in a group [unusable-file]`
    for (const line of [users, groups, `fix: sekisho htpasswd --create ${site.root}/absent admin`])
      assert.ok(site.said.includes(line), site.said)
    await site.says('error.log', 'AuthUserFile cannot be read (ENOENT)')
  })

  it('a cookie that no browser returns is told in the log too', async () => {
    await using site = await serveSite(closed)
    await site.says('error.log', /\[core:warn\].*http:\/\/localhost:\d+\/: no login here: the cookie s is Secure/)
  })

  it('so do the workers, whose findings are those of all', async () => {
    await using site = await serveSite(closed, { process: true, workers: 2 })
    await site.says('error.log', 'AuthUserFile cannot be read (ENOENT)')
    assert.ok(site.said.includes('AuthUserFile cannot be read'), site.said)
  })

  it('nothing is said about files that can be read', async () => {
    const files = { absent: '', groups: '' }
    await using site = await serveSite(closed, { files })
    assert.doesNotMatch(site.said, /unusable-file/)
    chmodSync(join(site.root, 'groups'), 0o600)
    await site.reload(closed)
    assert.doesNotMatch(site.log(), /unusable-file/)
  })
})

describe('LogLevel', () => {
  it('is set for modules, in sections too, and wrong passwords are told with the address of who tried', async () => {
    const form = { httpd_username: 'hana', httpd_password: 'wrong' }
    const text = `
DocumentRoot \${ROOT}
LogLevel crit
Session On
SessionCookieName s path=/
SessionCryptoPassphrase "a passphrase for this test"
<Location /signin>
LogLevel auth_form:info
SetHandler form-login-handler
AuthType Form
AuthName x
AuthUserFile \${ROOT}/users
</Location>
<Location /quiet>
LogLevel mod_auth_form.c:info emerg
SetHandler form-login-handler
AuthType Form
AuthName x
AuthUserFile \${ROOT}/users
</Location>`
    await using site = await serveSite(text, { files: { users: 'hana:{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM=\n' } })
    const visitor = site.visitor()
    await visitor.post('/quiet', form)
    await visitor.post('/signin', { httpd_username: 'hana' })
    await visitor.post('/signin', form)
    await visitor.get('/missing')
    const log = await site.says('error.log', 'AH01807')
    assert.match(log, /\[auth_form:info\] \[pid \d+\] \[client 127\.0\.0\.1:\d+\] AH02983: form parsed, but password/)
    assert.match(log, /\[auth_form:error\] \[pid \d+\] \[client 127\.0\.0\.1:\d+\] AH01807: user 'hana'/)
    assert.doesNotMatch(log, /quiet|does not exist/)
  })
})
