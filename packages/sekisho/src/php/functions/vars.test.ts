import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PhpFloat } from '../value/scalars.ts'
import { PhpArray, type PhpValue } from '../value/value.ts'
import { SessionVars } from './vars.ts'

test('variables that nobody has changed stay what PHP had, whether somebody has looked or not', () => {
  const [cart, list] = [PhpArray.of('tea'), PhpArray.of(new PhpFloat(1))]
  const vars = read([
    ['cart', cart],
    ['list', list],
    ['price', new PhpFloat(2)],
    [7, 'seven'],
  ])
  assert.deepEqual([vars.view['cart'], vars.view['price']], [['tea'], 2])
  const array = vars.toArray()
  assert.deepEqual([...array.keys()], ['cart', 'list', 'price', 7])
  assert.equal(array.get('cart'), cart)
  assert.equal(array.get('list'), list)
  assert.ok(array.get('price') instanceof PhpFloat)
})

test('what is set, changed within and deleted is so in the array, read before or not', () => {
  const vars = read([
    ['read', PhpArray.of(1)],
    ['unread', PhpArray.of(1)],
    ['emptied', PhpArray.of(1)],
    ['gone', PhpArray.of(1)],
    ['n', 1],
  ])
  ;(vars.view['read'] as unknown[]).push(2)
  vars.view['unread'] = 'text'
  vars.view['emptied'] = undefined
  delete vars.view['gone']
  vars.view['n'] = 2
  vars.view['more'] = { a: 1 }
  const array = vars.toArray()
  assert.deepEqual([...array.keys()], ['read', 'unread', 'emptied', 'n', 'more'])
  assert.deepEqual([...(array.get('read') as PhpArray).values()], [1, 2])
  assert.deepEqual([array.get('unread'), array.get('emptied'), array.get('n')], ['text', null, 2])
})

test('what is read beside other variables takes the place of those with its names, also of one that nobody has read', () => {
  const vars = read([
    ['cart', PhpArray.of('tea')],
    ['old', 1],
  ])
  vars.merge(
    PhpArray.from([
      ['cart', 'none'],
      ['old', PhpArray.of(2)],
    ]),
  )
  assert.deepEqual({ ...vars.view }, { cart: 'none', old: [2] })
  assert.deepEqual([...vars.toArray().keys()], ['cart', 'old'])
})

test('the object stays the same when all variables go, and none of the former ones comes back', () => {
  const vars = read([['cart', PhpArray.of('tea')]])
  const { view } = vars
  delete view['cart']
  vars.merge(PhpArray.from([['__proto__', 'own']]))
  assert.equal(vars.view, view)
  assert.deepEqual(Object.entries(view), [['__proto__', 'own']])
  vars.clear()
  assert.equal(vars.isEmpty, true)
  assert.equal(vars.toArray().size, 0)
})

function read(entries: readonly (readonly [key: string | number, value: PhpValue])[]): SessionVars {
  const vars = new SessionVars()
  vars.merge(PhpArray.from(entries))
  return vars
}
