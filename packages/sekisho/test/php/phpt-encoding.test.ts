/**
 * PHP's own tests of the session functions (`ext/session/tests` of 8.4.24), as far as they are about what is stored. Each test has
 * PHP's name, and what that test asks for behind the colon.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PhpArray, PhpObject, type PhpValue } from '../../src/php/value/value.ts'
import { PhpFloat } from '../../src/php/value/scalars.ts'
import { encoded, page, sessionFolder, store, storedIn, vars } from './page.ts'

const destroyed = 'Failed to decode session object. Session has been destroyed'

/** A session that is under way, with these directives. */
async function started(directives: Readonly<Record<string, string | number>> = {}) {
  const visited = page(directives)
  await visited.session.start()
  return visited
}

test('001: an object with declared and dynamic properties, alone and in an array, encodes to exact bytes', async () => {
  const visited = await started()
  const baz = new PhpObject('foo', [
    ['bar', 'ok'],
    ['yes', 1],
  ])
  visited.session.vars['baz'] = baz
  visited.session.vars['arr'] = PhpArray.from([
    [
      3,
      new PhpObject('foo', [
        ['bar', 'ok'],
        ['yes', 1],
      ]),
    ],
  ])
  const object = 'O:3:"foo":2:{s:3:"bar";s:2:"ok";s:3:"yes";i:1;}'
  assert.equal(encoded(visited), `baz|${object}arr|a:1:{i:3;${object}}`)
})

test('003: two objects, one of them nested, are decoded and can be changed', async () => {
  const visited = await started()
  const data =
    'baz|O:3:"foo":2:{s:3:"bar";s:2:"ok";s:3:"yes";i:1;}arr|a:1:{i:3;O:3:"foo":2:{s:3:"bar";s:2:"ok";s:3:"yes";i:1;}}'
  assert.equal(await visited.session.decode(data), true)
  const baz = visited.session.vars['baz'] as PhpObject
  baz.set('yes', Number(baz.get('yes')) + 1)
  assert.equal(encoded(visited), data.replace('i:1;}arr', 'i:2;}arr'))
})

test('023: the same, through variables of one’s own', async () => {
  const visited = await started()
  await visited.session.decode('arr|a:1:{i:3;O:3:"foo":1:{s:3:"yes";i:1;}}')
  const [held] = Object.values(visited.session.vars['arr'] as Record<string, PhpObject>)
  held?.set('yes', 2)
  assert.equal(encoded(visited), 'arr|a:1:{i:3;O:3:"foo":1:{s:3:"yes";i:2;}}')
})

test('006: an object held by one variable and by reference in another is one object after the next start', async () => {
  const folder = sessionFolder()
  store(folder, 'abc', 'a|O:1:"a":1:{s:4:"test";s:5:"hallo";}b|O:1:"b":1:{s:1:"a";r:1;}')
  const { session } = page({}, { folder, cookie: 'PHPSESSID=abc' })
  await session.start()
  assert.equal((session.vars['b'] as PhpObject).get('a'), session.vars['a'])
  ;(session.vars['a'] as PhpObject).set('test', 'welt')
  await session.writeClose()
  await session.start()
  assert.equal(((session.vars['b'] as PhpObject).get('a') as PhpObject).get('test'), 'welt')
})

test('026: the same, by assignment', async () => {
  const { session, folder } = page()
  await session.start()
  const a = new PhpObject('a', [['test', 'hallo']])
  session.vars['a'] = a
  session.vars['b'] = new PhpObject('b', [['a', a]])
  await session.writeClose()
  assert.deepEqual(Object.values(storedIn(folder)), ['a|O:1:"a":1:{s:4:"test";s:5:"hallo";}b|O:1:"b":1:{s:1:"a";r:1;}'])
})

test('010: encode without a session: a warning and false', () => {
  const visited = page()
  assert.equal(encoded(visited), false)
  assert.deepEqual(visited.said, ['Cannot encode non-existent session'])
})

test('011: decode of garbage without a session is refused', async () => {
  const { session, said } = page()
  assert.equal(await session.decode('garbage data and no session started'), false)
  assert.deepEqual(said, ['Session data cannot be decoded when there is no active session'])
})

