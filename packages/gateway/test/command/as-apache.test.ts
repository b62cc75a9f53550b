import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { check } from '../../src/check/check.ts'
import { realServer } from '../apache.ts'
import { listingFile, listings } from '../snippets/article.ts'
import { writtenSites } from './written.ts'

const long = process.env['SEKISHO_LONG'] === '1'
const isOfSessions = (name: string): boolean => name.startsWith('session')

/** The set-ups that the report tells of, with the modules that the real server has to do without. */
const servers = [
  { setup: 'every module loaded', server: realServer() },
  { setup: 'mod_session alone', server: realServer((name) => isOfSessions(name) && name !== 'session') },
  { setup: 'no session module', server: realServer(isOfSessions) },
]
after(() => {
  for (const { server } of servers) server[Symbol.dispose]()
})

const { folder, site } = writtenSites()

/** What is said to be the answer of the real server, and what it is. */
function answers(file: string): { setup: string; told: string; seen: string }[] {
  const { setups } = check(file, { asApache: true })
  return servers.map(({ setup, server }) => {
    const verdict = setups.find((entry) => entry.setup === setup)
    assert.ok(verdict !== undefined, setup)
    // Included, so that lines have the numbers that they have here.
    const { accepted, output } = server.test(`Include ${file}\n`)
    return { setup, told: verdict.words ?? 'Syntax OK', seen: accepted ? 'Syntax OK' : wordsIn(output, file) }
  })
}

/** From "Syntax error on line …" about the file itself on, without what is said to the line that includes it. */
function wordsIn(output: string, file: string): string {
  const at = output.search(
    new RegExp(`(?:AH00526: )?Syntax error on line \\d+ of ${file.replaceAll('.', String.raw`\.`)}:`),
  )
  return output.slice(at).trim()
}

function assertSame(file: string): void {
  for (const { setup, told, seen } of answers(file)) assert.equal(told, seen, `${file}, ${setup}`)
}

describe('what is said about the real server', () => {
  const configurations = listings.filter(({ kind, number }) => kind === 'configuration' && number !== 6)

  it('is what it says to each configuration of the article, whatever it has loaded', () => {
    assert.equal(configurations.length, 17)
    for (const { number } of configurations) {
      const file = join(folder, `${number}.conf`)
      cpSync(listingFile(number), file)
      assertSame(file)
    }
  })

  it('is what it says to mistakes of every kind', () => {
    const texts = [
      'Session On\nSessionMaxAge 1 2\n',
      'Sesion On\n',
      '<Location /a>\nSession On\n',
      '<Location /a>\nSession On\n</Directory>\n',
      'SessionCryptoCipher xaes256\nSessionCryptoPassphrase a-passphrase-that-is-long\n',
      '<Location /a>\nSessionCryptoDriver openssl\n</Location>\n',
      'SessionCookieMaxAge Off\nSession On\n',
      'SessionMaxAge abc\n',
      'Session Perhaps\n',
      '<IfModule mod_session_crypto.c>\nSessionStore file\n</IfModule>\n',
      '<IfModule !mod_session.c>\nNonsense\n</IfModule>\n',
    ]
    const chosen = long ? texts : texts.filter((_, index) => index % 2 === 0)
    for (const [index, text] of chosen.entries()) assertSame(site(text, `mistake-${index}.conf`))
  })

  it('takes a configuration at its word that loads modules', () => {
    const conf = 'LoadModule session_module modules/mod_session.so\nSession On\nSessionCookieName s path=/\n'
    const { setups, findings } = check(site(conf, 'loads.conf'), { asApache: true })
    assert.deepEqual(
      setups.map(({ setup, starts }) => [setup, starts]),
      [['the modules that it loads', false]],
    )
    const refused = findings.find(({ severity }) => severity === 'error')
    assert.match(refused?.message ?? '', /^Invalid command 'SessionCookieName'/)
    assert.match(refused?.fix ?? '', /sekisho enable session_cookie/)
  })

  it('tells of modules that are loaded in the wrong order, twice, or from a path that Debian does not have', () => {
    const conf =
      'LoadModule session_cookie_module /x/mod_session_cookie.so\nLoadModule session_module modules/mod_session.so\n' +
      'LoadModule session_module modules/mod_session.so\n'
    const file = site(conf, 'order.conf')
    const { findings, setups } = check(file, { asApache: true })
    assert.equal(
      setups[0]?.words,
      `Syntax error on line 1 of ${file}: Cannot load /x/mod_session_cookie.so into server: /x/mod_session_cookie.so: undefined symbol: ap_hook_session_save`,
    )
    assert.deepEqual(
      findings.map(({ line, severity, message }) => `${line} ${severity} ${message.split(/[,:]/, 1)[0] ?? ''}`),
      [
        '1 error Cannot load /x/mod_session_cookie.so into server',
        '2 info Cannot load modules/mod_session.so into server',
        '3 warning AH01574',
        '3 info Cannot load modules/mod_session.so into server',
      ],
    )
  })
})

describe('what the real server takes and ignores', () => {
  const told = (number: number): string[] =>
    check(listingFile(number), { asApache: true })
      .findings.filter(({ code }) => code === 'differs-in-apache')
      .map(({ line, message }) => `${line} ${message.split(/[:;]/, 1)[0] ?? ''}`)

  it('is told of each configuration of the article', () => {
    const never = 'No cookie is ever issued'
    const expected: Readonly<Record<number, readonly string[]>> = {
      10: [`2 ${never}`],
      11: ['2 AH01815'],
      12: ['2 No cookie is ever issued', '4 AH01852'],
      13: ['5 The app receives no id'],
      14: ['2 AH01815'],
      15: ['2 AH01815'],
      16: [`6 ${never}`],
      18: [`2 ${never}`],
      19: ['5 Nothing is signed'],
      20: ['2 AH01815'],
      22: [`2 ${never}`],
      23: ['5 No id is renewed'],
      28: [],
      29: [],
      32: ['1 AH01815', '2 No id is renewed'],
      34: [],
      35: ['1 AH01852'],
    }
    for (const [number, lines] of Object.entries(expected))
      assert.deepEqual(told(Number(number)), lines, `listing ${number}`)
  })

  it('is told of our cipher, of programs for passphrases, of SessionCookieRemove, SessionEnv and logins by form', () => {
    const conf = `Session On
SessionCookieName s path=/
SessionCookieRemove On
SessionEnv On
SessionCryptoPassphrase exec:/bin/phrase
SessionCryptoCipher xaes256
ProxyPass / http://127.0.0.1:9/
<Location /in>
AuthType Form
AuthName x
AuthUserFile /x
</Location>
`
    const { findings, usable } = check(site(conf, 'differs.conf'), { asApache: true })
    assert.ok(usable)
    const lines = findings.filter(({ code }) => code === 'differs-in-apache').map(({ line }) => line)
    assert.deepEqual(lines, [1, 3, 4, 5, 6, 9])
  })

  it('is told of a .htaccess file as well', () => {
    const file = site('Session On\nSessionTimeout 1800\nSessionCookieName s path=/\n', '.htaccess')
    assert.equal(check(file).usable, true)
    const { usable, findings } = check(file, { asApache: true })
    assert.equal(usable, false)
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'error').map(({ line, message }) => [line, message.slice(0, 33)]),
      [[2, "Invalid command 'SessionTimeout',"]],
    )
  })
})
