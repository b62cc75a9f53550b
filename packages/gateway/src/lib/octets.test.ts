import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { octets, octetsOf, shownOctets, textOfOctets } from './octets.ts'

it('gives back any octets', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const buffer = Buffer.from(bytes)
      assert.deepEqual(octetsOf(textOfOctets(buffer)), buffer)
    }),
  )
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('é', '茶', '🍵', 'a', '\ufffd', '\udce9', '\udcff'), { maxLength: 9 }),
      (parts) => {
        const text = textOfOctets(octetsOf(parts.join('')))
        assert.deepEqual(octetsOf(text), octetsOf(parts.join('')))
      },
    ),
  )
})

it('reads what is UTF-8, and keeps apart what is not', () => {
  assert.equal(textOfOctets(Buffer.from('/茶/🍵\ufffd')), '/茶/🍵\ufffd')
  assert.equal(textOfOctets(Buffer.from('/caf\xe9/\xc3\xa9', 'latin1')), '/caf\udce9/é')
  assert.equal(textOfOctets(Buffer.from([0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xf5])), '\udcc0\udcaf\udced\udca0\udc80\udcf5')
})

it('knows stray octets from characters outside of the basic plane', () => {
  const tea = '🍵'
  assert.equal(tea.charCodeAt(1) & 0xff00, 0xdf00)
  assert.equal(octets('\u{100ff}'), Buffer.from('\u{100ff}').toString('latin1'))
  assert.equal(shownOctets('/caf\udce9 \u{100ff}'), '/caf\\xe9 \u{100ff}')
  assert.equal(octets('é\udce9'), '\xc3\xa9\xe9')
})