test('029: decode when inactive: a warning and false', async () => {
  const { session, said } = page()
  await session.start()
  await session.destroy()
  assert.equal(await session.decode('a|i:1;'), false)
  assert.deepEqual(said, ['Session data cannot be decoded when there is no active session'])
})

test('019: two variables bound to one object share it after the next start, and changes show through both', async () => {
  const folder = sessionFolder()
  store(folder, 'abc', 'o1|O:3:"foo":1:{s:1:"n";i:1;}o2|R:1;')
  const visited = page({}, { folder, cookie: 'PHPSESSID=abc' })
  await visited.session.start()
  const [one, two] = [visited.session.vars['o1'] as PhpObject, visited.session.vars['o2'] as PhpObject]
  assert.equal(one, two)
  one.set('n', 2)
  assert.equal(two.get('n'), 2)
  await visited.session.writeClose()
  assert.deepEqual(storedIn(folder), { abc: 'o1|O:3:"foo":1:{s:1:"n";i:2;}o2|R:1;' })
})

test('bug71972: nineteen objects that share one decode to what they were', async () => {
  const visited = await started()
  const shared = new PhpObject('shared')
  for (let at = 0; at < 19; at += 1) visited.session.vars[`o${at}`] = new PhpObject('o', [['shared', shared]])
  const data = encoded(visited)
  assert.ok(data !== false)
  assert.equal(data.match(/O:6:"shared"/g)?.length, 1)
  const again = await started()
  await again.session.decode(data)
  assert.equal(encoded(again), data)
  assert.equal(
    (again.session.vars['o18'] as PhpObject).get('shared'),
    (again.session.vars['o0'] as PhpObject).get('shared'),
  )
})

test('bug72562: malformed php_binary: decode is false, and the session destroyed', async () => {
  const visited = await started({ serialize_handler: 'php_binary' })
  const data = Uint8Array.from([...'\u0003foo', ...'a:1:{i:0;O:8:"bogus'].map((character) => character.charCodeAt(0)))
  assert.equal(await visited.session.decode(data), false)
  assert.deepEqual([vars(visited), visited.session.status(), visited.said], [{}, 'none', [destroyed]])
})

test('bug72681: a text that looks like another variable stays one text', async () => {
  const visited = await started()
  visited.session.vars['hello'] = 'ryat'
  visited.session.vars['x'] = '}foo|O:8:"stdClass":1:{s:1:"a";i:1;}'
  await visited.session.writeClose()
  await visited.session.start()
  assert.deepEqual(vars(visited), { hello: 'ryat', x: '}foo|O:8:"stdClass":1:{s:1:"a";i:1;}' })
})

test('bug73529: with the wrong handler decode is false, the session destroyed, and nothing left', async () => {
  const visited = await started({ serialize_handler: 'php_binary' })
  assert.equal(await visited.session.decode('foo|s:3:"bar";'), false)
  assert.deepEqual([vars(visited), visited.session.id(), visited.said], [{}, '', [destroyed]])
})

test('bug79031: what serializes itself shares objects with other variables', async () => {
  const visited = await started()
  for (const content of ['14:{a:1:{i:0;r:2;}}', '4:{r:2;}']) {
    const data = `x|O:1:"x":1:{s:1:"v";O:1:"z":0:{}}y|C:1:"y":${content}`
    assert.equal(await visited.session.decode(data), true)
    assert.equal(encoded(visited), data)
  }
})

/** The values of PHP's own list that have a counterpart here, and what `php` makes of them. */
const scalars: readonly (readonly [value: unknown, text: string])[] = [
  [0, 'i:0;'],
  [1, 'i:1;'],
  [12345, 'i:12345;'],
  [-12345, 'i:-12345;'],
  [10.5, 'd:10.5;'],
  [-10.5, 'd:-10.5;'],
  [new PhpFloat(123456789000), 'd:123456789000;'],
  [1.23456789e-9, 'd:1.23456789E-9;'],
  [0.5, 'd:0.5;'],
  [null, 'N;'],
  [true, 'b:1;'],
  [false, 'b:0;'],
  ['', 's:0:"";'],
  ['Nothing', 's:7:"Nothing";'],
  [[], 'a:0:{}'],
  [['a'], 'a:1:{i:0;s:1:"a";}'],
  [new PhpObject('classA'), 'O:6:"classA":0:{}'],
]

