import assert from 'node:assert/strict'
import { it } from 'node:test'
import { forwardedFields, type Hop, plainAddress } from './forwarded.ts'

const hop: Hop = {
  peer: '203.0.113.7',
  host: 'shop.example',
  scheme: 'https',
  server: 'gate.example',
  isTrusted: false,
}

it('tells the app how a request came', () => {
  assert.deepEqual(forwardedFields(['Host', 'shop.example'], hop), [
    'Host',
    'shop.example',
    'X-Forwarded-For',
    '203.0.113.7',
    'X-Forwarded-Host',
    'shop.example',
    'X-Forwarded-Server',
    'gate.example',
    'X-Forwarded-Proto',
    'https',
    'Forwarded',
    'for=203.0.113.7;host=shop.example;proto=https',
  ])
})

it('does not believe an untrusted peer, however it spells what it says', () => {
  const lies = [
    ['X-Forwarded-For', 'x-forwarded-proto', 'X_Forwarded_For', 'X.Forwarded.Host', 'X-Forwarded-Prefix'],
    ['Forwarded', 'FORWARDED', 'X-Real-IP', 'x_real_ip', 'X-Forwarded-Port'],
  ].flat()
  const fields = lies.flatMap((name) => [name, '10.0.0.1'])
  assert.deepEqual(forwardedFields(fields, hop), forwardedFields([], hop))
  assert.deepEqual(forwardedFields(['X-Forward', '1', 'Xylo', '2', 'From', '3'], hop).slice(0, 6), [
    'X-Forward',
    '1',
    'Xylo',
    '2',
    'From',
    '3',
  ])
})

it('appends to what a trusted peer says, and keeps the scheme that it knows', () => {
  const said = ['X-Forwarded-For', '198.51.100.1', 'x-forwarded-for', '198.51.100.2', 'X-Forwarded-Proto', 'https']
  const more = [
    'Forwarded',
    'for=198.51.100.1',
    'X-Forwarded-Host',
    'www.example',
    'X-Forwarded-Port',
    '443',
    'X-Real-IP',
    '1',
  ]
  assert.deepEqual(
    forwardedFields([...said, ...more], { ...hop, peer: '::ffff:10.0.0.1', scheme: 'http', isTrusted: true }),
    [
      'X-Forwarded-Port',
      '443',
      'X-Real-IP',
      '1',
      'X-Forwarded-For',
      '198.51.100.1, 198.51.100.2, 10.0.0.1',
      'X-Forwarded-Host',
      'www.example, shop.example',
      'X-Forwarded-Server',
      'gate.example',
      'X-Forwarded-Proto',
      'https',
      'Forwarded',
      'for=198.51.100.1, for=10.0.0.1;host=shop.example;proto=http',
    ],
  )
})

it('writes addresses and hosts so that Forwarded can be read', () => {
  const last = (some: Partial<Hop>): string | undefined => forwardedFields([], { ...hop, ...some }).at(-1)
  assert.equal(last({ peer: '2001:db8::1' }), 'for="[2001:db8::1]";host=shop.example;proto=https')
  assert.equal(last({ peer: '::ffff:10.0.0.1' }), 'for=10.0.0.1;host=shop.example;proto=https')
  assert.equal(last({ host: 'shop.example:8443' }), 'for=203.0.113.7;host="shop.example:8443";proto=https')
  assert.equal(last({ peer: undefined, host: undefined }), 'for=unknown;proto=https')
})

it('knows an address with a port, in brackets, or of IPv4 in the spelling of IPv6', () => {
  assert.equal(plainAddress('198.51.100.1:4711'), '198.51.100.1')
  assert.equal(plainAddress('[2001:db8::1]:443'), '2001:db8::1')
  assert.equal(plainAddress('::ffff:198.51.100.1'), '198.51.100.1')
  assert.equal(plainAddress(''), undefined)
})
