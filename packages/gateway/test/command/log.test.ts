import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chmodSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { ctrlC, typeAt } from './pty.ts'
import { runSekisho, sekishoCommand, sekishoEnvironment } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-log-'))
after(() => rmSync(folder, { recursive: true }))

const log = join(folder, 'error.log')
const file = join(folder, 'site.conf')
writeFileSync(file, `Listen 8080\nErrorLog ${log}\n`)

function entry(number: number, about: string): string {
  return `[Sun Nov 22 03:29:01.123000 2026] [${about}] [pid 7] [client 127.0.0.1:9] line ${number}\n`
}

const numbersIn = (text: string): number[] => [...text.matchAll(/line (\d+)/g)].map(([, number]) => Number(number))

/** `sekisho log -f`, and what it has said. */
class Following {
  readonly #child: ChildProcessWithoutNullStreams
  #said = ''

  constructor(words: readonly string[]) {
    const [program, ...rest] = sekishoCommand(words)
    this.#child = spawn(program, rest, { env: sekishoEnvironment({}) })
    this.#child.stdout.on('data', (part) => (this.#said += String(part)))
  }

  async until(numbers: readonly number[]): Promise<void> {
    const ends = performance.now() + 20_000
    while (numbersIn(this.#said).join(' ') !== numbers.join(' ')) {
      assert.ok(performance.now() < ends, `it said: ${this.#said}`)
      await pause(50)
    }
  }

  async end(): Promise<number | null> {
    this.#child.kill('SIGINT')
    const [code] = (await once(this.#child, 'exit')) as [number | null]
    return code
  }
}

describe('sekisho log', () => {
  it('shows the last lines that are wanted', async () => {
    const abouts = ['core:notice', 'session:info', 'auth_form:warn', 'proxy:error']
    writeFileSync(log, Array.from({ length: 40 }, (_, index) => entry(index, abouts[index % 4] ?? '')).join(''))
    const shown = async (...words: string[]) => numbersIn((await runSekisho(['log', file, ...words])).stdout)
    assert.deepEqual(
      await shown(),
      Array.from({ length: 20 }, (_, index) => index + 20),
    )
    assert.deepEqual(await shown('-n', '3', '--level', 'warn', '--about', 'login'), [30, 34, 38])
  })

  it('has levels in colours on a terminal, and shows no control characters', async () => {
    writeFileSync(log, `${entry(1, 'core:error').trimEnd()} \u001b[2Jgone\n`)
    const { raw, screen, code } = await typeAt(['log', file], [], { columns: 200 })
    assert.equal(code, 0)
    assert.ok(raw.includes('[core:\u001b[31merror\u001b[39m]'))
    assert.match(screen, /line 1 \\x1b\[2Jgone\n$/)
  })

  it('goes on with what is added, beyond a renaming and a cutting off, until Ctrl-C', async () => {
    writeFileSync(log, entry(1, 'core:info'))
    const following = new Following(['log', '-f', file])
    await following.until([1])
    appendFileSync(log, `${entry(2, 'core:info')}${entry(3, 'core:info').slice(0, 20)}`)
    await following.until([1, 2])
    appendFileSync(log, entry(3, 'core:info').slice(20))
    await following.until([1, 2, 3])
    renameSync(log, `${log}.1`)
    appendFileSync(`${log}.1`, entry(4, 'core:info'))
    await following.until([1, 2, 3, 4])
    writeFileSync(log, entry(5, 'core:info'))
    await following.until([1, 2, 3, 4, 5])
    truncateSync(log, 0)
    await pause(600)
    appendFileSync(log, entry(6, 'core:info'))
    await following.until([1, 2, 3, 4, 5, 6])
    assert.equal(await following.end(), 130)
  })

  it('ends with Ctrl-C at a terminal', async () => {
    writeFileSync(log, entry(1, 'core:info'))
    const { code } = await typeAt(['log', '-f', file], [{ after: 'line 1', type: ctrlC }])
    assert.equal(code, 130)
  })

  it('says which log of several a line is from', async () => {
    const other = join(folder, 'shop.log')
    writeFileSync(other, entry(7, 'core:info'))
    const site = join(folder, 'hosts.conf')
    writeFileSync(
      site,
      `Listen 8080\nErrorLog ${log}\n<VirtualHost *:8080>\nServerName shop\nErrorLog ${other}\n</VirtualHost>\n`,
    )
    const { stdout } = await runSekisho(['log', site])
    assert.match(stdout, new RegExp(`^==> ${log} <==\n.*line 1\n==> ${other} <==\n.*line 7\n$`))
  })

  it('says what hinders it: no configuration, no ErrorLog, no file, no permission, wrong words', async () => {
    const silent = join(folder, 'silent.conf')
    writeFileSync(silent, 'Listen 8080\n')
    assert.match((await runSekisho(['log', silent])).stderr, /code: no-error-log\n[^]*journalctl -u sekisho -f/)
    assert.match(
      (await runSekisho(['log', join(folder, 'none.conf')])).stderr,
      /none\.conf .*\n {2}code: no-configuration/,
    )
    assert.match((await runSekisho(['log', '--state', folder])).stderr, /code: no-configuration/)
    rmSync(log)
    assert.match((await runSekisho(['log', file])).stderr, /code: no-log\n/)
    writeFileSync(log, '')
    chmodSync(log, 0o000)
    assert.match((await typeAt(['log', file], [], { powerless: true })).screen, /why: {2}Permission denied\n/)
    assert.equal((await typeAt(['log', file, '-n', 'many'])).code, 2)
  })
})
