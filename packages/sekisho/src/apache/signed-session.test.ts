import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeyRing } from '../index.ts'
import { signSession, verifySignedSession } from './signed-session.ts'

const ring = new KeyRing(['a secret of at least thirty-two octets'])
const id = '0123456789abcdefghijkl'
const now = 1_800_000_000_000

test('reads what was signed: id and time', () => {
  const value = signSession(id, ring, now)
  assert.match(value, /^0123456789abcdefghijkl\.1800000000\.[\w-]{43}$/)
  assert.deepEqual(verifySignedSession(value, ring, { now: () => now + 1000 }), { id, signedAt: now })
})

test('refuses every change, other keys, and what is no signature', () => {
  const value = signSession(id, ring, now)
  for (let at = 0; at < value.length; at += 1) {
    const changed = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1)
    assert.equal(verifySignedSession(changed, ring, { now: () => now }), undefined, changed)
  }
  const other = new KeyRing(['another secret of thirty-two octets!'])
  for (const given of [undefined, '', id, `${value}.`, ` ${value}`])
    assert.equal(verifySignedSession(given, ring, { now: () => now }), undefined, given)
  assert.equal(verifySignedSession(value, other, { now: () => now }), undefined)
})

test('refuses what is older than maxAge, or from a clock that is more than 30 seconds ahead', () => {
  const value = signSession(id, ring, now)
  const readAt = (seconds: number, maxAge?: number) =>
    verifySignedSession(value, ring, { now: () => now + seconds * 1000, ...(maxAge !== undefined && { maxAge }) })
  assert.deepEqual(
    [readAt(300), readAt(301), readAt(59, 60), readAt(61, 60), readAt(-30), readAt(-31)].map(
      (read) => read !== undefined,
    ),
    [true, false, true, false, true, false],
  )
})
