/** What processes do that share a directory of sessions. */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { defineSession, type Sessions } from 'sekisho'
import { rowSessions } from 'sekisho/store/rows'
import { checkDirectory } from '../../src/session/stores/files/file-directory-node.ts'
import { FileLocks } from '../../src/session/stores/files/file-locks-node.ts'
import { FileRows } from '../../src/session/stores/files/file-rows-node.ts'
import { SessionFileName } from '../../src/session/stores/files/session-file-name-node.ts'
import { addressOf } from '../../src/session/stored/start-mark-node.ts'

interface Data {
  n: number
}

const [task, path = '', carrier = '', times = '1'] = process.argv.slice(2)

if (task === 'begin') await begin()
if (task === 'count') await count(Number(times))
if (task === 'read') await read()
if (task === 'hold') hold()
if (task === 'unwritable') unwritable()
if (task === 'full') await full()

function sessionsAt(pattern: string): Sessions<Data> {
  const store = rowSessions(new FileRows(new SessionFileName(pattern)))
  const storeTimeout = { readMs: 20_000, writeMs: 20_000 }
  return defineSession({ name: 'test', store, development: false, storeTimeout, conflictTimeoutMs: 20_000 })
}

async function begin(): Promise<void> {
  const sessions = sessionsAt(path)
  const headers = new Headers()
  const session = await sessions.open({ headers: {} })
  session.set('n', 0)
  await sessions.commit(session, { status: 200, headers })
  await sessions.close()
  const [, value = ''] = /^__Host-sid=([^;]*)/.exec(headers.getSetCookie()[0] ?? '') ?? []
  console.log(value)
}

async function count(increments: number): Promise<void> {
  const sessions = sessionsAt(path)
  for (let done = 0; done < increments; done += 1) {
    const session = await sessions.open({ headers: { cookie: `__Host-sid=${carrier}` } })
    await session.update('n', (n = 0) => n + 1)
    await sessions.commit(session, { status: 200, headers: new Headers() })
  }
  await sessions.close()
}

async function read(): Promise<void> {
  const sessions = sessionsAt(path)
  const session = await sessions.open({ headers: { cookie: `__Host-sid=${carrier}` } })
  console.log(session.get('n'))
  await sessions.close()
}

/** Takes the lock of the session's file, says so, and never gives it back. */
function hold(): void {
  const locks = new FileLocks(new SessionFileName(path).directory)
  void locks.exclusively(addressOf(carrier), () => {
    // Not by the console, which may wait for the loop that stands still from here on.
    writeSync(1, 'held\n')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })
}

/** As a user of a group that may look and not write. */
function unwritable(): void {
  process.setgroups?.([65534])
  process.setegid?.(65534)
  process.seteuid?.(65534)
  console.log(messageOf(() => checkDirectory(path)))
}

async function full(): Promise<void> {
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k,mode=0700', 'tmpfs', path])
  const rows = new FileRows(new SessionFileName(join(path, '%{SESSIONID}.session')))
  const id = 'a'.repeat(64)
  await rows.insert(id, 'still there')
  await rows.updateIf(id, 'still there', 'still there')
  const filler = join(path, 'filler')
  fill(filler)
  console.log(await rows.updateIf(id, 'x'.repeat(50_000), 'still there').catch((error: Error) => error.message))
  console.log(rows.get(id)?.data)
  rmSync(filler)
  await rows.updateIf(id, 'stored again', 'still there')
  console.log(rows.get(id)?.data)
  rows.close()
}

function fill(filler: string): void {
  const file = openSync(filler, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(4096))
  } catch {
    // Full, which was wanted.
  } finally {
    closeSync(file)
  }
}

function messageOf(run: () => unknown): string {
  try {
    run()
    return 'nothing was wrong'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
