import { createHash } from 'node:crypto'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import vectors from '../../test/vectors/xaes-256-gcm.json' with { type: 'json' }
import { decrypt, encrypt, PREFIX_BYTES, XaesKey } from './xaes.ts'

test('seals and opens the published vectors of C2SP', () => {
  assert.ok(vectors.vectors.length >= 2)
  for (const { keyHex, nonceAscii, plaintextAscii, aadAscii, ciphertextAndTagHex } of vectors.vectors) {
    const nonce = Buffer.from(nonceAscii)
    const key = new XaesKey(Buffer.from(keyHex, 'hex')).derive(nonce.subarray(0, PREFIX_BYTES))
    const associated = Buffer.from(aadAscii)
    const sealed = encrypt(key, nonce.subarray(PREFIX_BYTES), { text: Buffer.from(plaintextAscii), associated })
    assert.equal(Buffer.concat(sealed).toString('hex'), ciphertextAndTagHex)
    const opened = decrypt(key, nonce.subarray(PREFIX_BYTES), {
      text: Buffer.from(ciphertextAndTagHex, 'hex'),
      associated,
    })
    assert.equal(opened?.toString(), plaintextAscii)
  }
})

test('opens nothing after any single bit of ciphertext, tag, nonce or associated data has changed', () => {
  const nonce = Buffer.alloc(12, 7)
  const key = new XaesKey(Buffer.alloc(32, 1)).derive(Buffer.alloc(12, 2))
  const associated = Buffer.from('about')
  const sealed = Buffer.concat(encrypt(key, nonce, { text: Buffer.from('secret'), associated }))
  const parts = { sealed, nonce, associated }
  for (const part of Object.values(parts)) {
    for (let bit = 0; bit < part.length * 8; bit += 1) {
      part[bit >> 3]! ^= 1 << (bit & 7)
      assert.equal(decrypt(key, nonce, { text: sealed, associated }), undefined)
      part[bit >> 3]! ^= 1 << (bit & 7)
    }
  }
  assert.equal(decrypt(key, nonce, { text: sealed, associated })?.toString(), 'secret')
})

test('agrees with the accumulated vector of C2SP over 10,000 random messages', () => {
  const iterations = 10_000
  // Key, nonce, and two texts of at most 255 octets behind a length each: an upper bound of the stream that is read.
  const stream = createHash('shake128', { outputLength: iterations * (32 + 24 + 2 * 256) }).digest()
  const result = createHash('shake128', { outputLength: 32 })
  let at = 0
  const take = (octets: number): Buffer => stream.subarray(at, (at += octets))
  const text = (): Buffer => take(take(1)[0]!)
  for (let index = 0; index < iterations; index += 1) {
    const [key, nonce, plaintext, associated] = [take(32), take(24), text(), text()]
    const derived = new XaesKey(key).derive(nonce.subarray(0, PREFIX_BYTES))
    for (const part of encrypt(derived, nonce.subarray(PREFIX_BYTES), { text: plaintext, associated }))
      result.update(part)
  }
  assert.equal(result.digest('hex'), 'e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939')
})
