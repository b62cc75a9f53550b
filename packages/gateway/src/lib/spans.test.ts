import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sizeText, spanText, timeText } from './spans.ts'

test('says a span in the largest unit of which there are two', () => {
  const spans = [0, -5, 119_000, 120_000, 2 * 3_600_000 - 1000, 7_200_000, 2 * 86_400_000, 800 * 86_400_000]
  assert.deepEqual(spans.map(spanText), ['0 s', '0 s', '119 s', '2 min', '119 min', '2 h', '2 days', '2 years'])
})

test('says a size in three digits', () => {
  assert.deepEqual([0, 999, 1000, 1449, 2_500_000].map(sizeText), ['0 B', '999 B', '1.0 kB', '1.4 kB', '2.5 MB'])
})

test('says a time as the clock on the wall does', () => {
  const local = new Date(2026, 10, 22, 6, 42, 2)
  assert.equal(timeText(local.getTime()), '2026-11-22 06:42:02')
})
