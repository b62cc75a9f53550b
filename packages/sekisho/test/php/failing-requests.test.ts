/** What a request leaves behind when something of it fails: no lock, and no id in an error. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Redis } from 'ioredis'
import koffi from 'koffi'
import { createPhpSession, type PhpSession, type PhpSessionOptions, RecordedAnswer, redis } from 'sekisho/php'
import { files, koffiFlock, phpSessions } from 'sekisho/php/node'
import { send, serve } from '../http-server.ts'
import { redisUrl } from '../services.ts'

const id = 'abcdefabcdefabcdefabcdefabcdefab'
const nobody = 65_534

/** What a request has beside what all have. */
interface Asked {
  readonly directives?: Readonly<Record<string, string | number>>
  readonly cookie?: string
  readonly options?: PhpSessionOptions
}

/** A folder with one session, and requests for it. */
function folder(t: TestContext): { readonly path: string; readonly request: (asked?: Asked) => PhpSession } {
  const path = mkdtempSync(join(tmpdir(), 'sekisho-failing-'))
  t.after(() => {
    rmSync(path, { recursive: true })
  })
  writeFileSync(join(path, `sess_${id}`), 'n|i:1;')
  const ini = { 'session.save_path': path, 'session.gc_probability': 0 }
  const modules = [files({ flock: koffiFlock(koffi), waitMs: 500 })]
  const request = ({ directives, cookie = `PHPSESSID=${id}`, options }: Asked = {}) =>
    createPhpSession({ ...ini, ...directives }, { headers: { cookie } }, { modules, onNotice: () => {}, ...options })
  return { path, request }
}

/** Makes the folder what it is to be for a user who is not root, and does something as such a user. */
async function asNobody<T>(path: string, mode: number, work: () => Promise<T>): Promise<T> {
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(join(path, `sess_${id}`), nobody, nobody)
  chmodSync(path, mode)
  if (isRoot) process.seteuid?.(nobody)
  try {
    return await work()
  } finally {
    if (isRoot) process.seteuid?.(0)
    chmodSync(path, 0o700)
  }
}

function namesNoId(error: Error & { status?: number; code?: string }): boolean {
  assert.equal(error.code, 'ERR_STORE_UNAVAILABLE')
  assert.ok(!error.message.includes(id), error.message)
  return true
}

test('work at the end of a request that fails keeps nobody from the session, and the changes are written', async (t) => {
  const { request } = folder(t)
  const first = request()
  await first.start()
  first.vars['n'] = 2
  first.registerShutdown(() => {
    throw new Error('the work fails')
  })
  await assert.rejects(first.finish(), /the work fails/)
  const second = request()
  await second.start()
  assert.equal(second.vars['n'], 2)
  await second.finish()
})

test('a session that cannot be removed is an error without its id', async (t) => {
  const { path, request } = folder(t)
  await asNobody(path, 0o555, async () => {
    const session = request()
    await session.start()
    await assert.rejects(session.destroy(), namesNoId)
  })
})

test('a folder that may not be looked into is an outage without an id, and gives nobody a new one', async (t) => {
  const { path, request } = folder(t)
  await asNobody(path, 0, () => assert.rejects(request().start(), namesNoId))
})

test('a folder that is not there is an outage: the answer is a 503, and the cookie stays as it is', async (t) => {
  const { path } = folder(t)
  const said: string[] = []
  const ini = { 'session.save_path': join(path, 'not-mounted'), 'session.gc_probability': 0 }
  const modules = [files({ flock: koffiFlock(koffi) })]
  const sessions = phpSessions(ini, { modules, onNotice: ({ message }) => said.push(message) })
  const listener = sessions.node(
    async (_req, res, session) => {
      await session.start()
      res.end('somebody new')
    },
    { onError: () => {} },
  )
  const port = await serve(t, listener)
  for (const cookie of [`PHPSESSID=${id}`, 'theme=dark']) {
    const { status, headers } = await send(port, { cookie })
    assert.deepEqual([status, headers.getSetCookie()], [503, []])
  }
  assert.match(said[0] ?? '', /^stat\(.*not-mounted\/sess_…\) failed: No such file or directory \(2\)$/)
})

test('in the versions of PHP a folder that is not there warns as PHP does', async (t) => {
  const { path, request } = folder(t)
  const said: string[] = []
  const session = request({
    directives: { 'session.save_path': join(path, 'not-mounted'), 'session.use_strict_mode': 1 },
    options: { php: '8.4', onNotice: ({ message }) => said.push(message) },
  })
  assert.equal(await session.start(), false)
  assert.deepEqual(said, [
    `open(${path}/not-mounted/sess_…, O_RDWR) failed: No such file or directory (2)`,
    `Failed to read session data: files (path: ${path}/not-mounted)`,
  ])
})

test('an id for which there can be no folder is no session, and locks nobody out', async (t) => {
  const { path, request } = folder(t)
  for (const digit of '0123456789abcdef') mkdirSync(join(path, digit))
  const session = request({ directives: { 'session.save_path': `1;${path}` }, cookie: 'PHPSESSID=zzzz' })
  assert.equal(await session.start(), true)
  assert.match(session.id(), /^[0-9a-f]/)
})

test('a Redis that fails when it is asked for a session is an outage, and gives nobody a new id', async (t) => {
  const prefix = `php-failing-${process.pid}:`
  const user = `no-exists-${process.pid}`
  const admin = new Redis(redisUrl())
  await admin.call('acl', 'setuser', user, 'on', '>password', '~*', '+@all', '-exists')
  await admin.set(`${prefix}${id}`, 'n|i:1;')
  const client = new Redis(redisUrl(), { username: user, password: 'password' })
  t.after(async () => {
    client.disconnect()
    await admin.del(`${prefix}${id}`)
    await admin.call('acl', 'deluser', user)
    admin.disconnect()
  })
  const answer = new RecordedAnswer()
  const session = createPhpSession(
    { 'session.save_handler': 'redis' },
    { headers: { cookie: `PHPSESSID=${id}` } },
    { modules: [redis({ client, prefix })], onNotice: () => {}, answer },
  )
  await assert.rejects(session.start(), namesNoId)
  assert.deepEqual(
    [answer.getHeader('Set-Cookie'), session.notices[0]?.message],
    [undefined, 'redis could not look for a session'],
  )
})
