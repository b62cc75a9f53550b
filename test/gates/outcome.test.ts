import assert from 'node:assert/strict'
import { test } from 'node:test'

// The gates run before the tests (`scripts/test.ts`); this puts their outcome into the runner's count.
test('every gate was passed before the tests', () => {
  assert.equal(
    process.env['SEKISHO_FAILED_GATES'] ?? '',
    '',
    'see the top of the output, or repeat with `npm run check`',
  )
})
