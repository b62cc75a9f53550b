import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecordingApp } from '../gateway/app.ts'
import { serveSite } from '../gateway/harness.ts'

const directives = 'Session On\nSessionCookieName thisisatest path=/\nSessionMaxAge 1'

/** The answers to the two requests of `t/modules/session_cookie.t`: of nothing, and of a page. */
async function answersOf(text: string) {
  await using site = await serveSite(text, { files: { 'htdocs/modules/session_cookie/test': 'test' } })
  const visitor = site.visitor({ cookies: false })
  const missing = await visitor.get('/modules/session_cookie/test404')
  return { missing, found: await visitor.get('/modules/session_cookie/test') }
}

describe('t/modules/session_cookie.t', () => {
  it('has one Set-Cookie header in an error response, and one in a successful response', async () => {
    const { missing, found } = await answersOf(`DocumentRoot \${ROOT}/htdocs\n${directives}`)
    assert.equal(missing.status, 404)
    assert.equal(missing.setCookies.length, 1, 'Set-Cookie header not duplicated in error response (404).')
    assert.equal(found.status, 200)
    assert.equal(found.setCookies.length, 1, 'Set-Cookie header not duplicated in successful response (200).')
    for (const { setCookies } of [missing, found])
      assert.match(setCookies.join('\n'), /^thisisatest=expiry=\d{16};Max-Age=1;path=\/$/)
  })

  it('has one in each where an app answers, too', async () => {
    await using app = await RecordingApp.start(({ url }, response) => {
      response.statusCode = url.endsWith('404') ? 404 : 200
    })
    const { missing, found } = await answersOf(`ProxyPass / ${app.url}/\n${directives}`)
    assert.deepEqual([missing.status, missing.setCookies.length], [404, 1])
    assert.deepEqual([found.status, found.setCookies.length], [200, 1])
  })
})
