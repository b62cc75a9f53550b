import assert from 'node:assert/strict'
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, it, type TestContext } from 'node:test'
import { replaceFile } from './replace-file-node.ts'

let folder = ''
beforeEach((context) => {
  folder = mkdtempSync(join(tmpdir(), 'sekisho-replace-'))
  ;(context as TestContext).after(() => rmSync(folder, { recursive: true, force: true }))
})

describe('replacing a file', () => {
  it('makes one that was not there, for its owner alone or as it is asked', () => {
    replaceFile(join(folder, 'a'), 'one')
    replaceFile(join(folder, 'b'), Buffer.from('two'), { mode: 0o644 })
    assert.deepEqual(
      [readFileSync(join(folder, 'a'), 'utf8'), statSync(join(folder, 'a')).mode & 0o777],
      ['one', 0o600],
    )
    assert.deepEqual(
      [readFileSync(join(folder, 'b'), 'utf8'), statSync(join(folder, 'b')).mode & 0o777],
      ['two', 0o644],
    )
    assert.deepEqual(readdirSync(folder), ['a', 'b'])
  })

  it('keeps the mode of the one that was there, and a link to it', () => {
    const file = join(folder, 'real')
    writeFileSync(file, 'old')
    chmodSync(file, 0o664)
    symlinkSync(file, join(folder, 'link'))
    replaceFile(join(folder, 'link'), 'new', { mode: 0o600 })
    assert.deepEqual([readFileSync(file, 'utf8'), statSync(file).mode & 0o777], ['new', 0o664])
    assert.ok(lstatSync(join(folder, 'link')).isSymbolicLink())
  })

  it('leaves nothing behind when it fails', () => {
    assert.throws(() => replaceFile(join(folder, 'no/such/folder'), 'x'), { code: 'ENOENT' })
    assert.deepEqual(readdirSync(folder), [])
  })
})
