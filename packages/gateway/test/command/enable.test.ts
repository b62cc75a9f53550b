import assert from 'node:assert/strict'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { typeAt } from './pty.ts'
import { runSekisho } from './run.ts'
import { writtenSites } from './written.ts'

const { folder, site } = writtenSites()

const nobodyRuns = ['--state', join(folder, 'state')]

describe('sekisho enable and disable', () => {
  it('do what a2enmod does, with the modules that are needed, and leave every other octet alone', async () => {
    const before =
      '# S\xe9kisho\r\n\r\n<IfModule mod_session.c>\r\n  Session On\r\n</IfModule>\r\n# end \\\r\nstill a comment'
    const file = site(before)
    const { stdout, code } = await runSekisho(['enable', 'session_cookie', 'mod_session_crypto.c', '--config', file])
    assert.equal(code, 0)
    const line = (name: string) => `LoadModule ${name}_module modules/mod_${name}.so\r\n`
    const added = line('session') + line('session_cookie') + line('session_crypto')
    assert.equal(readFileSync(file, 'latin1'), before.replace('<IfModule', `${added}<IfModule`))
    assert.match(stdout, new RegExp(`^${file}:3: added: LoadModule session_module modules/mod_session.so$`, 'm'))
    assert.match(stdout, new RegExp(`\\nTo put it to work, run:\\n {2}sekisho reload ${file}\\n$`))
    assert.match(
      (await runSekisho(['enable', 'session', '--config', file])).stdout,
      /^Module session already enabled\n$/,
    )
  })

  it('take lines out of comments and put them back, in the file in which they stand', async () => {
    mkdirSync(join(folder, 'conf.d'))
    const included = site(
      '#LoadModule session_module /m/mod_session.so\n  # LoadModule dbd_module /m/mod_dbd.so\n',
      'conf.d/load.conf',
    )
    const file = site(`Include ${included}\nSession On\n`)
    const enabled = await runSekisho(['enable', 'session', 'dbd', '--config', file, '--json'])
    const { changes } = JSON.parse(enabled.stdout) as { changes: { what: string; line: number }[] }
    assert.deepEqual(
      changes.map(({ what, line }) => [what, line]),
      [
        ['uncommented', 1],
        ['uncommented', 2],
      ],
    )
    assert.equal(
      readFileSync(included, 'utf8'),
      'LoadModule session_module /m/mod_session.so\n  LoadModule dbd_module /m/mod_dbd.so\n',
    )
    await runSekisho(['disable', 'dbd', '--config', file])
    assert.equal(
      readFileSync(included, 'utf8'),
      'LoadModule session_module /m/mod_session.so\n  #LoadModule dbd_module /m/mod_dbd.so\n',
    )
    assert.match((await runSekisho(['disable', 'dbd', '--config', file])).stdout, /already disabled/)
  })

  it('keep the mode of the file, and a link to it', async () => {
    const target = site('Session On\n', 'real.conf')
    const link = join(folder, 'link.conf')
    symlinkSync(target, link)
    chmodSync(target, 0o640)
    assert.equal((await runSekisho(['enable', 'session', '--config', link])).code, 0)
    assert.deepEqual([statSync(target).mode & 0o777, lstatSync(link).isSymbolicLink()], [0o640, true])
    assert.match(readFileSync(target, 'utf8'), /^LoadModule session_module /)
  })

  it('name the module that was probably meant, and change nothing', async () => {
    const file = site('Session On\n')
    const { screen, code } = await typeAt(['enable', 'session', 'sesion_crypto', '--config', file])
    assert.equal(code, 1)
    assert.match(
      screen,
      /^error: There is no module sesion_crypto\n {2}code: unknown-module\n {2}why: .*\n {2}fix: {2}write session_crypto instead of sesion_crypto\n$/,
    )
    assert.equal(readFileSync(file, 'utf8'), 'Session On\n')
    const far = await typeAt(['disable', 'foo', '--config', file], [], { columns: 100 })
    assert.match(far.screen, /^error: There is no module foo\n[^]*fix: {2}run "sekisho modules" for the names\n$/)
    assert.match(
      (await runSekisho(['enable', 'cgid', '--config', file])).stderr,
      /this gateway does not do what mod_cgid does/,
    )
  })

  it('leave what is built in alone: the real server does not start with a line for it', async () => {
    const file = site('Session On\n')
    assert.equal((await runSekisho(['enable', 'core', '--config', file])).stdout, 'Module core already enabled\n')
    const { stderr, code } = await runSekisho(['disable', 'so', '--config', file])
    assert.deepEqual([code, /^error: so cannot be disabled\n {2}code: built-in\n/.test(stderr)], [1, true])
    assert.equal(readFileSync(file, 'utf8'), 'Session On\n')
  })

  it('say what hinders them: no name, no configuration, no permission, a condition', async () => {
    assert.equal((await typeAt(['enable'])).code, 2)
    const missing = join(folder, 'missing.conf')
    assert.match((await runSekisho(['enable', 'session', '--config', missing])).stderr, /code: no-configuration/)
    assert.equal(existsSync(missing), false)
    const none = await runSekisho(['enable', 'session', ...nobodyRuns, '--json'])
    assert.deepEqual([none.code, JSON.parse(none.stdout).error.code], [1, 'no-configuration'])
    const closed = join(folder, 'closed')
    mkdirSync(closed)
    const file = site('Session On\n', 'closed/site.conf')
    chmodSync(closed, 0o555)
    const { screen, code } = await typeAt(['enable', 'session', '--config', file], [], { powerless: true })
    assert.equal(code, 1)
    assert.match(
      screen,
      /code: permission-denied\n {2}why: {2}Permission denied\n {2}fix: {2}run the command with sudo\n/,
    )
    chmodSync(closed, 0o755)
    const guarded = site(
      '<IfDefine never>\n</IfDefine>\n<IfModule !mod_session.c>\nLoadModule session_module m.so\n</IfModule>\n',
    )
    assert.equal((await runSekisho(['enable', 'session', '--config', guarded])).code, 1)
  })
})
