/** SessionStoreFileName: which file, where, with which rights, and what happens when that is impossible. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { rowSessions } from 'sekisho/store/rows'
import { FileRows } from '../../src/session/stores/files/file-rows-node.ts'
import { SessionFileName } from '../../src/session/stores/files/session-file-name-node.ts'
import { Browser } from './browser.ts'
import { directory, shown, site } from './site.ts'

const isRoot = process.geteuid?.() === 0
const needsRoot = isRoot ? {} : { skip: 'needs root, to give files away and to mount' }

function store(pattern: string): string {
  return `Session On\nSessionStore file\nSessionStoreFileName ${pattern}`
}

/** The files of sessions below a directory. */
function sessionsIn(path: string): string[] {
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
  return files.filter((name) => name.endsWith('.session')).toSorted()
}

/** Runs a program beside this file, and expects it to end well. @returns What it printed. */
function run(name: string, args: readonly string[], before: readonly string[] = []): Promise<string> {
  const path = fileURLToPath(new URL(name, import.meta.url))
  const [command = '', ...rest] = [...before, process.execPath, '--conditions=source', path, ...args]
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => (out += String(chunk)))
  child.stderr.on('data', (chunk) => (err += String(chunk)))
  return new Promise((resolve, reject) => {
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${name} ended with ${code}: ${err}`))))
  })
}

describe('the file of a session', () => {
  test('has the name that is configured, and nobody else can read it', async (t) => {
    const path = directory(t)
    const visitor = (await site(t, store(join(path, '%{SESSIONID}.session')))).browser()
    const { session } = await visitor.visit((one) => one.set('a', '1'))
    assert.deepEqual(sessionsIn(path), [`${session.id}.session`])
    const status = statSync(join(path, `${session.id}.session`))
    assert.equal(status.mode & 0o777, 0o600)
  })

  test('lies in directories by its first characters where that is configured', async (t) => {
    const path = directory(t)
    const visitor = (
      await site(t, store(join(path, '%{SESSIONID:0:2}/%{SESSIONID:2:1}x/%{SESSIONID}.session')))
    ).browser()
    const { session } = await visitor.visit((one) => one.set('a', '1'))
    const { id = '' } = session
    assert.deepEqual(sessionsIn(path), [`${id.slice(0, 2)}/${id[2]}x/${id}.session`])
    assert.equal(statSync(join(path, id.slice(0, 2))).mode & 0o777, 0o700)
  })

  test('holds neither the cookie nor, with a passphrase, what is in the session', async (t) => {
    const path = directory(t)
    const text = `${store(join(path, '%{SESSIONID}.session'))}\nSessionCryptoPassphrase secret-of-the-site`
    const visitor = (await site(t, text)).browser()
    const { session } = await visitor.visit((one) => one.set('a', 'green-tea'))
    const content = readFileSync(join(path, `${session.id}.session`), 'latin1')
    const decoded = Buffer.from(content.split(':')[2] ?? '', 'base64url').toString('latin1')
    for (const form of [content, decoded]) {
      assert.equal(form.includes('green-tea'), false)
      assert.equal(form.includes(visitor.jar.get('sessionid') ?? ''), false)
    }
  })

  test('goes when the session ends', async (t) => {
    const path = directory(t)
    const visitor = (await site(t, store(join(path, '%{SESSIONID}.session')))).browser()
    await visitor.visit((one) => one.set('a', '1'))
    await visitor.visit((one) => one.destroy())
    assert.deepEqual(sessionsIn(path), [])
  })

  test('is never one that a symbolic link leads to', async (t) => {
    const path = directory(t)
    const { keeper } = await site(t, store(join(path, '%{SESSIONID}.session')))
    const visitor = new Browser(keeper())
    const { session } = await visitor.visit((one) => one.set('a', '1'))
    const file = join(path, `${session.id}.session`)
    const elsewhere = join(directory(t), 'elsewhere')
    writeFileSync(elsewhere, readFileSync(file))
    rmSync(file)
    symlinkSync(elsewhere, file)
    await assert.rejects(visitor.visit(), { code: 'ERR_STORE_SETUP', status: 503 })
  })

  test('is left alone when it is none of ours', async (t) => {
    const path = directory(t)
    const name = new SessionFileName(join(path, '%{SESSIONID}.session'))
    const foreign = join(path, 'notes.session')
    writeFileSync(foreign, 'mine')
    writeFileSync(join(path, `${'a'.repeat(64)}.session`), 'nonsense')
    const sessions = rowSessions(new FileRows(name), { sweepGraceMs: 0 })
    await sessions.sweep(100)
    assert.deepEqual(sessionsIn(path), [`${'a'.repeat(64)}.session`, 'notes.session'])
    assert.equal(await sessions.read('a'.repeat(64)), undefined)
    await sessions.close()
  })
})

describe('the directory of the files', () => {
  const problemsOf = async (t: TestContext, path: string) =>
    shown((await site(t, store(join(path, '%{SESSIONID}.session')))).keepers.problems)

  test('must be there, and the command that makes it is told', async (t) => {
    const path = join(directory(t), 'missing')
    const [problem = ''] = await problemsOf(t, path)
    assert.ok(
      problem.startsWith(`3 error Permission denied: ${path} does not exist; mend it with: mkdir -p ${path} && chown `),
    )
    assert.match(problem, / && chmod 770 \S+$/)
  })

  test('may belong to root and one of our groups, as the document has it', needsRoot, async (t) => {
    const path = directory(t)
    chownSync(path, 0, process.getegid?.() ?? 0)
    chmodSync(path, 0o770)
    assert.deepEqual(await problemsOf(t, path), [])
  })

  test('must not belong to somebody else', needsRoot, async (t) => {
    const path = directory(t)
    chownSync(path, 12345, 12345)
    const [problem = ''] = await problemsOf(t, path)
    assert.ok(
      problem.startsWith(`3 error Permission denied: ${path} belongs to user 12345 and group 12345; mend it with: `),
    )
    chownSync(path, 0, 0)
  })

  test('must be writable', needsRoot, async (t) => {
    const path = directory(t)
    chmodSync(path, 0o555)
    chownSync(path, 0, 65534)
    const out = await run('files.worker.ts', ['unwritable', path])
    assert.match(out, new RegExp(`^Permission denied: ${path}; mend it with: `))
  })

  test('is warned about when everybody can look into it', async (t) => {
    const path = directory(t)
    chmodSync(path, 0o777)
    assert.deepEqual(await problemsOf(t, path), [
      `3 warning Everybody on this machine can look into ${path}, where sessions are kept`,
    ])
  })

  test('is not needed without SessionStoreFileName', async (t) => {
    const { keepers, browser } = await site(t, 'Session On\nSessionStore file')
    assert.deepEqual(shown(keepers.problems), [])
    const visitor = browser()
    await visitor.visit((session) => session.set('a', '1'))
    assert.deepEqual(await visitor.see(), { a: '1' })
  })

  test('is asked again when it was lost while the gateway ran', async (t) => {
    const path = join(directory(t), 'sessions')
    mkdirSync(path, { mode: 0o700 })
    const { browser } = await site(t, store(join(path, '%{SESSIONID}.session')))
    rmSync(path, { recursive: true })
    const visitor = browser()
    await assert.rejects(
      visitor.visit((session) => session.set('a', '1')),
      { status: 503 },
    )
  })
})

describe('the name of the files', () => {
  test('has the id in the name of the file', async (t) => {
    const { keepers } = await site(t, store('/var/lib/%{SESSIONID}/data'))
    assert.deepEqual(shown(keepers.problems), [
      '3 error SessionStoreFileName must have %{SESSIONID} in the name of the file, not of a directory',
    ])
  })

  test('asks for characters that an id has', async (t) => {
    const { keepers } = await site(t, store('/var/lib/%{SESSIONID:60:5}/%{SESSIONID}'))
    assert.deepEqual(shown(keepers.problems), [
      '3 error SessionStoreFileName asks for characters that an id does not have: %{SESSIONID:60:5}',
    ])
  })
})

describe('processes that share a directory', () => {
  test('lose none of 2 x 100 increments of one session', async (t) => {
    const path = directory(t)
    const pattern = join(path, '%{SESSIONID}.session')
    const [carrier] = (await run('files.worker.ts', ['begin', pattern])).split('\n')
    const both = [1, 2].map(() => run('files.worker.ts', ['count', pattern, carrier ?? '', '100']))
    await Promise.all(both)
    assert.equal((await run('files.worker.ts', ['read', pattern, carrier ?? ''])).trim(), '200')
    assert.deepEqual(
      readdirSync(path).filter((name) => name.startsWith('.sekisho-draft-')),
      [],
    )
  })

  test('do not wait for one that was killed in the middle of a write', async (t) => {
    const path = directory(t)
    const pattern = join(path, '%{SESSIONID}.session')
    const [carrier] = (await run('files.worker.ts', ['begin', pattern])).split('\n')
    const program = fileURLToPath(new URL('files.worker.ts', import.meta.url))
    const child = spawn(process.execPath, ['--conditions=source', program, 'hold', pattern, carrier ?? ''], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const ended = new Promise((resolve) => child.once('close', resolve))
    const waiting = run('files.worker.ts', ['count', pattern, carrier ?? '', '1'])
    child.kill('SIGKILL')
    await Promise.all([ended, waiting])
    assert.equal((await run('files.worker.ts', ['read', pattern, carrier ?? ''])).trim(), '1')
  })

  test('are told so when the disk is full, and lose nothing that was there', needsRoot, async (t) => {
    const path = join(directory(t), 'small')
    mkdirSync(path)
    const out = await run('files.worker.ts', ['full', path], ['unshare', '-m'])
    assert.match(out, /^No space left on device: /)
    assert.match(out, /\nstill there\nstored again\n$/)
  })
})
