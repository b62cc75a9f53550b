import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFileId, parseSavePath, sessionPath } from './save-path.ts'

test('a save path is a directory, with a depth, and with a mode', () => {
  assert.deepEqual(parseSavePath('/srv/s', '/tmp'), { depth: 0, mode: 0o600, directory: '/srv/s' })
  assert.deepEqual(parseSavePath('2;/srv/s/', '/tmp'), { depth: 2, mode: 0o600, directory: '/srv/s' })
  assert.deepEqual(parseSavePath('1;0660;/srv/s', '/tmp'), { depth: 1, mode: 0o660, directory: '/srv/s' })
})

test('an empty one is the temporary directory, and that may have a depth of its own', () => {
  assert.deepEqual(parseSavePath('', '/tmp'), { depth: 0, mode: 0o600, directory: '/tmp' })
})

test('a third semicolon belongs to the directory, and garbage is depth 0', () => {
  assert.deepEqual(parseSavePath('1;600;/a;b', '/tmp'), { depth: 1, mode: 0o600, directory: '/a;b' })
  assert.equal(parseSavePath('deep;/a', '/tmp').depth, 0)
  assert.equal(parseSavePath('3x;/a', '/tmp').depth, 3)
  assert.equal(parseSavePath('-1;/a', '/tmp').depth, Number.POSITIVE_INFINITY)
})

test('a mode beyond 07777 and a depth beyond 64 bits are refused in the words of PHP', () => {
  const message = 'The second parameter in session.save_path is invalid'
  assert.throws(() => parseSavePath('0;010000;/a', '/tmp'), { name: 'SaveHandlerFailure', message })
  assert.throws(() => parseSavePath('0;-1;/a', '/tmp'), { message })
  assert.throws(() => parseSavePath('99999999999999999999;/a', '/tmp'), /first parameter/)
  assert.equal(parseSavePath('0;7777;/a', '/tmp').mode, 0o7777)
})

test('a file is below one directory for each of the first characters of its id', () => {
  assert.equal(sessionPath(parseSavePath('/a', ''), 'abc'), '/a/sess_abc')
  assert.equal(sessionPath(parseSavePath('2;/a', ''), 'abc'), '/a/a/b/sess_abc')
  assert.throws(() => sessionPath(parseSavePath('3;/a', ''), 'abc'), /Too short session ID/)
})

test('an id that PHP refuses never becomes a part of a path', () => {
  for (const id of ['', '../x', 'a/b', 'a_b', 'a\0', 'ä', 'x'.repeat(257)]) {
    assert.equal(isFileId(id), false)
    assert.throws(() => sessionPath(parseSavePath('/a', ''), id), /illegal characters/)
  }
})
