import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PhpBytes, PhpFloat } from './scalars.ts'
import { toJs } from './to-js.ts'
import { toPhp } from './to-php.ts'
import { PhpArray, PhpObject } from './value.ts'

test('plain values come back as they were, but for the order of integers as keys', () => {
  const plain = fc.object({
    values: [fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null)],
    withNullPrototype: false,
    maxDepth: 4,
  })
  fc.assert(
    fc.property(plain, (value) => {
      const again = toJs(toPhp(value))
      assert.deepEqual(normal(again), normal(value))
    }),
    { seed: 3 },
  )
})

/** As JSON has it: PHP does not tell an object from a list with the same keys, nor -0 from 0 where it is an integer. */
function normal(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value
  return new Map(Object.entries(value).map(([key, item]) => [key, normal(item)]))
}

test('plain kinds become those of PHP', () => {
  const octets = Uint8Array.of(255)
  const result = toPhp({
    list: ['a', undefined],
    left: undefined,
    map: new Map<unknown, unknown>([
      [2n, 'two'],
      ['1', 'one'],
    ]),
    octets,
    huge: 2n ** 62n,
    small: 5n,
  })
  assert.ok(result instanceof PhpArray)
  assert.deepEqual([...result.keys()], ['list', 'map', 'octets', 'huge', 'small'])
  assert.deepEqual(
    [...(result.get('list') as PhpArray)],
    [
      [0, 'a'],
      [1, null],
    ],
  )
  assert.deepEqual(
    [...(result.get('map') as PhpArray)],
    [
      [2, 'two'],
      [1, 'one'],
    ],
  )
  assert.deepEqual(result.get('octets'), new PhpBytes(octets))
  assert.equal(result.get('huge'), 2n ** 62n)
  assert.equal(result.get('small'), 5)
})

test('values of PHP stay what they are within plain ones, and objects of PHP come back as themselves', () => {
  const object = new PhpObject('App\\User')
  const result = toPhp({ user: object, price: new PhpFloat(2) }) as PhpArray
  assert.equal(result.get('user'), object)
  assert.deepEqual(toJs(result), { user: object, price: 2 })
})

test('what is no plain value is refused with its path', () => {
  const bad: [unknown, RegExp][] = [
    [{ a: [0, { when: new Date(0) }] }, /^\$\["a"\]\[1\]\["when"\] must be a plain value.*received a Date$/],
    [() => 1, /^\$ must be a plain value.*received a function$/],
    [{ s: Symbol('x') }, /^\$\["s"\] must be/],
    [[2n ** 64n], /^\$\[0\] must be.*received an integer of more than 64 bits$/],
  ]
  for (const [value, message] of bad) assert.throws(() => toPhp(value), { code: 'ERR_VALUE', message })
})

test('a plain value that contains itself is refused; one that stands at two places is not', () => {
  const cycle: Record<string, unknown> = {}
  cycle['in'] = { deeper: [cycle] }
  assert.throws(
    () => toPhp(cycle),
    /^SekishoUsageError: \$\["in"\]\["deeper"\]\[0\] must be.*received a value that contains itself$/,
  )
  const address = { city: 'Kyoto' }
  assert.deepEqual(toJs(toPhp({ home: address, work: address })), { home: { city: 'Kyoto' }, work: { city: 'Kyoto' } })
})

test('a value that doubles at each level is converted in no time', () => {
  let value: unknown = 'x'
  for (let level = 0; level < 64; level += 1) value = { left: value, right: value }
  const start = performance.now()
  toPhp(value)
  assert.ok(performance.now() - start < 1000)
})

test('an array that several places share by reference is one object for JavaScript, even one that contains itself', () => {
  const shared = PhpArray.from([['x', 1]])
  const array = PhpArray.from([['a', shared]])
  array.bind('b', array.reference('a')!)
  shared.bind('self', array.reference('a')!)
  const plain = toJs(array) as Record<string, Record<string, unknown>>
  assert.equal(plain['a'], plain['b'])
  assert.equal(plain['a']?.['self'], plain['a'])
})

test('a key __proto__ is a property like any other, in both directions', () => {
  const plain = toJs(
    PhpArray.from([
      ['__proto__', PhpArray.from([['isAdmin', true]])],
      ['constructor', 1],
    ]),
  ) as object
  assert.equal(Object.getPrototypeOf(plain), Object.prototype)
  assert.ok(!('isAdmin' in plain))
  assert.deepEqual(Object.keys(plain), ['__proto__', 'constructor'])
  const back = toPhp(JSON.parse('{"__proto__": {"isAdmin": true}}')) as PhpArray
  assert.deepEqual([...back.keys()], ['__proto__'])
  assert.equal(({} as Record<string, unknown>)['isAdmin'], undefined)
})
