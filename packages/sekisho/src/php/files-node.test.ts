import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import koffi from 'koffi'
import { iniView, type TriedIni } from '../../test/php/ini-view.ts'
import { files, fsExtFlock, koffiFlock, programFlock, type Flock } from './files-node.ts'
import type { SaveHandler } from './handler/contract.ts'

const flock = koffiFlock(koffi)
const text = (value: Uint8Array | false): string => Buffer.from(value || []).toString()
const bytes = (value: string): Uint8Array => Buffer.from(value)
const anHourAgo = Date.now() / 1000 - 3600
const directories: string[] = []

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sekisho-files-'))
  directories.push(directory)
})
after(() => {
  for (const each of directories) rmSync(each, { recursive: true })
})

test('what is written is read, from a file as PHP has it', async () => {
  await within(async (handler) => assert.equal(await handler.write('abc', bytes('a|i:1;')), true))
  assert.equal(readFileSync(fileOf('abc'), 'utf8'), 'a|i:1;')
  assert.equal(statSync(fileOf('abc')).mode & 0o777, 0o600)
  await within(async (handler) => assert.equal(text(await handler.read('abc')), 'a|i:1;'))
})

test('without a save path, files are where the system has its temporary ones', async () => {
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = directory
  try {
    await within((handler) => handler.write('abc', bytes('a|i:1;')), { savePath: '' })
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
  assert.equal(readFileSync(fileOf('abc'), 'utf8'), 'a|i:1;')
})

test('a session that stores nothing leaves no file, unless the old ways are wanted', async () => {
  await within(async (handler) => {
    await handler.read('abc')
    await handler.write('abc', bytes(''))
  })
  assert.deepEqual(readdirSync(directory), [])
  await within((handler) => handler.read('abc'), { ini: iniView({}, { allocatesAtStart: true }) })
  assert.equal(statSync(fileOf('abc')).size, 0)
})

test('without strict mode the file of an id from outside is there at once, because two may come with it', async () => {
  const ini = iniView({ 'session.use_strict_mode': false })
  await within((handler) => handler.read('abc'), { ini })
  assert.equal(existsSync(fileOf('abc')), true)
  await within(async (handler) => handler.read((await handler.createSid?.()) ?? ''), { ini })
  assert.equal(readdirSync(directory).length, 1, 'an id of our own is nobody else’s')
})

test('one request at a time has a session, in the order in which they came', async () => {
  await within((handler) => handler.write('abc', bytes('x|i:0;')))
  const order: number[] = []
  const visit = (number: number) =>
    within(async (handler) => {
      const seen = text(await handler.read('abc'))
      order.push(number)
      await new Promise((resolve) => setTimeout(resolve, 5))
      await handler.write('abc', bytes(seen.replace(/\d+/, (count) => String(Number(count) + 1))))
    })
  await Promise.all([1, 2, 3, 4, 5].map(visit))
  assert.deepEqual(order, [1, 2, 3, 4, 5])
  assert.equal(readFileSync(fileOf('abc'), 'utf8'), 'x|i:5;')
})

test('a lock that is not given back in time is a failure that says what to do, and names no id', async () => {
  await within(async (holder) => {
    await holder.write('secretid', bytes('a|i:1;'))
    const impatient = within((handler) => handler.read('secretid'), { waitMs: 30 })
    await assert.rejects(impatient, (error: Error) => {
      assert.equal(error.name, 'SaveHandlerFailure')
      assert.match(error.message, /not unlocked within 30 ms: another request/)
      assert.doesNotMatch(error.message, /secretid/)
      return true
    })
  })
  await within((handler) => handler.read('secretid'), { waitMs: 0 })
})

test('a session that another one destroys while it is waited for is not there afterwards', async () => {
  await within((handler) => handler.write('abc', bytes('a|i:1;')))
  let waiting: Promise<string> | undefined
  await within(async (holder) => {
    await holder.read('abc')
    waiting = within(async (handler) => text(await handler.read('abc')))
    await holder.destroy('abc')
  })
  assert.equal(await waiting, '')
  assert.equal(existsSync(fileOf('abc')), false)
})

test('what was destroyed under a lock is not brought back by a write, and a warning says so', async () => {
  await within((handler) => handler.write('abc', bytes('a|i:1;')))
  const ini = iniView()
  await within(
    async (handler) => {
      await handler.read('abc')
      unlinkSync(fileOf('abc'))
      assert.equal(await handler.write('abc', bytes('a|i:2;')), true)
      assert.equal(await handler.write('abc', bytes('a|i:3;')), true)
    },
    { ini },
  )
  assert.equal(existsSync(fileOf('abc')), false)
  assert.deepEqual(ini.warnings, ['The session was destroyed while this request was running; nothing was written'])
})

test('what a sweep of PHP removed under a lock, because it was old, is kept by a write', async () => {
  await within((handler) => handler.write('abc', bytes('a|i:1;')))
  await within(async (handler) => {
    await handler.read('abc')
    utimesSync(fileOf('abc'), anHourAgo, anHourAgo)
    unlinkSync(fileOf('abc'))
    await handler.write('abc', bytes('a|i:2;'))
  })
  assert.equal(readFileSync(fileOf('abc'), 'utf8'), 'a|i:2;')
})

test('a sweep removes what is old, spares what a request has, and what is no session', async () => {
  await within((handler) => handler.write('live', bytes('a|i:1;')))
  for (const id of ['old1', 'old2', 'held', 'exact', 'young']) writeFileSync(fileOf(id), 'a|i:1;')
  for (const id of ['old1', 'old2', 'held']) utimesSync(fileOf(id), anHourAgo, anHourAgo)
  const exactly = Math.floor(Date.now() / 1000) - 1440 + 1
  utimesSync(fileOf('exact'), exactly, exactly)
  mkdirSync(fileOf('directory'))
  utimesSync(fileOf('directory'), anHourAgo, anHourAgo)
  writeFileSync(join(directory, 'other'), '')
  utimesSync(join(directory, 'other'), anHourAgo, anHourAgo)
  await within(
    async (holder) => {
      await holder.read('held')
      await within(async (handler) => assert.equal(await handler.gc(1440), 2))
    },
    { ini: iniView({ 'session.use_strict_mode': false }) },
  )
  assert.deepEqual(readdirSync(directory).toSorted(), [
    'other',
    'sess_directory',
    'sess_exact',
    'sess_held',
    'sess_live',
    'sess_young',
  ])
})

test('a session that is too old is none, before any sweep, unless that is wanted', async () => {
  await within((handler) => handler.write('abc', bytes('a|i:1;')))
  utimesSync(fileOf('abc'), anHourAgo, anHourAgo)
  await within(async (handler) => {
    assert.equal(await handler.validateId?.('abc'), false)
    assert.equal(text(await handler.read('abc')), '')
  })
  await within(
    async (handler) => {
      assert.equal(await handler.validateId?.('abc'), true)
      assert.equal(text(await handler.read('abc')), 'a|i:1;')
    },
    { acceptExpired: true },
  )
})

test('a used session is younger, one that was only looked at is not', async () => {
  await within((handler) => handler.write('abc', bytes('a|i:1;')))
  const before = Math.floor(Date.now() / 1000) - 100
  utimesSync(fileOf('abc'), before, before)
  await within((handler) => handler.read('abc'))
  assert.equal(statSync(fileOf('abc')).mtimeMs, before * 1000)
  await within(async (handler) => handler.updateTimestamp?.('abc', (await handler.read('abc')) as Uint8Array))
  assert.ok(statSync(fileOf('abc')).mtimeMs > (before + 50) * 1000)
})

test('a symbolic link, a directory and a missing directory are failures in the words of PHP', async () => {
  writeFileSync(join(directory, 'target'), 'a|i:1;')
  symlinkSync(join(directory, 'target'), fileOf('link'))
  mkdirSync(fileOf('folder'))
  const message = (reason: string) => ({
    name: 'SaveHandlerFailure',
    message: `open(${directory}/sess_…, O_RDWR) failed: ${reason}`,
  })
  await assert.rejects(
    within((handler) => handler.read('link')),
    message('Too many levels of symbolic links (40)'),
  )
  await assert.rejects(
    within((handler) => handler.read('folder')),
    message('Is a directory (21)'),
  )
  await assert.rejects(
    within((handler) => handler.write('abc', bytes('x')), { savePath: `${directory}/none` }),
    { message: `open(${directory}/none/sess_…, O_RDWR) failed: No such file or directory (2)` },
  )
})

test('a new id is one that no file has, and three tries are made', async () => {
  writeFileSync(fileOf('taken'), '')
  const ids = ['taken', 'free']
  await within(async (handler) => assert.equal(await handler.createSid?.(), 'free'), {
    ini: iniView({}, { createId: () => ids.shift() ?? 'taken' }),
  })
  await assert.rejects(
    within(async (handler) => handler.createSid?.(), { ini: iniView({}, { createId: () => 'taken' }) }),
    /Failed to create new session ID/,
  )
})

test('an id that exists is valid, and no other one', async () => {
  writeFileSync(fileOf('abc'), '')
  await within(async (handler) => {
    const valid = await Promise.all(['abc', 'abd', '../abc', 'a_b'].map((id) => handler.validateId?.(id)))
    assert.deepEqual(valid, [true, false, false, false])
  })
})

test('flock(1) locks against flock(2)', async () => {
  await within((handler) => handler.write('abc', bytes('a|i:1;')))
  await within(
    async (holder) => {
      await holder.read('abc')
      const { openSync, closeSync } = await import('node:fs')
      const fd = openSync(fileOf('abc'), 'r+')
      assert.equal(flock(fd, 'exclusive'), false)
      assert.equal(await programFlock()(fd, 'shared'), false)
      closeSync(fd)
    },
    { flock: programFlock() },
  )
  await within((handler) => handler.read('abc'), { waitMs: 0 })
})

test('without a way to lock, and with one that cannot be, the message says what to install', async () => {
  assert.throws(() => files({} as { flock: Flock }), {
    code: 'ERR_OPTION',
    message: /koffiFlock\(koffi\)` \(npm install koffi\)/,
  })
  assert.throws(() => koffiFlock(undefined as never), { code: 'ERR_OPTION', message: /npm install koffi/ })
  assert.throws(() => fsExtFlock({} as never), { code: 'ERR_OPTION', message: /npm install fs-ext/ })
  const missing = within((handler) => handler.write('abc', bytes('x')), { flock: programFlock('no-such-flock') })
  await assert.rejects(missing, /no-such-flock could not be started; install util-linux/)
})

test('fs-ext says busy by an error', async () => {
  const busy = fsExtFlock({
    flockSync() {
      throw Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' })
    },
  })
  assert.equal(await busy(0, 'exclusive'), false)
  assert.equal(await fsExtFlock({ flockSync: () => undefined })(0, 'exclusive'), true)
})

interface Settings {
  readonly ini?: TriedIni
  readonly waitMs?: number
  readonly acceptExpired?: boolean
  readonly savePath?: string
  readonly flock?: Flock
}

/** One request. */
async function within<T>(work: (handler: SaveHandler) => T | Promise<T>, settings: Settings = {}): Promise<T> {
  const { ini = iniView(), savePath = directory, ...options } = settings
  const handler = files({ flock, ...options }).create(ini)
  await handler.open(savePath, 'PHPSESSID')
  try {
    return await work(handler)
  } finally {
    await handler.close()
  }
}

function fileOf(id: string): string {
  return join(directory, `sess_${id}`)
}
