import assert from 'node:assert/strict'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { everyCommand, siteCommands, siteless } from './every-command.ts'
import { typeAt } from './pty.ts'
import { writtenSites } from './written.ts'

const { folder } = writtenSites()

it('a configuration that is not there is told the same way by every command that needs one, and nothing is made', async () => {
  const missing = join(folder, 'missing.conf')
  const elsewhere = join(folder, 'elsewhere')
  mkdirSync(elsewhere, { mode: 0o700 })
  const lines = siteCommands(missing, elsewhere)
  assert.deepEqual(new Set([...Object.keys(lines), ...siteless]), new Set([...everyCommand(), 'copy to']))
  for (const words of Object.values(lines)) {
    const { screen, code } = await typeAt(words, [], { columns: 200 })
    assert.deepEqual([code, screen], [1, told(missing)], words.join(' '))
  }
  assert.deepEqual(readdirSync(folder), ['elsewhere'])
})

function told(file: string): string {
  return `error: The configuration ${file} cannot be read
  code: no-configuration
  why:  there is no such file or directory
  fix:  name the file that sekisho serve is started with
`
}
