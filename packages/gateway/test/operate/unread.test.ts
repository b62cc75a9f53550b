/** The commands that work on sessions, when nobody reads what they say: what they do is done, or can be gone on with. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { typeUnread } from '../command/pty.ts'
import { BusySite } from './busy-site.ts'
import { opened, place } from './copy-places.ts'
import { countLiving, fillFiles } from './crowd.ts'

describe('whose output nobody reads', () => {
  let busy: BusySite

  before(async () => {
    busy = await BusySite.serve('SessionStore file')
  })

  after(() => busy[Symbol.asyncDispose]())

  async function handles(): Promise<string[]> {
    const { stdout } = await busy.run(['sessions', 'list'], ['--json'])
    return (JSON.parse(stdout) as { sessions: { handle: string }[] }).sessions.map(({ handle }) => handle)
  }

  it('sessions list and show end quietly', async () => {
    await busy.guest('tea')
    const [handle = ''] = await handles()
    for (const words of [busy.words(['sessions', 'list']), busy.words(['sessions', 'show'], [handle])]) {
      const { screen, code } = await typeUnread(words)
      assert.deepEqual([screen, code], ['', 141])
    }
  })

  it('sessions revoke has ended the session', async () => {
    await busy.guest('tea')
    const [handle = '', ...others] = await handles()
    const { screen, code } = await typeUnread(busy.words(['sessions', 'revoke'], [handle, '--yes']))
    assert.deepEqual([screen, code], ['', 141])
    assert.deepEqual(await handles(), others)
  })

  it('sessions revoke-all has ended all of them', async () => {
    await busy.user('alice')
    const { code } = await typeUnread(busy.words(['sessions', 'revoke-all'], ['--everybody', '--yes']))
    assert.equal(code, 141)
    assert.deepEqual(await handles(), [])
  })

  it('gc removes what has expired', async () => {
    await fillFiles(join(busy.site.root, 'state/sessions'), { living: 20, dead: 10 })
    const { screen, code } = await typeUnread(busy.words(['gc']))
    assert.equal(code, 141)
    assert.doesNotMatch(screen, /error/)
    assert.match((await busy.run(['gc'])).stdout, /^file: removed 0 expired sessions\n$/)
  })

  it('copy has copied, and can be run again', async (t) => {
    const directory = place(t)
    const url = `sqlite:${join(directory, 'new.db')}`
    const { screen, code } = await typeUnread(busy.words(['copy'], [url]), { cwd: directory })
    assert.equal(code, 141)
    assert.doesNotMatch(screen, /error/)
    assert.equal(await countLiving(await opened(t, url)), (await handles()).length)
    assert.match((await busy.run(['copy'], [url])).stdout, /^copied 0, already there 20\n/)
  })
})
