/** The commands that look at and end sessions, as somebody at a terminal meets them. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ctrlC, typeAt } from '../command/pty.ts'
import { runSekisho } from '../command/run.ts'
import { BusySite } from './busy-site.ts'
import { fillFiles } from './crowd.ts'

/** So many that a fast machine has not looked at all of them before the keys arrive. */
const crowd = 8000

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

  it('looks into a session, ends it, and says what there is nothing of', async () => {
    await busy.guest('sake')
    const { stdout } = await busy.run(['sessions', 'list'], ['--json', '--limit', '50'])
    const listed = (JSON.parse(stdout) as { sessions: { handle: string; user: string | null }[] }).sessions
    const [handle = ''] = listed.filter(({ user }) => user === null).map((entry) => entry.handle)
    const short = `${handle.slice(0, 12)}…`
    const looked = await typeAt(busy.words(['sessions', 'show'], [short]), [], { columns: 120 })
    assert.ok(looked.screen.startsWith(`handle          ${handle}\n`), looked.screen)
    assert.match(looked.screen, /\nwritten +once\n[^]*\ncart +\d+ B\n$/)
    const ended = await typeAt(busy.words(['sessions', 'revoke'], [short]), [{ after: 'End 1 session?', type: 'y' }])
    assert.match(ended.screen, /ended 1 session\n$/)
    assert.deepEqual([looked.code, ended.code], [0, 0])
    const gone = await typeAt(busy.words(['sessions', 'show'], [short]), [], { columns: 120 })
    assert.deepEqual([gone.code, /code: no-such-session/.test(gone.screen)], [1, true])
  })

  it('removes what has expired, and nothing where nothing has', async () => {
    const { screen, code } = await typeAt(busy.words(['gc']))
    assert.equal(code, 0)
    assert.ok(screen.endsWith('file: removed 0 expired sessions\n'), screen)
  })

  it('wants to be told whose sessions are to end', async () => {
    for (const words of [[], ['--user', 'a', '--everybody']]) {
      const { stderr, code } = await busy.run(['sessions', 'revoke-all'], words)
      assert.match(stderr, /one of --user and --everybody is needed/)
      assert.equal(code, 2)
    }
  })

  it('says whose directory it is when it may not look into it, and changes nothing', async () => {
    const sessions = join(busy.site.root, 'state/sessions')
    const other = join(busy.site.root, 'other')
    mkdirSync(other, { mode: 0o700 })
    chmodSync(sessions, 0o700)
    chownSync(sessions, 12_345, 12_345)
    try {
      for (const words of [
        busy.words(['sessions', 'list']),
        busy.words(['sessions', 'revoke'], ['01234567', '--yes']),
        busy.words(['sessions', 'revoke-all'], ['--everybody', '--yes']),
        busy.words(['gc']),
        busy.words(['copy'], [`file:${other}`]),
        busy.words(['copy', `file:${other}`]),
      ]) {
        const { screen, code } = await typeAt(words, [], { columns: 200 })
        assert.equal(code, 1)
        assert.match(
          screen,
          /The store file \(.*site\.conf:\d+\) cannot be used\n {2}code: ERR_STORE_SETUP\n {2}why: .*12345[^]*fix: {2}run the command as the user/,
        )
      }
    } finally {
      chownSync(sessions, process.geteuid?.() ?? 0, process.getegid?.() ?? 0)
    }
    assert.equal((await busy.run(['sessions', 'list'])).stdout.split('\n').length, 2)
  })

  it('wants --yes where nobody can be asked', async () => {
    const { stderr, code } = await runSekisho(busy.words(['sessions', 'revoke-all'], ['--everybody']))
    assert.equal(code, 2)
    assert.match(stderr, /Nobody can be asked: End the sessions of everybody\?[^]*add --yes/)
  })

  it('shows how far a long search is, and ends it at Ctrl-C', async () => {
    await fillFiles(join(busy.site.root, 'state/sessions'), { living: crowd, dead: 0 })
    const step = { after: 'looking through the sessions: ', type: ctrlC }
    const { screen, code } = await typeAt(busy.words(['sessions', 'list'], ['--limit', '100000']), [step])
    assert.equal(code, 130)
    assert.doesNotMatch(screen, /handle/)
  })

  it('ends the sessions of everybody until it is interrupted, says how far it is, and goes on when it is run again', async () => {
    const words = busy.words(['sessions', 'revoke-all'], ['--everybody', '--yes'])
    const { screen, code } = await typeAt(words, [{ after: 'ending sessions: ', type: ctrlC }])
    assert.equal(code, 130)
    const [, done = ''] = /interrupted behind (\d+) sessions, which are ended; run the command again/.exec(screen) ?? []
    assert.ok(done !== '' && Number(done) < crowd, screen)
    const rest = await typeAt(words)
    assert.equal(rest.code, 0)
    assert.equal((await busy.run(['sessions', 'list'], ['--json'])).stdout.includes('"handle"'), false)
  })
})