test('session_encode_basic: exact bytes for each kind of value', async () => {
  for (const [value, text] of scalars) {
    const visited = await started()
    visited.session.vars['data'] = value
    assert.equal(encoded(visited), `data|${text}`)
  }
})

test('session_decode_basic: what encode gives decodes to the same', async () => {
  for (const [value] of scalars) {
    const visited = await started()
    visited.session.vars['foo'] = value
    const data = visited.session.encode()
    const again = await started()
    assert.equal(await again.session.decode(data as Uint8Array), true)
    assert.deepEqual(again.session.encode(), data)
  }
})

test('session_decode_basic_serialize: the same in php_serialize', async () => {
  for (const [value, text] of scalars) {
    const visited = await started({ serialize_handler: 'php_serialize' })
    visited.session.vars['foo'] = value
    assert.equal(encoded(visited), `a:1:{s:3:"foo";${text}}`)
    const again = await started({ serialize_handler: 'php_serialize' })
    assert.equal(await again.session.decode(visited.session.encode() as Uint8Array), true)
    assert.equal(encoded(again), encoded(visited))
  }
})

test('session_decode_error2: of all beginnings of a text, only those that end with a value are decoded', async () => {
  const whole = 'foo|a:3:{i:0;i:1;i:1;i:2;i:2;i:3;}guff|R:1;blah|R:1;'
  const good = new Set(['', 'foo|a:3:{i:0;i:1;i:1;i:2;i:2;i:3;}', 'foo|a:3:{i:0;i:1;i:1;i:2;i:2;i:3;}guff|R:1;', whole])
  for (let length = 0; length <= whole.length; length += 1) {
    const data = whole.slice(0, length)
    const visited = await started()
    assert.equal(await visited.session.decode(data), good.has(data), data)
    assert.equal(visited.session.status(), good.has(data) ? 'active' : 'none')
  }
})

test('session_decode_error3: with an unknown handler the start fails', async () => {
  const { session, said } = page({ serialize_handler: 'blah' })
  assert.equal(await session.start(), false)
  assert.equal(await session.decode('foo|i:1;'), false)
  assert.equal(said[0], 'Cannot find session serialization handler "blah" - session startup failed')
})

test('session_decode_variation1: three names of one value are one reference, again and again', async () => {
  const data = 'foo|a:3:{i:0;i:1;i:1;i:2;i:2;i:3;}guff|R:1;blah|R:1;'
  const visited = await started()
  for (let times = 0; times < 2; times += 1) {
    assert.equal(await visited.session.decode(data), true)
    assert.equal(encoded(visited), data)
  }
})

test('session_decode_variation2: decode sets what it has, and leaves other keys', async () => {
  const visited = await started()
  Object.assign(visited.session.vars, { foo: 1, kept: 'yes' })
  await visited.session.decode('foo|i:2;bar|i:3;')
  assert.deepEqual(vars(visited), { foo: 2, kept: 'yes', bar: 3 })
})

test('session_decode_variation3: with an unknown handler nothing is decoded', async () => {
  const visited = page({ serialize_handler: 'blah' })
  assert.equal(visited.session.status(), 'disabled')
  assert.equal(await visited.session.decode('foo|i:1;'), false)
  assert.deepEqual(vars(visited), {})
})

test('session_decode_variation4: bytes of php_binary in the handler php: false, and destroyed', async () => {
  const visited = await started()
  assert.equal(await visited.session.decode('\u0003zooi:1234567890;'), false)
  assert.deepEqual([vars(visited), visited.said], [{}, [destroyed]])
})

test('session_encode_error2: integers as keys are left out with a warning, and an empty name is none', async () => {
  const visited = await started()
  visited.session.vars['12345'] = 'Hello World'
  assert.equal(encoded(visited), false)
  assert.deepEqual(visited.said, ['Skipping numeric key 12345'])
  delete visited.session.vars['12345']
  visited.session.vars[''] = 'Hello World!'
  assert.equal(encoded(visited), '|s:12:"Hello World!";')
})

