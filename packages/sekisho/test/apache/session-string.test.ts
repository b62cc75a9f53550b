import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApacheSession, beginSession } from '../../src/apache/index.ts'
import behaviour from '../vectors/apache/behaviour-cases.json' with { type: 'json' }

/** Microseconds at which the server of the recordings began. */
const recordedAt = BigInt(behaviour.t0) * 1000n

/** What Apache would read in a text, written again. */
function reread(encoded: string): string {
  return ApacheSession.decode(encoded).encode()
}

/** Parts of which unusual encoded sessions are made. */
const words = 'a A bc expiry Expiry = & % %4 %41 %e3 %00 %zz + %2b %2B ~ 1 - 99999999999999999999 .*_'.split(' ')
const piece = fc.constantFrom(...words, ' ', '\n', '\u00e9', '\u0000', '\u3042')
const strangeText = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))

test('reads every recorded cookie as the real server did', () => {
  const recorded = behaviour.cases.filter(({ section }) => section === 'identity decode')
  assert.equal(recorded.length, 21)
  for (const { name, httpSession } of recorded) {
    assert.equal(beginSession(name, {}, recordedAt).session.encode(), httpSession, name)
  }
})

test('takes keys as the same in every case, and keeps the first spelling and place', () => {
  assert.equal(reread('A=1&b=2&a=3'), 'A=3&b=2')
  const session = ApacheSession.decode('User=alice&cart=tea')
  session.set('USER', 'bob')
  assert.equal(session.get('user'), 'bob')
  assert.equal(session.encode(), 'User=bob&cart=tea')
  assert.equal(session.delete('uSER'), true)
  assert.equal(session.delete('uSER'), false)
  assert.equal(session.has('user'), false)
  assert.deepEqual([...session], [['cart', 'tea']])
})

test('folds the case of ASCII letters only', () => {
  const session = new ApacheSession().set('é', '1').set('É', '2').set('ß', '3')
  assert.equal(session.encode(), '%c3%a9=1&%c3%89=2&%c3%9f=3')
})

test('removes a key that comes without a value, by the key as it was sent', () => {
  assert.equal(reread('a=1&b=2&A'), 'b=2')
  assert.equal(reread('a=1&b=2&b='), 'a=1')
  assert.equal(reread('a=1&%61='), 'a=1')
  assert.equal(reread('a%2bb=1&a+b='), '')
})

test('skips what stands before a key, and nothing of its value', () => {
  assert.equal(reread('==a=1&=&b==2=&=c'), 'a=1&b=%3d2%3d')
})

test('ignores a pair with a broken escape or the octet 0, and keeps what the key had', () => {
  assert.equal(reread('a=1&a=%zz&a=%4&a=%&a=%00&a=x%00y&%=2&%00=2&b=3'), 'a=1&b=3')
  assert.equal(reread('a=1&a=\u0000&b=\u3042'), 'a=1')
})

test('escapes every octet but letters, digits and .-*_ in lower case', () => {
  const all = Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1))
  const encoded = new ApacheSession().set('k', all).encode()
  const kept = encoded.slice(2).replaceAll(/%[0-9a-f]{2}/g, '')
  assert.equal(kept, '+*-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz')
  assert.ok(encoded.includes('%7e') && encoded.includes('%2f') && encoded.includes('%ff') && encoded.includes('%2b'))
  assert.deepEqual(ApacheSession.decode(encoded).octets('k'), all)
})

test('reads the time of expiry as strtoll does, the last one, and never as an entry', () => {
  const expiryOf = (text: string): bigint => ApacheSession.decode(text).expiry
  assert.equal(expiryOf('expiry=1795286717556000'), 1795286717556000n)
  assert.equal(expiryOf('expiry=+12abc'), 12n)
  assert.equal(expiryOf('expiry=%2b12'), 12n)
  assert.equal(expiryOf('expiry=%0b%0d-0012'), -12n)
  assert.equal(expiryOf('expiry=abc'), 0n)
  assert.equal(expiryOf('expiry=5&expiry=7'), 7n)
  assert.equal(expiryOf('%65xpiry=5'), 5n)
  assert.equal(expiryOf('expiry=5&expiry='), 5n)
  assert.equal(expiryOf('Expiry=5'), 0n)
  assert.equal(expiryOf('expiry=9223372036854775808'), 2n ** 63n - 1n)
  assert.equal(expiryOf('expiry=-9999999999999999999'), -(2n ** 63n))
  assert.equal(expiryOf(`expiry=${'9'.repeat(100_000)}`), 2n ** 63n - 1n)
  assert.equal(ApacheSession.decode('expiry=5&a=1').has('expiry'), false)
})

