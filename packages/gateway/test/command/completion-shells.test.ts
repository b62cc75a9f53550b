/** The completions for zsh and fish, in these shells themselves. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ctrlC, runAtTerminal } from './pty.ts'
import { runSekisho } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-completion-'))
after(() => rmSync(folder, { recursive: true }))
before(async () => {
  writeFileSync(join(folder, 'shop site.conf'), '')
  for (const shell of ['zsh', 'fish'])
    writeFileSync(join(folder, `sekisho.${shell}`), (await runSekisho(['completion', shell])).stdout)
})

/** What fish offers for the last word of a line, without what it says about it. */
function offered(line: string): string[] {
  const program = `source sekisho.fish; complete --do-complete '${line}'`
  const { stdout, stderr, error } = spawnSync('fish', ['--no-config', '-c', program], { cwd: folder, encoding: 'utf8' })
  if (error !== undefined) throw new Error('fish is missing: apt-get install fish', { cause: error })
  assert.equal(stderr, '')
  return stdout
    .trim()
    .split('\n')
    .map((candidate) => candidate.split('\t', 1)[0] ?? '')
}

describe('the completion for fish', () => {
  it('offers commands, options and values', () => {
    assert.deepEqual(offered('sekisho se'), ['serve', 'service', 'sessions'])
    assert.deepEqual(offered('sekisho sessions '), ['help', 'list', 'revoke', 'revoke-all', 'show'])
    assert.deepEqual(offered('sekisho help che'), ['check'])
    assert.deepEqual(offered('sekisho configtest --st'), ['--strict'])
    assert.deepEqual(offered('sekisho log --level no'), ['notice'])
    assert.deepEqual(offered('sekisho log --level=no'), ['--level=notice'])
    assert.deepEqual(offered('sekisho enable session_d'), ['session_dbd'])
    assert.deepEqual(offered('sekisho completion '), ['bash', 'fish', 'zsh'])
  })

  it('offers files where an argument is one, and nowhere else', () => {
    assert.ok(offered('sekisho check sh').includes('shop site.conf'))
    assert.ok(offered('sekisho sessions show sh').includes('shop site.conf'))
    assert.deepEqual(offered('sekisho explain sh'), [''])
    assert.deepEqual(offered('sekisho gc --limit '), [''])
  })
})

describe('the completion for zsh', () => {
  const settings = `PS1='> '
cd '${folder}'
unsetopt beep promptsp
autoload -Uz compinit
compinit -D -u
sekisho() { printf '<%s>' "$@"; echo }
source sekisho.zsh
`

  /** What is typed, and what must be run or shown for it. */
  async function typed(...lines: readonly (readonly [keys: string, shown: string])[]): Promise<void> {
    assert.equal(spawnSync('zsh', ['--version']).error, undefined, 'zsh is missing: apt-get install zsh')
    writeFileSync(join(folder, '.zshrc'), settings)
    const waits = ['> ', ...lines.map(([, shown]) => shown)]
    const steps = [...lines.map(([keys]) => keys), 'exit\r'].map((type, at) => ({ after: waits[at] ?? '', type }))
    await runAtTerminal(['zsh', '-i'], steps, { columns: 100, env: { ZDOTDIR: folder } })
  }

  it('completes what is typed: commands, options, values and names of files', async () => {
    await typed(
      ['sekisho chec\tsho\t\r', '<check><shop site.conf>'],
      ['sekisho sessions show sho\t\r', '<sessions><show><shop site.conf>'],
      ['sekisho log --level not\t\r', '<log><--level><notice>'],
      ['sekisho log --level=not\t\r', '<log><--level=notice>'],
      ['sekisho configtest --str\tx\r', '<configtest><--strict><x>'],
      ['sekisho enable session_db\t\r', '<enable><session_dbd>'],
    )
  })

  it('shows what is possible, and what it is for', async () => {
    await typed(
      ['sekisho se\t', 'sessions  -- Look at the sessions of a site, and end them'],
      [ctrlC, '> '],
      ['sekisho sessions \t', 'show        -- Look into one session'],
      [ctrlC, '> '],
      ['sekisho completion \t', 'zsh'],
      [ctrlC, '> '],
    )
  })
})
