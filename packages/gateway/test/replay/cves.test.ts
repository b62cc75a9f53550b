/** Weaknesses that the real server has had, each by its number. Those that show in times are in `cves-timing.test.ts`. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecordingApp } from '../gateway/app.ts'
import { serveSite, type TestSite } from '../gateway/harness.ts'
import { crypto, encrypted, SessionTable, writer } from './site.ts'

const plain = 'Session On\nSessionEnv On\nSessionCookieName s path=/\nSessionHeader X-S'

async function serve(directives: string, app: RecordingApp): Promise<TestSite> {
  return serveSite(`ProxyPass / ${app.url}/\n${directives}`)
}

it('CVE-2010-1452: a request without a path is served like any other', async () => {
  await using app = await RecordingApp.start(writer)
  for (const directives of [plain, `${plain}\n${encrypted}\nSessionMaxAge 100`]) {
    await using site = await serve(directives, app)
    const statusOf = async (line: string) => {
      const answer = await site.raw(`${line} HTTP/1.1\r\nHost: x\r\nCookie: s=a=1\r\nConnection: close\r\n\r\n`)
      return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
    }
    assert.deepEqual(
      [await statusOf('OPTIONS *'), await statusOf('GET http://x'), await statusOf('CONNECT a:1')],
      [200, 200, 405],
    )
    assert.equal(await statusOf('GET /'), 200)
  }
})

describe('CVE-2013-2249: a session in a database', () => {
  const kept = 'Session On\nSessionDBDCookieName id path=/\nSessionHeader X-Renew-Session\nSessionEnv On'
  const saying = (text: string) => `/?X-Renew-Session=${encodeURIComponent(text)}`

  it('is written when something is changed, and not when it is only read', async () => {
    using table = new SessionTable()
    await using app = await RecordingApp.start(writer)
    await using site = await serve(`${table.directives}\n${kept}`, app)
    const visitor = site.visitor()
    // When it begins, the gateway tries out whether rows can be written.
    table.writes()
    await visitor.get(saying('a=1'))
    const [id, rows] = [visitor.cookie('id'), table.rows()]
    assert.deepEqual(table.writes(), ['insert'])
    for (let read = 0; read < 5; read += 1) assert.deepEqual((await visitor.get('/')).setCookies, [])
    assert.deepEqual([visitor.cookie('id'), table.writes(), table.rows()], [id, [], rows])
    await visitor.get(saying('a=2'))
    assert.deepEqual([visitor.cookie('id'), table.writes()], [id, ['update']])
  })

  // A change of data alone keeps the id, where the real server gives a new one: that is what makes B8 of overlapping changes.
  it('gets a new id when one is asked for, and the one before is dead', async () => {
    using table = new SessionTable()
    await using app = await RecordingApp.start(writer)
    await using site = await serve(`${table.directives}\n${kept}`, app)
    const visitor = site.visitor()
    await visitor.get(saying('a=1'))
    const before = visitor.cookie('id')
    await visitor.get(saying('renew'))
    assert.ok(before !== undefined && visitor.cookie('id') !== before)
    await visitor.get('/')
    assert.equal(app.last.headers['session'], 'a=1')
    await site.visitor({ cookies: false }).get('/', { Cookie: `id=${before}` })
    assert.equal(app.last.headers['session'], '')
  })
})

it('CVE-2018-1283: what a client says in the header Session is no session', async () => {
  await using app = await RecordingApp.start(writer)
  const spoofed = { Session: 'admin=1', Cookie: 's=a=1' }
  await using told = await serve(`${plain}\nRequestHeader set X-Sess %{HTTP_SESSION}e`, app)
  await told.visitor().get('/', spoofed)
  assert.deepEqual([app.last.headers['session'], app.last.headers['x-sess']], ['a=1', 'a=1'])
  await using untold = await serve(`${plain}\nSessionEnv Off\nRequestHeader set X-Sess %{HTTP_SESSION}e`, app)
  await untold.visitor().get('/', spoofed)
  assert.deepEqual([app.last.headers['session'], app.last.headers['x-sess']], [undefined, '(null)'])
  await using off = await serve('Session Off', app)
  await off.visitor().get('/', spoofed)
  assert.equal(app.last.headers['session'], undefined)
})

it('CVE-2018-17199: a session that has expired is none, in the cookie as well', async () => {
  await using app = await RecordingApp.start(writer)
  await using open = await serve(plain, app)
  await open.visitor().get('/', { Cookie: 's=a=1&expiry=1000' })
  assert.equal(app.last.headers['session'], '')
  await using sealed = await serve(`${plain}\n${encrypted}`, app)
  for (const [session, seen] of [
    ['a=1&expiry=1000', ''],
    ['a=1', 'a=1'],
  ] as const) {
    await sealed.visitor().get('/', { Cookie: `s=${await crypto.seal(session)}` })
    assert.equal(app.last.headers['session'], seen)
  }
})

it('CVE-2021-26690: pairs without a key are no session', async () => {
  await using app = await RecordingApp.start(writer)
  await using open = await serve(plain, app)
  await using sealed = await serve(`${plain}\n${encrypted}`, app)
  for (const session of ['expiry=123456789&=', '&=&=', '=', '&', '=&expiry=9999999999999999&=']) {
    const answer = await open.visitor().get('/', { Cookie: `s=${session}` })
    const seen = app.last.headers['session']
    await sealed.visitor().get('/', { Cookie: `s=${await crypto.seal(session)}` })
    assert.deepEqual([answer.status, seen, app.last.headers['session']], [200, seen, seen], session)
    assert.match(String(seen), /^(expiry=9999999999999999)?$/, session)
  }
})

it('CVE-2021-26691: an app may say what it likes about the session', async () => {
  const said = ['=&'.repeat(200), `${'%'.repeat(300)}=x`, `${'%'.repeat(300)}=x&b=2`, `x=${'y'.repeat(1_000_000)}`]
  await using app = await RecordingApp.start(({ url }, response) => {
    const text = said[Number(url.slice(1))]
    if (text !== undefined) response.setHeader('X-S', text)
  })
  for (const directives of [plain, `${plain}\n${encrypted}`]) {
    await using site = await serve(`${directives}\nSessionCompat apache`, app)
    const visitor = site.visitor()
    assert.equal((await visitor.get(`/0`)).status, 200)
    assert.equal((await visitor.get(`/1`)).status, 200)
    assert.equal((await visitor.get(`/2`)).setCookies.length, 1)
    const large = await visitor.get(`/3`)
    assert.ok(large.status >= 500 && large.setCookies.length === 0, String(large.status))
    assert.equal((await visitor.get('/')).status, 200)
    assert.equal(app.last.headers['session'], 'b=2')
  }
})

describe('CVE-2026-47360: the cookie of a session that another section answers for', () => {
  const sections = (app: string) => `
ProxyPass /error ${app}/error
ProxyPass /dir/index ${app}/index
DocumentRoot \${ROOT}/htdocs
DirectoryIndex index
ErrorDocument 404 /error
${plain}
SessionMaxAge 100
<Location /error>
SessionCookieRemove On
</Location>
<Location /dir/index>
SessionCookieRemove On
</Location>`

  it('is not told to the app of that section, and the session is there, and kept', async () => {
    await using app = await RecordingApp.start((_, response) => void response.setHeader('X-S', 'seen=1'))
    for (const mode of ['apache', 'sekisho']) {
      await using site = await serveSite(`${sections(app.url)}\nSessionCompat ${mode}`, {
        files: { 'htdocs/dir/index': '' },
      })
      for (const [path, status] of [
        ['/missing', 404],
        ['/dir/', 200],
      ] as const) {
        const answer = await site.visitor().get(path, { Cookie: 's=a=1; other=1' })
        assert.equal(answer.status, status)
        assert.equal(app.last.headers.cookie, 'other=1')
        assert.match(String(app.last.headers['session']), /^a=1&expiry=\d{16}$/)
        assert.match(answer.setCookies.join('\n'), /^s=a=1&expiry=\d{16}&seen=1;Max-Age=100;path=\/$/)
      }
    }
  })
})

it('a cookie that is there twice, and not the same, is told to no app', async () => {
  await using app = await RecordingApp.start(writer)
  await using site = await serve(plain, app)
  await site.visitor().get('/', { Cookie: 'x=1; s=a=1; y=2; s=a=2' })
  assert.deepEqual([app.last.headers.cookie, app.last.headers['session']], ['x=1; y=2', ''])
})
