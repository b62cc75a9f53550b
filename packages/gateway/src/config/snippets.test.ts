import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { errorsOf, requestTo } from '../../test/configs.ts'
import { AuthName, AuthType, AuthUserFile } from './directives/auth-basic.ts'
import { Require } from './directives/authz.ts'
import { LoadModule } from './directives/server.ts'
import { SessionDBDInsertSQL, SessionDBDSelectSQL, SessionDBDUpdateSQL } from './directives/session-dbd.ts'
import { SessionTimeout } from './directives/session.ts'
import { loadConfig, loadHtaccess } from './load-node.ts'
import { SiteMatcher } from './match.ts'
import { type SessionPolicy, sessionPolicy } from './session-policy.ts'
import type { Settings } from './settings.ts'
import { Source } from './source.ts'

/** Configurations as articles about mod_session print them, character by character. */
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../test/snippets/data')

function settingsOf(name: string, path = '/'): Settings {
  const loaded = loadConfig(join(folder, `${name}.conf`), { environment: {} })
  assert.deepEqual(errorsOf(loaded), [])
  return new SiteMatcher(loaded.site).match(requestTo(path)).settings
}

function policyOf(name: string, path?: string): SessionPolicy {
  const policy = sessionPolicy(settingsOf(name, path))
  assert.ok(policy !== undefined)
  return policy
}

describe('the configurations of an article about mod_session', () => {
  it('load the three modules (06)', () => {
    assert.deepEqual(
      [...settingsOf('06').get(LoadModule).keys()],
      ['session_module', 'session_cookie_module', 'session_crypto_module'],
    )
  })

  it('keep the session in an encrypted cookie (10, 18)', () => {
    for (const [name, text] of [
      ['10', 'secret'],
      ['18', 'MyStrongPassphrase123'],
    ] as const) {
      const policy = policyOf(name)
      assert.equal(policy.store, 'cookie')
      assert.deepEqual(policy.cookie, {
        name: 'sessionid',
        attributes: 'path=/',
        remove: false,
        maxAge: true,
        secure: false,
      })
      assert.deepEqual(policy.passphrases, [{ kind: 'text', text }])
      assert.equal(policy.cipher, 'aes256')
    }
  })

  it('keep the session in a file of its own name (11, 14)', () => {
    for (const name of ['11', '14']) {
      const policy = policyOf(name)
      assert.equal(policy.store, 'file')
      assert.equal(policy.fileName, '/var/lib/apache2/session/%{SESSIONID}.session')
      assert.deepEqual(
        [policy.cookie.name, policy.cookie.attributes, policy.autoStart, policy.encrypted],
        ['sessionid', undefined, true, true],
      )
    }
  })

  it('keep the session in a table, by statements whose parameters stand in their order (12)', () => {
    const settings = settingsOf('12')
    assert.equal(sessionPolicy(settings)?.store, 'dbd')
    assert.equal(sessionPolicy(settings)?.cookie.remove, true)
    assert.deepEqual(settings.get(SessionDBDInsertSQL), {
      pieces: ['INSERT INTO sessions (id, data) VALUES (', ', ', ')'],
      parameters: ['id', 'data'],
    })
    assert.deepEqual(settings.get(SessionDBDSelectSQL), {
      pieces: ['SELECT data FROM sessions WHERE id = ', ''],
      parameters: ['id'],
    })
    assert.deepEqual(settings.get(SessionDBDUpdateSQL), {
      pieces: ['UPDATE sessions SET data = ', ' WHERE id = ', ''],
      parameters: ['data', 'id'],
    })
  })

  it('hand the id to the app in a header of their own (13)', () => {
    assert.deepEqual([policyOf('13').header, policyOf('13').headerContent], ['x-myapp-session', 'id'])
  })

  it('end a session after half an hour without a request (15, 20)', () => {
    for (const name of ['15', '20']) {
      const policy = policyOf(name)
      assert.deepEqual(
        [policy.idleSeconds, policy.store, policy.cookie.name, policy.autoStart, policy.updateIntervalSeconds],
        [1800, 'file', 'sessionid', true, 60],
      )
    }
  })

  it('give those a session who have logged in, below their path only (16)', () => {
    const settings = settingsOf('16', '/secure/page')
    assert.deepEqual(
      [settings.get(AuthType), settings.get(AuthName), settings.get(AuthUserFile)],
      ['Basic', 'Secure Area', '/etc/apache2/.htpasswd'],
    )
    const [required] = settings.get(Require)
    assert.deepEqual(required?.kind === 'require' && required.requirement, { provider: 'valid-user' })
    assert.deepEqual(
      [sessionPolicy(settings)?.cookie.name, sessionPolicy(settings)?.cookie.attributes],
      ['secureSession', 'path=/secure'],
    )
    assert.equal(sessionPolicy(settingsOf('16', '/securely')), undefined)
  })

  it('sign what the app gets (19)', () => {
    assert.deepEqual(
      [policyOf('19').headerContent, policyOf('19').cipher, policyOf('19').encrypted],
      ['signed-id', 'aes256', true],
    )
  })

  it('pass the attributes of the cookie on as they are (22)', () => {
    assert.deepEqual(
      [policyOf('22').cookie.name, policyOf('22').cookie.attributes],
      ['sessionid', 'path=/; HttpOnly; Secure'],
    )
  })

  it('renew the id (23, 32)', () => {
    assert.deepEqual([policyOf('23').header, policyOf('32').header], ['x-renew-session', 'x-renew-session'])
    assert.deepEqual([policyOf('23').store, policyOf('32').store], ['cookie', 'file'])
  })

  it('take single lines too (28, 29, 34, 35)', () => {
    assert.equal(settingsOf('28').get(SessionTimeout), 3600)
    for (const name of ['29', '34', '35']) assert.equal(sessionPolicy(settingsOf(name)), undefined)
  })

  it('may stand in a .htaccess file where AuthConfig is permitted, and only there (13, 18)', () => {
    for (const name of ['13', '18']) {
      const source = new Source('/www/.htaccess', readFileSync(join(folder, `${name}.conf`), 'utf8'))
      const { layer, diagnostics } = loadHtaccess(source, new Set(['AuthConfig']), { environment: {} })
      assert.deepEqual(diagnostics.list, [])
      assert.equal(sessionPolicy(layer.settings)?.cookie.name, 'sessionid')
      const refused = loadHtaccess(source, new Set(['FileInfo']), { environment: {} })
      assert.equal(refused.diagnostics.list[0]?.message, 'Session not allowed here')
    }
  })

  it('are what the real server would refuse in the lines that it does not know', () => {
    const found = (name: string) =>
      loadConfig(join(folder, `${name}.conf`), { environment: {}, asApache: true })
        .diagnostics.filter(({ code }) => code === 'not-in-apache')
        .map(({ line }) => line)
    assert.deepEqual(['10', '11', '12', '15', '35'].map(found), [[], [3, 4], [3, 5, 6, 7], [3], [2]])
  })
})
