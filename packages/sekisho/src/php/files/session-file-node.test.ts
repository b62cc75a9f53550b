import assert from 'node:assert/strict'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import koffi from 'koffi'
import { iniView } from '../../../test/php/ini-view.ts'
import { files, koffiFlock, phpFileRows, type Flock } from '../files-node.ts'
import type { SaveHandler } from '../handler/contract.ts'
import { lockFile, type LockedFile } from './session-file-node.ts'

const flock = koffiFlock(koffi)
const savePath = mkdtempSync(join(tmpdir(), 'sekisho-locks-'))
const path = join(savePath, 'sess_abc')
const ini = { ...iniView(), createId: () => 'new' }
after(() => rmSync(savePath, { recursive: true }))
beforeEach(() => writeFileSync(path, 'a|i:1;', { mode: 0o600 }))

test('a free lock is had at once, and one that somebody has when it is given back', async () => {
  const first = lockFile(path, { flock, waitMs: 1000 }) as LockedFile
  assert.equal(Buffer.from(first.read()).toString(), 'a|i:1;')
  const second = lockFile(path, { flock, waitMs: 1000 })
  assert.ok(second instanceof Promise)
  first.close()
  ;(await second)?.close()
  assert.equal(isFree(), true)
})

test('a lock that comes as a promise is as good, and one that the system refuses leaves nothing open', async () => {
  const promising = await lockFile(path, { flock: async (fd, kind) => flock(fd, kind), waitMs: 1000 })
  assert.equal(isFree(), false)
  promising?.close()
  const refusing: Flock = () => {
    throw new Error('no locks here')
  }
  assert.throws(() => lockFile(path, { flock: refusing, waitMs: 1000 }), /no locks here/)
  await assert.rejects(
    async () => lockFile(path, { flock: async () => refusing(0, 'shared'), waitMs: 1000 }),
    /no locks/,
  )
  assert.equal(isFree(), true)
  const file = lockFile(path, { flock, waitMs: 0 })
  assert.ok(!(file instanceof Promise), 'the turn was given back as well')
  file?.close()
})

test('rows are not written to a file that was removed before its lock was had', async () => {
  assert.equal(await phpFileRows({ savePath, flock: removing() }).update('abc', Buffer.from('a|i:2;'), 0), false)
  assert.equal(existsSync(path), false)
  assert.equal(await phpFileRows({ savePath, flock: removing(2) }).insert('abc', Buffer.from('a|i:3;'), 0), true)
  assert.equal(readFileSync(path, 'utf8'), 'a|i:3;')
})

test('a session that is removed before its lock is had is read as it was, and not brought back', async () => {
  const warned = iniView()
  const handler = files({ flock: removing() }).create(warned)
  await handler.open(savePath, 'PHPSESSID')
  assert.equal(Buffer.from((await handler.read('abc')) || []).toString(), 'a|i:1;')
  assert.equal(await handler.write('abc', Buffer.from('a|i:2;')), true)
  await handler.close()
  assert.equal(existsSync(path), false)
  assert.deepEqual(warned.warnings, ['The session was destroyed while this request was running; nothing was written'])
})

test('an id that is found good is locked for the read that follows, until the handler is closed', async () => {
  const handler = await opened()
  assert.equal(await handler.validateId?.('abc'), true)
  assert.equal(isFree(), false)
  assert.equal(Buffer.from((await handler.read('abc')) || []).toString(), 'a|i:1;')
  assert.equal(await handler.write('abc', Buffer.from('a|i:2;')), true)
  await handler.close()
  assert.deepEqual([isFree(), readFileSync(path, 'utf8')], [true, 'a|i:2;'])
})

test('an id whose session is too old, and one that has none, are not locked', async () => {
  utimesSync(path, 1_000_000_000, 1_000_000_000)
  const handler = await opened()
  assert.equal(await handler.validateId?.('abc'), false)
  assert.equal(isFree(), true)
  assert.equal(await handler.validateId?.('none'), false)
})

test('whether an id is good is said at once, whoever has its session, and while another one is open', async () => {
  writeFileSync(join(savePath, 'sess_other'), 'b|i:1;', { mode: 0o600 })
  const holder = await opened()
  await holder.read('abc')
  const start = performance.now()
  const handler = await opened({ waitMs: 60_000 })
  assert.equal(await handler.validateId?.('abc'), true)
  assert.ok(performance.now() - start < 10_000)
  await handler.read('other')
  await holder.close()
  assert.equal(await handler.validateId?.('abc'), true)
  assert.equal(isFree(), true, 'the one that is open stays the only one')
  await handler.write('other', Buffer.from('b|i:2;'))
  await handler.close()
  assert.equal(readFileSync(join(savePath, 'sess_other'), 'utf8'), 'b|i:2;')
})

async function opened({ waitMs = 1000 } = {}): Promise<SaveHandler> {
  const handler = files({ flock, waitMs }).create(ini)
  await handler.open(savePath, 'PHPSESSID')
  return handler
}

/** Somebody removes the session's file in the moment before its lock is taken, so many times. */
function removing(times = 1): Flock {
  let left = times
  return (fd, kind) => {
    if (left > 0) unlinkSync(path)
    left -= 1
    return flock(fd, kind)
  }
}

/** Whether nobody has the lock of the session's file. */
function isFree(): boolean {
  const fd = openSync(path, 'r+')
  try {
    return flock(fd, 'exclusive') as boolean
  } finally {
    closeSync(fd)
  }
}
