/** The program that `npm start` runs. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { offspringOf, survivors } from './processes.ts'

const languages = fileURLToPath(new URL('../../../scripts/languages.ts', import.meta.url))
const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const state = mkdtempSync(join(tmpdir(), 'sekisho-php-share-main-'))
// What is killed leaves its temporary files there too, which Apache's user may have to find.
chmodSync(state, 0o711)
after(() => rmSync(state, { recursive: true }))

before(() => {
  execFileSync(process.execPath, ['--conditions=source', languages])
})

test('it says where the pages are, serves them, and leaves no process behind', async () => {
  const { child, said } = await opened()
  const addresses = said().match(/http:\S+/g) ?? []
  const pages = await Promise.all(addresses.map((address) => fetch(address)))
  const titles = pages.map(async (page) => /<title>(.*?)</.exec(await page.text())?.[1])
  assert.deepEqual(await Promise.all(titles), ['Shop', 'Cart'])
  assert.match(pages[1]?.headers.get('server') ?? '', /^Apache/)
  const programs = offspringOf(child.pid ?? 0)
  const count = (name: RegExp) => programs.filter((each) => name.test(each.name)).length
  assert.equal(count(/^php-fpm/), 5, 'PHP, and four of its workers')
  assert.ok(count(/^apache2$/) >= 2, 'Apache, and at least one of its')
  child.kill('SIGINT')
  assert.deepEqual(await once(child, 'close'), [0, null])
  assert.deepEqual(survivors(programs), [])
})

test('SIGTERM ends all of it too', async () => {
  const { child } = await opened()
  const programs = offspringOf(child.pid ?? 0)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'close'), [0, null])
  assert.deepEqual(survivors(programs), [])
})

test('when it is killed, so that it can end nothing, all of it ends by itself', async () => {
  const { child } = await opened()
  const programs = offspringOf(child.pid ?? 0)
  assert.ok(programs.length > 7)
  child.kill('SIGKILL')
  await once(child, 'exit')
  for (const deadline = Date.now() + 15_000; survivors(programs).length > 0 && Date.now() < deadline;) await pause(50)
  assert.deepEqual(survivors(programs), [])
})

test('a port that is taken is said in a sentence', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { child, said } = started({ PORT: String(port) })
  assert.deepEqual(await once(child, 'close'), [1, null])
  assert.equal(said(), `port ${port} is taken by another program; choose another one with PORT=${port + 1}\n`)
  server.close()
})

/** Starts the site. Resolves when it is open. */
async function opened(): Promise<ReturnType<typeof started>> {
  const site = started({ PORT: '0' })
  while (!site.said().includes('Ctrl+C')) {
    assert.equal(site.child.exitCode, null, site.said())
    await pause(50)
  }
  return site
}

function started(environment: Readonly<Record<string, string>>): { child: ChildProcess; said: () => string } {
  let said = ''
  const env = { ...process.env, SITE_STATE: state, TMPDIR: state, ...environment }
  const child = spawn(process.execPath, ['--conditions=source', program], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const output of [child.stdout, child.stderr]) output.on('data', (part: Buffer) => (said += part.toString()))
  return { child, said: () => said }
}
