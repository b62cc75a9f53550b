import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SessionCrypto, type ApacheCipher } from '../../src/apache/index.ts'
import { startRealServer, type RealServer } from './real-server.ts'

const ciphers: readonly ApacheCipher[] = ['aes128', 'aes192', 'aes256', '3des192']
const first = 'correct horse "battery" staple'
const second = 'パスフレーズ'
const session = 'user=alice&name=%e6%97%a5%e6%9c%ac&empty+space=%26%3d%25'

let apache: RealServer

before(async () => {
  const sectionOf = (cipher: string): [string, string] => [
    cipher,
    `SessionCookieName s path=/
SessionCryptoPassphrase '${first}' ${second}
SessionCryptoCipher ${cipher}`,
  ]
  const sections = ciphers.map(sectionOf)
  apache = await startRealServer({
    ...Object.fromEntries(sections),
    default: `SessionCookieName s path=/\nSessionCryptoPassphrase ${second}`,
  })
})

after(() => apache.stop())

/** The value of the session cookie that Apache sets when an application writes this session. */
async function sealedByApache(section: string, encoded: string): Promise<string> {
  const { setCookie } = await apache.ask(section, { write: [encoded] })
  return /^s=([^;]+);path=\/$/.exec(setCookie[0] ?? '')?.[1] ?? assert.fail(`set ${setCookie.join()}`)
}

async function readByApache(section: string, sealed: string): Promise<string | undefined> {
  return (await apache.ask(section, { cookie: `s=${sealed}` })).session
}

test('opens what the real server has sealed, with every cipher and at every length of a block', async () => {
  for (const cipher of ciphers) {
    const crypto = new SessionCrypto({ passphrases: [first], cipher })
    assert.deepEqual(await crypto.open(await sealedByApache(cipher, session)), { encoded: session, isNewest: true })
    for (let length = 1; length <= 17; length += 1) {
      const encoded = `k=${'v'.repeat(length)}`
      const opened = await crypto.open(await sealedByApache(cipher, encoded))
      assert.equal(opened?.encoded, encoded, cipher)
    }
  }
})

test('seals what the real server opens, with each of its passphrases', async () => {
  for (const cipher of ciphers) {
    for (const passphrase of [first, second]) {
      const crypto = new SessionCrypto({ passphrases: [passphrase], cipher })
      assert.equal(await readByApache(cipher, await crypto.seal(session)), session, `${cipher} ${passphrase}`)
      // A second text has the salt of the first one.
      assert.equal(await readByApache(cipher, await crypto.seal('a=1')), 'a=1', `${cipher} ${passphrase}`)
    }
    const stranger = new SessionCrypto({ passphrases: ['something else'], cipher })
    assert.equal(await readByApache(cipher, await stranger.seal(session)), '')
  }
})

test('has the cipher that the real server has when none is configured', async () => {
  const crypto = new SessionCrypto({ passphrases: [second] })
  assert.equal((await crypto.open(await sealedByApache('default', session)))?.encoded, session)
  assert.equal(await readByApache('default', await crypto.seal(session)), session)
})

test('shares a session with the real server while the passphrases change', async () => {
  const [old, next] = [first, second]
  // Step 1, both open both and seal with the old one; a server that has step 2 already seals with the new one.
  const step1 = new SessionCrypto({ passphrases: [old, next] })
  const step2 = new SessionCrypto({ passphrases: [next, old] })
  const fromApache = await sealedByApache('aes256', session)
  assert.deepEqual(await step1.open(fromApache), { encoded: session, isNewest: true })
  assert.deepEqual(await step2.open(fromApache), { encoded: session, isNewest: false })
  assert.equal(await readByApache('aes256', await step1.seal(session)), session)
  assert.equal(await readByApache('aes256', await step2.seal(session)), session)
})

test('refuses what the real server refuses', async () => {
  const sealed = await sealedByApache('aes256', session)
  const bytes = Buffer.from(sealed, 'base64')
  bytes.writeUInt8(bytes.readUInt8(30) ^ 1, 30)
  const crypto = new SessionCrypto({ passphrases: [first, second] })
  for (const changed of [bytes.toString('base64'), sealed.slice(4), sealed.slice(0, 20), 'AAAA', session]) {
    assert.equal(await readByApache('aes256', changed), '', changed)
    assert.equal(await crypto.open(changed), undefined, changed)
  }
})
