import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { runAtTerminal, typeAt } from './pty.ts'
import { runSekisho } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-completion-'))
const script = join(folder, 'sekisho.bash')
after(() => rmSync(folder, { recursive: true }))
before(async () => {
  writeFileSync(script, (await runSekisho(['completion', 'bash'])).stdout)
  writeFileSync(join(folder, 'shop site.conf'), '')
})

/** What bash offers for the last of these words. */
function offered(...words: readonly string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(' ')
  const program = `source '${script}'; COMP_WORDS=(sekisho ${line}); COMP_CWORD=${words.length}; _sekisho; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', program], { encoding: 'utf8' }).trim().split('\n')
}

describe('the completion for bash', () => {
  it('offers commands, options, values and names of modules', () => {
    assert.deepEqual(offered('ch'), ['check'])
    assert.deepEqual(offered('check', '--as'), ['--as-apache'])
    assert.deepEqual(offered('log', '--level', 'no'), ['notice'])
    assert.deepEqual(offered('enable', 'session_d'), ['session_dbd'])
    assert.deepEqual(offered('sessions', 'rev'), ['revoke', 'revoke-all'])
    assert.deepEqual(offered('completion', ''), ['bash', 'zsh', 'fish'])
    assert.deepEqual(offered('help', 'ch'), ['check'])
    assert.deepEqual(offered('configtest', '--st'), ['--strict'])
  })

  it('knows which word is a value, and which argument comes next', () => {
    assert.deepEqual(offered('log', '-n', '3', '--le'), ['--level'])
    assert.deepEqual(offered('log', '--level', '=', 'no'), ['notice'])
    assert.deepEqual(offered('log', '--state', ''), [''])
    assert.deepEqual(offered('completion', 'bash', ''), [''])
    assert.deepEqual(offered('help', 'sessions', 're'), ['revoke', 'revoke-all'])
  })

  it('completes what is typed in a real bash, names of files with blanks too', async () => {
    const settings = join(folder, 'bashrc')
    const stand = `sekisho() { printf '<%s>' "$@"; echo; }`
    writeFileSync(settings, `PS1='> '; cd '${folder}'; ${stand}; source '${script}'\n`)
    const { screen } = await runAtTerminal(
      ['bash', '--noprofile', '--rcfile', settings, '-i'],
      [
        { after: '> ', type: 'sekisho check shop\t\r' },
        { after: '<check><shop site.conf>', type: 'sekisho sessions show shop\t\r' },
        { after: '<sessions><show><shop site.conf>', type: 'sekisho chec\t--str\tx\r' },
        { after: '<check><--strict><x>', type: 'exit\r' },
      ],
      { columns: 200 },
    )
    assert.match(screen, /<check><shop site\.conf>\n/)
  })
})

describe('sekisho completion', () => {
  it('names the shells that it knows', async () => {
    const { screen, code } = await typeAt(['completion', 'tcsh'])
    assert.equal(code, 2)
    assert.match(screen, /Allowed choices are bash, zsh, fish/)
  })
})
