/** Cookies and passwords that were made by the real server's own programs. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecordingApp } from '../gateway/app.ts'
import { serveSite } from '../gateway/harness.ts'
import { passwordVectors, sealedVectors, writer, writing } from './site.ts'

describe('a cookie that mod_session_crypto has made', () => {
  /** A section for each cipher, with the passphrase that its cookies were made with. */
  function sections(): string {
    const passphrases = new Map(sealedVectors.map(({ cipher, passphrase }) => [cipher, passphrase]))
    return Array.from(
      passphrases,
      ([cipher, passphrase]) => `<Location /${cipher}>
Session On
SessionEnv On
SessionHeader X-S
SessionCompat apache
SessionCookieName sess_${cipher} path=/;HttpOnly
SessionCryptoCipher ${cipher}
SessionCryptoPassphrase "${passphrase}"
</Location>`,
    ).join('\n')
  }

  it('opens, whatever its cipher, and what is written over it is encrypted with the same', async () => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${sections()}`)
    assert.deepEqual([...new Set(sealedVectors.map(({ cipher }) => cipher))], ['aes256', 'aes192', 'aes128', '3des192'])
    for (const { cipher, cookie, plaintext } of sealedVectors) {
      const visitor = site.visitor()
      const read = await visitor.get(`/${cipher}`, { Cookie: `sess_${cipher}=${cookie}` })
      assert.deepEqual([read.status, read.setCookies, app.last.headers['session']], [200, [], plaintext])
      await visitor.get(writing('more=1', `/${cipher}`), { Cookie: `sess_${cipher}=${cookie}` })
      const written = Buffer.from(visitor.cookie(`sess_${cipher}`) ?? '', 'base64')
      const block = cipher === '3des192' ? 8 : 16
      assert.equal(written.length, 8 + 16 + block + block * (Math.floor(`${plaintext}&more=1`.length / block) + 1))
      await visitor.get(`/${cipher}`)
      assert.equal(app.last.headers['session'], `${plaintext}&more=1`)
    }
  })

  it('is no session where another cipher, or another passphrase, is configured', async () => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${sections()}`)
    for (const { cipher, cookie, plaintext } of sealedVectors) {
      for (const other of new Set(sealedVectors.map((vector) => vector.cipher))) {
        await site.visitor({ cookies: false }).get(`/${other}`, { Cookie: `sess_${other}=${cookie}` })
        assert.equal(app.last.headers['session'], other === cipher ? plaintext : '', `${cipher} as ${other}`)
      }
    }
  })
})

describe('a password file that htpasswd has made', () => {
  const guarded = (more = '') => `
DocumentRoot \${ROOT}/htdocs
<Location />
AuthType Basic
AuthName vectors
AuthUserFile \${ROOT}/users
${more}
Require valid-user
</Location>`
  const files = { users: passwordVectors.map(({ line }) => `${line}\n`).join(''), 'htdocs/index.html': 'in' }
  const basic = (user: string, password: string) => ({
    Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  })

  it('lets in whom the real server lets in, line by line', async () => {
    // One wrong password for each user, and fewer than 50 from one address, are within the limits of attempts.
    await using site = await serveSite(guarded('AuthUserFileAllow des'), { files })
    const visitor = site.visitor()
    for (const { user, password, apache, apacheWrongPw } of passwordVectors) {
      const right = await visitor.get('/', basic(user, password))
      const wrong = await visitor.get('/', basic(user, `${password}x`))
      assert.deepEqual([right.status, wrong.status], [apache, apacheWrongPw], user)
    }
    assert.equal(passwordVectors.length, 24)
  })

  it('lets nobody in by eight characters that DES counts, unless that is allowed', async () => {
    await using site = await serveSite(guarded(), { files })
    const visitor = site.visitor()
    const weak = passwordVectors.filter(({ user }) => user.startsWith('crypt-'))
    for (const { user, password } of weak) assert.equal((await visitor.get('/', basic(user, password))).status, 401)
    assert.equal(weak.length, 3)
    const log = await site.says('error.log', /users:\d+: crypt-simple cannot log in: the hash is DES/)
    for (const { line } of weak) assert.ok(!log.includes(line.slice(line.indexOf(':') + 1)))
  })
})
