import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordingApp } from '../gateway/app.ts'
import { serveSite } from '../gateway/harness.ts'

const sessions = `
  Session On
  SessionEnv On
  SessionHeader X-Session
  SessionCookieName s path=/
`

test('keeps a session sealed in our own format, bound to the name of its cookie', async () => {
  await using app = await RecordingApp.start((request, response) => {
    if (request.url === '/write') response.setHeader('X-Session', 'cart=tea')
    response.end(String(request.headers['x-session'] ?? ''))
  })
  const crypto = 'SessionCryptoPassphrase "a long passphrase for the test"\n  SessionCryptoCipher xaes256'
  await using site = await serveSite(`${sessions}${crypto}
    <Location /other>
      SessionCookieName t path=/
    </Location>
    ProxyPass / ${app.url}/`)
  using visitor = site.visitor()
  const written = await visitor.get('/write')
  const [line = ''] = written.setCookies
  const [, sealed = ''] = /^s=([A-Za-z0-9_-]+);/.exec(line) ?? []
  assert.ok(sealed.length > 60, line)
  assert.equal(Buffer.from(sealed, 'base64url')[0], 1, 'the version of the format')
  assert.match((await visitor.get('/read')).text, /cart=tea/)

  const seen = async (path: string, cookie: string) => (await site.raw(requestWith(path, cookie))).includes('cart=tea')
  assert.equal(await seen('/read', `s=${sealed}`), true)
  assert.equal(await seen('/other', `t=${sealed}`), false, 'under another name')
  const octets = Buffer.from(sealed, 'base64url')
  for (let bit = 0; bit < octets.length * 8; bit += 7) {
    const changed = Buffer.from(octets)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(await seen('/read', `s=${changed.toString('base64url')}`), false, `bit ${bit}`)
  }
})

function requestWith(path: string, cookie: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: site.example\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`
}
