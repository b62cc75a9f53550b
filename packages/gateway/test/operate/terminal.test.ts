/** The commands that look at and end sessions, as somebody at a terminal meets them. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ctrlC, runAtTerminal, typeAt } from '../command/pty.ts'
import { runSekisho, sekishoCommand } from '../command/run.ts'
import { BusySite } from './busy-site.ts'

describe('at a terminal', () => {
  let busy: BusySite

  before(async () => {
    busy = await BusySite.serve('SessionStore file')
    await busy.user('alice')
    await busy.guest('tea')
  })

  after(() => busy[Symbol.asyncDispose]())

  it('shows a table with short handles and titles, cut to the width', async () => {
    const { screen, raw, code } = await typeAt(busy.words(['sessions', 'list']), [], { columns: 110 })
    assert.equal(code, 0)
    assert.match(screen, /^handle +user +created +last seen +ends unused +ends at latest +size +device\n/)
    assert.match(
      screen,
      /\n[0-9a-f]{12}… +alice +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\d+ s ago +in 3[01] min +in 1[12] h +\d+ B +-\n/,
    )
    assert.ok(raw.includes('\u001b[1m'))
    for (const line of screen.split('\n')) assert.ok(line.length <= 110, line)
  })

  it('asks before it ends sessions, takes no for an answer, and ends them for a yes', async () => {
    const words = busy.words(['sessions', 'revoke-all'], ['--user', 'alice'])
    const no = await typeAt(words, [{ after: 'End all sessions of "alice"?', type: 'n' }])
    assert.match(no.screen, /nothing was ended/)
    const stopped = await typeAt(words, [{ after: 'End all sessions of "alice"?', type: ctrlC }])
    assert.equal(stopped.code, 130)
    assert.equal(
      JSON.parse((await busy.run(['sessions', 'list'], ['--json', '--user', 'alice'])).stdout).sessions.length,
      1,
    )
    const yes = await typeAt(words, [{ after: 'End all sessions of "alice"?', type: 'y' }])
    assert.match(yes.screen, /ended 1 session\n/)
    assert.deepEqual([no.code, yes.code], [0, 0])
  })

  it('refuses what it cannot understand with 2, and says what is possible', async () => {
    const wrong = [
      [['sessions', 'lsit', 'x'], /unknown command 'lsit'/],
      [['sessions', 'list', 'x', '--limit', '0'], /argument '0' is invalid. a whole number of at least 1/],
      [['sessions', 'revoke', 'x'], /missing required argument 'handle'/],
      [['gc'], /missing required argument 'file'/],
      [['copy', 'x'], /missing required argument 'to'/],
      [['top', '--interval', '-1'], /a whole number of at least 1/],
    ] as const
    for (const [words, message] of wrong) {
      const { screen, code } = await typeAt(words, [], { columns: 200 })
      assert.match(screen, message)
      assert.equal(code, 2, words.join(' '))
    }
    for (const words of [[], ['--user', 'a', '--everybody']]) {
      const { stderr, code } = await busy.run(['sessions', 'revoke-all'], words)
      assert.match(stderr, /one of --user and --everybody is needed/)
      assert.equal(code, 2)
    }
  })

  it('says that there is no configuration', async () => {
    const { screen, code } = await typeAt(['sessions', 'list', '/nowhere/site.conf'])
    assert.equal(code, 1)
    assert.match(screen, /\/nowhere\/site\.conf/)
  })

  it('says whose directory it is when it may not look into it, and changes nothing', async () => {
    const root = mkdtempSync(join(tmpdir(), 'sekisho-foreign-'))
    try {
      for (const path of [root, join(busy.site.root, 'state/sessions')]) chmodSync(path, 0o700)
      chownSync(join(busy.site.root, 'state/sessions'), 12_345, 12_345)
      const { screen, code } = await typeAt(busy.words(['sessions', 'list']), [], { columns: 200 })
      assert.equal(code, 1)
      assert.match(
        screen,
        /The store file \(.*site\.conf:\d+\) cannot be used\n {2}code: ERR_STORE_SETUP\n {2}why: .*12345[^]*fix: {2}run the command as the user/,
      )
    } finally {
      chownSync(join(busy.site.root, 'state/sessions'), process.geteuid?.() ?? 0, process.getegid?.() ?? 0)
      rmSync(root, { recursive: true })
    }
  })

  it('ends quietly when the reader of its list goes away', async () => {
    const command = sekishoCommand(busy.words(['sessions', 'list']))
      .map((word) => `'${word}'`)
      .join(' ')
    const { screen } = await runAtTerminal(['bash', '-c', `${command} | head -c 10`])
    assert.match(screen, /^[0-9a-f]{10}$/)
  })

  it('wants --yes where nobody can be asked', async () => {
    const { stderr, code } = await runSekisho(busy.words(['sessions', 'revoke-all'], ['--everybody']))
    assert.equal(code, 2)
    assert.match(stderr, /Nobody can be asked: End the sessions of everybody\?[^]*add --yes/)
  })
})
