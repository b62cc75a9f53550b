import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { realServer } from '../apache.ts'
import { typeAt } from './pty.ts'
import { runSekisho } from './run.ts'
import { writtenSites } from './written.ts'

const { folder, site } = writtenSites()

const good = `Listen 127.0.0.1:8080
Session On
SessionCookieName sessionid path=/; HttpOnly; Secure
SessionCryptoPassphrase a-passphrase-of-some-length
SessionTimeout 1800
ProxyPass / http://127.0.0.1:3000/
<Location /admin>
SessionStore file
</Location>
<Location /static>
Session Off
</Location>
`

describe('sekisho check', () => {
  it('says what is wrong, where, what was expected, what was found, and what mends it', async () => {
    const file = site('Listen 8080\nSession On\nSessionTimeot 1800\nSessionMaxAge soon\n')
    const { screen, code } = await typeAt(['check', file], [], { columns: 200 })
    assert.equal(code, 1)
    assert.ok(
      screen.includes(`${file}:3:1: error: Invalid command 'SessionTimeot', perhaps misspelled or defined by a module not included in the server configuration [unknown-directive]
    SessionTimeot 1800
    ^
    expected: SessionTimeout
    found: SessionTimeot
    fix: write SessionTimeout
`),
      screen,
    )
    assert.match(screen, /site\.conf:4:15: error: [^]*\n {18}\^\n {4}expected: [^]*\n {4}found: soon\n/)
    assert.match(screen, /\nNot usable: 2 errors\n$/)
  })

  it('sums up the sessions of each section', async () => {
    const { screen, code } = await typeAt(['check', site(good)], [], { columns: 140 })
    assert.equal(code, 0)
    assert.deepEqual(
      screen.split('\n').map((line) => line.trimEnd()),
      [
        'Section             Store       Cookie                              Lasts                     Encryption',
        'server config       cookie      sessionid path=/; HttpOnly; Secure  1800 s without a request  aes256',
        '<Location /admin>   file        sessionid path=/; HttpOnly; Secure  1800 s without a request  aes256',
        '<Location /static>  no session',
        '',
        'Syntax OK',
        '',
      ],
    )
  })

  it('tells what is left out, and warns of a module that nobody has', async () => {
    const text =
      '<IfModule mod_sesion.c>\nSession On\n</IfModule>\n<IfModule mod_rewrite.c>\n</IfModule>\n<IfDefine production>\n</IfDefine>\n'
    const { stdout, code } = await runSekisho(['check', site(`Listen 8080\n${text}`), '--json'])
    const { findings } = JSON.parse(stdout) as { findings: Record<string, unknown>[] }
    assert.deepEqual(
      findings.map(({ line, severity, code: kind, fix }) => [line, severity, kind, fix]),
      [
        [2, 'warning', 'skipped-section', 'write mod_session.c'],
        [5, 'info', 'skipped-section', undefined],
        [7, 'info', 'skipped-section', 'add -D production, if it should count'],
      ],
    )
    assert.equal(code, 0)
    const strict = await runSekisho(['check', join(folder, 'site.conf'), '--strict', '-D', 'production'])
    assert.equal(strict.code, 1)
    assert.doesNotMatch(strict.stdout, /production/)
  })

  it('takes unknown directives for warnings when it is told to', async () => {
    const file = site('Listen 8080\nFrobnicate On\n')
    assert.equal((await runSekisho(['check', file])).code, 1)
    const lenient = await runSekisho(['check', file, '--lenient'])
    assert.deepEqual([lenient.code, /^.*warning: Invalid command 'Frobnicate'/.test(lenient.stdout)], [0, true])
  })

  it('warns of Require env for a variable that is set too late', async () => {
    const file = site('Listen 8080\n<Location /a>\nSetEnv insider 1\nRequire env insider\n</Location>\n')
    const { stdout } = await runSekisho(['check', file])
    assert.match(stdout, /site\.conf:4:1: warning: .*insider.* SetEnv/)
  })

  it('looks into the .htaccess files of the directories that may have one', async () => {
    const docs = join(folder, 'htdocs')
    mkdirSync(docs)
    writeFileSync(join(docs, '.htaccess'), 'Session On\nSessionTimeout never\n')
    const file = site(`Listen 8080\n<Directory ${docs}>\nAllowOverride AuthConfig\n</Directory>\n`)
    const { stdout, code } = await runSekisho(['check', file])
    assert.equal(code, 1)
    assert.match(stdout, /htdocs\/\.htaccess:2:16: error: /)
  })

  it('never shows a passphrase or a password', async () => {
    const secret = 'correct-horse'
    const file = site(
      `Listen 8080\nSession On\nSessionCookieName s path=/\nSessionCryptoPassphrase ${secret}\nDBDParams "host=h,pass=${secret}"\n`,
    )
    for (const words of [[], ['--json'], ['--as-apache'], ['--as-apache', '--json']]) {
      const { stdout, stderr } = await runSekisho(['check', file, ...words])
      assert.match(stdout, /passphrase is short/)
      assert.ok(!`${stdout}${stderr}`.includes(secret), stdout)
    }
  })

  it('says the same as the real server about what both can judge', async () => {
    using server = realServer()
    for (const [text, accepted] of [
      ['Session On\nSessionCookieName s path=/\nSessionMaxAge 60\n', true],
      ['Session On\nSessionCookieName =\n', false],
      ['<Location /x>\nSession On\n', false],
    ] as const) {
      const { code } = await runSekisho(['check', site(text), '--as-apache'])
      assert.deepEqual([server.test(text).accepted, code], [accepted, accepted ? 0 : 1], text)
    }
  })
})
