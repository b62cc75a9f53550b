import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { KeyRing } from './keyring.ts'
import { Sealer, type SealContext } from './seal.ts'

const old = randomBytes(32)
const next = randomBytes(32)
const context: SealContext = { purpose: 'session', audience: 'shop', label: '__Host-sid' }
const text = Buffer.from('{"cart":["tea"]}')

test('opens what it has sealed, whatever it is', () => {
  const sealer = new Sealer(new KeyRing([old]), context)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (octets) => {
      const sealed = sealer.seal(Buffer.from(octets))
      assert.equal(sealed.length, Sealer.sealedLength(octets.length))
      assert.deepEqual(sealer.open(sealed)?.plaintext, Buffer.from(octets))
    }),
  )
})

test('lays a sealed text out as version, key id, nonce, ciphertext and tag', () => {
  const ring = new KeyRing([old])
  const bytes = Buffer.from(new Sealer(ring, context).seal(text), 'base64url')
  assert.equal(bytes.length, 1 + 4 + 24 + text.length + 16)
  assert.equal(bytes[0], 1)
  assert.equal(bytes.subarray(1, 5).toString('hex'), ring.usage()[0]?.keyId)
})

test('refuses every single-bit change alike, and every other spelling of the same octets', () => {
  const sealer = new Sealer(new KeyRing([old]), context)
  const sealed = sealer.seal(text)
  const bytes = Buffer.from(sealed, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    assert.equal(sealer.open(changed.toString('base64url')), undefined, `bit ${bit}`)
  }
  for (const other of [`${sealed}=`, ` ${sealed}`, `${sealed}\n`, bytes.toString('base64'), sealed.slice(0, -1)]) {
    if (other !== sealed) assert.equal(sealer.open(other), undefined)
  }
})

test('opens nothing under another purpose, audience, label or key', () => {
  const sealed = new Sealer(new KeyRing([old]), context).seal(text)
  for (const other of [{ purpose: 'csrf' }, { audience: 'bank' }, { label: 'sid' }]) {
    assert.equal(new Sealer(new KeyRing([old]), { ...context, ...other }).open(sealed), undefined)
  }
  assert.equal(new Sealer(new KeyRing([next]), context).open(sealed), undefined)
  // The boundaries between the parts count, not only their concatenation.
  const moved = { purpose: 'session', audience: 'shop__', label: 'Host-sid' }
  assert.equal(new Sealer(new KeyRing([old]), moved).open(sealed), undefined)
})

test('opens what an old key of the ring sealed, says so, and refuses it once the key is gone', () => {
  const sealed = new Sealer(new KeyRing([old]), context).seal(text)
  const ring = new KeyRing([old, next])
  const sealer = new Sealer(ring, context)
  assert.equal(sealer.open(sealed)?.newest, true)
  ring.replace([next, old])
  assert.equal(sealer.open(sealed)?.newest, false)
  assert.equal(sealer.open(sealer.seal(text))?.newest, true)
  assert.deepEqual(
    ring.usage().map(({ seals, opened }) => ({ seals, opened })),
    [
      { seals: true, opened: 1 },
      { seals: false, opened: 2 },
    ],
  )
  ring.replace([next])
  assert.equal(sealer.open(sealed), undefined)
})

test('never throws on foreign text', () => {
  const sealer = new Sealer(new KeyRing([old]), context)
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (foreign) => sealer.open(foreign) === undefined))
  fc.assert(
    fc.property(fc.uint8Array(), (foreign) => sealer.open(Buffer.from(foreign).toString('base64url')) === undefined),
  )
})

test('uses a new nonce suffix for every message and a new prefix after 4,096', () => {
  const sealer = new Sealer(new KeyRing([old]), context)
  const nonces = Array.from({ length: 5000 }, () => Buffer.from(sealer.seal(text), 'base64url').subarray(5, 29))
  assert.equal(new Set(nonces.map((nonce) => nonce.toString('hex'))).size, 5000)
  const prefixes = nonces.map((nonce) => nonce.subarray(0, 12).toString('hex'))
  assert.equal(new Set(prefixes.slice(0, 4096)).size, 1)
  assert.notEqual(prefixes[4096], prefixes[0])
})

test('a ring refuses short secrets, none at all, and two with one id', () => {
  const refused = { code: 'ERR_OPTION' }
  assert.throws(() => new KeyRing([]), refused)
  assert.throws(() => new KeyRing([randomBytes(31)]), {
    ...refused,
    message: /keys\[0\].*at least 32 octets.*one of 31/,
  })
  assert.throws(() => new KeyRing([old, 'short']), { ...refused, message: /keys\[1\]/ })
  assert.throws(() => new KeyRing([old, Buffer.from(old)]), { ...refused, message: /keys\[1\].*keys\[0\]/ })
  const ring = new KeyRing([old])
  assert.throws(() => ring.replace(['short']), refused)
  assert.equal(ring.usage().length, 1)
})

test('a ring never shows its secrets', async () => {
  const { inspect } = await import('node:util')
  const secret = 'a-secret-of-at-least-thirty-two-octets'
  const ring = new KeyRing([secret])
  const sealer = new Sealer(ring, context)
  for (const shown of [
    inspect(ring, { depth: 9, showHidden: true }),
    JSON.stringify(ring),
    String(ring),
    inspect(sealer, { depth: 9 }),
  ]) {
    assert.ok(!shown.includes(secret) && !shown.includes(Buffer.from(secret).toString('hex')))
  }
})
