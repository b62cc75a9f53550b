import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecordingApp } from './app.ts'
import { serveSite } from './harness.ts'

describe('behind a proxy that is trusted', () => {
  it('a visitor is who the proxy says, for rules, logs, cookies and the app', async () => {
    await using app = await RecordingApp.start()
    await using site = await serveSite(`
RemoteIPHeader X-Forwarded-For
RemoteIPInternalProxy 127.0.0.1 10.0.0.0/8
Session On
SessionTimeout 60
SessionStore file
ProxyPass / ${app.url}/
CustomLog \${ROOT}/access.log "%h %a %{c}a %m"
<Location /near>
Require ip 203.0.113.0/24
</Location>
<If "%{HTTPS} == 'on'">
Header set X-Secure "expr=%{REMOTE_ADDR} by %{CONN_REMOTE_ADDR}"
</If>`)
    const visitor = site.visitor({ cookies: false })
    const said = { 'X-Forwarded-For': '192.0.2.1, 203.0.113.9, 10.0.0.7', 'X-Forwarded-Proto': 'https' }
    const near = await visitor.get('/near', said)
    assert.equal(near.status, 200)
    assert.equal(near.headers['x-secure'], '203.0.113.9 by 127.0.0.1')
    assert.match(near.setCookies[0] ?? '', /^sessionid=[\w.-]+;Max-Age=60;path=\/; HttpOnly; SameSite=Lax; Secure$/)
    const { headers } = app.last
    assert.deepEqual(
      [headers['x-forwarded-for'], headers['x-forwarded-proto'], headers['forwarded']],
      ['203.0.113.9', 'https', `for=203.0.113.9;host="127.0.0.1:${site.port}";proto=https`],
    )
    const far = await visitor.get('/near', { 'X-Forwarded-For': '198.51.100.1' })
    assert.deepEqual([far.status, far.headers['x-secure']], [403, undefined])
    assert.match(
      await site.says('error.log', 'AH01630'),
      /\[authz_core:error\] \[pid \d+\] \[client 198\.51\.100\.1:\d+\]/,
    )
    assert.equal(
      await site.says('access.log', '198.51.100.1'),
      '203.0.113.9 203.0.113.9 127.0.0.1 GET\n198.51.100.1 198.51.100.1 127.0.0.1 GET\n',
    )
  })

  it('nobody has a private address whom a proxy of another site names, and apps are told of that proxy', async () => {
    await using app = await RecordingApp.start()
    await using site = await serveSite(`
RemoteIPHeader CF-Connecting-IP
RemoteIPTrustedProxy 127.0.0.1
RemoteIPProxiesHeader X-Through
ProxyPass / ${app.url}/`)
    const visitor = site.visitor()
    const told = async (address: string) => {
      await visitor.get('/', { 'CF-Connecting-IP': address, 'X-Through': 'somebody' })
      const { headers } = app.last
      return [headers['x-forwarded-for'], headers['x-through'], headers['cf-connecting-ip']]
    }
    assert.deepEqual(await told('203.0.113.9'), ['203.0.113.9', '127.0.0.1', undefined])
    assert.deepEqual(await told('[2001:db8::1]:443'), ['2001:db8::1', '127.0.0.1', undefined])
    assert.deepEqual(await told('192.168.0.1'), ['127.0.0.1', undefined, undefined])
    assert.deepEqual(await told('fe80::1'), ['127.0.0.1', undefined, undefined])
    assert.deepEqual(await told('nobody'), ['127.0.0.1', undefined, undefined])
  })

  it('logins are limited by the address of the visitor', async () => {
    await using app = await RecordingApp.start()
    const site = `
RemoteIPHeader X-Forwarded-For
RemoteIPInternalProxy 127.0.0.1
ProxyPass / ${app.url}/
<Location />
AuthType Basic
AuthName x
AuthUserFile \${ROOT}/users
Require valid-user
</Location>`
    await using served = await serveSite(site, { files: { users: 'hana:{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM=\n' } })
    const visitor = served.visitor()
    const tries = async (address: string, number: number) => {
      const Authorization = `Basic ${Buffer.from(`nobody-${number}:x`).toString('base64')}`
      return (await visitor.get('/', { Authorization, 'X-Forwarded-For': address })).status
    }
    const statuses = new Set<number>()
    for (let number = 0; number < 60; number += 1) statuses.add(await tries('203.0.113.9', number))
    assert.deepEqual([...statuses], [401, 429])
    assert.equal(await tries('203.0.113.10', 1), 401)
  })
})

describe('nobody else', () => {
  it('says whose request it is', async () => {
    await using app = await RecordingApp.start()
    await using site = await serveSite(`
RemoteIPHeader X-Real-IP
RemoteIPInternalProxy 10.0.0.1
RemoteIPProxiesHeader X-Through
ProxyPass / ${app.url}/`)
    const lies = { 'X-Real-IP': '203.0.113.9', 'X-Through': '10.0.0.1', 'X-Forwarded-Proto': 'https' }
    await site.visitor().get('/', lies)
    const { headers } = app.last
    const told = ['x-real-ip', 'x-through', 'x-forwarded-for', 'x-forwarded-proto'].map((name) => headers[name])
    assert.deepEqual(told, [undefined, undefined, '127.0.0.1', 'http'])
  })

  it('is believed because of a header alone', async () => {
    await using app = await RecordingApp.start()
    await using site = await serveSite(`RemoteIPHeader X-Forwarded-For\nProxyPass / ${app.url}/`)
    assert.match(site.said, /:1:1: warning: RemoteIPHeader has no effect: no proxy is trusted \[odd-value\]/)
    await site.visitor().get('/', { 'X-Forwarded-For': '203.0.113.9' })
    assert.equal(app.last.headers['x-forwarded-for'], '127.0.0.1')
  })
})
