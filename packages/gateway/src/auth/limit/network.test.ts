import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { networkOf } from './network.ts'

describe('networkOf', () => {
  it('takes an IPv4 address as it is, however it is written', () => {
    assert.equal(networkOf('192.0.2.1'), '192.0.2.1')
    assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1')
    assert.equal(networkOf('::FFFF:192.0.2.1'), '192.0.2.1')
  })

  it('takes the addresses of a /64 for one', () => {
    const one = '2001:db8:0:7::/64'
    for (const address of [
      '2001:db8:0:7::1',
      '2001:0db8:0000:0007:ffff:ffff:ffff:ffff',
      '2001:DB8:0:7:1::',
      '2001:db8::7:0:0:0:9',
      '2001:db8:0:7::192.0.2.1',
      '2001:db8:0:7::1%eth0',
    ])
      assert.equal(networkOf(address), one, address)
    assert.equal(networkOf('2001:db8:0:8::1'), '2001:db8:0:8::/64')
    assert.equal(networkOf('::1'), '0:0:0:0::/64')
    assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64')
  })

  it('takes anything else for a place of its own', () => {
    assert.equal(networkOf('unknown'), 'unknown')
    assert.equal(networkOf(''), '')
  })
})
