import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { readKeyFile } from 'sekisho/keys'
import { verifySignedSession } from 'sekisho/apache'
import { type AppHandler, RecordingApp } from './app.ts'
import { serveSite } from './harness.ts'

/** An app that writes what it is asked to write: `/?X-S=cart%3Dtea` answers with the header `X-S: cart=tea`. */
const writer: AppHandler = ({ url }, response) => {
  for (const [name, value] of new URL(url, 'http://app').searchParams) response.appendHeader(name, value)
  response.end('page')
}

const cookies = `
Session On
SessionCookieName sessionid path=/; HttpOnly
SessionCryptoPassphrase "a passphrase for this test"
SessionHeader X-MyApp-Session`

describe('a session in a cookie', () => {
  it('survives the pages of an app that writes SessionHeader, which the client never sees', async () => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${cookies}\nSessionEnv On`)
    const visitor = site.visitor()
    assert.deepEqual((await visitor.get('/')).setCookies, [])
    const added = await visitor.get('/?x-myapp-session=cart%3Dgreen%2Btea&x-myapp-session=second')
    assert.match(added.setCookies.join('\n'), /^sessionid=[A-Za-z0-9+/]+=*;path=\/; HttpOnly$/)
    assert.equal(added.headers['x-myapp-session'], undefined)
    assert.equal(added.headers['cache-control'], 'no-cache, private')
    assert.equal(added.headers['vary'], 'Cookie')
    assert.deepEqual((await visitor.get('/next')).setCookies, [])
    assert.equal(app.last.headers['session'], 'cart=green+tea')
    assert.equal(app.last.headers['x-myapp-session'], 'cart=green+tea')
  })

  it('is told as JSON, and taken as JSON', async () => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${cookies}\nSessionEnv On\nSessionEnvFormat json`)
    const visitor = site.visitor()
    await visitor.get('/?X-MyApp-Session=a%3D1%26old%3Dx')
    await visitor.get(`/?X-MyApp-Session=${encodeURIComponent('{"cart":"t & m","n":2,"old":null}')}`)
    await visitor.get('/')
    assert.equal(app.last.headers['session'], '{"a":"1","cart":"t & m","n":"2"}')
    await visitor.get('/?X-MyApp-Session=drink%3D%25E8%258C%25B6')
    await visitor.get('/')
    assert.equal(app.last.headers['session'], String.raw`{"a":"1","cart":"t & m","n":"2","drink":"\u8336"}`)
  })

  it('is what the gateway says, and not what a client says', async () => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${cookies}\n<Location /off>\nSession Off\n</Location>`)
    const spoofed = {
      Session: 'admin=1',
      'X-MyApp-Session': 'admin=1',
      X_MyApp_Session: 'admin=1',
      'X-Remote-User': 'admin',
      'X-Forwarded-For': '10.0.0.1',
    }
    for (const path of ['/', '/off']) {
      await site.visitor().get(path, spoofed)
      const names = Object.keys(app.last.headers).filter((name) => /session|remote/.test(name))
      assert.deepEqual(names, [])
      assert.equal(app.last.headers['x-forwarded-for'], '127.0.0.1')
    }
  })

  it('does not reach the client from an app that another section answers with', async () => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${cookies}\n<Location /off>\nSession Off\n</Location>`)
    const answer = await site.visitor().get('/off?X-MyApp-Session=secret%3D1')
    assert.equal(answer.headers['x-myapp-session'], undefined)
    assert.deepEqual([answer.setCookies, answer.headers['cache-control']], [[], undefined])
  })

  it('keeps to SessionInclude and SessionExclude', async () => {
    await using app = await RecordingApp.start(writer)
    const limits = 'SessionInclude /in\nSessionExclude /in/no'
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${cookies}\n${limits}`)
    const write = '?X-MyApp-Session=a%3D1'
    const visitor = site.visitor({ cookies: false })
    const written = ['/in/yes', '/in/no', '/out'].map(
      async (path) => (await visitor.get(`${path}${write}`)).setCookies.length,
    )
    assert.deepEqual(await Promise.all(written), [1, 0, 0])
  })

  it('is merged into what the app says about caches, and weakens nothing', async () => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${cookies}`)
    const said = async (header: string) => {
      const { headers } = await site
        .visitor()
        .get(`/?${new URLSearchParams({ 'Cache-Control': header, Vary: 'Accept' })}`)
      return [headers['cache-control'], headers['vary']]
    }
    assert.deepEqual(await said('public, max-age=60'), ['max-age=60, no-cache, private', 'Accept, Cookie'])
    assert.deepEqual(await said('no-store'), ['no-store', 'Accept, Cookie'])
  })
})

