import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errorsOf, load, warningsOf } from '../../test/configs.ts'
import { modules } from './modules.ts'

describe('names', () => {
  it('that nobody knows are errors with the nearest one, or warnings', () => {
    const [found] = load('SesionTimeout 1').diagnostics
    assert.deepEqual(
      [found?.severity, found?.code, found?.expected, found?.fix],
      ['error', 'unknown-directive', 'SessionTimeout', 'write SessionTimeout'],
    )
    const [lenient] = load('SesionTimeout 1', { lenient: true }).diagnostics
    assert.deepEqual([lenient?.severity, lenient?.code], ['warning', 'unknown-directive'])
  })

  it('of other modules are warnings that say so', () => {
    const [found] = load('AddType text/x .x').diagnostics
    assert.deepEqual(
      [found?.severity, found?.code, found?.message],
      [
        'warning',
        'ignored-directive',
        'AddType is ignored: it belongs to mod_mime.c, and this gateway does not do that',
      ],
    )
  })

  it('of other modules that protect something are errors, lenient or not', () => {
    for (const line of ['Deny from all', 'RewriteRule ^/admin - [F]', 'AllowMethods GET'])
      assert.deepEqual(
        load(`<Location /a>\n${line}\n</Location>`, { lenient: true }).diagnostics.map(({ severity, code }) => [
          severity,
          code,
        ]),
        [['error', 'refused-directive']],
      )
    assert.equal(load('RewriteRule ^/a /b [L]').usable, true)
  })

  it('that articles have made up get advice', () => {
    assert.match(load('SessionCryptoIV abc').diagnostics[0]?.fix ?? '', /every message gets a random IV/)
  })

  it('of modules are checked too', () => {
    assert.deepEqual(errorsOf(load('LoadModule sesion_module x.so')), ['1:12 There is no module sesion_module'])
    assert.deepEqual(warningsOf(load('LoadModule rewrite_module x.so')), [
      '1:12 rewrite_module is not part of this gateway; the line has no effect',
    ])
  })

  it('occur once in the tables, with a help that is one line', () => {
    const all = modules.flatMap(({ directives }) => directives)
    assert.equal(new Set(all.map(({ name }) => name.toLowerCase())).size, all.length)
    for (const { name, help, syntax } of all) assert.ok(help !== '' && !help.includes('\n') && syntax !== '', name)
  })
})

describe('SetEnvIf', () => {
  it('wants an attribute, an expression and a variable', () => {
    const missing = '1:1 Missing expression or name of a variable'
    assert.deepEqual(errorsOf(load('SetEnvIf Host')), [missing])
    assert.deepEqual(errorsOf(load('BrowserMatch robot')), [missing])
    assert.deepEqual(errorsOf(load('SetEnvIf "^(X" yes seen')), ['1:10 Regex could not be compiled'])
    assert.deepEqual(errorsOf(load('SetEnvIfExpr "%{REQUEST_METHOD} ==" seen')).length, 1)
    assert.deepEqual(errorsOf(load(`SetEnvIfExpr "%{REQUEST_METHOD} == 'POST'"`)), [missing])
    assert.deepEqual(errorsOf(load('SetEnvIf Host ( seen')), ['1:15 Regex could not be compiled'])
    assert.deepEqual(errorsOf(load('SetEnvIfNoCase Host shop seen !hidden name=$1\nBrowserMatchNoCase Bot bot')), [])
  })
})

describe('RemoteIPHeader', () => {
  it('is nothing without proxies that are trusted, and they are nothing without it', () => {
    const nobody = '1:1 RemoteIPHeader has no effect: no proxy is trusted'
    const unasked = '1:1 Nobody is asked where requests come from: there is no RemoteIPHeader'
    assert.deepEqual(warningsOf(load('RemoteIPHeader X-Forwarded-For')), [nobody])
    assert.deepEqual(warningsOf(load('RemoteIPInternalProxy 10.0.0.0/8')), [unasked])
    assert.deepEqual(warningsOf(load('RemoteIPHeader X-Real-IP\nRemoteIPTrustedProxy 2001:db8::/32 10.1')), [])
    const [name] = load('RemoteIPTrustedProxy proxy.example').diagnostics
    assert.match(name?.fix ?? '', /^write the address/)
  })
})

describe('findings across lines', () => {
  it('look at everything that could say what a section lacks', () => {
    const outer = '<Location />\nAuthType Basic\nAuthName x\nAuthUserFile y\n</Location>\n'
    assert.deepEqual(warningsOf(load(`${outer}<Location /admin>\nRequire user bob\n</Location>`)), [])
    assert.deepEqual(warningsOf(load('<Location /admin>\nRequire user bob\n</Location>')), [
      '2:1 Require asks for a user, and there is no AuthType by which anybody could log in',
    ])
  })

  it('name the directives that are missing for a database', () => {
    assert.deepEqual(warningsOf(load('Session On\nSessionStore dbd\nDBDriver pgsql')), [
      '1:1 DBDParams not set: sessions are to be kept in a database',
    ])
    assert.deepEqual(warningsOf(load('Session On\nSessionStore dbd\nDBDriver sqlite3\nDBDParams /a.db')), [])
  })

  it('name what has no effect, or lets nobody in', () => {
    const cookies =
      'Session On\nSessionCryptoPassphrase 0123456789abcdef\nSessionCookieName s path=/\nSessionCookieName2 t path=/'
    assert.deepEqual(warningsOf(load(cookies)), [
      '4:1 SessionCookieName2 has no effect beside SessionCookieName: no browser keeps cookies of RFC 2965',
    ])
    const perUser = 'Session On\nSessionStore dbd\nDBDriver sqlite3\nDBDParams /a.db\nSessionDBDPerUser On\n'
    const login = (type: string) =>
      `${perUser}<Location />\nAuthType ${type}\nAuthName x\nAuthUserFile y\nRequire valid-user\n</Location>`
    assert.deepEqual(warningsOf(load(login('Basic'))), [])
    assert.match(warningsOf(load(login('Form'))).join(), /^5:1 Nobody can log in: SessionDBDPerUser needs/)
  })
})
