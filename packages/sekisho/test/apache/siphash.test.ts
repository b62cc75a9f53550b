import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sipHash24 } from '../../src/apache/siphash.ts'

/** By length of the message: from the specification (0 and 15) and from OpenSSL. The octets of key and message count up from 0. */
const hashes: Readonly<Record<number, string>> = {
  0: '310e0edd47db6f72',
  1: 'fd67dc93c539f874',
  7: '37d1018bf50002ab',
  8: '6224939a79f5f593',
  9: 'b0e4a90bdf82009e',
  15: 'e545be4961ca29a1',
  16: 'db9bc2577fcc2a3f',
  63: '724506eb4c328a95',
  200: '51165912e59f8410',
}

test('hashes as the specification and OpenSSL do', () => {
  const counting = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
  for (const [length, hash] of Object.entries(hashes)) {
    assert.equal(sipHash24(counting.subarray(0, 16), counting.subarray(0, Number(length))).toString('hex'), hash)
  }
})
