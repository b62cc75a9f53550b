import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFileId, parseSavePath, sessionPath } from './save-path.ts'

test('a save path is a directory, with a depth, and with a mode', () => {
  assert.deepEqual(parseSavePath('/srv/s'), { depth: 0, mode: 0o600, directory: '/srv/s' })
  assert.deepEqual(parseSavePath('2;/srv/s/'), { depth: 2, mode: 0o600, directory: '/srv/s' })
  assert.deepEqual(parseSavePath('1;0660;/srv/s'), { depth: 1, mode: 0o660, directory: '/srv/s' })
})

test('slashes at the end of a directory are left out, and the root is one', () => {
  assert.equal(parseSavePath('/srv/s//').directory, '/srv/s')
  assert.equal(parseSavePath('/').directory, '/')
  assert.equal(parseSavePath('1;/').directory, '/')
})

test('a third semicolon belongs to the directory, and garbage is depth 0', () => {
  assert.deepEqual(parseSavePath('1;600;/a;b'), { depth: 1, mode: 0o600, directory: '/a;b' })
  assert.equal(parseSavePath('deep;/a').depth, 0)
  assert.equal(parseSavePath('3x;/a').depth, 3)
  assert.equal(parseSavePath('-1;/a').depth, Number.POSITIVE_INFINITY)
})

test('a mode beyond 07777 and a depth beyond 64 bits are refused in the words of PHP', () => {
  const message = 'The second parameter in session.save_path is invalid'
  assert.throws(() => parseSavePath('0;010000;/a'), { name: 'SaveHandlerFailure', message })
  assert.throws(() => parseSavePath('0;-1;/a'), { message })
  assert.throws(() => parseSavePath('99999999999999999999;/a'), /first parameter/)
  assert.equal(parseSavePath('0;7777;/a').mode, 0o7777)
})

test('a file is below one directory for each of the first characters of its id', () => {
  assert.equal(sessionPath(parseSavePath('/a'), 'abc'), '/a/sess_abc')
  assert.equal(sessionPath(parseSavePath('2;/a'), 'abc'), '/a/a/b/sess_abc')
  assert.throws(() => sessionPath(parseSavePath('3;/a'), 'abc'), /Too short session ID/)
})

test('an id that PHP refuses never becomes a part of a path', () => {
  for (const id of ['', '../x', 'a/b', 'a_b', 'a\0', 'ä', 'x'.repeat(257)]) {
    assert.equal(isFileId(id), false)
    assert.throws(() => sessionPath(parseSavePath('/a'), id), /illegal characters/)
  }
})
