import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { everyCommand } from './every-command.ts'

const page = fileURLToPath(new URL('../../../../docs/reference/sekisho.1', import.meta.url))

it('the manual page is set without a warning, as man sets it, and has every command', () => {
  const { status, stdout, stderr, error } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-rLL=80n', '-P-bcu', page], {
    encoding: 'utf8',
  })
  if (error !== undefined) throw new Error('groff is missing: apt-get install groff-base', { cause: error })
  assert.deepEqual([status, stderr], [0, ''])
  for (const name of everyCommand()) assert.match(stdout, new RegExp(`^ {3}${name}\\n {7}sekisho ${name}\\b`, 'm'))
  for (const part of ['NAME', 'SYNOPSIS', 'OPTIONS', 'COMMANDS', 'EXIT STATUS', 'ENVIRONMENT', 'FILES'])
    assert.match(stdout, new RegExp(`^${part}$`, 'm'))
})
