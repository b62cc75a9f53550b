/** What users of the real server's sessions have complained of, as tests that nobody here has to. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecordingApp } from '../gateway/app.ts'
import { serveSite } from '../gateway/harness.ts'
import { alice, crypto, encrypted, loginSection, SessionTable, users, writer, writing } from './site.ts'

const plain = 'Session On\nSessionEnv On\nSessionCookieName s path=/\nSessionHeader X-S'
const inTable = 'Session On\nSessionEnv On\nSessionDBDCookieName id path=/\nSessionHeader X-S'

it('the cookie is not set and encrypted again with every request of who is logged in', async () => {
  await using app = await RecordingApp.start(writer)
  await using site = await serveSite(
    `ProxyPass / ${app.url}/\n${plain}\n${encrypted}\nSessionTimeout 1800\n${loginSection}`,
    { files: { users } },
  )
  const visitor = site.visitor()
  await visitor.post('/in', alice)
  for (let request = 0; request < 3; request += 1) assert.deepEqual((await visitor.get('/in')).setCookies, [])
  assert.equal(app.last.headers['x-remote-user'], 'alice')
})

it('encrypting again does not derive a key again', async () => {
  await using app = await RecordingApp.start(writer)
  await using site = await serveSite(`ProxyPass / ${app.url}/\n${plain}\n${encrypted}\nSessionMaxAge 100`)
  const visitor = site.visitor()
  const sealed: Buffer[] = []
  for (let request = 0; request < 3; request += 1) {
    await visitor.get('/')
    sealed.push(Buffer.from(visitor.cookie('s') ?? '', 'base64'))
  }
  const parts = (from: number, to: number) => new Set(sealed.map((octets) => octets.subarray(from, to).toString('hex')))
  assert.deepEqual([parts(8, 24).size, parts(24, 40).size], [1, 3], 'one salt for all, and an IV for each')
})

it('who stores nothing gets no cookie', async () => {
  await using app = await RecordingApp.start(writer)
  await using site = await serveSite(`ProxyPass / ${app.url}/\n${plain}\n${encrypted}`)
  for (const path of ['/', '/?status=404', '/?status=500'])
    assert.deepEqual((await site.visitor().get(path)).setCookies, [])
})

describe('a session in a database', () => {
  it('is one for all requests of a visitor, and a request writes it once', async () => {
    using table = new SessionTable()
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${table.directives}\n${inTable}`)
    const visitor = site.visitor()
    // When it begins, the gateway tries out whether rows can be written.
    table.writes()
    const steps: [path: string, writes: string[]][] = [
      ['/', []],
      [writing('a=1'), ['insert']],
      ['/', []],
      [writing('b=2'), ['update']],
      [writing('a=3&c=4'), ['update']],
      ['/', []],
    ]
    for (const [path, writes] of steps) {
      await visitor.get(path)
      assert.deepEqual(table.writes(), writes, path)
    }
    assert.equal(table.rows().length, 1)
  })

  it('is removed when it has expired, without anybody asking for it', async (t) => {
    using table = new SessionTable()
    await using app = await RecordingApp.start(writer)
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() })
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${table.directives}\n${inTable}\nSessionMaxAge 10`)
    await site.visitor().get(writing('a=1'))
    assert.equal(table.rows().length, 1)
    table.writes()
    for (let minute = 0; minute < 4; minute += 1) {
      t.mock.timers.tick(60_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    t.mock.timers.reset()
    assert.deepEqual([table.rows(), table.writes()], [[], ['delete']])
  })

  it('ends with the logout, and a copy of its cookie is of no use', async () => {
    using table = new SessionTable()
    await using app = await RecordingApp.start(writer)
    const logout = `
<Location /logout>
AuthType Form
AuthName realm
SetHandler form-logout-handler
</Location>`
    await using site = await serveSite(
      `ProxyPass / ${app.url}/\n${table.directives}\n${inTable}\n${loginSection}\n${logout}`,
      { files: { users } },
    )
    const visitor = site.visitor()
    await visitor.get(writing('cart=tea'))
    const [{ key } = { key: '' }] = table.rows()
    await visitor.post('/in', alice)
    assert.ok(table.rows().some((row) => row.key === key))
    const copy = { Cookie: `id=${visitor.cookie('id')}` }
    assert.equal((await site.visitor().get('/in', copy)).status, 200)
    assert.equal((await visitor.post('/logout', {})).status, 200)
    assert.deepEqual([(await site.visitor().get('/in', copy)).status, (await visitor.get('/in')).status], [401, 401])
    assert.ok(!table.rows().some((row) => row.key === key))
  })
})

it('the cookie lives as long as the session in it, and the app is told how long that is', async () => {
  await using app = await RecordingApp.start(writer)
  for (const [lines, seconds] of [
    ['SessionMaxAge 100', 100],
    ['SessionTimeout 50', 50],
    ['SessionMaxAge 100\nSessionTimeout 50', 50],
  ] as const) {
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${plain}\n${lines}`)
    const visitor = site.visitor()
    const before = Date.now()
    const { setCookies } = await visitor.get(writing('a=1'))
    const [, micros, maxAge] = /^s=.*expiry=(\d+)[^;]*;Max-Age=(\d+);path=\/$/.exec(setCookies.join('\n')) ?? []
    assert.equal(Number(maxAge), seconds)
    const left = Number(micros) / 1000 - before
    assert.ok(left >= seconds * 1000 && left < seconds * 1000 + 10_000, String(left))
    await visitor.get('/')
    const told = Number(/expiry=(\d+)/.exec(String(app.last.headers['session']))?.[1]) / 1000
    assert.ok(told >= Number(micros) / 1000, String(told))
  }
})

describe('the password of a login', () => {
  it('is in no cookie, in no database, in no log, and told to no app', async () => {
    using table = new SessionTable()
    await using app = await RecordingApp.start(writer)
    const fake = loginSection.replace('Require', 'AuthFormFakeBasicAuth On\nRequire')
    for (const directives of [plain, `${plain}\n${encrypted}`, `${table.directives}\n${inTable}`]) {
      await using site = await serveSite(`ProxyPass / ${app.url}/\n${directives}\n${fake}\nLogLevel debug`, {
        files: { users },
      })
      const visitor = site.visitor()
      assert.equal((await visitor.post('/in', alice)).status, 302)
      assert.equal((await visitor.get('/in')).status, 200)
      assert.equal(app.last.headers.authorization, `Basic ${Buffer.from('alice:').toString('base64')}`)
      const cookies = [...visitor.cookies.values()].map(({ value }) => value)
      assert.equal(cookies.length, 1)
      const opened = await Promise.all(cookies.map(async (value) => (await crypto.open(value))?.encoded))
      const kept = JSON.stringify([cookies, opened, table.rows(), app.requests, site.log()])
      assert.doesNotMatch(kept, /alicealice|YWxpY2VhbGljZ/)
    }
  })
})

describe('SessionInclude and SessionExclude', () => {
  it('are about the path that a request means, and not about how it is written', async () => {
    await using app = await RecordingApp.start(writer)
    const limits = 'SessionInclude /inc/yes\nSessionExclude /inc/yes/no'
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${plain}\n${limits}`)
    const hasSession = async (path: string) => {
      await site.visitor().get(path, { Cookie: 's=a=1' })
      return app.last.headers['session'] === 'a=1'
    }
    for (const path of ['/inc/yes', '/inc/yesterday', '/inc//yes', '/inc/%79es', '/inc/./yes', '/x/../inc/yes?a'])
      assert.equal(await hasSession(path), true, path)
    for (const path of ['/inc', '/inc?/inc/yes', '/inc/yes/no', '/inc/yes/nope', '/inc/yes//no', '/inc/yes/%6eo'])
      assert.equal(await hasSession(path), false, path)
  })
})

it('what an app says in the header of SessionHeader reaches no client', async () => {
  await using app = await RecordingApp.start(writer)
  await using site = await serveSite(
    `ProxyPass / ${app.url}/\n${plain}\nSessionExclude /out\n<Location /off>\nSession Off\n</Location>`,
  )
  const said = 'X-S=secret%3D1&x-s=secret%3D2'
  const paths = [`/?${said}`, `/?status=404&${said}`, `/?status=304&${said}`, `/out?${said}`, `/off?${said}`]
  for (const path of paths)
    for (const method of ['GET', 'HEAD', 'POST']) {
      const { rawHeaders } = await site.visitor().visit(path, { method })
      const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase())
      assert.ok(names.length > 0 && !names.includes('x-s'), `${method} ${path}`)
    }
})

it('directives that articles have invented keep the gateway from starting, with what to write instead', async () => {
  const advice: Readonly<Record<string, RegExp>> = {
    'SessionCrypto On': /Invalid command 'SessionCrypto'[^]*fix: .*SessionCryptoPassphrase switches encryption on/,
    'SessionCryptoDigest SHA256': /Invalid command 'SessionCryptoDigest'[^]*fix: .*always authenticated/,
    'SessionCryptoHash SHA256': /Invalid command 'SessionCryptoHash'[^]*fix: .*always authenticated/,
    'SessionCryptoIV x': /Invalid command 'SessionCryptoIV'[^]*fix: .*random IV of its own/,
    'SessionCryptoCipher AES256-GCM': /cipher 'AES256-GCM' not recognised[^]*fix: write aes256/,
    'SessionCookieNme s': /Invalid command 'SessionCookieNme'[^]*fix: write SessionCookieName/,
  }
  for (const [line, message] of Object.entries(advice)) await assert.rejects(serveSite(`${plain}\n${line}`), message)
})
