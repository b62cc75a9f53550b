import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { program } from '../../src/command/program.ts'
import { allCommands, describe as describeCommand } from '../../src/command/reference/model.ts'
import { openTerminal } from '../../src/command/terminal/open.ts'
import { typeAt } from './pty.ts'
import { runSekisho } from './run.ts'

describe('the help', () => {
  it('of every command has examples', () => {
    const leaves = allCommands(describeCommand(program(openTerminal()))).filter(({ commands }) => commands.length === 0)
    assert.ok(leaves.length >= 10)
    assert.deepEqual(
      leaves
        .filter(({ examples, description }) => examples.length === 0 || description === '')
        .map(({ words }) => words.join(' ')),
      [],
    )
  })

  it('names the exit codes, and the version is that of the package', async () => {
    const help = await runSekisho(['--help'])
    assert.deepEqual([help.code, help.stderr], [0, ''])
    assert.match(
      help.stdout,
      /Exit codes: 0 good, 1 something was found or failed, 2 wrong usage, 130 interrupted, 141 /,
    )
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    assert.equal((await runSekisho(['--version'])).stdout, `${manifest.version}\n`)
  })

  it('is shown where no command is named, and for the command that is', async () => {
    const none = await typeAt([])
    assert.match(none.screen, /^Usage: sekisho \[options\] \[command\]\n/)
    assert.equal(none.code, 2)
    assert.match((await typeAt(['help', 'check'])).screen, /^Usage: sekisho check\|configtest \[options\] <file>\n/)
  })
})
