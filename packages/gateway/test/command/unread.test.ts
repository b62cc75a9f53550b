/** Commands whose output nobody reads: they end quietly, and what they change is changed. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { listingFile } from '../snippets/article.ts'
import { typeUnread } from './pty.ts'
import { runSekisho } from './run.ts'
import { writtenSites } from './written.ts'

const { folder, site } = writtenSites()

async function endsQuietly(words: readonly string[]): Promise<void> {
  const { screen, code } = await typeUnread(words)
  assert.deepEqual([screen, code], ['', 141], words.join(' '))
}

describe('when the reader of its output is gone', () => {
  it('a command that only tells ends', async () => {
    const log = join(folder, 'error.log')
    writeFileSync(log, '[Sun Nov 22 03:29:01.123000 2026] [core:info] [pid 7] the gateway serves\n')
    const logging = site(`Listen 8080\nErrorLog ${log}\n`, 'logging.conf')
    const record = site('cart=tea', 'record')
    for (const words of [
      ['check', listingFile(10)],
      ['service', listingFile(10), '--user', 'root'],
      ['log', logging],
      ['log', '-f', logging],
      ['explain'],
      ['keygen'],
      ['decode', record],
      ['completion', 'fish'],
      ['help'],
      ['sessions', 'list', '--help'],
    ])
      await endsQuietly(words)
  })

  it('a command that changes a file has changed it', async () => {
    const file = site('Session On\n')
    await endsQuietly(['enable', 'session', '--config', file])
    assert.match(readFileSync(file, 'latin1'), /^LoadModule session_module /)
    await endsQuietly(['disable', 'session', '--config', file])
    assert.match(readFileSync(file, 'latin1'), /^#LoadModule session_module /)
    const keys = join(folder, 'keys')
    await endsQuietly(['keygen', keys])
    await endsQuietly(['keys', 'rotate', keys])
    await endsQuietly(['keys', 'list', keys])
    const listed = await runSekisho(['keys', 'list', keys, '--json'])
    assert.equal((JSON.parse(listed.stdout) as { keys: unknown[] }).keys.length, 2)
    const users = site('alice:x\nbob:y\n', 'users')
    await endsQuietly(['htpasswd', '--delete', users, 'alice'])
    assert.equal(readFileSync(users, 'latin1'), 'bob:y\n')
  })

  it('notes about a conversion are told all the same', async () => {
    const { screen, code } = await typeUnread(['convert', site('session.name = shop\n', 'php.ini')], { columns: 200 })
    assert.equal(code, 141)
    assert.match(screen, /^\S+php\.ini: php: what PHP would lose is kept/)
  })
})
