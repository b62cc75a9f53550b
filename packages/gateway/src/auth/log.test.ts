import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { shown } from './log.ts'

describe('shown', () => {
  it('keeps what a client chose on one line, and short', () => {
    assert.equal(shown('bob'), 'bob')
    assert.equal(shown('山田 太郎'), '山田 太郎')
    assert.equal(
      shown('a\nb\r\u001b[31m\u0085\u2028\u202e\\'),
      'a\\u{a}b\\u{d}\\u{1b}[31m\\u{85}\\u{2028}\\u{202e}\\u{5c}',
    )
    assert.equal(shown('x'.repeat(1000)), `${'x'.repeat(79)}…`)
    assert.equal(shown('\ud800'), '\\u{d800}')
  })
})
