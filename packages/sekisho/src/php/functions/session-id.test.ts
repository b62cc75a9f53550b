import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSessionId, readable } from './session-id.ts'

test('reads the lowest bits of an octet first, as PHP does', () => {
  assert.equal(readable(Uint8Array.of(0x1f), 2, 4), 'f1')
  assert.equal(readable(Uint8Array.of(0b111_00001, 0b0000_0011), 3, 5), '1v0')
  assert.equal(readable(Uint8Array.of(0b11_111110, 0b0000_1111, 0), 3, 6), ',-0')
})

test('draws ids of every length and alphabet that PHP allows', () => {
  for (const [length, bits, pattern] of [
    [22, 4, /^[0-9a-f]{22}$/],
    [26, 5, /^[0-9a-v]{26}$/],
    [256, 6, /^[0-9a-zA-Z,-]{256}$/],
  ] as const) {
    assert.match(createSessionId(length, bits), pattern)
  }
})

test('draws no id twice, and every digit sometimes', () => {
  const ids = Array.from({ length: 500 }, () => createSessionId(32, 6))
  assert.equal(new Set(ids).size, 500)
  assert.equal(new Set(ids.join('')).size, 64)
})
