import assert from 'node:assert/strict'
import { chmodSync, unlinkSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { brief, gate, TestSession } from '../../test/auth/gate.ts'
import { UserFiles, type UserFilesOptions } from './user-files.ts'

const basic = (rest = '', name = 'Secure Area') => `<Location /secure>
AuthType Basic
AuthName "${name}"
AuthUserFile %USERS%
Require valid-user
${rest}
</Location>`

function authorization(value: string) {
  return { headers: { authorization: value } }
}

function encoded(text: string | Buffer): string {
  return Buffer.from(text).toString('base64')
}

describe('Basic authentication', () => {
  it('lets in who has a password, and asks everybody else for one', async (t) => {
    const { admit } = gate(t, basic())
    const asks = '401 Basic realm="Secure Area"'
    assert.equal(brief(await admit('/secure')), asks)
    assert.equal(brief(await admit('/secure', { basic: 'ubasic:pbasic' })), 'pass ubasic')
    assert.equal(brief(await admit('/secure', { basic: 'ubasic:wrong' })), asks)
    assert.equal(brief(await admit('/secure', { basic: 'nobody:pbasic' })), asks)
    assert.equal(brief(await admit('/elsewhere')), 'pass')
  })

  it('says who it is and how it knows', async (t) => {
    const { admit } = gate(t, basic())
    assert.deepEqual(await admit('/secure', { basic: 'bob:pw' }), {
      kind: 'pass',
      user: 'bob',
      authType: 'Basic',
      authorization: undefined,
    })
  })

  it('takes the scheme in every case, and only this one', async (t) => {
    const { admit, notices } = gate(t, basic())
    for (const scheme of ['basic', 'BASIC', 'bAsIc'])
      assert.equal(brief(await admit('/secure', authorization(`${scheme} ${encoded('bob:pw')}`))), 'pass bob', scheme)
    assert.equal(brief(await admit('/secure', authorization(`Basic   ${encoded('bob:pw')} `))), 'pass bob')
    assert.equal(notices.length, 0)
    for (const scheme of ['Bearer', 'Basics', 'Digest'])
      assert.match(brief(await admit('/secure', authorization(`${scheme} ${encoded('bob:pw')}`))), /^401/, scheme)
    assert.equal(notices[0]?.message, 'AH01614: client used wrong authentication scheme: /secure')
  })

  it('refuses credentials that are none', async (t) => {
    const { admit } = gate(t, basic())
    const bad = [
      'Basic',
      'Basic ',
      'Basic !!!!',
      `Basic ${encoded('bob:pw')}!`,
      `Basic ${encoded('bob:pw')} x`,
      `Basic ${encoded('bob')}`,
      `Basic ${encoded(':pw')}`,
      `Basic ${encoded('')}`,
      `Basic ${encoded('bob\0:pw')}`,
      `Basic ${encoded('bob\r\n:pw')}`,
      `Basic ${encoded('bob:pw\0')}`,
      `Basic ${encoded(Buffer.from([0xff, 0x3a, 0x70, 0x77]))}`,
    ]
    for (const value of bad) assert.match(brief(await admit('/secure', authorization(value))), /^401 Basic/, value)
  })

  it('takes a password with colons, and names and passwords in UTF-8', async (t) => {
    const users = ['c:$apr1$aVAn6iZP$Ewj2tiAdPZsw8fQsKVXoj.', '利用者:$apr1$Wh7focA6$yyD3fZORa1JJr/CyATIKF.'].join('\n')
    const { admit } = gate(t, basic(), { users })
    assert.equal(brief(await admit('/secure', { basic: 'c:a:b c' })), 'pass c')
    assert.equal(brief(await admit('/secure', { basic: '利用者:パスワード' })), 'pass 利用者')
  })

  it('quotes the realm, in the octets of UTF-8', async (t) => {
    const { admit } = gate(t, basic('', String.raw`a \"b\" c\\d`))
    assert.equal(brief(await admit('/secure')), String.raw`401 Basic realm="a \"b\" c\\d"`)
    const japanese = gate(t, basic('', '会員専用'))
    assert.equal(
      brief(await japanese.admit('/secure')),
      `401 Basic realm="${Buffer.from('会員専用').toString('latin1')}"`,
    )
  })

  it('logs refusals in the words of the real server, and no password', async (t) => {
    const { admit, notices } = gate(t, basic())
    await admit('/secure/ab', { basic: 'bob:hunter2' })
    await admit('/secure/ab', { basic: 'no\u2028body\u001b[0m:hunter2' })
    await admit('/secure/ab', { basic: `${'x'.repeat(500)}:hunter2` })
    await admit('/secure/ab', { basic: 'no\u2028body:hunter2' })
    assert.deepEqual(
      notices.map(({ message }) => message),
      [
        'AH01617: user bob: authentication failure for "/secure/ab": Password Mismatch',
        `AH01618: user ${'x'.repeat(79)}… not found: /secure/ab`,
        'AH01618: user no\\u{2028}body not found: /secure/ab',
      ],
    )
  })

  it('answers 500 without AuthName, at once, and without AuthUserFile, once somebody tries', async (t) => {
    const nameless = gate(
      t,
      '<Location /secure>\nAuthType Basic\nAuthUserFile %USERS%\nRequire valid-user\n</Location>',
    )
    assert.equal(brief(await nameless.admit('/secure')), '500')
    assert.equal(nameless.notices[0]?.message, 'AH01615: need AuthName: /secure')
    const userless = gate(t, '<Location /secure>\nAuthType Basic\nAuthName x\nRequire valid-user\n</Location>')
    assert.equal(brief(await userless.admit('/secure')), '401 Basic realm="x"')
    assert.equal(brief(await userless.admit('/secure', { basic: 'bob:pw' })), '500')
    assert.equal(userless.notices[0]?.message, 'AH01619: AuthUserFile not specified in the configuration')
  })

  it('answers 503 while the file cannot be read, and works when it can', async (t) => {
    const { admit, users, notices, clock } = gate(t, basic())
    unlinkSync(users)
    assert.equal(brief(await admit('/secure')), '401 Basic realm="Secure Area"')
    assert.equal(brief(await admit('/secure', { basic: 'bob:pw' })), '503 5')
    assert.equal(notices[0]?.message, `AH01620: Could not open password file: ${users} (ENOENT)`)
    writeFileSync(users, 'bob:{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM=\n')
    chmodSync(users, 0o640)
    clock.now = 1000
    assert.equal(brief(await admit('/secure', { basic: 'bob:pw' })), 'pass bob')
  })

  it('answers 429 with Retry-After when too much was tried', async (t) => {
    const { admit } = gate(t, basic())
    for (let turn = 0; turn < 10; turn += 1)
      assert.match(brief(await admit('/secure', { basic: `bob:guess${turn}` })), /^401/)
    assert.equal(brief(await admit('/secure', { basic: 'bob:pw' })), '429 30')
    assert.equal(brief(await admit('/secure', { basic: 'ann:pw' })), 'pass ann')
  })

  it('refuses who is not found, AuthBasicAuthoritative or not', async (t) => {
    const { admit } = gate(t, basic('AuthBasicProvider file file\nAuthBasicAuthoritative Off'))
    assert.match(brief(await admit('/secure', { basic: 'nobody:pw' })), /^401/)
    assert.match(brief(await admit('/secure', { basic: 'bob:no' })), /^401/)
    assert.equal(brief(await admit('/secure', { basic: 'bob:pw' })), 'pass bob')
  })

  it('takes DES and plain text where AuthUserFileAllow says so, and only there', async (t) => {
    const config = `${basic()}\n${basic('AuthUserFileAllow des PLAIN').replace('/secure', '/lax')}`
    const found: string[] = []
    const onFindings: UserFilesOptions['onFindings'] = (findings) =>
      found.push(...findings.map(({ message }) => message))
    const users = 'old:7YPZxgGzxdL7s\nopen:sesame street'
    const { admit } = gate(t, config, { users, access: { files: new UserFiles({ onFindings }) } })
    for (const basicLogin of ['old:secret', 'open:sesame street']) {
      assert.match(brief(await admit('/secure', { basic: basicLogin })), /^401/)
      assert.match(brief(await admit('/lax', { basic: basicLogin })), /^pass/)
    }
    assert.deepEqual(found, [
      'old cannot log in: the hash is DES, of which only eight characters count',
      'open cannot log in: the password is kept as plain text',
    ])
  })

  it('tells the app what AuthBasicFake says, to whomever', async (t) => {
    const config = `${basic('AuthBasicFake %{REMOTE_USER} "secret %{REQUEST_METHOD}"')}
<Location /open>\nAuthBasicFake demo\n</Location>
<Location /empty>\nAuthBasicFake %{HTTP:x-none} x\n</Location>
<Location /off>\nAuthBasicFake demo\nAuthBasicFake Off\n</Location>`
    const { admit } = gate(t, config)
    const told = async (path: string, request?: Parameters<typeof admit>[1]) => {
      const outcome = await admit(path, request)
      assert.ok(outcome.kind === 'pass')
      return outcome.authorization
    }
    assert.equal(await told('/secure', { basic: 'bob:pw' }), `Basic ${encoded('bob:secret GET')}`)
    assert.equal(await told('/open'), `Basic ${encoded('demo:password')}`)
    assert.equal(await told('/empty'), undefined)
    assert.equal(await told('/off'), undefined)
  })

  it('gives whom it finds a session that begins with that, but not as in Apache', async (t) => {
    const { admit } = gate(
      t,
      `${basic('Session On')}\n${basic('Session On\nSessionCompat apache').replace('/secure', '/compat')}`,
    )
    const session = new TestSession()
    const before = session.id
    await admit('/secure', { session, basic: 'bob:pw' })
    assert.notEqual(session.id, before)
    await admit('/secure', { session, basic: 'bob:pw' })
    await admit('/secure', { session, basic: 'bob:wrong' })
    await admit('/secure', { session, basic: 'ann:pw' })
    assert.deepEqual(session.done, ['login bob', 'login ann'])
    const other = new TestSession()
    assert.equal(brief(await admit('/compat', { session: other, basic: 'bob:pw' })), 'pass bob')
    assert.deepEqual(other.done, [])
  })
})
