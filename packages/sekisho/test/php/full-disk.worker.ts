/** A program for `full-disk.test.ts`, in a mount namespace of its own: fills a small disk with sessions on it, and sends requests. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import koffi from 'koffi'
import { defineSession, type Session } from 'sekisho'
import { nodeListener } from 'sekisho/node'
import { createPhpSession, sharedWithPhp, type PhpSession } from 'sekisho/php'
import { files, koffiFlock, phpFileRows, phpSessions } from 'sekisho/php/node'
import { directives } from './counting.ts'
import { php } from './php-script.ts'
import { Visitor } from './visitor.ts'

/** More than the disk has left, and more than a page of the memory that it lies in. */
const long = 'x'.repeat(20_000)
const flock = koffiFlock(koffi)
const folder = mkdtempSync(join(tmpdir(), 'sekisho-full-'))
const filler = join(folder, 'somebody-elses')
const file = join(folder, 'sess_abc')
const errors: unknown[] = []
const quietly = { onError: (error: unknown) => errors.push(error) }
const scenarios: Readonly<Record<string, () => Promise<void>>> = { shared, functions, versions }

sh(`mount -t tmpfs -o size=256k,mode=0700 tmpfs ${folder}`)
try {
  php({ 'session.save_path': folder }, 'abc', `session_start(); $_SESSION = ["user" => "hana", "text" => "old"];`)
  await scenarios[process.argv[2] ?? '']?.()
} finally {
  sh(`umount ${folder}`)
  rmSync(folder, { recursive: true })
}

async function shared(): Promise<void> {
  const rows = phpFileRows({ savePath: folder, flock })
  const sessions = defineSession<{ text?: string }>({
    name: 'shop',
    ...sharedWithPhp({ rows, principal: 'user', development: true }),
  })
  const pages: Readonly<Record<string, (session: Session<{ text?: string }>) => unknown>> = {
    '/read': ({ principal, data }) => `${principal} ${data.text}`,
    '/write': ({ data }) => (data.text = long),
    '/regenerate': (session) => session.rotate(),
    '/login': (session) => session.login('taro'),
    '/logout': (session) => session.logout(),
  }
  const listener = nodeListener(
    sessions,
    async (req, res, session) => {
      const said = await pages[req.url ?? '']?.(session)
      res.end(typeof said === 'string' ? said.slice(0, 100) : 'done')
    },
    quietly,
  )
  await survives(listener)
  assert.ok(errors.length > 0)
  for (const error of errors) assert.equal((error as { code?: string }).code, 'ERR_STORE_FULL')
  await sessions.close()
}

async function functions(): Promise<void> {
  const ini = { 'session.save_path': folder, 'session.gc_probability': 0, 'session.use_strict_mode': 1 }
  const said: string[] = []
  const sessions = phpSessions(ini, { modules: [files({ flock })], onNotice: ({ message }) => said.push(message) })
  const pages: Readonly<Record<string, (session: PhpSession) => unknown>> = {
    '/read': ({ vars }) => `${String(vars['user'])} ${String(vars['text'])}`,
    '/write': ({ vars }) => (vars['text'] = long),
    '/regenerate': (session) => session.regenerateId(false),
    '/login': async (session) => {
      await session.regenerateId(true)
      session.vars['user'] = 'taro'
      session.vars['text'] = long
    },
    '/logout': (session) => session.destroy(),
  }
  const listener = sessions.node(async (req, res, session) => {
    await session.start()
    const page = await pages[req.url ?? '']?.(session)
    res.end(typeof page === 'string' ? page.slice(0, 100) : 'done')
  }, quietly)
  await survives(listener)
  assert.ok(said.some((text) => text === 'Write wrote less bytes than requested; the session is as it was'))
  assert.ok(said.every((text) => !text.includes('abc')))
}

/** As long as there is no room, what needs some is refused, nothing is lost, and whoever was logged in stays so. */
async function survives(listener: RequestListener): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const visitor = new Visitor((server.address() as AddressInfo).port)
  const before = readFileSync(file)
  fill()
  const names = readdirSync(folder)
  for (const path of ['/write', '/regenerate']) {
    assert.deepEqual(await visitor.visit(path), { status: 503, cookies: 0 }, path)
    assert.deepEqual(readFileSync(file), before, path)
  }
  assert.deepEqual(await new Visitor(visitor.port, 'theme=dark').visit('/write'), { status: 503, cookies: 0 })
  assert.deepEqual(readdirSync(folder), names, 'of somebody new nothing is left')
  assert.equal((await visitor.visit('/login')).status, 503)
  assert.equal(await visitor.reads(), 'hana old')
  assert.equal(readdirSync(folder).length, names.length)
  rmSync(filler)
  assert.equal((await visitor.visit('/write')).status, 200)
  assert.equal(php({ 'session.save_path': folder }, visitor.id, 'session_start(); echo $_SESSION["text"];'), long)
  fill()
  assert.equal((await visitor.visit('/logout')).status, 200, 'a logout needs no room')
  assert.deepEqual(readdirSync(folder), ['somebody-elses'])
  server.closeAllConnections()
  server.close()
}

/** The same page of ours and of PHP. */
async function versions(): Promise<void> {
  const before = readFileSync(file)
  fill()
  const said: string[] = []
  const session = createPhpSession(
    { 'session.save_path': folder, 'session.gc_probability': 0 },
    { headers: { cookie: 'PHPSESSID=abc' } },
    { modules: [files({ flock })], php: '8.4', onNotice: ({ message }) => said.push(message) },
  )
  await session.start()
  session.vars['text'] = long
  assert.equal(await session.writeClose(), true)
  assert.deepEqual(readFileSync(file), before)
  const warnings = warningsOf(`session_start(); $_SESSION["text"] = "${long}"; session_write_close();`)
  assert.deepEqual(
    said.map((text) => text.replace('; the session is as it was', '')),
    warnings,
  )
  assert.notDeepEqual(readFileSync(file), before, 'PHP has cut it')
}

/** What PHP warns of, without the function and the place. */
function warningsOf(code: string): string[] {
  const ini = { 'session.save_path': folder, display_errors: 'stdout', html_errors: 0 }
  const line = [...directives(ini), '-r', `session_id('abc'); ${code}`]
  const { stdout } = spawnSync('php', line, { encoding: 'utf8' })
  return [...stdout.matchAll(/^Warning: \w+\(\): (.*) in Command line code on line \d+$/gm)].map(
    ([, text = '']) => text,
  )
}

function fill(): void {
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(filler, Buffer.alloc(bavail * bsize))
  assert.equal(statfsSync(folder).bavail, 0)
}

function sh(line: string): void {
  const { status, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8' })
  assert.equal(status, 0, `${line}: ${stderr}`)
}
