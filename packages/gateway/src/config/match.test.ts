import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { accepted, errorsOf, load, requestTo } from '../../test/configs.ts'
import { SessionHeader, SessionInclude, SessionMaxAge, Session } from './directives/session.ts'
import { Require } from './directives/authz.ts'
import { LogLevel } from './directives/logs.ts'
import { SessionCryptoPassphrase } from './directives/session-crypto.ts'
import { Header } from './directives/headers.ts'
import { ErrorDocument, ServerName } from './directives/core.ts'
import { htaccessFiles } from './htaccess-node.ts'
import { type ConfigRequest, SiteMatcher } from './match.ts'
import { SessionDBDInsertLabel, SessionDBDSelectLabel } from './directives/session-dbd.ts'

/** A section whose header says that it had the last word. */
function section(open: string, name = open): string {
  return `<${open}>\nSessionHeader ${name.replaceAll(/[^A-Za-z0-9]/g, '-')}\n</${open.split(' ', 1)[0]}>\n`
}

function winner(text: string, path: string, more: Partial<ConfigRequest> = {}): string | undefined {
  return new SiteMatcher(accepted(text).site).match(requestTo(path, more)).settings.get(SessionHeader)
}

describe('Location', () => {
  it('holds its path and what lies below it, at the boundary of a segment', () => {
    const hits = (open: string, paths: readonly string[]) =>
      paths.filter((path) => winner(section(open, 'hit'), path) === 'hit')
    assert.deepEqual(hits('Location /lm', ['/lm', '/lm/', '/lm/x', '/lmx', '/LM', '/']), ['/lm', '/lm/', '/lm/x'])
    assert.deepEqual(hits('Location /lms/', ['/lms', '/lms/', '/lms/x']), ['/lms/', '/lms/x'])
    assert.deepEqual(hits('Location /', ['/', '/a']), ['/', '/a'])
    assert.deepEqual(hits('Location "/w*/x"', ['/wa/x', '/wa/x/y', '/wa/b/x']), ['/wa/x'])
    assert.deepEqual(hits('Location ~ "/(a|b)$"', ['/x/a', '/a/x']), ['/x/a'])
    assert.deepEqual(hits('LocationMatch "(?i)^/PRIVATE"', ['/private/x', '/x/private']), ['/private/x'])
  })

  it('gives the last word to the section that stands later in the file, however short its path', () => {
    assert.equal(winner(section('Location /a/b', 'long') + section('Location /a', 'short'), '/a/b'), 'short')
  })
})

describe('the order of sections', () => {
  const everything =
    section('If "true"', 'if') +
    section('Location /', 'location') +
    section('Files "*.html"', 'files') +
    section('DirectoryMatch "^/w"', 'dirmatch') +
    section('Directory /w/a', 'dir2') +
    section('Directory /w', 'dir1')

  it('is: directories from the shortest on, directory expressions, files, locations, conditions', () => {
    const { site } = accepted(`SessionHeader main\n${everything}`)
    const { layers } = new SiteMatcher(site).match(requestTo('/a/x.html', { file: '/w/a/x.html' }))
    assert.deepEqual(
      layers.map(({ title }) => title),
      [
        'server config',
        '<Directory /w>',
        '<Directory /w/a>',
        '<DirectoryMatch "^/w">',
        '<Files "*.html">',
        '<Location />',
        '<If "true">',
      ],
    )
  })

  it('leaves out directories and files when a request is passed to an app', () => {
    assert.equal(winner(section('Directory /', 'dir'), '/a'), undefined)
  })

  it('takes sections of a virtual host after those of the server', () => {
    const host = `<VirtualHost *:80>\nServerName a.example\n${section('Location /', 'host')}</VirtualHost>\n`
    assert.equal(winner(host + section('Location /a', 'main'), '/a', { host: 'a.example' }), 'host')
  })

  it('tests the files of a directory after those of the server, and opens conditions within sections last', () => {
    const text = `<Location />\n<If "true">\nSessionHeader inner\n</If>\n</Location>\n${section('If "true"', 'outer')}`
    assert.equal(winner(text, '/'), 'inner')
    const files = `<Directory /w>\n${section('Files x', 'within')}</Directory>\n${section('Files x', 'outside')}`
    assert.equal(winner(files, '/x', { file: '/w/x' }), 'within')
  })

  it('chooses the first branch whose condition holds', () => {
    const text =
      section('If "%{REQUEST_METHOD} == \'POST\'"', 'post') +
      section('ElseIf "%{REQUEST_METHOD} == \'PUT\'"', 'put') +
      section('Else', 'else')
    assert.deepEqual(
      ['POST', 'PUT', 'GET'].map((method) => winner(text, '/', { method })),
      ['post', 'put', 'else'],
    )
  })
})

