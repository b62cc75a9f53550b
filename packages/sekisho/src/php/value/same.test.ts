import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSame } from './same.ts'
import { toJs } from './to-js.ts'
import { toPhp } from './to-php.ts'
import { PhpArray, PhpObject } from './value.ts'

const cart = (): { things: { sku: string; price: number; tags: string[] }[]; open: boolean } => ({
  things: [
    { sku: 'tea', price: 1.5, tags: ['hot'] },
    { sku: 'cup', price: 3, tags: [] },
  ],
  open: true,
})
const php = toPhp(cart())
const isStill = (value: unknown): boolean => isSame(value, toJs(php))

test('what nobody has touched is the same', () => {
  assert.equal(isStill(toJs(php)), true)
  assert.equal(isStill(cart()), true)
})

test('one value, one more, one less and another order are a change', () => {
  const changes: ((value: ReturnType<typeof cart>) => unknown)[] = [
    (value) => (value.open = false),
    (value) => value.things[1]?.tags.push('white'),
    (value) => value.things.pop(),
    (value) => (value.things.length = 3),
    (value) => value.things.push(value.things.shift() as never),
    (value) => delete (value as { open?: boolean }).open,
    (value) => ((value as { more?: null }).more = null),
    (value) => (value.things[0] = new Date(0) as never),
    (value) => (value.things = new Map() as never),
    (value) => (value.things = {} as never),
    (value) => (value.things[0] = value.things[1] as never),
    (value) => (value.things[0] = value.things as never),
  ]
  for (const change of changes) {
    const value = cart()
    change(value)
    assert.equal(isStill(value), false, String(change))
  }
})

test('keys in another order are a change, and so is another object of PHP', () => {
  const object = new PhpObject('Thing', [['a', 1]])
  const array = PhpArray.from([
    ['b', object],
    ['a', 1],
  ])
  assert.equal(isSame({ b: object, a: 1 }, toJs(array)), true)
  assert.equal(isSame({ a: 1, b: object }, toJs(array)), false)
  assert.equal(isSame({ b: new PhpObject('Thing', [['a', 1]]), a: 1 }, toJs(array)), false)
})

test('arrays that contain themselves are compared, and come to an end', () => {
  const array = new PhpArray()
  array.set('self', array).set('n', 1)
  assert.equal(isSame(toJs(array), toJs(array)), true)
  const [inner, outer] = [new PhpArray(), new PhpArray()]
  inner.set('self', outer)
  outer.set('self', inner)
  const own: Record<string, unknown> = {}
  own['self'] = own
  assert.equal(isSame(own, toJs(outer)), false)
})