test('session_encode_serialize: php_serialize keeps integers of both signs as keys', async () => {
  const visited = await started({ serialize_handler: 'php_serialize' })
  Object.assign(visited.session.vars, { '-3': 'foo', 3: 'bar', var: 123 })
  const text = encoded(visited)
  for (const part of ['i:-3;s:3:"foo";', 'i:3;s:3:"bar";', 's:3:"var";i:123;'])
    assert.ok(text !== false && text.includes(part))
})

test('session_encode_variation1: before a start false, then the variables, after destroy false', async () => {
  const visited = page()
  assert.equal(encoded(visited), false)
  await visited.session.start()
  assert.equal(encoded(visited), false)
  visited.session.vars['foo'] = 1234567890
  assert.equal(encoded(visited), 'foo|i:1234567890;')
  await visited.session.writeClose()
  assert.equal(encoded(visited), 'foo|i:1234567890;')
  await visited.session.start()
  await visited.session.destroy()
  assert.equal(encoded(visited), false)
  const warning = 'Cannot encode non-existent session'
  assert.deepEqual(visited.said, [warning, warning])
  const next = page({}, { php: '8.6' })
  await next.session.start()
  assert.equal(encoded(next), '')
})

test('session_encode_variation2: the same in a session that was started automatically', async () => {
  const visited = await started({ auto_start: 1 })
  visited.session.vars['foo'] = 1
  assert.equal(encoded(visited), 'foo|i:1;')
  await visited.session.destroy()
  assert.equal(encoded(visited), false)
})

test('session_encode_variation3: a reference that nothing shares encodes as its value', async () => {
  const visited = await started()
  const array: PhpValue = PhpArray.of(1, 2, 3)
  const holder = new PhpArray().set('foo', array)
  const reference = holder.reference('foo')
  assert.ok(reference !== undefined)
  visited.session.vars['foo'] = new PhpArray().bind('x', reference)
  assert.equal(encoded(visited), 'foo|a:1:{s:1:"x";a:3:{i:0;i:1;i:1;i:2;i:2;i:3;}}')
})

test('session_encode_variation4: three names of one value encode it once', async () => {
  const visited = await started()
  await visited.session.decode('foo|a:1:{i:0;i:1;}guff|R:1;blah|R:1;')
  visited.session.vars['foo'] = ['changed']
  assert.equal(encoded(visited), 'foo|a:1:{i:0;s:7:"changed";}guff|R:1;blah|R:1;')
})

test('session_encode_variation5: an array that holds itself by reference refers to itself', async () => {
  const visited = await started()
  const data = 'data|a:3:{s:3:"foo";s:5:"Hello";s:3:"bar";s:3:"Hel";s:3:"arr";R:1;}'
  assert.equal(await visited.session.decode(data), true)
  assert.equal(encoded(visited), data)
})

test('session_encode_variation6: integers of each sign are left out', async () => {
  const visited = await started()
  Object.assign(visited.session.vars, { '-50': 'minus', 0: 'zero', 50: 'plus', foo: 'text' })
  assert.equal(encoded(visited), 'foo|s:4:"text";')
  assert.deepEqual(visited.said.toSorted(), [
    'Skipping numeric key -50',
    'Skipping numeric key 0',
    'Skipping numeric key 50',
  ])
})

test('session_encode_variation7: the bytes of php_binary', async () => {
  const visited = await started({ serialize_handler: 'php_binary' })
  visited.session.vars['foo'] = 1234567890
  const data = visited.session.encode()
  assert.ok(data !== false)
  assert.equal(Buffer.from(data).toString('base64'), 'A2Zvb2k6MTIzNDU2Nzg5MDs=')
})

test('session_encode_variation8: with an unknown handler the start fails, and encode is false', async () => {
  const visited = page({ serialize_handler: 'blah' })
  assert.equal(await visited.session.start(), false)
  assert.equal(encoded(visited), false)
})

test('a float that nobody has touched is stored as a float', async () => {
  const folder = sessionFolder()
  store(folder, 'abc', 'price|d:1;list|a:1:{i:0;d:2;}n|i:1;')
  const { session } = page({}, { folder, cookie: 'PHPSESSID=abc' })
  await session.start()
  assert.deepEqual(session.vars['list'], [2])
  session.vars['n'] = 2
  await session.writeClose()
  assert.deepEqual(storedIn(folder), { abc: 'price|d:1;list|a:1:{i:0;d:2;}n|i:2;' })
})
