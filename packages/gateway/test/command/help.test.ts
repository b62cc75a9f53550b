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

  it('offers --json where the guide says so', () => {
    const guide = readFileSync(new URL('../../../../docs/guide/command/README.md', import.meta.url), 'utf8')
    const [, list = ''] = /\*\*`--json`\*\* prints one document\. ([^]*?)An error/.exec(guide) ?? []
    const told = [...list.matchAll(/`([a-z ]+)(?: --json)?`/g)].map(([, name]) => name)
    const having = allCommands(describeCommand(program(openTerminal())))
      .filter(({ options }) => options.some(({ names }) => names.includes('--json')))
      .map(({ words }) => words.slice(1).join(' '))
    assert.deepEqual(new Set(told), new Set(having))
  })

  it('names the exit codes, and the version is that of the package', async () => {
    const help = await runSekisho(['--help'])
    assert.deepEqual([help.code, help.stderr], [0, ''])
    assert.match(
      help.stdout,
      /Exit codes: 0 good, 1 something was found or failed, 2 wrong usage, 130\ninterrupted, 141 the reader of the output went away\.\n$/,
    )
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    assert.equal((await runSekisho(['--version'])).stdout, `${manifest.version}\n`)
  })

  it('fits the terminal, and lines for a shell stay whole', async () => {
    for (const columns of [40, 80, 200]) {
      const { screen } = await typeAt(['copy', '--help'], [], { columns })
      const wide = screen.split('\n').filter((line) => line.length > columns)
      assert.deepEqual(
        wide.filter((line) => !/^ {2}sekisho copy /.test(line)),
        [],
      )
      assert.match(
        screen,
        /^ {2}sekisho copy file:\/var\/lib\/sekisho\/sessions new\.conf#\/account --resume move\.json$/m,
      )
    }
    const piped = await runSekisho(['keys', 'rotate', '--help'])
    assert.ok(piped.stdout.split('\n').every((line) => line.length <= 80))
    assert.match(piped.stdout, /^ {2}2\. The new key is put first, and seals\. The old one goes on opening\.$/m)
  })

  it('is shown where no command is named, and for the command that is', async () => {
    const none = await typeAt([])
    assert.match(none.screen, /^Usage: sekisho \[options\] \[command\]\n/)
    assert.equal(none.code, 2)
    assert.match((await typeAt(['help', 'check'])).screen, /^Usage: sekisho check\|configtest \[options\] <file>\n/)
    assert.match(
      (await typeAt(['help', 'keys', 'rotate'])).screen,
      /^Usage: sekisho keys rotate \[options\] \[file\]\n/,
    )
  })
})
