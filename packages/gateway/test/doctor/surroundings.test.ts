import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { freePort, serveSite } from '../gateway/harness.ts'
import { selfSigned } from '../proxy/certificate.ts'
import { detailsOf, findingOf, grave, stageSite } from './stage.ts'

const session = `Session On
SessionStore file
SessionTimeout 1800
SessionCookieName sessionid path=/; HttpOnly
SessionCryptoPassphrase 0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs
`
const login = `<Location /secure>
AuthType Basic
AuthName "Secure Area"
AuthUserFile \${ROOT}/users
Require valid-user
</Location>
`

/** `open sesame` as bcrypt keeps it. */
const strong = 'hana:$2y$05$KmnluR4gZ4CZ8eytT12.A.DzMfoMN5RZpFldGzxyCyxUwVDQfWJm6'

describe('the file of users', () => {
  it('is made where it is not there', async (t) => {
    const stage = await stageSite(t, session + login)
    const { message, command } = findingOf(await stage.doctor(), 'users')
    assert.equal(message, 'AuthUserFile cannot be read (ENOENT): nobody can log in')
    assert.match(command ?? '', /^sekisho htpasswd --create .*\/users admin$/)
    stage.run(`printf 'open sesame\\n' | ${command}`)
    assert.deepEqual(grave(await stage.doctor()), [])
  })

  it('is told apart from a directory, and made also with a blank in its name', async (t) => {
    const stage = await stageSite(t, session + login.replace('${ROOT}/users', '"${ROOT}/our users"'))
    mkdirSync(join(stage.root, 'our users'))
    const { message, command } = findingOf(await stage.doctor(), 'users')
    assert.equal(message, 'AuthUserFile is no regular file: nobody can log in')
    assert.equal(command, undefined)
    rmdirSync(join(stage.root, 'our users'))
    const missing = findingOf(await stage.doctor(), 'users')
    assert.match(missing.command ?? '', /^sekisho htpasswd --create '.*\/our users' admin$/)
    stage.run(`printf 'open sesame\\n' | ${missing.command}`)
    assert.deepEqual(grave(await stage.doctor()), [])
  })

  it('is closed to others', async (t) => {
    const stage = await stageSite(t, session + login)
    writeFileSync(join(stage.root, 'users'), `${strong}\n`)
    chmodSync(join(stage.root, 'users'), 0o644)
    await stage.isMended('users', /^Everybody on this machine can read/)
  })

  it('is told of hashes that are quickly guessed, which are not shown', async (t) => {
    const stage = await stageSite(t, session + login)
    const hash = '{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE='
    writeFileSync(join(stage.root, 'users'), `${strong}\nkenji:${hash}\n`, { mode: 0o600 })
    const found = findingOf(await stage.doctor(), 'users')
    assert.match(found.message, /^1 of 2 passwords in .* are kept so that they are quickly guessed: sha1$/)
    assert.match(found.command ?? '', / kenji$/)
    assert.ok(!JSON.stringify(found).includes(hash))
  })
})

describe('the file of groups', () => {
  it('is told when it is not there', async (t) => {
    const stage = await stageSite(t, session + login.replace('Require', 'AuthGroupFile ${ROOT}/groups\nRequire'))
    writeFileSync(join(stage.root, 'users'), `${strong}\n`, { mode: 0o600 })
    const { code, fix } = findingOf(await stage.doctor(), 'users')
    assert.equal(code, 'unusable-file')
    assert.match(fix ?? '', /^write lines such as "staff: hana taro" into /)
    writeFileSync(join(stage.root, 'groups'), 'staff: hana\n', { mode: 0o600 })
    assert.deepEqual(grave(await stage.doctor()), [])
  })
})

describe('the certificate', () => {
  const https = (more = '') =>
    `${session}SSLEngine on\nSSLCertificateFile \${ROOT}/cert.pem\nSSLCertificateKeyFile \${ROOT}/key.pem\n${more}`

  it('expires soon, and is made anew where it was made by hand', async (t) => {
    const stage = await stageSite(t, https('ServerName shop.example\n').replace('HttpOnly', 'HttpOnly; Secure'))
    const { cert, key } = selfSigned('DNS:shop.example')
    writeFileSync(join(stage.root, 'cert.pem'), cert)
    writeFileSync(join(stage.root, 'key.pem'), key)
    const { message } = await stage.isMended('certificate', /^The certificate .*cert\.pem expires in 1 days$/)
    assert.match(message, /cert\.pem/)
    assert.match(detailsOf(await stage.doctor(), 'certificate'), /for DNS:shop\.example, 364 days left/)
  })

  it('is for another name', async (t) => {
    const stage = await stageSite(t, https('ServerName shop.example\n').replace('HttpOnly', 'HttpOnly; Secure'))
    const line = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj /CN=other.example'
    const files = ['-keyout', join(stage.root, 'key.pem'), '-out', join(stage.root, 'cert.pem')]
    spawnSync('openssl', ['req', '-x509', ...line.split(' '), ...files])
    await stage.isMended('certificate', /is not for shop\.example$/)
  })

  it('is not there', async (t) => {
    const stage = await stageSite(t, https())
    assert.match(
      findingOf(await stage.doctor(), 'certificate').message,
      /^The certificate or its key cannot be used: ENOENT/,
    )
  })
})

describe('where the gateway listens', () => {
  it('is held by another program, which is named', async (t) => {
    const port = await freePort()
    const script = `require('node:net').createServer().listen(${port}, '127.0.0.1', () => console.log('up'))`
    const { spawn } = await import('node:child_process')
    const other = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => other.kill())
    await once(other.stdout, 'data')
    const stage = await stageSite(t, `Listen 127.0.0.1:${port}\n${session}`)
    const found = findingOf(await stage.doctor(), 'ports')
    assert.match(
      found.message,
      new RegExp(`^could not bind to address 127\\.0\\.0\\.1:${port}: \\S+, process ${other.pid}, listens there$`),
    )
    stage.run(found.command)
    await once(other, 'exit')
    assert.deepEqual(grave(await stage.doctor()), [])
  })

  it('is held by the gateway that serves this very site, which is good', async () => {
    await using site = await serveSite(session, { process: true })
    const { doctorSite } = await import('../../src/doctor/site/doctor-site.ts')
    const { signal } = new AbortController()
    const { examination } = await doctorSite({
      file: join(site.root, 'site.conf'),
      stateDirectory: join(site.root, 'state'),
      signal,
    })
    assert.match(detailsOf(examination, 'ports'), /is held by the gateway that serves this site, process \d+$/)
    assert.deepEqual(grave(examination), [])
  })
})

describe('an app behind the gateway', () => {
  it('that takes no connection is told', async (t) => {
    const port = await freePort()
    const stage = await stageSite(t, `${session}ProxyPass / http://127.0.0.1:${port}/\n`)
    const { message } = findingOf(await stage.doctor(), 'upstream')
    assert.match(
      message,
      new RegExp(
        `^The app at http://127\\.0\\.0\\.1:${port}/ takes no connection \\(ECONNREFUSED\\): visitors get a 503$`,
      ),
    )
    const app = createServer().listen(port, '127.0.0.1')
    await once(app, 'listening')
    t.after(() => app.close())
    assert.deepEqual(grave(await stage.doctor()), [])
  })
})

describe('the log', () => {
  it('cannot be written into a folder that is not there', async (t) => {
    const stage = await stageSite(t, `${session}ErrorLog \${ROOT}/logs/error.log\n`)
    await stage.isMended('log', /^Permission denied: .* cannot write the log/)
  })
})
