/** What the small commands show at a terminal when all is well; the larger ones have tests of their own. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { typeAt } from './pty.ts'
import { writtenSites } from './written.ts'

const { folder, site } = writtenSites()

async function shown(...words: readonly string[]): Promise<string> {
  const { screen, code } = await typeAt(words, [], { columns: 200 })
  assert.equal(code, 0, screen)
  return screen
}

describe('at a terminal', () => {
  it('keygen shows a secret, or makes a file and shows none', async () => {
    assert.match(await shown('keygen'), /^[\w-]{43}\n$/)
    const file = join(folder, 'keys')
    const made = await shown('keygen', file)
    assert.match(made, /keys: made, with key [0-9a-f]{8}\n$/)
    assert.ok(!made.includes(readFileSync(file, 'utf8').trim()))
    assert.match(await shown('keys', 'rotate', file), /keys: step 1 of 3: key [0-9a-f]{8} was added, and opens\.\n/)
  })

  it('enable and disable show the line that they have changed, and what is next', async () => {
    const file = site('Session On\n')
    assert.equal(
      await shown('enable', 'session', '--config', file),
      `${file}:1: added: LoadModule session_module modules/mod_session.so\nTo put it to work, run:\n  sekisho reload ${file}\n`,
    )
    assert.match(await shown('disable', 'session', '--config', file), /:1: commented out: #LoadModule session_module /)
  })

  it('explain shows what a line is here', async () => {
    assert.match(await shown('explain', 'sudo a2enmod session'), /^a2enmod session\n[^]* here: sekisho enable session /)
  })

  it('completion shows a program for the shell', async () => {
    assert.match(await shown('completion', 'zsh'), /^#compdef sekisho\n/)
  })
})
