import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { listingFile } from '../snippets/article.ts'
import { ctrlC, runAtTerminal, typeAt } from './pty.ts'
import { runSekisho, sekishoCommand } from './run.ts'
import { writtenSites } from './written.ts'

const { folder, site } = writtenSites()

describe('sekisho check, where something is amiss', () => {
  it('wants a file', async () => {
    const { screen, code } = await typeAt(['check'])
    assert.equal(code, 2)
    assert.match(screen, /^error: missing required argument 'file'\n/)
    const json = await runSekisho(['check', '--json'])
    assert.deepEqual([json.code, JSON.parse(json.stdout).error.code], [2, 'usage-missingArgument'])
  })

  it('names the option that was probably meant', async () => {
    const { screen, code } = await typeAt(['check', '--as-apach', 'x'])
    assert.equal(code, 2)
    assert.match(screen, /unknown option '--as-apach'\n\(Did you mean --as-apache\?\)/)
  })

  it('says that there is no such configuration', async () => {
    const { screen, code } = await typeAt(['check', join(folder, 'none.conf')], [], { columns: 200 })
    assert.equal(code, 1)
    assert.match(screen, /none\.conf:1:1: error: Could not open configuration file .*ENOENT/)
    assert.match(screen, /fix: correct the path/)
  })

  it('says that it may not read it', async () => {
    const file = site('Listen 8080\n', 'secret.conf')
    chmodSync(file, 0o000)
    const { screen, code } = await typeAt(['check', file], [], { powerless: true, columns: 200 })
    assert.equal(code, 1)
    assert.match(screen, /secret\.conf:1:1: error: Could not open configuration file .*EACCES/)
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
    const { screen } = await runAtTerminal([
      'bash',
      '-c',
      `set -o pipefail; ${sekishoCommand(['check', many]).join(' ')} | head -1; echo "code \${PIPESTATUS[0]}"`,
    ])
    assert.match(screen, /^\S+many\.conf:2:1: error: .*\ncode 141\n$/)
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
