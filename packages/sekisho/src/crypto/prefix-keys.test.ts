import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { PrefixKeys } from './prefix-keys.ts'

const key = createSecretKey(Buffer.alloc(32))

/** Keeps keys for `count` prefixes, the first of which has a number. */
function fill(keys: PrefixKeys, count: number, first: number): void {
  for (let n = first; n < first + count; n += 1) keys.add(String(n), key)
}

/** How many of the prefixes have a key. Looking keeps what is found. */
function known(keys: PrefixKeys, count: number): number {
  return Array.from({ length: count }, (_, n) => keys.get(String(n))).filter((found) => found === key).length
}

test('keeps the last 2,048 keys', () => {
  const keys = new PrefixKeys()
  fill(keys, 2048, 0)
  assert.equal(known(keys, 2048), 2048)
  assert.equal(keys.get('another'), undefined)
})

test('never keeps more than 4,096 keys', () => {
  const keys = new PrefixKeys()
  fill(keys, 10_000, 0)
  const found = Array.from({ length: 10_000 }, (_, n) => n).filter((n) => n < 10_000 - 4096 && keys.get(String(n)))
  assert.deepEqual(found, [])
})

test('keeps a key that is used now and then, whatever else comes', () => {
  const keys = new PrefixKeys()
  keys.add('used', key)
  for (let turn = 0; turn < 20; turn += 1) {
    fill(keys, 1500, turn * 1500)
    assert.equal(keys.get('used'), key, `turn ${turn}`)
  }
})
