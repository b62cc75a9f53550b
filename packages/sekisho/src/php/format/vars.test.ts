import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { phpArrays } from '../../../test/php/formats/values.ts'
import type { PhpKey } from '../value/keys.ts'
import { PhpBytes, PhpFloat } from '../value/scalars.ts'
import { PhpArray, PhpCustom, PhpEnum, PhpObject } from '../value/value.ts'
import { PhpDecodeError, PhpEncodeError } from './errors.ts'
import { serialize, unserialize } from './serialize.ts'
import { decodeVars, encodeVars } from './vars.ts'

/** Octets as characters, one each. */
function text(octets: Uint8Array): string {
  return Buffer.from(octets).toString('latin1')
}

function decode(octets: string, format: 'php' | 'php_binary' | 'php_serialize' = 'php'): PhpArray {
  return decodeVars(format, Buffer.from(octets, 'latin1'))
}

function again(octets: string): string {
  return text(encodeVars('php', decode(octets)))
}

test('what is encoded decodes to what encodes to the same octets, in each format', () => {
  fc.assert(
    fc.property(phpArrays({ isVars: true }), fc.constantFrom('php', 'php_binary', 'php_serialize'), (vars, format) => {
      const octets = encodeVars(format, vars)
      assert.deepEqual(encodeVars(format, decodeVars(format, octets)), octets)
    }),
    { seed: 5, numRuns: 300 },
  )
})

test('the three formats write the same variables each in its way', () => {
  const vars = PhpArray.from([
    ['id', 7],
    ['price', new PhpFloat(2)],
    ['名', '東京'],
  ])
  assert.equal(Buffer.from(encodeVars('php', vars)).toString(), 'id|i:7;price|d:2;名|s:6:"東京";')
  assert.equal(Buffer.from(encodeVars('php_binary', vars)).toString(), '\u0002idi:7;\u0005priced:2;\u0003名s:6:"東京";')
  assert.equal(
    Buffer.from(encodeVars('php_serialize', vars)).toString(),
    'a:3:{s:2:"id";i:7;s:5:"price";d:2;s:3:"名";s:6:"東京";}',
  )
})

test('a format must be named, and nothing else than a name is one', () => {
  for (const format of ['json', '', 'constructor'])
    assert.throws(
      () => decodeVars(format as 'php', Buffer.of()),
      /option `format` must be php, php_binary or php_serialize/,
    )
})

test('integers and floats stay what they are', () => {
  const octets = 'a|i:1;b|d:1;c|d:-0;d|i:9007199254740993;e|d:9007199254740992;f|d:1.0E+25;g|d:NAN;'
  const vars = decode(octets)
  assert.deepEqual([...vars.values()].slice(0, 6), [
    1,
    new PhpFloat(1),
    new PhpFloat(-0),
    9007199254740993n,
    9007199254740992,
    1e25,
  ])
  assert.equal(text(encodeVars('php', vars)), octets)
})

test('octets that are not UTF-8 are kept, in values and in names', () => {
  const octets = 'k\xff|s:2:"\xe3\x81";u|O:4:"A\xffB\xfe":1:{s:3:"\0*\0";s:3:"\xef\xbf\xbd";}'
  const vars = decode(octets)
  assert.deepEqual(vars.get('k\udcff'), new PhpBytes(Uint8Array.of(0xe3, 0x81)))
  assert.equal((vars.get('u') as PhpObject).get('\0*\0'), '\ufffd')
  assert.equal(again(octets), octets)
})

test('half of a surrogate pair is refused, in a value and in a name', () => {
  assert.throws(() => serialize('a\ud83d'), /half of a surrogate pair; octets that are no text belong into PhpBytes/)
  assert.throws(() => serialize(PhpArray.from([['\ud83d', 1]])), /a name holds half of a surrogate pair/)
  assert.throws(() => encodeVars('php', PhpArray.from([['\udfff', 1]])), /half of a surrogate pair in its name/)
})

test('a variable that a format cannot hold is an error, or left out where one asks to be told', () => {
  const vars = PhpArray.from([
    ['ok', 1],
    [5, 2],
    ['k'.repeat(128), 3],
  ])
  const skipped: PhpKey[] = []
  const onSkip = (name: PhpKey): void => void skipped.push(name)
  assert.throws(() => encodeVars('php', vars), /the variable 5 has an integer as its name: use php_serialize/)
  assert.equal(text(encodeVars('php_binary', vars, { onSkip })), '\u0002oki:1;')
  assert.deepEqual(skipped, [5, 'k'.repeat(128)])
})

test('a name with | in it is an error in php, always', () => {
  const vars = PhpArray.from([['a|b', 1]])
  assert.throws(() => encodeVars('php', vars, { onSkip: () => undefined }), PhpEncodeError)
  assert.equal(text(encodeVars('php_binary', vars)), '\u0003a|bi:1;')
})

test('a numeric name that PHP cannot reach goes round unchanged', () => {
  assert.equal(again('5|i:1;'), '5|i:1;')
})

test('a reference to a variable that is set again means the earlier value', () => {
  const vars = decode('a|i:1;a|i:2;b|R:1;')
  assert.deepEqual(
    [...vars],
    [
      ['a', 2],
      ['b', 1],
    ],
  )
  assert.equal(text(encodeVars('php', vars)), 'a|i:2;b|i:1;')
})

