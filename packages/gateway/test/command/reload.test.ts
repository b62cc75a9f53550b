import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../gateway/harness.ts'
import { typeAt } from './pty.ts'
import { runSekisho, sekishoCommand, sekishoEnvironment } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-reload-'))
const file = join(folder, 'site.conf')
const state = join(folder, 'state')
const log = join(folder, 'error.log')
const where = ['--state', state]
let gateway: ChildProcess

before(async () => {
  writeFileSync(
    file,
    `Listen 127.0.0.1:${await freePort()}\nErrorLog ${log}\nLogLevel info\n<IfDefine extra>\nFrobnicate On\n</IfDefine>\n`,
  )
  const [program, ...words] = sekishoCommand(['serve', file, ...where, '--workers', '1', '--lenient', '-D', 'extra'])
  gateway = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'], env: sekishoEnvironment({}) })
  if (gateway.stdout !== null) await once(gateway.stdout, 'data')
})
after(() => {
  gateway.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

async function logged(text: string, count: number): Promise<void> {
  while (readFileSync(log, 'utf8').split(text).length <= count) await pause(50)
}

describe('a gateway that runs', () => {
  it('is asked by its configuration, or without one when it is the only one', async () => {
    const told = new RegExp(
      `^The gateway with pid ${gateway.pid ?? 0} reads ${file} anew; its log says whether it could\n$`,
    )
    const named = await typeAt(['reload', file, ...where], [], { columns: 200 })
    assert.match(named.screen, told)
    await logged('the configuration was read anew', 1)
    assert.match((await runSekisho(['reload', ...where])).stdout, told)
    await logged('the configuration was read anew', 2)
  })

  it('is whom modules, log and enable mean where nothing is named', async () => {
    assert.match(
      (await runSekisho(['log', ...where, '--level', 'notice'])).stdout,
      /\[core:notice\] .* the configuration was read anew\n/,
    )
    assert.match((await runSekisho(['modules', ...where])).stdout, / session_dbd_module \(shared\)\n/)
    const { stdout } = await runSekisho(['enable', 'session', '--reload', ...where])
    assert.match(
      stdout,
      /site\.conf:1: added: LoadModule session_module [^]*The gateway with pid \d+ reads the configuration anew/,
    )
    await logged('the configuration was read anew', 3)
    assert.doesNotMatch((await runSekisho(['modules', ...where])).stdout, /session_dbd_module/)
  })

  it('is not asked with a configuration that cannot be used', async () => {
    appendFileSync(file, 'SessionMaxAge soon\n')
    const { stderr, code } = await runSekisho(['reload', file, ...where])
    assert.equal(code, 1)
    assert.match(stderr, /site\.conf:8:15: error: /)
    await pause(300)
    assert.equal(readFileSync(log, 'utf8').split('was read anew').length - 1, 3)
  })

  it('has to be named where several run', async () => {
    const [note = ''] = readdirSync(join(state, 'running'))
    const other = join(state, 'running/other.json')
    const kept = JSON.parse(readFileSync(join(state, 'running', note), 'utf8')) as object
    writeFileSync(other, JSON.stringify({ ...kept, file: join(folder, 'other.conf') }))
    const { stderr, code } = await runSekisho(['reload', ...where])
    rmSync(other)
    assert.equal(code, 1)
    assert.match(
      stderr,
      /code: several-gateways\n {2}why: {2}they serve .*site\.conf, .*other\.conf|other\.conf, .*site\.conf/,
    )
  })

  it('is not found with another state directory, or for another configuration', async () => {
    writeFileSync(join(folder, 'other.conf'), 'Listen 8080\n')
    for (const words of [
      ['reload', join(folder, 'other.conf'), ...where],
      ['reload', '--state', folder],
    ]) {
      const { stderr, code } = await runSekisho(words)
      assert.deepEqual([code, /code: not-running/.test(stderr)], [1, true])
    }
  })

  it('leaves no note when it ends, and one of a process that is gone counts for nothing', async () => {
    const [note = ''] = readdirSync(join(state, 'running'))
    const kept = readFileSync(join(state, 'running', note), 'utf8')
    gateway.kill('SIGTERM')
    await once(gateway, 'exit')
    assert.deepEqual(readdirSync(join(state, 'running')), [])
    // The same number, born at another time.
    writeFileSync(join(state, 'running', note), JSON.stringify({ ...JSON.parse(kept), pid: process.pid }))
    assert.match((await runSekisho(['reload', file, ...where])).stderr, /code: not-running/)
  })
})

describe('a gateway of another user', () => {
  it('is not to be asked, and it is said who may', async () => {
    // Root has to take another user; to anybody else, the first process of the system is another user's.
    const isRoot = process.geteuid?.() === 0
    const other = isRoot ? spawn('setpriv', ['--reuid=65534', '--clear-groups', 'sleep', '60']) : undefined
    const pid = other?.pid ?? 1
    await pause(300)
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const born = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    const theirs = join(folder, 'theirs')
    mkdirSync(join(theirs, 'running'), { recursive: true })
    writeFileSync(file, 'Listen 8080\n')
    writeFileSync(join(theirs, 'running/note.json'), JSON.stringify({ pid, file, born, lenient: false, defines: [] }))
    const { screen, code } = await typeAt(['reload', '--state', theirs], [], { powerless: true })
    other?.kill('SIGKILL')
    assert.equal(code, 1)
    assert.match(screen, /code: permission-denied\n {2}why: {2}Permission denied: it is another user's \(EPERM\)\n/)
  })
})
