import assert from 'node:assert/strict'
import { createHmac, hkdfSync } from 'node:crypto'
import { test } from 'node:test'
import { KeyRing } from './keyring.ts'
import { Signer } from './signer.ts'

const [old, next] = ['an old secret of at least 32 octets', 'a new secret, of at least 32 octets']

test('signs with the first key and believes all of them', () => {
  const ring = new KeyRing([old])
  const signer = new Signer(ring, 'links')
  const signature = signer.sign('/a?user=茶')
  assert.match(signature, /^[\w-]{43}$/)
  ring.replace([next, old])
  assert.equal(signer.believes('/a?user=茶', signature), true)
  assert.notEqual(signer.sign('/a?user=茶'), signature)
  ring.replace([next])
  assert.equal(signer.believes('/a?user=茶', signature), false)
})

test('believes nothing else: another text, another purpose, a changed or cut signature', () => {
  const ring = new KeyRing([old])
  const signer = new Signer(ring, 'links')
  const signature = signer.sign('text')
  for (const given of ['', signature.slice(1), `${signature}A`, `A${signature.slice(1)}`, signature.toLowerCase()])
    assert.equal(signer.believes('text', given), given === signature, given)
  assert.equal(signer.believes('Text', signature), false)
  assert.equal(new Signer(ring, 'mails').believes('text', signature), false)
})

test('is HMAC-SHA256 under a subkey, which is not the secret itself', () => {
  const ring = new KeyRing([old])
  const [subkey] = ring.subkeys('links')
  assert.ok(subkey !== undefined)
  const expected = createHmac('sha256', subkey.key).update('text').digest('base64url')
  assert.equal(new Signer(ring, 'links').sign('text'), expected)
  assert.notEqual(createHmac('sha256', old).update('text').digest('base64url'), expected)
  assert.equal(hkdfSync('sha256', old, '', 'x', 32).byteLength, subkey.key.length)
})

test('refuses what is no ring, and an empty purpose', () => {
  assert.throws(() => new Signer({} as KeyRing, 'links'), { code: 'ERR_OPTION' })
  assert.throws(() => new Signer(new KeyRing([old]), ''), { code: 'ERR_OPTION' })
})
