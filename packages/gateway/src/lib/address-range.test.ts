import assert from 'node:assert/strict'
import { it } from 'node:test'
import { addressRange } from './address-range.ts'

it('holds the addresses of a network, however it is written', () => {
  const hits = (range: string, addresses: readonly string[]) =>
    addresses.filter((address) => addressRange(range)?.(address))
  const addresses = ['10.1.2.3', '10.2.0.1', '11.0.0.1', '::ffff:10.1.2.3', '2001:db8::1', '::1']
  assert.deepEqual(hits('10.1.2.3', addresses), ['10.1.2.3', '::ffff:10.1.2.3'])
  assert.deepEqual(hits('10.1', addresses), ['10.1.2.3', '::ffff:10.1.2.3'])
  assert.deepEqual(hits('10', addresses), ['10.1.2.3', '10.2.0.1', '::ffff:10.1.2.3'])
  assert.deepEqual(hits('10.0.0.0/255.0.0.0', addresses), ['10.1.2.3', '10.2.0.1', '::ffff:10.1.2.3'])
  assert.deepEqual(hits('2001:db8::/32', addresses), ['2001:db8::1'])
  assert.deepEqual(hits('0.0.0.0/0', addresses), ['10.1.2.3', '10.2.0.1', '11.0.0.1', '::ffff:10.1.2.3'])
})

it('is not made of what is no network', () => {
  for (const text of [
    '',
    '300.1.1.1',
    '10.1.1.1/33',
    '10.0.0.0/255.0.255.0',
    '::1/129',
    '1.2.3.4/8/8',
    'host',
    '10.'.repeat(9),
  ])
    assert.equal(addressRange(text), undefined, text)
})

it('does not hold what is no address', () => {
  assert.equal(addressRange('0.0.0.0/0')?.('nonsense'), false)
})
