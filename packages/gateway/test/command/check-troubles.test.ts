import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { listingFile } from '../snippets/article.ts'
import { ctrlC, runAtTerminal, typeAt, typeWith } from './pty.ts'
import { runSekisho, sekishoCommand } from './run.ts'
import { writtenSites } from './written.ts'

const { folder, site } = writtenSites()

describe('sekisho check, where something is amiss', () => {
  it('wants a file', async () => {
    const { screen, code } = await typeAt(['check'])
    assert.equal(code, 2)
    assert.match(screen, /^error: missing required argument 'file'\n/)
    const json = await runSekisho(['check', '--json'])
    assert.deepEqual([json.code, JSON.parse(json.stdout).error.code], [2, 'usage-missing-argument'])
  })

  it('names the option that was probably meant', async () => {
    const { screen, code } = await typeAt(['check', '--as-apach', 'x'])
    assert.equal(code, 2)
    assert.match(
      screen,
      /^error: unknown option '--as-apach'\n {2}code: usage-unknown-option\n[^]*\n {2}fix: {2}write --as-apache\n$/,
    )
  })

  it('says that there is no such configuration', async () => {
    const { screen, code } = await typeAt(['check', join(folder, 'none.conf')], [], { columns: 200 })
    assert.equal(code, 1)
    assert.match(
      screen,
      /^error: The configuration \S+none\.conf cannot be read\n {2}code: no-configuration\n {2}why: {2}there is no such file or directory\n {2}fix: {2}name the file/,
    )
    const json = await runSekisho(['check', folder, '--json'])
    assert.deepEqual(JSON.parse(json.stdout).error, {
      code: 'no-configuration',
      what: `The configuration ${folder} cannot be read`,
      why: 'it is a directory',
      fix: 'name the file in it',
    })
  })

  it('says that it may not read it', async () => {
    const file = site('Listen 8080\n', 'secret.conf')
    chmodSync(file, 0o000)
    const { screen, code } = await typeAt(['check', file], [], { powerless: true, columns: 200 })
    assert.equal(code, 1)
    assert.match(screen, /secret\.conf cannot be read\n {2}code: permission-denied\n {2}why: {2}Permission denied\n/)
  })

  it('ends with Ctrl-C', async () => {
    const pipe = join(folder, 'pipe.conf')
    // It waits for the rest of the file, as it would for a file system that hangs. Who writes can only begin once it reads.
    const writer = `mkfifo ${pipe}; (echo Listen 8080; echo reading >&2; sleep 20) > ${pipe} &`
    const command = sekishoCommand(['check', pipe]).join(' ')
    const { code } = await runAtTerminal(
      ['bash', '-c', `${writer} exec ${command}`],
      [{ after: 'reading', type: ctrlC }],
    )
    assert.equal(code, 130)
  })

  it('ends quietly when nobody reads what it says', async () => {
    const many = site(`Listen 8080\n${'Frobnicate On\n'.repeat(5000)}`, 'many.conf')
    const { screen, code } = await typeWith(['check', many], '| head -1')
    assert.equal(code, 141)
    assert.match(screen, /^\S+many\.conf:2:1: error: .*\n$/)
  })

  it('has colours on a terminal only, and none where NO_COLOR says so', async () => {
    const file = listingFile(10)
    const coloured = await typeAt(['check', file])
    assert.ok(coloured.raw.includes('\u001b[33mwarning:\u001b[39m'))
    const plain = await typeAt(['check', file], [], { env: { NO_COLOR: '1' } })
    assert.ok(!plain.raw.includes('\u001b['))
    const piped = await runSekisho(['check', file])
    assert.ok(!piped.stdout.includes('\u001b['))
  })
})
