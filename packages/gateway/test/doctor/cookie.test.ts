import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { detailsOf, findingOf, grave, stageSite } from './stage.ts'

const passphrase = 'SessionCryptoPassphrase 0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs'

const site = (cookie: string, more = '') =>
  `ServerName shop.example\nSession On\nSessionStore file\nSessionCookieName ${cookie}\n${passphrase}\n${more}`

describe('the cookie (7-2)', () => {
  it('is shown as a visitor gets it', async (t) => {
    const stage = await stageSite(t, site('sessionid path=/; HttpOnly; SameSite=Lax', 'SessionTimeout 1800\n'))
    assert.match(
      detailsOf(await stage.doctor(), 'cookie'),
      /^the site: Set-Cookie: sessionid=…;Max-Age=1800;path=\/; HttpOnly; SameSite=Lax$/,
    )
  })

  it('is never set where nothing begins a session (listing 10)', async (t) => {
    const stage = await stageSite(
      t,
      `<IfModule mod_session.c>\n    Session On\n    SessionCookieName sessionid path=/; HttpOnly\n    ${passphrase}\n</IfModule>\n`,
    )
    await stage.isMended('cookie', /^session not found: nobody gets a cookie in the site/)
    assert.match(stage.text(), /SessionAutoStart On/)
  })

  it('is not returned over plain http when it is Secure (listing 29)', async (t) => {
    const stage = await stageSite(t, site('sessionid path=/; HttpOnly; Secure'))
    const { severity } = await stage.isMended(
      'cookie',
      /^session not found: the cookie sessionid is Secure on a plain http address, http:\/\/shop\.example:\d+\//,
    )
    assert.equal(severity, 'error')
    assert.match(stage.text(), /^SessionCookieName sessionid path=\/; HttpOnly$/m)
  })

  it('is only a warning at this very machine, where some browsers keep it', async (t) => {
    const stage = await stageSite(
      t,
      site('sessionid path=/; HttpOnly; Secure').replace('ServerName shop.example\n', ''),
    )
    const { severity, message } = findingOf(await stage.doctor(), 'cookie')
    assert.equal(severity, 'warning')
    assert.match(
      message,
      /Chromium and Firefox keep it at http:\/\/localhost:\d+\/, because that is this machine; Safari/,
    )
  })

  it('has Secure without attributes, as in the real server, and loses it with the right ones', async (t) => {
    const stage = await stageSite(t, site('sessionid'))
    await stage.isMended('cookie', /is Secure on a plain http address/)
    assert.match(stage.text(), /^SessionCookieName sessionid path=\/; HttpOnly; SameSite=Lax$/m)
  })

  it('is refused for another domain', async (t) => {
    const stage = await stageSite(t, site('sessionid path=/; HttpOnly; Domain=other.example'))
    await stage.isMended(
      'cookie',
      /^session not found: no browser keeps a cookie for other\.example that comes from shop\.example/,
    )
  })

  it('is refused when its name promises what it has not', async (t) => {
    const stage = await stageSite(t, site('__Host-sid path=/; HttpOnly'))
    await stage.isMended(
      'cookie',
      /^session not found: no browser keeps __Host-sid, because a name with __Host- needs Secure/,
    )
    assert.match(stage.text(), /^SessionCookieName sid path/m)
  })

  it('is refused with SameSite=None and without Secure', async (t) => {
    const stage = await stageSite(t, site('sessionid path=/; HttpOnly; SameSite=None'))
    await stage.isMended('cookie', /because SameSite=None needs Secure/)
  })

  it('ends at once with a Max-Age of 0', async (t) => {
    const stage = await stageSite(t, site('sessionid path=/; HttpOnly; Max-Age=0'))
    await stage.isMended('cookie', /ends in the moment in which it is set/)
  })

  it('does not come back to a section that its path does not reach', async (t) => {
    const section = `<Location /secure>\nSessionCookieName secureSession path=/secured; HttpOnly\n</Location>\n`
    const stage = await stageSite(t, site('sessionid path=/; HttpOnly', section))
    await stage.isMended(
      'cookie',
      /secureSession is for \/secured, and does not come back to http:\/\/shop\.example\/secure$/,
    )
    assert.match(stage.text(), /secureSession path=\/secure; HttpOnly/)
  })

  it('is open to scripts without HttpOnly', async (t) => {
    const stage = await stageSite(t, site('sessionid path=/'))
    await stage.isMended('cookie', /^Scripts of the page can read the cookie sessionid/)
    assert.match(stage.text(), /^SessionCookieName sessionid path=\/; HttpOnly$/m)
  })
})

describe('a cookie for a whole domain (7-4)', () => {
  it('can be planted by every host of it', async (t) => {
    const stage = await stageSite(
      t,
      site('sessionid path=/; HttpOnly; Domain=shop.example').replace('ServerName shop', 'ServerName www.shop'),
    )
    const { code } = await stage.isMended('renewal', /^Every host of shop\.example can plant the cookie sessionid/)
    assert.equal(code, 'fixation')
  })
})

describe('sections', () => {
  it('are each looked at on their own', async (t) => {
    const secure = `<Location /secure>\nSessionCookieName secureSession path=/secure; HttpOnly\n</Location>\n`
    const stage = await stageSite(t, site('sessionid path=/; HttpOnly', secure))
    const examination = await stage.doctor()
    assert.deepEqual(grave(examination), [])
    assert.match(
      detailsOf(examination, 'cookie'),
      /^the site: .*\n<Location \/secure>: Set-Cookie: secureSession=…;path=\/secure; HttpOnly$/,
    )
  })
})
