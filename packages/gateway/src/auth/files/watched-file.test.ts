import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { AuthFault } from '../fault.ts'
import { WatchedFile } from './watched-file-node.ts'

interface Watched {
  readonly path: string
  readonly clock: { now: number }
  readonly read: { count: number }
  content(): Promise<string>
}

function watch(t: TestContext, text?: string): Watched {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-watched-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'users')
  if (text !== undefined) writeFileSync(path, text)
  const clock = { now: 0 }
  const read = { count: 0 }
  const kind = {
    failure: 'AH01620: Could not open password file',
    read: (content: string) => {
      read.count += 1
      return content
    },
  }
  const file = new WatchedFile(path, kind, { now: () => clock.now })
  return { path, clock, read, content: () => file.content() }
}

async function faultOf(work: Promise<unknown>): Promise<AuthFault> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof AuthFault)
  assert.equal(error.reason, 'file')
  assert.equal(error.status, 503)
  return error
}

describe('WatchedFile', () => {
  it('looks at the file at most once a second, and reads it when it has changed', async (t) => {
    const { path, clock, read, content } = watch(t, 'one')
    assert.equal(await content(), 'one')
    writeFileSync(path, 'two')
    clock.now = 999
    assert.equal(await content(), 'one')
    clock.now = 1000
    assert.equal(await content(), 'two')
    clock.now = 2000
    assert.equal(await content(), 'two')
    assert.equal(read.count, 2)
  })

  it('notices a file put in its place, also one of the same size and time', async (t) => {
    const { path, clock, content } = watch(t, 'one')
    assert.equal(await content(), 'one')
    const { atime, mtime } = statSync(path)
    writeFileSync(`${path}.new`, 'two')
    utimesSync(`${path}.new`, atime, mtime)
    renameSync(`${path}.new`, path)
    clock.now = 1000
    assert.equal(await content(), 'two')
  })

  it('reads UTF-8, with a byte order mark or without', async (t) => {
    assert.equal(await watch(t, '\ufeff山田').content(), '山田')
    assert.equal(await watch(t, '山田').content(), '山田')
  })

  it('reads once for all who ask at the same time', async (t) => {
    const { path, clock, read, content } = watch(t, 'one')
    assert.deepEqual(await Promise.all([content(), content(), content()]), ['one', 'one', 'one'])
    appendFileSync(path, '!')
    clock.now = 1000
    assert.deepEqual(await Promise.all([content(), content()]), ['one!', 'one!'])
    assert.equal(read.count, 2)
  })

  it('fails while there is no file, and finds it when it is there', async (t) => {
    const { path, clock, content } = watch(t)
    assert.equal((await faultOf(content())).message, `AH01620: Could not open password file: ${path} (ENOENT)`)
    writeFileSync(path, 'one')
    assert.match((await faultOf(content())).message, /ENOENT/, 'not looked at again within a second')
    clock.now = 1000
    assert.equal(await content(), 'one')
  })

  it('fails when the file vanishes: what it said may have been taken away', async (t) => {
    const { path, clock, content } = watch(t, 'one')
    assert.equal(await content(), 'one')
    unlinkSync(path)
    clock.now = 1000
    assert.match((await faultOf(content())).message, /ENOENT/)
    writeFileSync(path, 'one')
    clock.now = 2000
    assert.equal(await content(), 'one')
  })

  it('says how to mend a file that it may not read', async (t) => {
    const { path, content } = watch(t, 'one')
    chmodSync(path, 0o000)
    const group = process.getgid?.()
    const { message } = await asNobody(() => faultOf(content()))
    assert.equal(
      message,
      `Permission denied: ${path} (AH01620: Could not open password file; let the gateway read it: ` +
        `sudo chown root:${group} ${path} && sudo chmod 640 ${path})`,
    )
  })

  it('does not wait for what is no file', async (t) => {
    const { path, content } = watch(t)
    mkdirSync(path)
    assert.match((await faultOf(content())).message, /\(it is no regular file\)$/)
  })
})

/** Root may read everything. */
async function asNobody<Result>(work: () => Promise<Result>): Promise<Result> {
  if (process.getuid?.() !== 0) return work()
  process.seteuid?.(65_534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}
