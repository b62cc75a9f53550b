import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { strengthOf } from '../../src/doctor/checks/passphrase-strength.ts'
import { detailsOf, findingOf, grave, stageSite } from './stage.ts'

const inCookie = `Session On
SessionCookieName sessionid path=/; HttpOnly
SessionTimeout 1800
`
const strong = '0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs'

describe('encryption does not work (7-5)', () => {
  it('has no passphrase: the session stands in the cookie for everybody', async (t) => {
    const stage = await stageSite(t, inCookie)
    const { severity } = await stage.isMended(
      'passphrase',
      /^SessionCryptoPassphrase not set: the session stands in the cookie/,
    )
    assert.equal(severity, 'error')
    assert.match(stage.text(), /^SessionCryptoPassphrase [A-Za-z0-9+/]{43}=$/m)
  })

  it('has a cipher and no passphrase', async (t) => {
    const stage = await stageSite(t, `${inCookie}SessionCryptoCipher aes256\n`)
    await stage.isMended('configuration', /^SessionCryptoPassphrase not set$/)
  })

  it('has the passphrase of an article, which is not shown', async (t) => {
    for (const published of ['secret', 'mySecretPassphrase', 'MyStrongPassphrase123', 'MySecretKey123']) {
      const stage = await stageSite(t, `${inCookie}SessionCryptoPassphrase ${published}\n`)
      const found = await stage.isMended('passphrase', /^The passphrase is weak: it stands in articles and manuals/)
      assert.ok(!JSON.stringify(found).includes(published))
      assert.doesNotMatch(stage.text(), new RegExp(published))
    }
  })

  it('is mended by several lines in a row, of which none changes what it was not made for', async (t) => {
    const lines =
      'Session On\nSessionCookieName sessionid path=/\nSessionTimeout 20\nSessionStoreFileName /var/lib/%{SESSIONID}\n'
    const stage = await stageSite(t, `${lines}SessionCryptoPassphrase secret\n`)
    // From the first line to the last: each that puts one in moves those below it.
    for (let turn = 0; turn < 3; turn += 1)
      for (const { command } of (await stage.doctor()).findings.toSorted(
        (one, other) => (one.line ?? 0) - (other.line ?? 0),
      ))
        if (command !== undefined) stage.run(command)
    const [, ...directives] = stage.text().trim().split('\n')
    assert.deepEqual(
      directives.map((line) => line.split(' ', 1)[0]),
      ['Session', 'SessionCookieName', 'SessionTimeout', 'SessionStoreFileName', 'SessionCryptoPassphrase'],
    )
    assert.match(stage.text(), /sessionid path=\/; HttpOnly\nSessionTimeout 1800\n/)
  })

  it('has a guard that leaves it out', async (t) => {
    const guarded = `<IfModule mod_session_cripto.c>\nSessionCryptoPassphrase ${strong}\n</IfModule>\n`
    const stage = await stageSite(t, `${inCookie}${guarded}`)
    const [cause, next] = (await stage.doctor()).findings
    assert.deepEqual([cause?.check, next?.check], ['modules', 'passphrase'])
    stage.run(cause?.command)
    assert.deepEqual(grave(await stage.doctor()), [])
  })

  it('has a program that gives none', async (t) => {
    const stage = await stageSite(t, `${inCookie}SessionCryptoPassphrase exec:/bin/false\n`)
    const examination = await stage.doctor()
    const { message, code } = findingOf(examination, 'passphrase')
    assert.equal(examination.findings.length, 1)
    assert.equal(message, 'SessionCryptoPassphrase not set: the program /bin/false failed')
    assert.equal(code, 'passphrase-missing')
  })

  it('has a file that others can change', async (t) => {
    const stage = await stageSite(t, `${inCookie}SessionCryptoPassphraseFile \${ROOT}/passphrase\n`)
    writeFileSync(join(stage.root, 'passphrase'), `${strong}\n`)
    chmodSync(join(stage.root, 'passphrase'), 0o666)
    await stage.isMended('passphrase', /^SessionCryptoPassphraseFile: others can change/)
  })

  it('is tried there and back, with forgeries, in every cipher', async (t) => {
    for (const cipher of ['aes256', 'aes192', 'aes128', '3des192', 'xaes256']) {
      const stage = await stageSite(t, `${inCookie}SessionCryptoCipher ${cipher}\nSessionCryptoPassphrase ${strong}\n`)
      const examination = await stage.doctor()
      assert.deepEqual(grave(examination), [])
      assert.match(
        detailsOf(examination, 'seal'),
        new RegExp(`^the site: ${cipher} there and back in \\d+ ms; no forgery is taken$`),
      )
    }
  })
})

describe('the strength of a passphrase', () => {
  it('is what is left of it when words, repetitions and sequences are taken away', () => {
    const weak = [
      'aaaaaaaaaaaaaaaaaaaaaaaa',
      'abcdefghijklmnopqrstuvwxyz',
      '1234567890123456789012',
      'passwordpasswordpassword',
      'tokyo-summer-shop-2024',
    ]
    for (const phrase of weak) assert.equal(strengthOf(phrase).verdict, 'weak', phrase)
    const strongOnes = ['0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs', 'Zm9vYmFyIGJheiBxdXgK7x+Q2Lr1', 'kMv3-pQz9-Rt5w-Yx8n-Hj2b']
    for (const phrase of strongOnes) assert.equal(strengthOf(phrase).verdict, 'strong', phrase)
  })
})
