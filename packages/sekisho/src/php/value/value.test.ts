import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SekishoUsageError } from '../../errors.ts'
import type { PhpKey } from './keys.ts'
import { PhpArray, PhpObject } from './value.ts'

const max = 2n ** 63n - 1n

test('a text that is the decimal form of a 64-bit integer is that integer as a key, every other one itself', () => {
  const keys: PhpKey[] = ['5', '-5', '0', '9007199254740993', '-9223372036854775808', 7n, -0]
  assert.deepEqual(
    keys.map((key) => [...new PhpArray().set(key, null).keys()][0]),
    [5, -5, 0, 9007199254740993n, -(2n ** 63n), 7, 0],
  )
  const texts = ['05', '-0', '+5', '1.5', ' 5', '', '9223372036854775808', '-9223372036854775809', '1e3', '__proto__']
  assert.deepEqual([...PhpArray.from(texts.map((text) => [text, null])).keys()], texts)
})

test('a number that is no 64-bit integer is refused as a key', () => {
  for (const key of [1.5, Number.NaN, 2 ** 53, 2n ** 63n]) {
    assert.throws(
      () => new PhpArray().set(key, null),
      (error) =>
        error instanceof SekishoUsageError && error.code === 'ERR_ARGUMENT' && error.message.includes(String(key)),
    )
  }
})

test('keys keep the order in which they were first set', () => {
  const array = PhpArray.from([
    ['b', 1],
    [2, 2],
    [1, 3],
    ['a', 4],
  ])
  array.set('b', 5)
  assert.deepEqual(
    [...array],
    [
      ['b', 5],
      [2, 2],
      [1, 3],
      ['a', 4],
    ],
  )
})

test('what is pushed comes after the largest integer, and never has a negative key', () => {
  assert.equal(PhpArray.from([[-5, 'x']]).push('y'), 0)
  assert.equal(PhpArray.from([[7, 'x']]).push('y'), 8)
  assert.equal(PhpArray.from([[BigInt(Number.MAX_SAFE_INTEGER), 'x']]).push('y'), 2n ** 53n)
  assert.throws(() => PhpArray.from([[max, 'x']]).push('y'), /largest integer as a key/)
})

test('places that share a reference have one value, until one of them is bound otherwise or removed', () => {
  const a = PhpArray.from([['x', 1]])
  const b = new PhpArray()
  const reference = a.reference('x')
  assert.ok(reference !== undefined)
  b.bind('y', reference)
  b.set('y', 2)
  assert.equal(a.get('x'), 2)
  assert.equal(a.reference('x'), reference)
  b.delete('y')
  b.set('y', 3)
  assert.equal(a.get('x'), 2)
  assert.equal(a.reference('nothing'), undefined)
})

test('what is assigned from another map shares its references', () => {
  const from = PhpArray.from([['x', 1]])
  from.bind('y', from.reference('x')!)
  const into = PhpArray.from([
    ['x', 8],
    ['z', 9],
  ]).assign(from)
  into.set('x', 2)
  assert.deepEqual([...into.keys()], ['x', 'z', 'y'])
  assert.equal(into.get('y'), 2)
})

test('an array whose keys count up from 0 is a list', () => {
  assert.ok(new PhpArray().isList)
  assert.ok(PhpArray.of('a', 'b').isList)
  assert.ok(!PhpArray.from([[1, 'a']]).isList)
  const swapped = PhpArray.from([
    [1, 'a'],
    [0, 'b'],
  ])
  assert.ok(!swapped.isList)
})

test('the names of properties are those that were serialized: 5 and "5" are two', () => {
  const object = new PhpObject('App\\User', [
    ['5', 'text'],
    [5, 'integer'],
    [PhpObject.nameOf('*', 'name'), 'protected'],
  ])
  assert.deepEqual([...object.keys()], ['5', 5, '\0*\0name'])
  assert.equal(object.get('5'), 'text')
  assert.equal(object.size, 3)
})