test('references and objects are shared across variables, also with what a class wrote', () => {
  const list = 'a:1:{i:0;O:1:"B":0:{}}'
  const octets = `a|O:1:"A":0:{}b|C:1:"S":4:{r:1;}c|R:1;d|C:1:"S":${list.length}:{${list}}e|r:6;f|C:1:"S":4:{R:4;}`
  const vars = decode(octets)
  const [a, b, d, e, f] = ['a', 'b', 'd', 'e', 'f'].map((name) => vars.get(name))
  assert.ok(b instanceof PhpCustom && d instanceof PhpCustom && f instanceof PhpCustom)
  assert.equal(b.value, a)
  assert.ok(d.value instanceof PhpArray)
  assert.equal(d.value.get(0), e)
  assert.equal(f.value, d)
})

test('what a class wrote refers to other objects, and to its own, as it did', () => {
  for (const octets of [
    'x|O:1:"x":1:{s:1:"v";O:1:"z":0:{}}y|C:1:"y":4:{r:2;}',
    'x|C:1:"y":4:{r:1;}',
    'x|i:1;y|C:1:"y":4:{R:1;}',
    'x|C:1:"y":4:{i:5;}y|R:2;',
    'x|C:1:"y":0:{}y|r:1;',
  ])
    assert.equal(again(octets), octets)
})

test('what is numbered after octets that only a class can read is refused, and so is writing it', () => {
  assert.equal(again('a|C:1:"S":5:{hello}b|i:1;'), 'a|C:1:"S":5:{hello}b|i:1;')
  assert.equal(again('o|O:1:"A":0:{}a|C:1:"S":5:{hello}b|r:1;'), 'o|O:1:"A":0:{}a|C:1:"S":5:{hello}b|r:1;')
  assert.throws(() => decode('a|C:1:"S":5:{hello}b|O:1:"A":0:{}c|r:2;'), /a class that counts in a way of its own/)
  const shared = new PhpObject('A')
  const vars = PhpArray.from([
    ['a', new PhpCustom('S', Buffer.from('hello'))],
    ['b', shared],
    ['c', shared],
  ])
  assert.throws(() => encodeVars('php', vars), /a value is shared that comes after octets which a class wrote/)
})

test('a case of an enumeration is one object at all its places', () => {
  const hearts = new PhpEnum('Suit', 'Hearts')
  const octets = serialize(PhpArray.of(hearts, hearts))
  assert.equal(text(octets), 'a:2:{i:0;E:11:"Suit:Hearts";i:1;r:2;}')
  const read = unserialize(octets) as PhpArray
  assert.equal(read.get(0), read.get(1))
})

test('references to the whole are refused, and so is a whole that is no array', () => {
  assert.throws(() => decode('a:1:{s:4:"self";R:1;}', 'php_serialize'), /a reference to the whole is not kept/)
  assert.throws(() => unserialize(Buffer.from('a:1:{i:0;R:1;}')), /a reference to the whole is not kept/)
  for (const whole of ['i:5;', 'b:0;', 's:1:"x";', 'O:1:"A":0:{}'])
    assert.throws(() => decode(whole, 'php_serialize'), /expected an array of variables/)
  assert.equal(decode('N;', 'php_serialize').size, 0)
  assert.equal(decode('', 'php_serialize').size, 0)
})

test('an error says where it was noticed and nothing of the content', () => {
  assert.throws(
    () => decode('token|s:9:"secret-1";'),
    (error) => {
      assert.ok(error instanceof PhpDecodeError)
      assert.equal(error.code, 'ERR_PHP_DATA')
      assert.equal(error.offset, 20)
      assert.ok(!error.message.includes('secret'), error.message)
      return true
    },
  )
})

test('arrays can be nested as deep as PHP lets them be, and no deeper', () => {
  const deep = (levels: number): string => `v|${'a:1:{i:0;'.repeat(levels)}N;${'}'.repeat(levels)}`
  assert.equal(again(deep(4096)), deep(4096))
  assert.throws(() => decode(deep(4097)), /more than `maxDepth` \(4096\) allows/)
})

test('limits hold in both directions', () => {
  const list = PhpArray.of(...Array.from({ length: 100 }, (_, index) => index))
  const octets = serialize(list)
  assert.throws(() => serialize(list, { maxElements: 100 }), /more than `maxElements` \(100\) allows/)
  assert.throws(() => unserialize(octets, { maxElements: 100 }), /more than `maxElements` \(100\) allows/)
  assert.throws(() => serialize(list, { maxBytes: octets.length - 1 }), /more than `maxBytes`/)
  assert.throws(() => unserialize(octets, { maxBytes: octets.length - 1 }), /are more than `maxBytes`/)
  assert.throws(() => serialize(PhpArray.of(PhpArray.of(1)), { maxDepth: 1 }), /more than `maxDepth` \(1\) allows/)
  assert.throws(() => serialize(1, { maxBytes: -1 }), /option `maxBytes` must be a whole number of at least 0/)
})

test('an array that contains itself other than by reference is refused', () => {
  const array = new PhpArray()
  array.set('self', array)
  assert.throws(() => serialize(array), /it contains itself other than by reference/)
})

test('an array that doubles at each level is stopped by the limit of elements', () => {
  let array = PhpArray.of('x')
  for (let level = 0; level < 60; level += 1) array = PhpArray.of(array, array)
  assert.throws(() => serialize(array), /more than `maxElements`/)
})

test('what is no value of PHP is refused when it is written', () => {
  for (const value of [undefined, Symbol('x'), new Date(0), { plain: true }])
    assert.throws(
      () => serialize(PhpArray.of(value as never)),
      /is no value of PHP; `toPhp` makes one of a plain value/,
    )
  assert.throws(() => serialize(2n ** 63n), /an integer has more than 64 bits/)
  assert.throws(() => serialize(new PhpObject('no class')), /"no class" is not the name of a class/)
  assert.throws(
    () => serialize(1, { serializePrecision: 0 }),
    /option `serializePrecision` must be -1, or a whole number/,
  )
})