test('appends the time of expiry, and leaves it at its place once a session has been encoded', () => {
  const session = ApacheSession.decode('expiry=1795286717556000&a=1')
  assert.equal(session.encode(), 'a=1&expiry=1795286717556000')
  session.merge('b=2&expiry=1795286717556001')
  assert.equal(session.encode(), 'a=1&expiry=1795286717556001&b=2')
})

test('copies a session with its order, and apart from it', () => {
  const session = ApacheSession.decode('B=1&a=%ff&expiry=7')
  session.encode()
  const copy = session.copy()
  copy.set('b', '2')
  copy.expiry = 8n
  assert.equal(session.encode(), 'B=1&a=%ff&expiry=7')
  assert.equal(copy.encode(), 'B=2&a=%ff&expiry=8')
})

test('gives texts as UTF-8 and octets as they are', () => {
  const session = ApacheSession.decode('a=%e3%81%82&b=%ff&c=1')
  assert.deepEqual([session.get('a'), session.get('b'), session.get('d')], ['あ', '\ufffd', undefined])
  assert.deepEqual(session.octets('b'), Buffer.from([0xff]))
})

test('refuses to set what the encoded form cannot carry', () => {
  const session = new ApacheSession()
  const refused = { code: 'ERR_ARGUMENT', name: 'SekishoUsageError' }
  assert.throws(() => session.set('', '1'), refused)
  assert.throws(() => session.set('expiry', '1'), {
    ...refused,
    message: /`key` must not be empty, and not be `expiry`/,
  })
  assert.throws(() => session.set('a\0', '1'), refused)
  assert.throws(() => session.set('a', '\0'), { ...refused, message: /`value`.*without the octet 0/ })
  assert.throws(() => session.set('a', Buffer.of(0)), refused)
  assert.throws(() => session.set('a', '\ud800'), refused)
  assert.equal(session.encode(), '')
})

test('reads back whatever was set', () => {
  const key = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text !== 'expiry' && !text.includes('\0'))
  const value = fc.uint8Array({ min: 1, minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value)), fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }), (entries, expiry) => {
      const session = new ApacheSession()
      for (const [name, octets] of entries) session.set(name, octets)
      session.expiry = expiry
      const read = ApacheSession.decode(session.encode())
      assert.equal(read.expiry, hasNamesake(entries) ? read.expiry : expiry)
      assert.equal(read.encode(), session.encode())
      for (const [name] of entries) assert.deepEqual(read.octets(name), session.octets(name))
    }),
  )
})

/** `Expiry` is an ordinary key, but takes the value of the time of expiry when that is written: so does Apache. */
function hasNamesake(entries: readonly (readonly [string, unknown])[]): boolean {
  return entries.some(([name]) => name.toLowerCase() === 'expiry')
}

test('reads anything without throwing, and what it writes is a fixed point', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        strangeText,
        fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets).toString('latin1')),
      ),
      (text) => {
        const written = reread(text)
        assert.match(written, /^[A-Za-z0-9.*_%+&=-]*$/)
        const session = ApacheSession.decode(text)
        if (!session.has('Expiry')) assert.equal(reread(written), written)
      },
    ),
    { numRuns: 400 },
  )
})

test('reads a megabyte of separators in linear time', () => {
  const began = performance.now()
  for (const text of ['=&', '&', '=', '%', '%4', 'a=%', 'a&', 'a=1&']) reread(text.repeat(1_000_000 / text.length))
  assert.ok(performance.now() - began < 5_000)
})

test('reads a time of ten million digits without working it out', () => {
  const digits = '9'.repeat(10_000_000)
  const began = performance.now()
  assert.equal(ApacheSession.decode(`expiry=${digits}`).expiry, 2n ** 63n - 1n)
  assert.ok(performance.now() - began < 1_000)
})
