/** Defects of the real server (2.4.71) that are not to be found here: those of logins. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecordingApp } from '../gateway/app.ts'
import { serveSite } from '../gateway/harness.ts'
import { alice, encrypted, loginSection, SessionTable, users, writer, writing } from './site.ts'

describe('B9: a session that somebody has planted in a browser is not the one that a login leads to', () => {
  const sessions = `Session On\nSessionEnv On\nSessionHeader X-S\n${encrypted}\n${loginSection}`

  /** An attacker's session in the browser of a victim, who logs in. */
  async function plant(directives: string): Promise<{ seen: unknown; attacker: number }> {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${directives}`, { files: { users } })
    const [attacker, victim] = [site.visitor(), site.visitor()]
    await attacker.get(writing('attacker=1&cart=tea'))
    const planted = attacker.cookie('sessionid')
    assert.ok(planted)
    const login = await victim.post('/in', alice, { Cookie: `sessionid=${planted}` })
    assert.deepEqual([login.status, login.setCookies.length], [302, 1])
    assert.notEqual(victim.cookie('sessionid'), planted)
    assert.equal((await victim.get('/in/page')).status, 200)
    const seen = app.last.headers['session']
    return { seen, attacker: (await attacker.get('/in/page')).status }
  }

  it('in the cookie', async () => {
    const directives = `SessionCookieName sessionid path=/\n${sessions}`
    assert.deepEqual(await plant(directives), { seen: 'cart=tea', attacker: 401 })
    const strict = `SessionCompat apache\n${directives}`
    assert.deepEqual(await plant(strict), { seen: 'cart=tea', attacker: 401 })
  })

  it('in a database', async () => {
    using table = new SessionTable()
    const directives = `${table.directives}\nSessionDBDCookieName sessionid path=/\n${sessions}`
    assert.deepEqual(await plant(directives), { seen: 'cart=tea', attacker: 401 })
  })

  it('and nothing at all of it, where SessionLoginKeep says so', async () => {
    const directives = `SessionCookieName sessionid path=/\n${sessions}\nSessionLoginKeep None`
    assert.deepEqual(await plant(directives), { seen: '', attacker: 401 })
  })
})

describe('B11: a login leads to a page of the site', () => {
  const section = loginSection.replace('AuthFormLoginSuccessLocation /in/welcome', '')
  const sessions = `Session On\nSessionCookieName s path=/\n${encrypted}`
  const handler = `
<Location /login>
AuthType Form
AuthName realm
AuthUserFile \${ROOT}/users
SetHandler form-login-handler
AuthFormLoginSuccessLocation /in/welcome
</Location>`
  const elsewhere = [
    'http://evil.example/',
    'https://evil.example/',
    '//evil.example/',
    String.raw`/\evil.example/`,
    String.raw`\\evil.example`,
    'http:evil.example',
    '/\t/evil.example',
    '/%2f/evil.example',
    '/.//evil.example',
    'http://shop.example@evil.example/',
    'javascript:alert(1)',
    'ok\r\nSet-Cookie: a=b',
  ]

  it('and not elsewhere, whatever the form asks for', async () => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${sessions}\n${section}\n${handler}`, {
      files: { users },
    })
    for (const place of elsewhere) {
      const visitor = site.visitor({ host: 'shop.example' })
      const inline = await visitor.post('/in', { ...alice, httpd_location: place })
      assert.deepEqual([inline.status, inline.headers['location']], [200, undefined], place)
      const login = await visitor.post('/login', { ...alice, httpd_location: place })
      assert.deepEqual([login.status, login.headers['location']], [302, '/in/welcome'], place)
    }
  })

  it('which the form may choose', async () => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${sessions}\n${section}`, { files: { users } })
    for (const place of ['/in/cart?a=1', 'http://shop.example/in/cart?a=1', 'https://SHOP.example/in/cart?a=1']) {
      const visitor = site.visitor({ host: 'shop.example' })
      const login = await visitor.post('/in', { ...alice, httpd_location: place })
      assert.deepEqual([login.status, login.headers['location']], [302, '/in/cart?a=1'], place)
    }
  })
})
