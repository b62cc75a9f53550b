import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { repo } from '../../scripts/lib/repo.ts'
import { startApache } from '../../scripts/services.ts'
import { assertNothingLeft, processesOf, temporaryFolder } from './leftovers.ts'

const setup = { modules: ['headers'], conf: 'Header always set X-Who real' }

async function whoAnswers(url: string): Promise<string | null> {
  const { headers } = await fetch(url, { headers: { connection: 'close' } })
  return headers.get('x-who')
}

test('starts Apache with modules and configuration, which outlive a restart and a crash', async (t) => {
  const server = await startApache(setup)
  t.after(() => server.stop())
  assert.equal(await whoAnswers(server.url), 'real')
  await server.restart()
  assert.equal(await whoAnswers(server.url), 'real')
  await server.kill()
  await assert.rejects(whoAnswers(server.url))
  await server.restart()
  assert.equal(await whoAnswers(server.url), 'real')
})

test('leaves neither a process nor a file behind', async () => {
  const server = await startApache(setup)
  assert.ok(processesOf(server.folder).length >= 2, 'a parent and a child')
  await server.stop()
  assert.equal(existsSync(server.folder), false)
  await assertNothingLeft(server.folder)
})

test('says what Apache has against a configuration', async () => {
  await assert.rejects(startApache({ conf: 'SessionStore file' }), /Invalid command 'SessionStore'/)
})

test('ends Apache when the process that started it is killed', async (t) => {
  const folder = temporaryFolder(t)
  const script = `import { startApache } from './scripts/services.ts'
    await startApache()
    console.log('started')
    setInterval(() => {}, 60_000)`
  const program = spawn(process.execPath, ['--conditions=source', '--input-type=module', '--eval', script], {
    cwd: repo,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(program.stdout)) if (line === 'started') break
  assert.ok(processesOf(folder).length >= 2)
  program.kill('SIGKILL')
  await once(program, 'exit')
  await assertNothingLeft(folder)
})
