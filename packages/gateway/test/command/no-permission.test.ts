import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { siteCommands } from './every-command.ts'
import { typeAt } from './pty.ts'
import { writtenSites } from './written.ts'

const { folder, site } = writtenSites()

const options = { columns: 200, powerless: true }

describe('what may not be read', () => {
  it('is told by every command that needs a configuration; the doctor names the line that opens it', async () => {
    const file = site('Listen 8080\n')
    chmodSync(file, 0o000)
    const elsewhere = join(folder, 'elsewhere')
    mkdirSync(elsewhere, { mode: 0o700 })
    const { doctor = [], ...others } = siteCommands(file, elsewhere)
    for (const words of Object.values(others)) {
      const { screen, code } = await typeAt(words, [], options)
      assert.deepEqual([code, screen], [1, told(file)], words.join(' '))
    }
    const { screen, code } = await typeAt(doctor, [], options)
    assert.equal(code, 1)
    assert.match(
      screen,
      / 1\. error: Permission denied: root cannot read \S+site\.conf [^]*run: chgrp \d+ \S+site\.conf && chmod 640 /,
    )
  })

  it('is told by the commands that need another file', async () => {
    const closed = join(folder, 'closed')
    writeFileSync(closed, 'x', { mode: 0o000 })
    for (const words of [
      ['keys', 'list', closed],
      ['keys', 'rotate', closed],
      ['htpasswd', '--delete', closed, 'alice'],
      ['decode', closed],
      ['convert', closed, '--from', 'php'],
    ]) {
      const { screen, code } = await typeAt(words, [], options)
      assert.deepEqual([code, /Permission denied|EACCES/.test(screen)], [1, true], `${words.join(' ')}\n${screen}`)
    }
  })
})

describe('a folder that may not be written to', () => {
  it('is told by the commands that make a file, and stays as it was', async () => {
    const source = site('session.name = shop\n', 'php.ini')
    const shut = join(folder, 'shut')
    mkdirSync(shut)
    const users = site('alice:x\n', 'shut/users')
    chmodSync(shut, 0o555)
    for (const words of [
      ['keygen', join(shut, 'keys')],
      ['htpasswd', '--delete', users, 'alice'],
      ['convert', source, '--out', join(shut, 'sessions.ts')],
    ]) {
      const { screen, code } = await typeAt(words, [], options)
      assert.deepEqual([code, /why: {2}Permission denied/.test(screen)], [1, true], `${words.join(' ')}\n${screen}`)
    }
    assert.deepEqual(readdirSync(shut), ['users'])
    chmodSync(shut, 0o755)
  })
})

function told(file: string): string {
  return `error: The configuration ${file} cannot be read
  code: permission-denied
  why:  Permission denied
  fix:  run the command with sudo
`
}
