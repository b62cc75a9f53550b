/** The program that `npm start` runs. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const state = mkdtempSync(join(tmpdir(), 'sekisho-php-share-main-'))
after(() => rmSync(state, { recursive: true }))

test('it says where the pages are, serves them, and leaves no process behind', async () => {
  const { child, said } = started({ PORT: '0' })
  while (!said().includes('Ctrl+C')) {
    assert.equal(child.exitCode, null, said())
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const addresses = said().match(/http:\S+/g) ?? []
  const titles = await Promise.all(addresses.map(async (address) => (await fetch(address)).text()))
  assert.deepEqual(
    titles.map((page) => /<title>(.*?)</.exec(page)?.[1]),
    ['Shop', 'Cart'],
  )
  assert.equal(programsOf(state).length > 2, true)
  child.kill('SIGINT')
  assert.deepEqual(await once(child, 'close'), [0, null])
  assert.deepEqual(programsOf(state), [])
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

function started(environment: Readonly<Record<string, string>>): { child: ChildProcess; said: () => string } {
  let said = ''
  const env = { ...process.env, SITE_STATE: state, ...environment }
  const child = spawn(process.execPath, ['--conditions=source', program], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const output of [child.stdout, child.stderr]) output.on('data', (part: Buffer) => (said += part.toString()))
  return { child, said: () => said }
}

/** What runs with this directory in its environment. */
function programsOf(directory: string): string[] {
  return readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(`SITE_STATE=${directory}`),
  )
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}
