/** What stands in the guide is run as it stands there: the configurations, and the programs in three languages. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readKeyFile } from 'sekisho/keys'
import { freePort, serveSite, type TestSite } from './harness.ts'

const guide = fileURLToPath(new URL('../../../../docs/guide/gateway/', import.meta.url))
const languages = fileURLToPath(new URL('../../../../scripts/languages.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'sekisho-guide-'))

/** A program of the guide, and what runs it. */
interface Program {
  /** Of its code block. */
  readonly language: string
  readonly ending: string
  command(file: string, port: number): readonly string[]
}

const python: Program = { language: 'python', ending: 'py', command: (file) => ['python3', file] }
const php: Program = {
  language: 'php',
  ending: 'php',
  command: (file, port) => ['php', '-S', `127.0.0.1:${port}`, file],
}
const node: Program = { language: 'js', ending: 'mjs', command: (file) => [process.execPath, file] }

before(() => void execFileSync(process.execPath, ['--conditions=source', languages]))
after(() => rmSync(folder, { recursive: true, force: true }))

test('the program in Python counts visits in the session', async () => {
  await usingApp(python, countsVisits)
})

test('the program in PHP counts visits in the session', async () => {
  await usingApp(php, countsVisits)
})

test('the program in Node counts visits in the session', async () => {
  await usingApp(node, countsVisits)
})

test('the configuration of a login asks for one where it is needed, and tells the app who it is everywhere', async () => {
  const users = `hana:{SHA}${createHash('sha1').update('secret').digest('base64')}\n`
  const login = block('README.md', 'apache', 1).replace('/etc/sekisho/users', '${ROOT}/users')
  await usingApp(node, logsIn, { login, users })
})

test('the command for the key of X-Signed-Session prints the one that the gateway signs with', async () => {
  await using site = await serveSite('Session On', {})
  const keys = join(site.root, 'state/keys')
  const [, program = ''] =
    /node -e "(.*)" \/var\/lib\/sekisho\/keys/.exec(readFileSync(`${guide}apps.md`, 'utf8')) ?? []
  const printed = execFileSync(process.execPath, ['-e', program, keys]).toString().trim()
  assert.equal(printed, readKeyFile(keys).subkeys('x-signed-session')[0]?.key.toString('hex'))
})

async function countsVisits(site: TestSite): Promise<void> {
  const visitor = site.visitor()
  for (const visits of [1, 2, 3]) assert.equal((await visitor.get('/')).text, `visitor: visit ${visits}\n`)
}

async function logsIn(site: TestSite): Promise<void> {
  const visitor = site.visitor()
  assert.equal((await visitor.get('/account')).headers['location'], '/login?return=/account')
  const form = { httpd_username: 'hana', httpd_password: 'no', httpd_location: '/account' }
  const wrong = await visitor.post('/signin?return=/account', form)
  assert.equal(wrong.headers['location'], '/login?failed&return=/account')
  const right = await visitor.post('/signin?return=/account', { ...form, httpd_password: 'secret' })
  assert.equal(right.headers['location'], '/account')
  for (const path of ['/account', '/']) assert.match((await visitor.get(path)).text, /^hana: visit/)
  assert.match((await visitor.get('/signout')).text, /<button/)
  assert.equal((await visitor.post('/signout', {})).headers['location'], '/')
  assert.match((await visitor.get('/')).text, /^visitor: visit/)
}

interface Login {
  readonly login: string
  readonly users: string
}

/** Runs a program of the guide behind the gateway of the guide. */
async function usingApp(
  { language, ending, command }: Program,
  visit: (site: TestSite) => Promise<void>,
  { login, users }: Login = { login: '', users: '' },
): Promise<void> {
  const port = await freePort()
  const file = join(folder, `app-${port}.${ending}`)
  writeFileSync(file, block('apps.md', language).replaceAll('9000', String(port)))
  const [program = '', ...args] = command(file, port)
  const app = spawn(program, args, { stdio: 'ignore' })
  try {
    await answering(port, app)
    const text = block('README.md', 'apache')
      .replace('127.0.0.1:8080', '127.0.0.1:${PORT}')
      .replace('9000', String(port))
    await using site = await serveSite(`${text}\n${login}`, { files: { users } })
    await visit(site)
  } finally {
    app.kill()
    if (app.exitCode === null && app.signalCode === null) await once(app, 'exit')
  }
}

/** The text of a code block. */
function block(file: string, language: string, index = 0): string {
  const blocks = readFileSync(guide + file, 'utf8').matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))
  return [...blocks][index]?.[1] ?? ''
}

async function answering(port: number, app: ChildProcess): Promise<void> {
  for (let turn = 0; turn < 400 && app.exitCode === null; turn += 1) {
    if ((await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)) !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('the program of the guide does not answer')
}