describe('merging', () => {
  const settings = (text: string, path = '/a') => new SiteMatcher(accepted(text).site).match(requestTo(path)).settings

  it('replaces single values and keeps what a section does not mention', () => {
    const merged = settings('Session On\nSessionMaxAge 10\n<Location /a>\nSessionMaxAge 20\n</Location>')
    assert.deepEqual(
      [merged.get(Session), merged.get(SessionMaxAge), merged.placeOf(SessionMaxAge)?.line],
      [true, 20, 4],
    )
  })

  it('appends the prefixes of SessionInclude and the rules of Header', () => {
    const merged = settings(
      'SessionInclude /1\nHeader set A 1\n<Location /a>\nSessionInclude /2\nHeader set A 2\n</Location>',
    )
    assert.deepEqual(merged.get(SessionInclude), ['/1', '/2'])
    assert.deepEqual(
      merged.get(Header).map(({ value }) => value),
      [
        { kind: 'fixed', text: '1' },
        { kind: 'fixed', text: '2' },
      ],
    )
  })

  it('replaces the list of passphrases, which adds up within one section', () => {
    const merged = settings(
      'SessionCryptoPassphrase one\n<Location /a>\nSessionCryptoPassphrase two\nSessionCryptoPassphrase three\n</Location>',
    )
    assert.deepEqual(merged.get(SessionCryptoPassphrase), [
      { kind: 'text', text: 'two' },
      { kind: 'text', text: 'three' },
    ])
  })

  it('replaces levels of modules one by one, and all of them where a section sets that of the server', () => {
    const outer = 'LogLevel info session:debug mod_ssl.c:warn\nLogLevel auth_form_module:trace1\n'
    const levels = (line: string) => [...settings(`${outer}<Location /a>\n${line}\n</Location>`).get(LogLevel)]
    const before = [
      ['', 'info'],
      ['session', 'debug'],
      ['ssl', 'warn'],
    ]
    assert.deepEqual(levels('LogLevel session:error'), [
      ['', 'info'],
      ['session', 'error'],
      ['ssl', 'warn'],
      ['auth_form', 'trace1'],
    ])
    assert.deepEqual(levels('SessionMaxAge 1'), [...before, ['auth_form', 'trace1']])
    assert.deepEqual(levels('LogLevel proxy:debug crit core:warn'), [
      ['', 'crit'],
      ['core', 'warn'],
    ])
    assert.deepEqual(errorsOf(load('LogLevel sesion:debug')), ['1:10 Module not found: sesion'])
  })

  it('replaces documents for errors one by one', () => {
    const merged = settings(
      'ErrorDocument 404 /a\nErrorDocument 500 /b\n<Location /a>\nErrorDocument 404 default\n</Location>',
    )
    assert.deepEqual(
      [...merged.get(ErrorDocument)].map(([status, answer]) => [status, answer?.kind]),
      [
        ['404', undefined],
        ['500', 'location'],
      ],
    )
  })

  it('keeps a label of the server in a section that sets another', () => {
    const merged = settings('SessionDBDSelectLabel mine\n<Location /a>\nSessionDBDInsertLabel other\n</Location>')
    assert.deepEqual([merged.get(SessionDBDSelectLabel), merged.get(SessionDBDInsertLabel)], ['mine', 'other'])
  })

  it('replaces requirements unless AuthMerging says otherwise', () => {
    const outer = '<Location />\nRequire ip 10.0.0.0/8\n</Location>\n'
    const merged = (line: string) =>
      settings(`${outer}<Location /a>\n${line}\nRequire all granted\n</Location>`).get(Require)
    assert.deepEqual(
      merged('').map(({ kind }) => kind),
      ['require'],
    )
    assert.deepEqual(
      merged('AuthMerging Off').map(({ kind }) => kind),
      ['require'],
    )
    const [both] = merged('AuthMerging And')
    assert.deepEqual([both?.kind, both?.kind === 'all' && both.children.length], ['all', 2])
    assert.equal(merged('AuthMerging Or')[0]?.kind, 'any')
  })

  it('does the work once for each combination of sections', () => {
    const matcher = new SiteMatcher(accepted('Session On\n<Location /a>\nSessionMaxAge 1\n</Location>').site)
    assert.equal(matcher.match(requestTo('/a')).settings, matcher.match(requestTo('/a/b')).settings)
    assert.notEqual(matcher.match(requestTo('/a')).settings, matcher.match(requestTo('/b')).settings)
  })
})

