/** Defects of the real server (2.4.71) that are not to be found here: those of sessions in the cookie. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AppHandler, RecordingApp } from '../gateway/app.ts'
import { serveSite } from '../gateway/harness.ts'
import type { VisitorAnswer } from '../gateway/visitor.ts'
import { alice, crypto, encrypted, loginSection, users, writer, writing } from './site.ts'

const plain = 'Session On\nSessionEnv On\nSessionCookieName s path=/\nSessionHeader X-S'
/** Undecodable where cookies are encrypted. */
const unreadable = 's=bm90aGluZw=='

/** How often a field is there. */
function count({ rawHeaders }: VisitorAnswer, name: string): number {
  return rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === name).length
}

describe('B1: what begins in place of a session that has expired or cannot be read is kept', () => {
  for (const mode of ['apache', 'sekisho']) {
    const compat = `SessionCompat ${mode}`

    it(`and a login that comes with such a cookie lets in (${compat})`, async () => {
      await using app = await RecordingApp.start(writer)
      const text = `ProxyPass / ${app.url}/\n${plain}\n${compat}\n${encrypted}\n${loginSection}`
      await using site = await serveSite(text, { files: { users } })
      const over = `s=${await crypto.seal('a=1&expiry=5')}`
      for (const cookie of [unreadable, over]) {
        const visitor = site.visitor()
        const login = await visitor.post('/in', alice, { Cookie: cookie })
        assert.deepEqual([login.status, login.headers['location'], login.setCookies.length], [302, '/in/welcome', 1])
        assert.equal((await visitor.get('/in/welcome')).status, 200)
        assert.equal(app.last.headers['x-remote-user'], 'alice')
      }
    })

    it(`and what an app writes over such a cookie is there in the next request (${compat})`, async () => {
      await using app = await RecordingApp.start(writer)
      await using site = await serveSite(`ProxyPass / ${app.url}/\n${plain}\n${compat}\n${encrypted}`)
      const visitor = site.visitor()
      await visitor.get(writing('cart=tea'), { Cookie: unreadable })
      await visitor.get('/')
      assert.equal(app.last.headers['session'], 'cart=tea')
    })
  }
})

describe('B2: SessionCookieRemove hides the cookie from the app, and loses nothing', () => {
  const removing = `${plain}\nSessionCompat apache\nSessionCookieRemove On`

  it('of what is in the session, with SessionMaxAge and with SessionHeader', async () => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(
      `ProxyPass / ${app.url}/\n${removing}\n<Location /aged>\nSessionMaxAge 100\n</Location>`,
    )
    const visitor = site.visitor({ cookies: false })
    const cookie = { Cookie: 's=a=1; other=1' }
    const aged = await visitor.get('/aged', cookie)
    assert.match(aged.setCookies.join('\n'), /^s=a=1&expiry=\d{16};Max-Age=100;path=\/$/)
    assert.equal(count(aged, 'cache-control'), 1)
    assert.deepEqual((await visitor.get(writing('n=1'), cookie)).setCookies, ['s=a=1&n=1;path=/'])
    assert.deepEqual(
      app.requests.map(({ headers }) => headers.cookie),
      ['other=1', 'other=1'],
    )
  })

  it('of a login', async () => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${removing}\n${loginSection}`, { files: { users } })
    const visitor = site.visitor()
    assert.equal((await visitor.post('/in', alice)).setCookies.length, 1)
    assert.equal((await visitor.get('/in/welcome')).status, 200)
    assert.deepEqual([app.last.headers['x-remote-user'], app.last.headers.cookie], ['alice', undefined])
  })
})

it('B3: a cookie is removed once', async () => {
  await using app = await RecordingApp.start(writer)
  await using site = await serveSite(`ProxyPass / ${app.url}/\n${plain}`)
  const answer = await site.visitor({ cookies: false }).get(writing('a='), { Cookie: 's=a=1' })
  assert.deepEqual(answer.setCookies, ['s=;Max-Age=0;path=/'])
})

it('B4: Cache-Control says once, in every answer, that it belongs to one visitor', async () => {
  await using app = await RecordingApp.start(writer)
  await using site = await serveSite(
    `
ProxyPass /app ${app.url}
DocumentRoot \${ROOT}/htdocs
${plain}
SessionCookieRemove On
ErrorDocument 410 /page.html
<Location /moved>
Redirect /page.html
</Location>
<Location /gone>
Redirect gone
</Location>
<Location /closed>
Require all denied
</Location>`,
    { files: { 'htdocs/page.html': 'page', 'htdocs/index.html': 'index' } },
  )
  const statuses: Readonly<Record<string, number>> = {
    '/app': 200,
    '/app?status=404': 404,
    '/app?status=500': 500,
    '/app?status=302&Location=/': 302,
    '/app?status=204': 204,
    '/app?status=304': 304,
    '/page.html': 200,
    '/': 200,
    '/missing': 404,
    '/moved': 302,
    '/gone': 410,
    '/closed': 403,
  }
  for (const [path, status] of Object.entries(statuses)) {
    const answer = await site.visitor({ cookies: false }).get(path, { Cookie: 's=a=1' })
    assert.deepEqual([answer.status, answer.headers['cache-control']], [status, 'no-cache, private'], path)
    assert.equal(count(answer, 'cache-control'), 1, path)
  }
})

describe('B7: no cookie is sent that a browser drops, or that comes back as a request that is refused', () => {
  const sessionid = `${plain.replace('SessionCookieName s', 'SessionCookieName sessionid')}\nSessionCompat apache`
  const session = (octets: number) => `x=${'a'.repeat(octets - 2)}`
  /** Fills the session with as many octets as the path says. */
  const octetsAsked: AppHandler = ({ url }, response) => void response.setHeader('X-S', session(Number(url.slice(1))))

  it('but an error, and the visitor goes on with what was kept before', async () => {
    await using app = await RecordingApp.start(octetsAsked)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${encrypted}\n${sessionid}`)
    const visitor = site.visitor()
    const write = (octets: number) => visitor.get(`/${octets}`)
    assert.equal((await write(3007)).setCookies.length, 1)
    assert.ok(`sessionid=${visitor.cookie('sessionid')}`.length <= 4096)
    for (const octets of [3008, 3500, 6200, 12_000]) {
      const answer = await write(octets)
      assert.deepEqual([answer.status, answer.setCookies], [500, []], String(octets))
      await site.says('error.log', `the session has ${octets} octets`)
    }
    assert.equal(app.last.headers['session'], session(3007))
  })

  it('without encryption as well', async () => {
    await using app = await RecordingApp.start(octetsAsked)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${sessionid}`)
    const most = 4096 - 'sessionid'.length
    assert.equal((await site.visitor().get(`/${most}`)).setCookies.length, 1)
    const answer = await site.visitor().get(`/${most + 1}`)
    assert.deepEqual([answer.status, answer.setCookies], [500, []])
  })
})

it('B10: a cookie that cannot be read is reported once for a request', async () => {
  await using app = await RecordingApp.start(writer)
  await using site = await serveSite(`ProxyPass / ${app.url}/\n${plain}\n${encrypted}\n${loginSection}`, {
    files: { users },
  })
  const visitor = site.visitor({ cookies: false })
  await visitor.get(writing('a=1', '/one'), { Cookie: unreadable })
  await visitor.post('/in', alice, { Cookie: unreadable })
  const log = await site.says('error.log', 'session not found: /in')
  const lines = log.matchAll(/session not found: (\S+)/g)
  assert.deepEqual(
    Array.from(lines, ([, path]) => path),
    ['/one', '/in'],
  )
})
