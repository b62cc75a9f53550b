import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecordingApp } from './app.ts'
import { serveSite } from './harness.ts'

const close = 'Host: x\r\nConnection: close\r\n\r\n'

describe('the head of a request', () => {
  it('has limits, and a cookie jar that is too full is relieved of our cookies', async () => {
    await using app = await RecordingApp.start()
    await using site = await serveSite(`
ProxyPass / ${app.url}/
LimitRequestLine 200
LimitRequestFields 20
LimitRequestFieldSize 300
Session On
SessionCookieName s path=/
<Location /other>
SessionCookieName other path=/other
</Location>`)
    const visitor = site.visitor({ cookies: false })
    assert.equal((await visitor.get(`/${'a'.repeat(200)}`)).status, 414)
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, number) => [`X-${number}`, '1']))
    assert.equal((await visitor.get('/', many)).status, 431)
    const full = await visitor.get('/', { Cookie: `s=1; theirs=${'x'.repeat(300)}` })
    assert.deepEqual(
      [full.status, full.setCookies, full.headers['connection']],
      [431, ['s=;Max-Age=0;path=/'], 'close'],
    )
    const fuller = await site.raw(`GET / HTTP/1.1\r\nCookie: theirs=${'x'.repeat(140_000)}\r\n${close}`)
    assert.match(fuller, /^HTTP\/1\.1 431 /)
    assert.deepEqual(fuller.match(/^Set-Cookie: .*$/gm), [
      'Set-Cookie: s=;Max-Age=0;path=/',
      'Set-Cookie: other=;Max-Age=0;path=/other',
    ])
    assert.equal(app.requests.length, 0)
  })

  it('says what it means, or is refused', async () => {
    await using app = await RecordingApp.start()
    await using site = await serveSite(`ProxyPass / ${app.url}/\nSession On\nSessionCookieName s path=/`)
    const first = async (text: string) => (await site.raw(text)).split('\r\n', 1)[0]
    assert.match(
      await site.raw(`OPTIONS * HTTP/1.1\r\n${close}`),
      /^HTTP\/1\.1 200 OK\r\nAllow: GET,HEAD,POST,OPTIONS\r\n/,
    )
    assert.equal(await first(`GET http://x HTTP/1.1\r\n${close}`), 'HTTP/1.1 200 OK')
    assert.deepEqual([app.last.url, app.last.headers['x-forwarded-host']], ['/', 'x'])
    assert.equal(await first(`CONNECT a:1 HTTP/1.1\r\n${close}`), 'HTTP/1.1 405 Method Not Allowed')
    assert.equal(await first(`TRACE / HTTP/1.1\r\n${close}`), 'HTTP/1.1 405 Method Not Allowed')
    assert.equal(await first(`GET /%00 HTTP/1.1\r\n${close}`), 'HTTP/1.1 400 Bad Request')
    assert.equal(await first(`GET / HTTP/1.1\r\nHost: a\r\n${close}`), 'HTTP/1.1 400 Bad Request')
    assert.equal(await first(`nonsense\r\n\r\n`), 'HTTP/1.1 400 Bad Request')
    assert.equal(await first(`GET / HTTP/1.0\r\n\r\n`), 'HTTP/1.1 200 OK')
    assert.equal(app.requests.length, 2)
  })
})

describe('the body of a request', () => {
  it('may not be larger than LimitRequestBody, whether its length is told or not', async () => {
    await using app = await RecordingApp.start()
    await using site = await serveSite(`
ProxyPass / ${app.url}/
LimitRequestBody 1000
<Location /large>
LimitRequestBody 0
</Location>`)
    const visitor = site.visitor()
    const body = 'x'.repeat(1001)
    const told = await visitor.visit('/', { method: 'POST', body })
    assert.deepEqual([told.status, app.requests.length], [413, 0])
    const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    const untold = await site.raw(`POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${close}${chunked}`)
    assert.match(untold, /^HTTP\/1\.1 413 /)
    assert.equal((await visitor.visit('/', { method: 'POST', body: body.slice(1) })).status, 200)
    assert.equal((await visitor.visit('/large', { method: 'POST', body })).status, 200)
  })
})

describe('a connection', () => {
  it('carries as many requests as KeepAlive and MaxKeepAliveRequests say', async () => {
    await using app = await RecordingApp.start()
    await using kept = await serveSite(`ProxyPass / ${app.url}/\nMaxKeepAliveRequests 2`)
    const visitor = kept.visitor()
    const connections = [await visitor.get('/'), await visitor.get('/')].map(({ headers }) => headers['connection'])
    assert.deepEqual(connections, ['keep-alive', 'close'])
    await using unkept = await serveSite(`ProxyPass / ${app.url}/\nKeepAlive Off`)
    assert.equal((await unkept.visitor().get('/')).headers['connection'], 'close')
  })

  it('that stands still is ended, unless it is the app that lets wait for itself', async () => {
    await using app = await RecordingApp.start(
      (_, response) => new Promise((resolve) => setTimeout(() => resolve(void response.end('late')), 1500)),
    )
    await using site = await serveSite(`ProxyPass / ${app.url}/\nTimeout 1\nProxyTimeout 10`)
    assert.equal((await site.visitor().get('/')).text, 'late')
    const before = performance.now()
    assert.equal(await site.raw('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf'), '')
    assert.ok(performance.now() - before < 3000)
  })
})
