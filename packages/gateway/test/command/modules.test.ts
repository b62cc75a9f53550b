import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { listingFile } from '../snippets/article.ts'
import { typeAt, typeUnread, typeWith } from './pty.ts'
import { runSekisho } from './run.ts'
import { writtenSites } from './written.ts'

const { folder, site } = writtenSites()

const nobodyRuns = ['--state', join(folder, 'state')]

/** `sekisho … | grep session`, as a person types it. */
async function grepped(words: readonly string[]): Promise<string[]> {
  const { screen } = await typeWith(words, '2> /dev/null | grep session')
  return screen.trimEnd().split('\n')
}

describe('sekisho modules', () => {
  it('lists those of sessions as the real server does, in the order of documents', async () => {
    const all = [' session_module (shared)', ' session_cookie_module (shared)', ' session_crypto_module (shared)']
    assert.deepEqual(await grepped(['modules', ...nobodyRuns]), [...all, ' session_dbd_module (shared)'])
    assert.deepEqual(await grepped(['modules', listingFile(6)]), all)
    assert.deepEqual(await grepped(['modules', listingFile(10)]), [...all, ' session_dbd_module (shared)'])
  })

  it('lists for a configuration exactly what the real server lists', async () => {
    const names = ['mpm_event', 'authz_core', 'session', 'session_cookie', 'session_crypto']
    const loads = names.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')
    const file = site(
      `ServerRoot ${folder}\nServerName localhost\nListen 127.0.0.1:1\nPidFile ${folder}/pid\nErrorLog ${folder}/error.log\n${loads}\n`,
    )
    const real = spawnSync('/usr/sbin/apache2', ['-M', '-f', file], { encoding: 'utf8', env: {} })
    if (real.error !== undefined) throw new Error('apache2 is missing: apt-get install apache2', { cause: real.error })
    assert.equal(real.status, 0, real.stderr)
    assert.equal((await runSekisho(['modules', file])).stdout, real.stdout)
  })

  it('says which module is used and not loaded, and how to load it', async () => {
    const file = site('LoadModule session_module modules/mod_session.so\nSession On\nSessionCookieName s path=/\n')
    const { stdout, stderr, code } = await runSekisho(['modules', file])
    assert.match(stdout, /^Loaded Modules:\n core_module \(static\)\n[^]*\n session_module \(shared\)\n$/)
    assert.match(
      stderr,
      /site\.conf:3 uses SessionCookieName of session_cookie_module, which the configuration does not load/,
    )
    assert.ok(stderr.includes(`run: sekisho enable session_cookie --config ${file}\n`))
    assert.equal(code, 0)
    const { missing } = JSON.parse((await runSekisho(['modules', file, '--json'])).stdout) as {
      missing: { id: string }[]
    }
    assert.deepEqual(
      missing.map(({ id }) => id),
      ['session_cookie_module'],
    )
  })

  it('says that there is no such configuration', async () => {
    const { screen, code } = await typeAt(['modules', join(folder, 'none.conf')], [], { columns: 200 })
    assert.equal(code, 1)
    assert.match(screen, /none\.conf cannot be read\n {2}code: no-configuration\n/)
  })

  it('ends quietly when nobody reads on', async () => {
    const { screen, code } = await typeUnread(['modules', ...nobodyRuns])
    assert.deepEqual([screen, code], ['', 141])
  })
})
