import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { detailsOf, findingOf, grave, stageSite } from './stage.ts'

const passphrase = 'SessionCryptoPassphrase 0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs'

describe('mod_session does not work (7-1)', () => {
  it('is healthy when everything is right, and says so', async (t) => {
    const stage = await stageSite(t, `Session On\nSessionStore file\nSessionTimeout 1800\n${passphrase}\n`)
    const examination = await stage.doctor()
    assert.deepEqual(grave(examination), [])
    assert.match(
      detailsOf(examination, 'modules'),
      /active: session_module, session_cookie_module, session_crypto_module/,
    )
  })

  it('tells of a guard for a module that is not there, because of which the block is left out', async (t) => {
    const stage = await stageSite(
      t,
      `<IfModule mod_sesion.c>\n    Session On\n    SessionTimeout 1800\n    ${passphrase}\n</IfModule>\n`,
    )
    const { message } = await stage.isMended(
      'modules',
      /no module mod_sesion\.c: Session, SessionTimeout, SessionCryptoPassphrase/,
    )
    assert.match(message, /left out/)
    assert.match(stage.text(), /<IfModule mod_session\.c>/)
  })

  it('tells of a module that is used and not loaded, where others are', async (t) => {
    const stage = await stageSite(
      t,
      `LoadModule session_module modules/mod_session.so
LoadModule session_cookie_module modules/mod_session_cookie.so
Session On
SessionTimeout 1800
SessionCookieName sessionid path=/; HttpOnly
${passphrase}
`,
    )
    const { command } = await stage.isMended(
      'modules',
      /SessionCryptoPassphrase is of session_crypto_module, which the configuration does not load/,
    )
    assert.match(command ?? '', /^sekisho enable session_crypto --config /)
  })

  it('tells of a misspelt directive, and nothing that follows from it', async (t) => {
    const stage = await stageSite(
      t,
      `Session On\nSessionStore file\nSesionCookieName sessionid path=/; HttpOnly\n${passphrase}\n`,
    )
    const { findings, checks } = await stage.doctor()
    assert.equal(findings.length, 1)
    assert.equal(checks.find(({ check }) => check === 'renewal')?.state, 'silent')
    await stage.isMended('configuration', /^Invalid command 'SesionCookieName'/)
    assert.match(stage.text(), /^SessionCookieName sessionid/m)
  })

  it('tells of a configuration that is not there', async (t) => {
    const stage = await stageSite(t, 'Session On\n')
    const { findings } = await stage.doctor({ file: `${stage.root}/nowhere.conf` })
    assert.equal(findings[0]?.check, 'configuration')
    assert.match(findings[0]?.message ?? '', /nowhere\.conf/)
  })

  it('counts what the error log has told of the usual failures', async (t) => {
    const stage = await stageSite(t, `Session On\nSessionStore file\nErrorLog \${ROOT}/error.log\n${passphrase}\n`)
    stage.run(`printf 'x session expired: /\\nx session expired: /a\\nx else\\n' > ${stage.root}/error.log`)
    const found = findingOf(await stage.doctor(), 'log')
    assert.deepEqual(
      [found.severity, found.message],
      ['info', 'session expired: 2 of the last 3 lines of the log say so'],
    )
  })
})

describe('sessions are not kept (7-2)', () => {
  it('tells of a timeout that is too short, and which directive governs', async (t) => {
    const stage = await stageSite(
      t,
      `Session On\nSessionStore file\nSessionTimeout 60\nSessionMaxAge 7200\n${passphrase}\n`,
    )
    const { found } = await stage.isMended('lifetime', /^session expired: sessions end after 60 s without a request/)
    assert.equal(found, 'SessionTimeout 60')
    const lifetime = detailsOf(await stage.doctor(), 'lifetime')
    assert.match(lifetime, /after 30 min without a request, by SessionTimeout, the smaller of the two/)
    assert.match(
      lifetime,
      /12 h after they began at the latest; the end is written anew every 60 s; the cookie has a Max-Age/,
    )
  })

  it('tells of an end that is written anew too rarely', async (t) => {
    const stage = await stageSite(
      t,
      `Session On\nSessionStore file\nSessionTimeout 600\nSessionExpiryUpdateInterval 500\n${passphrase}\n`,
    )
    await stage.isMended('lifetime', /^The end of sessions is written anew only every 500 s/)
    assert.match(stage.text(), /^SessionExpiryUpdateInterval 60$/m)
  })
})

describe('a session in the URL (7-4)', () => {
  it('is refused, and the line that asks for it goes', async (t) => {
    const stage = await stageSite(t, `Session On\nSessionStore file\nSessionURLParameter sid\n${passphrase}\n`)
    await stage.isMended('configuration', /^A session cannot be carried in a URL parameter/)
    assert.doesNotMatch(stage.text(), /SessionURLParameter/)
  })
})
