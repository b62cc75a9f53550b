import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Visitor } from './visitor.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'sekisho-shop-'))
after(() => rmSync(directory, { recursive: true, force: true }))

test('the shop prints one address, on which a login works, and stops when it is told to', async () => {
  const shop = start('0')
  const [said] = (await once(shop.stdout, 'data')) as [Buffer]
  const [address = '', ...others] = said.toString().match(/https?:\S+/g) ?? []
  assert.match(address, /^http:\/\/localhost:\d+\/$/)
  assert.deepEqual(others, [])
  const visitor = new Visitor(address.slice(0, -1))
  await visitor.post('/login', { user: 'hana', password: 'fuji-no-yama' })
  assert.match((await visitor.get('/')).text, /Welcome, Hana\./)
  shop.kill('SIGTERM')
  const [code] = (await once(shop, 'exit')) as [number]
  assert.equal(code, 0)
})

test('a port that is taken is named, with the command for another', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { code, errors } = await failure(String(port))
  other.close()
  assert.equal(code, 1)
  assert.match(errors, new RegExp(`port ${port} is taken by another program.*\n  PORT=${port + 1} npm start\n$`))
})

test('a port that is none is refused', async () => {
  const { code, errors } = await failure('80a')
  assert.deepEqual([code, errors], [1, 'the shop cannot open: PORT must be a number from 0 to 65535; it is "80a"\n'])
})

function start(port: string): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  return spawn(process.execPath, ['--conditions=source', main], {
    env: { ...process.env, PORT: port, SHOP_SESSIONS: join(directory, 'sessions') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function failure(port: string): Promise<{ readonly code: number; readonly errors: string }> {
  const shop = start(port)
  const [errors, [code]] = await Promise.all([text(shop.stderr), once(shop, 'exit') as Promise<[number]>])
  return { code, errors }
}
