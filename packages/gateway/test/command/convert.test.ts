import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { listingFile } from '../snippets/article.ts'
import { typeAt } from './pty.ts'
import { runSekisho } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-convert-'))
after(() => rmSync(folder, { recursive: true }))
symlinkSync(fileURLToPath(new URL('../../../../node_modules', import.meta.url)), join(folder, 'node_modules'))

interface Converted {
  readonly from: string
  readonly text: string
  readonly notes: readonly { readonly about: string; readonly line?: number; readonly text: string }[]
}

let files = 0
function fileOf(text: string, name: string): string {
  const file = join(folder, `${(files += 1)}-${name}`)
  writeFileSync(file, text)
  return file
}

async function converted(text: string, name: string): Promise<Converted> {
  const { stdout, stderr, code } = await runSekisho(['convert', fileOf(text, name), '--json'])
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Converted
}

/** Runs a converted module: what is refused at its start is no conversion. */
function runs(text: string, then = ''): string {
  const file = fileOf(`${text}\n${then}\n`, 'module.mts')
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--conditions=source', file], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout
}

const express = (options: string): string => `import express from 'express'
import session from 'express-session'
const app = express()
app.use(session(${options}))
`

describe('sekisho convert', () => {
  it('makes a definition of the options of express-session, which runs', async () => {
    const { from, text, notes } = await converted(
      express(`{
  secret: 'keyboard, cat (', // a comment, with a comma
  resave: false,
  'saveUninitialized': true,
  cookie: { maxAge: 1000 * 60 * 60 * 24, domain: "example.com", sameSite: 'Strict', httpOnly: false },
}`),
      'app.js',
    )
    assert.equal(from, 'express-session')
    assert.match(text, /new MemoryStore\(\)/)
    assert.match(text, /lifetime: \{ idle: 86400, absolute: 86400 \}/)
    assert.match(text, /sameSite: 'strict'/)
    assert.match(text, /domain: 'example\.com'/)
    const about = notes.map((note) => note.about)
    for (const name of ['secret', 'resave', 'saveUninitialized', 'cookie.httpOnly', 'store'])
      assert.ok(about.includes(name))
    assert.equal(notes.find((note) => note.about === 'resave')?.line, 6)
    assert.ok(!JSON.stringify(notes).includes('keyboard'))
    runs(text)
  })

  it('finds the store of a program in any way of calling it', async () => {
    const expected = [
      ['new RedisStore({ client, ttl: 5 })', /sekisho\/store\/redis/],
      ['new (pgSession)({ pool })', /sekisho\/store\/postgres/],
      ['new MySQLStore({})', /sekisho\/store\/mysql/],
      ['new SQLiteStore', /sekisho\/store\/sqlite/],
      ['new FileStore({})', /sekisho\/store\/file/],
      ['new DynamoStore()', /fromConnectStore\(STORE\)/],
    ] as const
    for (const [expression, pattern] of expected) {
      const program = `const create = require("express-session");\nuse(create({ store: ${expression}, secret: \`a\` }))`
      assert.match((await converted(program, 'app.cjs')).text, pattern, expression)
    }
  })

  it('says what the program has to name when it cannot be found', async () => {
    const { stderr, code } = await runSekisho(['convert', fileOf('session(options)', 'app.js')])
    assert.equal(code, 1)
    assert.match(stderr, /no-options/)
  })

  it('makes a module of the session directives of a php.ini, which runs', async () => {
    const ini = `[Session]
session.name = "shop" ; a comment
session.use_strict_mode = 0
session.gc_probability=1
session.sid_lenght = 40
memory_limit = 128M
session.save_path = ${join(folder, 'php')}
`
    const { from, text, notes } = await converted(ini, 'php.ini')
    assert.equal(from, 'php')
    assert.match(text, /'session\.name': 'shop'/)
    assert.ok(!text.includes('memory_limit') && !text.includes('lenght'))
    assert.deepEqual(
      notes.filter(({ line }) => line !== undefined).map(({ about, line }) => [about, line]),
      [
        ['session.use_strict_mode', 3],
        ['session.gc_probability', 4],
        ['session.sid_lenght', 5],
      ],
    )
    assert.match(notes.find(({ about }) => about === 'session.sid_lenght')?.text ?? '', /session\.sid_length meant/)
    runs(text)
  })

  it('takes php_value lines of Apache as well', async () => {
    const { from, text } = await converted(
      'php_value session.name shop\nphp_flag session.cookie_secure on\n',
      '.htaccess',
    )
    assert.equal(from, 'php')
    assert.match(text, /'session\.cookie_secure': 'on'/)
    runs(text)
  })

  it('leaves a configuration of Apache as it is, but for what is not there, and says what is different', async () => {
    const text = `ServerName shop.example
Listen 127.0.0.1:8080
ServerTokens Prod
Session On
SessionCookieName sessionid path=/
SessionCryptoPassphrase MySecretKey1234567890
ExpiresActive On
`
    const { from, text: result, notes } = await converted(text, 'site.conf')
    assert.equal(from, 'apache')
    assert.match(result, /^# .*\n#ExpiresActive On$/m)
    const kept = result.split('\n').filter((line) => !line.startsWith('#'))
    assert.ok(kept.includes('SessionCookieName sessionid path=/'))
    assert.ok(notes.some(({ about, line }) => about === 'SessionCookieName' && line === 5))
    assert.ok(notes.some(({ about, line }) => about === 'ExpiresActive' && line === 7))
    assert.ok(!JSON.stringify(notes).includes('MySecretKey'))
    const checked = await runSekisho(['check', fileOf(result, 'site.conf')])
    assert.equal(checked.code, 0, `${checked.stdout}${checked.stderr}`)
  })

  it('tells of a line that nobody knows, and what was probably meant', async () => {
    const { text, notes } = await converted('ServerName a\nSessionTimeot 1800\nSession On\n', 'site.conf')
    assert.match(text, /^#SessionTimeot 1800$/m)
    assert.match(notes.find(({ line }) => line === 2)?.text ?? '', /SessionTimeout/)
  })

  it('gives the result no more readers than the original has', async () => {
    const source = fileOf('ServerName a\nSessionCryptoPassphrase MySecretKey1234567890\n', 'secret.conf')
    chmodSync(source, 0o600)
    const out = join(folder, 'secret-out.conf')
    assert.equal((await runSekisho(['convert', source, '--out', out])).code, 0)
    assert.equal(statSync(out).mode & 0o777, 0o600)
  })

  it('changes nothing of a listing that the gateway understands', async () => {
    const original = readFileSync(listingFile(10), 'utf8')
    assert.equal((await converted(original, 'ten.conf')).text, original)
  })

  it('writes a file once, and shows notes at a terminal beside the result', async () => {
    const [source, out] = [fileOf('session.name = a1\n', 'php.ini'), join(folder, 'out.ts')]
    const { screen, code } = await typeAt(['convert', source, '--out', out])
    assert.equal(code, 0)
    assert.match(screen, /php: what PHP would lose is kept/)
    assert.match(readFileSync(out, 'utf8'), /session\.name/)
    const again = await runSekisho(['convert', source, '--out', out])
    assert.match(again.stderr, /file-exists/)
    assert.equal((await runSekisho(['convert', join(folder, 'nowhere.ini')])).code, 1)
    assert.equal((await runSekisho(['convert', source, '--from', 'iis'])).code, 2)
  })
})
