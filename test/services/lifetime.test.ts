import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { repo } from '../../scripts/lib/repo.ts'
import { startMariadb, startPostgres, startRedis, type Server } from '../../scripts/services.ts'
import { assertNothingLeft, processesOf, temporaryFolder } from './leftovers.ts'

/** Runs `scripts/services.ts` with a temporary folder of its own until it has printed all variables. */
async function runProgram(folder: string): Promise<{ program: ChildProcess; variables: string[] }> {
  const env = { ...process.env, TMPDIR: folder }
  const program = spawn(process.execPath, ['--conditions=source', 'scripts/services.ts'], {
    cwd: repo,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const variables: string[] = []
  for await (const line of createInterface(program.stdout)) {
    variables.push(/^export (\w+)='[^']+'$/.exec(line)?.[1] ?? line)
    if (variables.length === 7) break
  }
  return { program, variables }
}

async function assertStopLeavesNothing(server: Server): Promise<void> {
  assert.ok(existsSync(server.folder))
  assert.ok(processesOf(server.folder).length > 0)
  await server.stop()
  assert.equal(existsSync(server.folder), false)
  await assertNothingLeft(server.folder)
}

/** The id of the System V shared memory of a PostgreSQL. */
function sharedMemoryOf({ folder }: Server): string {
  const [, , , , , , line = ''] = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')
  return line.trim().split(/\s+/)[1] ?? ''
}

/** Makes a folder the one for temporary files, within this process and until the end of the test. */
function useForTemporaryFiles(t: TestContext, folder: string): void {
  const before = process.env['TMPDIR'] ?? tmpdir()
  process.env['TMPDIR'] = folder
  t.after(() => (process.env['TMPDIR'] = before))
}

describe('the program that starts all servers', () => {
  test('prints the variables, and leaves nothing behind when it is killed', async (t) => {
    const folder = temporaryFolder(t)
    const { program, variables } = await runProgram(folder)
    assert.deepEqual(variables, [
      'SEKISHO_TEST_POSTGRES',
      'SEKISHO_TEST_MARIADB',
      'SEKISHO_TEST_REDIS',
      'SEKISHO_TEST_REDIS_TLS',
      'SEKISHO_TEST_REDIS_CA',
      'SEKISHO_TEST_REDIS_CLUSTER',
      'SEKISHO_TEST_REDIS_SENTINEL',
    ])
    assert.equal(readdirSync(folder).length, 10)
    program.kill('SIGKILL')
    await assertNothingLeft(folder)
  })

  test('leaves nothing behind when Ctrl-C ends it', async (t) => {
    const folder = temporaryFolder(t)
    const { program } = await runProgram(folder)
    program.kill('SIGINT')
    assert.deepEqual(await once(program, 'exit'), [0, null])
    await assertNothingLeft(folder)
  })

  test('leaves nothing behind when it is killed while the servers are made', async (t) => {
    const folder = temporaryFolder(t)
    const env = { ...process.env, TMPDIR: folder }
    const program = spawn(process.execPath, ['--conditions=source', 'scripts/services.ts'], { cwd: repo, env })
    while (readdirSync(folder).length < 3) await pause(5)
    program.kill('SIGKILL')
    await assertNothingLeft(folder)
  })
})

describe('stop', () => {
  test('leaves neither a process nor a folder', async () => {
    await Promise.all(
      [startPostgres(), startMariadb(), startRedis()].map(async (starting) => assertStopLeavesNothing(await starting)),
    )
  })

  test('leaves nothing of a server that is frozen', async (t) => {
    const server = await startPostgres()
    t.after(() => server.stop())
    server.freeze()
    await assertStopLeavesNothing(server)
  })

  test('leaves nothing of a server that was killed, its shared memory included', async () => {
    const segments = (): string => readFileSync('/proc/sysvipc/shm', 'utf8')
    const server = await startPostgres()
    const id = sharedMemoryOf(server)
    await server.kill()
    assert.match(segments(), new RegExp(` ${id} `))
    await server.stop()
    assert.doesNotMatch(segments(), new RegExp(` ${id} `))
    await assertNothingLeft(server.folder)
  })

  test('may be called again', async () => {
    const server = await startRedis()
    await server.stop()
    await server.stop()
  })
})

describe('a server that does not start', () => {
  test('is reported with what it printed, and its folder is removed', async (t) => {
    const folder = temporaryFolder(t)
    useForTemporaryFiles(t, folder)
    await assert.rejects(
      startRedis({ policy: 'no-such-policy' }),
      /ended with 1 before it was ready; it printed:\n[^]*no-such-policy/,
    )
    await assertNothingLeft(folder)
  })
})
