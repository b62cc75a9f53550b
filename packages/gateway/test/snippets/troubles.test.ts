import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { serveSite } from '../gateway/harness.ts'
import { RecordingApp } from '../gateway/app.ts'
import { listingFile, listingText } from './article.ts'
import { apache, asUser, hasOthers } from './places.ts'
import { contents, Shop, withoutExpiry } from './shop.ts'

/** What the gateway says when it does not start with these lines; where it does, that it serves. */
async function refusal(lines: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  try {
    await using shop = await Shop.serve(lines, { files })
    return `it serves ${shop.site.url}`
  } catch (error) {
    return (error as Error).message
  }
}

const withoutPassphrase = (number: number) => listingText(number).replace(/^ *SessionCryptoPassphrase .*\n/m, '')

describe('SessionCryptoPassphrase not set', () => {
  it('is an error where something needs it: a cipher, a signed header', async () => {
    assert.match(
      await refusal(withoutPassphrase(19)),
      /site\.conf:8:5: error: SessionCryptoPassphrase not set[^]*fix: write SessionCryptoPassphrase with the output of "sekisho keygen"/,
    )
    const signed = withoutPassphrase(19).replace(/^ *SessionCryptoCipher .*\n/m, '')
    assert.match(await refusal(signed), /site\.conf:7:5: error: SessionCryptoPassphrase not set/)
  })

  it('is an error when the program or the file that has it gives none', async () => {
    const given = (line: string) => listingText(18).replace(/SessionCryptoPassphrase .*/, line)
    const cases = [
      'SessionCryptoPassphrase exec:/bin/true',
      'SessionCryptoPassphrase exec:/bin/false',
      'SessionCryptoPassphrase exec:/nowhere/program',
      'SessionCryptoPassphraseFile ${ROOT}/empty',
    ]
    for (const line of cases) {
      const message = await refusal(given(line), { empty: '# nothing\n' })
      assert.match(message, /site\.conf:7:5: error: SessionCryptoPassphrase not set: /, line)
    }
    const spoken = await refusal(given('SessionCryptoPassphrase "exec:/bin/echo a long and secret phrase"'))
    assert.match(spoken, /^it serves/)
  })

  it('is a warning where the session would stand in the cookie as it is (listings 16, 22 and 29)', async () => {
    for (const number of [16, 22, 29]) {
      await using shop = await Shop.listing(number, { before: number === 29 ? 'Session On' : '' })
      assert.match(shop.site.said, /: warning: SessionCryptoPassphrase not set: the session stands in the cookie/)
    }
  })
})

describe('Permission denied', () => {
  const needsOthers = { skip: hasOthers ? false : 'only root can act as somebody else' }

  it('is what a file of passphrases comes to that cannot be read, with what mends it', needsOthers, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'sekisho-passphrases-'))
    t.after(() => rmSync(folder, { recursive: true }))
    chmodSync(folder, 0o755)
    const path = join(folder, 'passphrases')
    writeFileSync(path, 'a passphrase of root alone\n', { mode: 0o600 })
    const lines = listingText(18).replace(/SessionCryptoPassphrase .*/, `SessionCryptoPassphraseFile ${path}`)
    const message = await asUser(apache, () => refusal(lines))
    assert.ok(message.includes(`site.conf:7:5: error: Permission denied: ${path}`), message)
    const [, mend = ''] = /fix: (chown 48 .+)$/m.exec(message) ?? []
    execFileSync('sh', ['-c', mend])
    assert.match(await asUser(apache, () => refusal(lines)), /^it serves/)
  })
})

describe('session not found', () => {
  it('is told of a cookie that is of no session, which stays but on the load of a page (listing 10)', async () => {
    await using shop = await Shop.listing(10)
    const forged = { Cookie: `sessionid=${Buffer.alloc(72, 1).toString('base64')}` }
    const { visitor } = shop.guest()
    assert.deepEqual((await visitor.get('/api', forged)).setCookies, [])
    await shop.site.says('error.log', 'session not found: /api (the cookie sessionid is of no session here)')
    const page = await visitor.get('/page', { ...forged, Accept: 'text/html' })
    assert.deepEqual(page.setCookies, ['sessionid=;Max-Age=0;path=/'])
  })

  it('is told of several cookies of the name that differ', async () => {
    await using shop = await Shop.listing(18)
    await shop.guest().visitor.get('/', { Cookie: 'sessionid=a; sessionid=b' })
    await shop.site.says('error.log', 'session not found: / (several cookies sessionid that differ)')
    assert.equal(shop.app.last.headers['cookie'], undefined)
  })

  it('is not told of who has no cookie at all', async () => {
    await using shop = await Shop.listing(10)
    await shop.guest().visitor.get('/', { Accept: 'text/html' })
    await shop.guest().visitor.get('/', { Cookie: 'sessionid=x' })
    assert.equal((await shop.site.says('error.log', 'session not found')).split('session not found').length, 2)
  })
})

describe('a slip of the pen', () => {
  it('keeps the gateway from starting, and the word that was meant is named', async () => {
    for (const [meant, written] of [
      ['Session', 'Sesion'],
      ['SessionCookieName', 'SessionCokieName'],
      ['SessionCryptoPassphrase', 'SessionCryptPassphrase'],
      ['SessionHeader', 'SessionHeaders'],
    ] as const) {
      const lines = listingText(13).replace(new RegExp(`\\b${meant} `), `${written} `)
      const message = await refusal(lines)
      assert.match(message, new RegExp(`site\\.conf:\\d+:5: error: Invalid command '${written}'`))
      assert.match(message, new RegExp(`fix: write ${meant}$`, 'm'))
    }
  })
})

describe('one configuration for several apps', () => {
  it('lets them share a session, with modules loaded as in httpd.conf (listings 6 and 10)', async () => {
    await using cart = await RecordingApp.start((_, response) => void response.setHeader('X-Session', 'cart=tea'))
    await using till = await RecordingApp.start(({ headers }, response) => void response.end(headers['session']))
    const included = [6, 10].map((number) => `Include ${listingFile(number)}`).join('\n')
    const routes = `ProxyPass /cart/ ${cart.url}/\nProxyPass /till/ ${till.url}/`
    await using site = await serveSite(`${routes}\n${contents}\n${included}`)
    const visitor = site.visitor()
    await visitor.get('/cart/')
    assert.equal((await visitor.get('/till/')).text, 'cart=tea')
  })

  it('takes no session out of a URL (listing 15)', async () => {
    await using shop = await Shop.listing(15)
    const guest = shop.guest()
    await guest.write('cart=tea')
    for (const url of [`/?sessionid=${guest.cookie}`, `/;sessionid=${guest.cookie}`, `/${guest.cookie}`])
      assert.equal(withoutExpiry((await shop.guest().visitor.get(url)).text), '')
    assert.equal(await guest.session(), 'cart=tea')
  })
})