describe('the header between gateway and app', () => {
  const files = 'Session On\nSessionStore file\nSessionStoreFileName ${ROOT}/s/%{SESSIONID}\n'

  it('carries an id that is not the secret of the cookie, and is dropped by X-Renew-Session: destroy', async () => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${files}SessionHeader X-Renew-Session`, {
      files: { 's/.keep': '' },
    })
    const visitor = site.visitor()
    await visitor.get('/?X-Renew-Session=a%3D1')
    const first = visitor.cookie('sessionid')
    await visitor.get('/')
    const id = String(app.last.headers['x-renew-session'])
    assert.match(id, /^[\w-]{22,}$/)
    assert.ok(first !== undefined && !first.includes(id))
    await visitor.get('/?X-Renew-Session=renew')
    const second = visitor.cookie('sessionid')
    assert.ok(second !== undefined && second !== first)
    await visitor.get('/?X-Renew-Session=destroy')
    assert.equal(visitor.cookie('sessionid'), undefined)
  })

  it('is signed where it is called X-Signed-Session', async () => {
    await using app = await RecordingApp.start(writer)
    const passphrase = 'SessionCryptoPassphrase "a passphrase for this test"\n'
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${files}${passphrase}SessionHeader X-Signed-Session`, {
      files: { 's/.keep': '' },
    })
    const visitor = site.visitor()
    await visitor.get('/?X-Signed-Session=a%3D1')
    await visitor.get('/')
    const value = String(app.last.headers['x-signed-session'])
    const keyRing = readKeyFile(join(site.root, 'state/keys'))
    assert.equal(verifySignedSession(value, keyRing)?.id, value.split('.')[0])
    assert.equal(
      verifySignedSession(
        value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
        keyRing,
      ),
      undefined,
    )
  })
})

describe('an outage of the store', () => {
  it('is answered with 503 and a time to come back, and logs nobody out', async () => {
    await using app = await RecordingApp.start(writer)
    const store =
      'ErrorDocument 503 "Back soon"\nSession On\nSessionStore file\nSessionStoreFileName ${ROOT}/s/%{SESSIONID}\nSessionHeader X-S\nSessionEnv On'
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${store}`, { files: { 's/.keep': '' } })
    const visitor = site.visitor()
    await visitor.get('/?X-S=cart%3Dtea')
    const cookie = visitor.cookie('sessionid')
    assert.ok(cookie !== undefined)
    const asked = app.requests.length
    renameSync(join(site.root, 's'), join(site.root, 'away'))
    writeFileSync(join(site.root, 's'), '')
    const failed = await visitor.get('/')
    assert.deepEqual([failed.status, failed.setCookies, app.requests.length], [503, [], asked])
    assert.match(failed.headers['retry-after'] ?? '', /^\d+$/)
    assert.equal(failed.text, 'Back soon')
    renameSync(join(site.root, 'away'), join(site.root, 'back'))
    renameSync(join(site.root, 's'), join(site.root, 'file'))
    renameSync(join(site.root, 'back'), join(site.root, 's'))
    assert.equal((await visitor.get('/')).status, 200)
    assert.match(String(app.last.headers['session']), /^cart=tea/)
    assert.doesNotMatch(site.log(), new RegExp(cookie))
  })
})

describe('the page of an error', () => {
  it('shares the session of the request that failed, hides its cookie from the app, and both are kept', async () => {
    await using app = await RecordingApp.start(({ url }, response) => {
      if (url === '/error') response.setHeader('X-S', 'seen=1')
      response.end('the page')
    })
    await using site = await serveSite(`
ProxyPass /error ${app.url}/error
ErrorDocument 404 /error
Session On
SessionCompat apache
SessionCookieName s path=/
SessionHeader X-S
SessionEnv On
<Location /error>
SessionCookieRemove On
</Location>`)
    const visitor = site.visitor()
    const first = await visitor.get('/missing', { Cookie: 's=a=1; other=1' })
    assert.deepEqual([first.status, first.text, first.setCookies], [404, 'the page', ['s=a=1&seen=1;path=/']])
    assert.deepEqual(
      [app.last.headers['session'], app.last.headers['cookie'], app.last.method],
      ['a=1', 'other=1', 'GET'],
    )
  })
})
