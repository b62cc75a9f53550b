import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { Command } from 'commander'
import { check } from '../../src/check/check.ts'
import { program } from '../../src/command/program.ts'
import { openTerminal } from '../../src/command/terminal/open.ts'
import { explainShellLine, shellLinesOf } from '../../src/explain/shell-lines.ts'
import { type Listing, listingFile, listings, listingText } from '../snippets/article.ts'
import { runAtTerminal } from './pty.ts'
import { runSekisho, sekishoCommand } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-article-'))
after(() => rmSync(folder, { recursive: true }))

const root = program(openTerminal())

/** The answers to the lines of a listing for the shell. */
function answers({ number, text }: Listing) {
  return shellLinesOf(text).map((line) => {
    const answer = explainShellLine(line)
    assert.ok(answer !== undefined, `listing ${number}: ${line}`)
    return answer
  })
}

/** A line that is recommended must be one that this program takes: its command, and each of its options. */
function assertKnown(line: string): void {
  const [first, name = '', ...words] = line.split(' | ', 1)[0]?.split(/\s+/) ?? []
  if (first !== 'sekisho') return
  const command = root.commands.find((candidate) => candidate.name() === name)
  assert.ok(command !== undefined, line)
  for (const word of words.filter((text) => text.startsWith('-')))
    assert.ok(hasOption(command, word), `${line}: ${word}`)
}

function hasOption(command: Command, word: string): boolean {
  return command.options.some(({ short, long }) => word === short || word === long)
}

describe('each of the 36 listings of the article', () => {
  it('has its answer', () => {
    const answered = listings.map((listing) => {
      if (listing.kind === 'configuration') return check(listingFile(listing.number)).usable
      return listing.kind === 'output' || answers(listing).length > 0
    })
    assert.deepEqual(
      answered,
      Array.from({ length: 36 }, () => true),
    )
  })

  it('that is for a shell is answered with lines that this program takes', () => {
    const lines = listings.filter(({ kind }) => kind === 'command').flatMap((listing) => answers(listing))
    assert.equal(lines.length, 26)
    for (const { here, note } of lines) {
      assert.ok(here.length > 0 || note !== '')
      for (const line of here.flatMap((text) => shellLinesOf(text))) assertKnown(line)
    }
  })

  it('that is for a shell is recognised where it was pasted into a configuration', () => {
    for (const listing of listings.filter(({ kind }) => kind === 'command')) {
      const file = join(folder, `${listing.number}.conf`)
      writeFileSync(file, `${listing.text}\n`)
      const { findings } = check(file)
      const shell = findings.filter(({ fix = '' }) => fix.includes('it is one for a shell'))
      assert.equal(shell.length, listing.text.split('\n').length, listing.text)
    }
  })

  it('that is for a shell is answered as an operator in front of it expects', () => {
    const here = (number: number) =>
      listings
        .filter((listing) => listing.number === number)
        .flatMap(answers)
        .flatMap((answer) => answer.here)
    assert.deepEqual(here(4), [
      'sekisho enable session --config site.conf',
      'sekisho enable session_cookie --config site.conf',
      'sekisho enable session_crypto --config site.conf',
      'sekisho check site.conf && systemctl reload sekisho',
    ])
    assert.deepEqual(here(7), here(17))
    assert.deepEqual(here(8), ['sekisho modules site.conf | grep session'])
    assert.deepEqual(here(21).toSorted(), here(30).toSorted())
    assert.deepEqual(here(27), ['sekisho log -f site.conf'])
    assert.deepEqual(here(31), ['sekisho doctor site.conf', 'df -h'])
    assert.deepEqual(here(36), ['sekisho doctor site.conf'])
  })

  it('that a command prints is what "sekisho modules" prints for the configuration of listing 6', async () => {
    const sekisho = sekishoCommand(['modules', listingFile(6)]).join(' ')
    const { screen, code } = await runAtTerminal(['bash', '-c', `${sekisho} | grep session`])
    assert.equal(code, 0)
    const shown = screen
      .trimEnd()
      .split('\n')
      .map((line) => line.trim())
    for (const number of [9, 25]) assert.deepEqual(shown, listingText(number).split('\n'))
  })
})

describe('sekisho explain', () => {
  it('says what a line is here, at a terminal and for a script', async () => {
    const text = 'sudo a2enmod session_crypto\nsudo systemctl restart apache2'
    const { screen, code } = await runAtTerminal(sekishoCommand(['explain', text, '--config', '/etc/site.conf']))
    assert.equal(code, 0)
    assert.match(
      screen,
      /^a2enmod session_crypto\n {2}enables session_crypto[^]*here: sekisho enable session_crypto --config \/etc\/site.conf\n/,
    )
    assert.match(screen, /^ {2}here: sekisho check \/etc\/site.conf && systemctl reload sekisho$/m)
    const { stdout } = await runSekisho(['explain', 'df -h', '--json'])
    assert.deepEqual(
      JSON.parse(stdout).map(({ line }: { line: string }) => line),
      ['df -h'],
    )
  })

  it('without a line tells of all that it knows', async () => {
    const { stdout, code } = await runSekisho(['explain'])
    assert.equal(code, 0)
    assert.match(stdout, /^apachectl -M \| grep session$/m)
  })

  it('admits what it does not know', async () => {
    const { stderr, stdout, code } = await runSekisho(['explain', 'rm -rf /'])
    assert.deepEqual([stdout, code], ['', 1])
    assert.match(
      stderr,
      /^error: Nothing is known about: rm -rf \/\n {2}code: unknown-line\n {2}why: .*\n {2}fix: .*\n$/,
    )
  })
})