describe('virtual hosts', () => {
  const text = `ServerName main
<VirtualHost *:80>
ServerName first.example
</VirtualHost>
<VirtualHost *:80>
ServerName second.example
ServerAlias *.second.example other
</VirtualHost>
<VirtualHost 192.0.2.1:80>
ServerName numbered.example
</VirtualHost>`
  const matcher = new SiteMatcher(accepted(text).site)
  const answering = (host: string, port: number, localAddress?: string) =>
    matcher.server({ host, port, ...(localAddress !== undefined && { localAddress }) }).settings.get(ServerName)?.host

  it('are chosen by address, then by name, and the first one answers to unknown names', () => {
    assert.equal(answering('second.example', 80), 'second.example')
    assert.equal(answering('A.Second.Example', 80), 'second.example')
    assert.equal(answering('other.', 80), 'second.example')
    assert.equal(answering('unknown', 80), 'first.example')
    assert.equal(answering('second.example', 80, '192.0.2.1'), 'numbered.example')
    assert.equal(answering('second.example', 8080), 'main')
  })
})

describe('.htaccess', () => {
  it('is read directory by directory where it is permitted, and closes its directory when it is wrong', (t) => {
    const root = mkdtempSync(join(tmpdir(), 'sekisho-htaccess-'))
    t.after(() => rmSync(root, { recursive: true }))
    mkdirSync(join(root, 'in/bad'), { recursive: true })
    writeFileSync(join(root, '.htaccess'), 'SessionMaxAge 1\n')
    writeFileSync(
      join(root, 'in/.htaccess'),
      '<IfModule mod_session.c>\nSessionMaxAge 2\n</IfModule>\n<Files special>\nSessionMaxAge 3\n</Files>\n',
    )
    writeFileSync(join(root, 'in/bad/.htaccess'), 'SessionMaxAge two\n')
    const messages: string[] = []
    const lookup = htaccessFiles({
      recheckMs: 0,
      environment: {},
      onDiagnostics: (found) => messages.push(...found.map(({ message }) => message)),
    })
    const ask = (override: string, file: string) => {
      const { site } = accepted(`<Directory ${root}>\nAllowOverride ${override}\n</Directory>`)
      return new SiteMatcher(site).match(requestTo('/', { file: join(root, file) }), lookup).settings
    }
    assert.deepEqual(
      ['x', 'in/x', 'in/special'].map((file) => ask('AuthConfig', file).get(SessionMaxAge)),
      [1, 2, 3],
    )
    assert.equal(ask('None', 'in/x').get(SessionMaxAge), 0)
    const [denied] = ask('All', 'in/bad/x').get(Require)
    assert.deepEqual(denied?.kind === 'require' && denied.requirement, { provider: 'all', granted: false })
    assert.deepEqual(messages, ['"two" is not a number of seconds'])
    writeFileSync(join(root, '.htaccess'), 'SessionMaxAge 1000\n')
    assert.equal(ask('AuthConfig', 'x').get(SessionMaxAge), 1000)
  })
})
