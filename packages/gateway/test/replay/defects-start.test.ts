/** Defects of the real server (2.4.71) that are not to be found here: those that show when it starts, and in a database. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecordingApp } from '../gateway/app.ts'
import { serveSite } from '../gateway/harness.ts'
import { preparedStatements, SessionTable, writer, writing } from './site.ts'

const sessions = 'Session On\nSessionCookieName s path=/\nSessionHeader X-S'

describe('B5: a program that does not print a passphrase', () => {
  const failing: Readonly<Record<string, RegExp>> = {
    '/bin/false': /the program \/bin\/false failed[^]*it ended with status 1/,
    '/nowhere/program': /the program \/nowhere\/program failed[^]*ENOENT/,
    '/bin/true': /the program \/bin\/true printed nothing/,
  }

  it('keeps the gateway from starting, by a message with its place', async () => {
    for (const [program, message] of Object.entries(failing)) {
      const text = `${sessions}\nSessionCryptoPassphrase exec:${program}`
      await assert.rejects(serveSite(text), message)
      await assert.rejects(serveSite(text), /site\.conf:4:1: error: SessionCryptoPassphrase not set: /)
      await assert.rejects(
        serveSite(`${sessions}\n<Location /in>\nSessionCryptoPassphrase exec:${program}\n</Location>`),
      )
    }
  })

  it('keeps a running one on the configuration that it has', async () => {
    await using app = await RecordingApp.start(writer)
    const good = `ProxyPass / ${app.url}/\n${sessions}\nSessionEnv On\n`
    const program = 'SessionCryptoPassphrase "exec:/bin/echo what the program prints"'
    await using site = await serveSite(good + program)
    const visitor = site.visitor()
    await visitor.get(writing('cart=tea'))
    await site.reload(`${good}SessionCryptoPassphrase exec:/bin/false`)
    await site.says('error.log', 'SessionCryptoPassphrase not set: the program /bin/false failed')
    assert.deepEqual((await visitor.get('/')).setCookies, [])
    assert.equal(app.last.headers['session'], 'cart=tea')
    assert.match(visitor.cookie('s') ?? '', /^[A-Za-z0-9+/]{60,}=*$/)
  })
})

it('B6: a cipher that there is not keeps the gateway from starting, and the message knows which there are', async () => {
  for (const cipher of ['aes999', 'AES256', 'aes-256-gcm', 'aes256-cbc']) {
    const text = `${sessions}\nSessionCryptoPassphrase "a passphrase for this test"\nSessionCryptoCipher ${cipher}`
    const message = /site\.conf:5:21: error: cipher '.*' not recognised [^]*options: aes256, 3des192, aes128, aes192/
    await assert.rejects(serveSite(text), message)
  }
})

describe('B12: SessionDBD*Label of the server', () => {
  const labels = preparedStatements((verb) => `our-${verb}`)
  const named = ['Select', 'Insert', 'Update', 'Delete'].map(
    (verb) => `SessionDBD${verb}Label our-${verb.toLowerCase()}`,
  )

  it('holds in a section that says something else about sessions in a database', async () => {
    using table = new SessionTable()
    const database = table.directives.split('\n').slice(0, 2).join('\n')
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`
ProxyPass / ${app.url}/
${database}
${labels}
${named.join('\n')}
<Location /in>
Session On
SessionDBDCookieName id path=/in
SessionDBDCookieRemove Off
SessionHeader X-S
SessionEnv On
</Location>`)
    const visitor = site.visitor()
    await visitor.get(writing('cart=tea', '/in'))
    await visitor.get('/in')
    assert.equal(app.last.headers['session'], 'cart=tea')
    assert.equal(table.rows().length, 1)
  })

  it('of a section without a statement of that label is an error', async () => {
    const text = `Session On\n${sessions}\nSessionStore dbd\nDBDriver sqlite3\nDBDParams \${ROOT}/a.db\nSessionDBDSelectLabel nowhere`
    await assert.rejects(serveSite(text), /failed to find the prepared statement called 'nowhere'/)
  })
})

describe('sessions in a database', () => {
  const kept = 'Session On\nSessionDBDCookieName id path=/\nSessionHeader X-S\nSessionEnv On'

  it('B3: are announced by one cookie', async () => {
    using table = new SessionTable()
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${table.directives}\n${kept}`)
    const visitor = site.visitor()
    for (const path of ['/', writing('a=1'), writing('b=2'), '/'])
      assert.ok((await visitor.get(path)).setCookies.length <= 1, path)
    assert.ok(visitor.cookie('id'))
  })

  it('B8: stay one when four requests write at once, and lose nothing', async () => {
    using table = new SessionTable()
    const waiting: (() => void)[] = []
    await using app = await RecordingApp.start(async ({ url }, response) => {
      response.setHeader('X-S', url === '/n' ? 'n=0' : `${url.slice(1)}=1`)
      if (url === '/n') return
      const all = new Promise<void>((resolve) => waiting.push(resolve))
      if (waiting.length === 4) for (const go of waiting) go()
      await all
    })
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${table.directives}\n${kept}`)
    const visitor = site.visitor()
    await visitor.get('/n')
    const id = visitor.cookie('id')
    assert.ok(id)
    const answers = await Promise.all(['/k1', '/k2', '/k3', '/k4'].map((path) => visitor.get(path)))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    )
    assert.deepEqual([visitor.cookie('id'), table.rows().length], [id, 1])
    app.handler = writer
    await visitor.get('/')
    const session = String(app.last.headers['session']).split('&').toSorted()
    assert.deepEqual(session, ['k1=1', 'k2=1', 'k3=1', 'k4=1', 'n=0'])
  })
})
