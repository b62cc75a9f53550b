/** The program in the README is run as it stands, and does what the README says. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

async function exampleOf(readme: string): Promise<string> {
  const text = await readFile(join(root, readme), 'utf8')
  return /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Starts the program below the repository, where it finds the library, and waits until it answers. */
async function start(t: TestContext, folder: string): Promise<string> {
  const port = await freePort()
  const env = { ...process.env, PORT: String(port), NODE_ENV: 'development' }
  const server = spawn(process.execPath, ['--conditions=source', 'shop.ts'], { cwd: folder, env, stdio: 'inherit' })
  t.after(async () => {
    server.kill()
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
  })
  const address = `http://localhost:${port}`
  for (let wait = 0; wait < 200; wait += 1) {
    if (await fetch(address).catch(() => undefined)) return address
    await sleep(50)
  }
  throw new Error('the example did not start within 10 seconds')
}

test('the twenty lines of the README keep cart and login, on the file store', async (t) => {
  const example = await exampleOf('README.md')
  assert.equal(await exampleOf('README.ja.md'), example)
  const folder = join(root, 'artifacts')
  await mkdir(folder, { recursive: true })
  const here = await mkdtemp(join(folder, 'readme-'))
  t.after(() => rm(here, { recursive: true, force: true }))
  await writeFile(join(here, 'shop.ts'), example)
  const address = await start(t, here)

  let cookie = ''
  const send = async (method: string, path: string): Promise<string> => {
    const answer = await fetch(address + path, { method, headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) cookie = line.slice(0, line.indexOf(';'))
    return answer.text()
  }
  assert.equal(await send('GET', '/'), 'visitor: nothing yet\n')
  assert.equal(cookie, '')
  assert.equal(await send('POST', '/tea'), 'visitor: tea\n')
  assert.match(cookie, /^sid-shop=[\w-]{64}$/)
  assert.equal(await send('POST', '/login'), 'alice: tea\n')
  assert.equal(await send('POST', '/tea'), 'alice: tea, tea\n')
  const stolen = cookie
  assert.equal(await send('POST', '/logout'), 'visitor: nothing yet\n')
  cookie = stolen
  assert.equal(await send('GET', '/'), 'visitor: nothing yet\n')
})
