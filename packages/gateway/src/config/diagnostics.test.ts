import assert from 'node:assert/strict'
import { it } from 'node:test'
import { load } from '../../test/configs.ts'
import { formatDiagnostic } from './diagnostics.ts'

it('shows the line, a caret below the place, and what to do', () => {
  const { diagnostics, sources } = load('<Location />\n\tSessionMaxAge abc\n</Location>')
  const [found] = diagnostics
  assert.ok(found !== undefined)
  assert.equal(
    formatDiagnostic(found, sources.get(found.file)),
    `/etc/site.conf:2:16: error: "abc" is not a number of seconds [bad-value]
    \tSessionMaxAge abc
    \t              ^
    expected: a whole number from 0 to 315360000
    found: abc`,
  )
})

it('puts the caret below wide characters', () => {
  const { diagnostics, sources } = load('SessionCryptoPassphrase 0123456789abcdef\nSessionInclude "/買い物" x')
  const [found] = diagnostics
  assert.ok(found !== undefined)
  assert.match(
    formatDiagnostic({ ...found, column: 22 }, sources.get(found.file)),
    /\n {4}SessionInclude "\/買い物" x\n {28}\^\n/,
  )
})

it('does without the line when there is none', () => {
  const place = { file: '/a', line: 3, column: 1 }
  assert.equal(
    formatDiagnostic({ severity: 'info', code: 'odd-value', message: 'Odd', ...place }),
    '/a:3:1: info: Odd [odd-value]',
  )
})
