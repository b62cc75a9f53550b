/** The gateway and the command as they are published: compiled, on each Node that they are for, without this repository. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { repo } from '../scripts/lib/repo.ts'
import { gateway, library } from '../scripts/lib/stage.ts'
import { freePort } from '../scripts/services/server.ts'
import { foreign, nodes, packed, run, unpack } from './packed.ts'

interface Manifest {
  readonly version: string
  readonly man: unknown
  readonly bin: { readonly sekisho: string }
  readonly dependencies: Readonly<Record<string, string>>
}

const folder = mkdtempSync(join(tmpdir(), 'sekisho-gateway-package-'))
const modules = join(folder, 'project/node_modules')
const home = join(modules, '@sekisho/gateway')
const manifest = (): Manifest => JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Manifest
const program = (): string => join(home, manifest().bin.sekisho)

before(async () => {
  unpack(await packed(library, folder), join(modules, 'sekisho'))
  unpack(await packed(gateway, folder), home)
  // Those of others are here already.
  for (const name of Object.keys(manifest().dependencies).filter((each) => each !== 'sekisho')) {
    mkdirSync(join(modules, name, '..'), { recursive: true })
    symlinkSync(join(repo, 'node_modules', name), join(modules, name))
  }
})

after(() => rmSync(folder, { recursive: true, force: true }))

for (const [title, node] of nodes) {
  test(`the published command tells its version and helps, on ${title}`, () => {
    assert.equal(sekisho(node, '--version').trim(), manifest().version)
    assert.match(sekisho(node, 'help', 'serve'), /Usage: sekisho serve/)
  })

  test(`the published gateway serves, is looked into, and ends, on ${title}`, { timeout: 60_000 }, async (t) => {
    const root = mkdtempSync(join(folder, 'site-'))
    const app = await appOf(t)
    const [file, state, users] = ['site.conf', 'state', 'users'].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ]
    run(node, [program(), 'htpasswd', '--create', users, 'hana'], { cwd: root, input: 'a long pass phrase\n' })
    writeFileSync(file, siteOf({ port: await freePort(), app, users, log: join(root, 'error.log') }))
    const words = ['serve', file, '--state', state, '--workers', '2']
    const child = spawn(node, [program(), ...words], { env: foreign(), stdio: ['ignore', 'pipe', 'pipe'] })
    t.after(() => child.kill('SIGKILL'))
    const address = await addressOf(child)
    const answer = await fetch(`${address}/tea`, {
      headers: { Authorization: `Basic ${Buffer.from('hana:a long pass phrase').toString('base64')}` },
    })
    assert.deepEqual([answer.status, await answer.text()], [200, 'tea for hana'])
    assert.match(sekisho(node, 'sessions', 'list', file, '--state', state), /\thana\t/)
    assert.match(
      sekisho(node, 'doctor', file, '--state', state),
      /Good: configuration, modules, state, .*renewal, .*upstream/,
    )
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
}

test('the published package brings the manual page', () => {
  assert.deepEqual(manifest().man, ['./sekisho.1'], 'npm takes no notice of a single name')
  assert.match(readFileSync(join(home, 'sekisho.1'), 'utf8'), /^\.TH SEKISHO 1/m)
})

function sekisho(node: string, ...words: readonly string[]): string {
  return run(node, [program(), ...words], { cwd: folder })
}

function siteOf({ port, app, users, log }: { port: number; app: string; users: string; log: string }): string {
  return `Listen 127.0.0.1:${port}
ErrorLog ${log}
Session On
SessionStore file
SessionMaxAge 1800
SessionCookieName sessionid path=/;HttpOnly;SameSite=Lax
<Location />
  AuthType Basic
  AuthName tea
  AuthUserFile ${users}
  Require valid-user
</Location>
ProxyPass / ${app}/
`
}

/** An app that says who asks for what. */
async function appOf(t: TestContext): Promise<string> {
  const server = createServer((req, res) => res.end(`${req.url?.slice(1)} for ${req.headers['x-remote-user']}`))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Where a gateway that was just started serves. */
async function addressOf(child: ChildProcess): Promise<string> {
  let said = ''
  const found = new Promise<string>((resolve) => {
    for (const output of [child.stdout, child.stderr])
      output?.on('data', (part: Buffer) => {
        said += part.toString()
        const [address] = /http:\/\/\S+:\d+/.exec(said) ?? []
        if (address !== undefined) resolve(address)
      })
  })
  const ended = once(child, 'exit').then((): never => {
    throw new Error(`the gateway ended: ${said}`)
  })
  const address = await Promise.race([found, ended])
  ended.catch(() => undefined) // later it may
  return address
}
