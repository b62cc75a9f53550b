import assert from 'node:assert/strict'
import { chownSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ControlServer } from '../../src/server/control/control-server.ts'
import { ctrlC, typeAt, typeWith } from '../command/pty.ts'
import { runSekisho } from '../command/run.ts'
import { BusySite, topOf } from './busy-site.ts'

test('refreshes in place on a terminal, and leaves it whole at Ctrl-C', async () => {
  await using busy = await BusySite.serve('SessionStore memory')
  await busy.guest('tea')
  const words = topOf(busy, ['--interval', '1'])
  const { screen, raw, code } = await typeAt(words, [
    { after: 'store given up', type: '' },
    { after: 'store given up', type: ctrlC },
  ])
  assert.equal(code, 130)
  assert.match(screen, /sessions +about 1\n/)
  assert.ok((raw.includes('\u001b[?25l') && raw.includes('A\rsekisho top')) || raw.includes('A\r\u001b[1msekisho top'))
  assert.ok(raw.lastIndexOf('\u001b[?25h') > raw.lastIndexOf('\u001b[?25l'))
})

test('serves without a socket where the path would be too long for one, and says so', async () => {
  const troubles: string[] = []
  const stateDirectory = join(tmpdir(), 'x'.repeat(120))
  const source = { about: () => assert.fail(), figures: () => assert.fail() }
  assert.equal(
    await ControlServer.open({ stateDirectory, source, onTrouble: (message) => troubles.push(message) }),
    undefined,
  )
  assert.match(troubles.join('\n'), /^sekisho top cannot look at this gateway: .* is too long for a socket$/)
})

test('writes a line for each look into a pipe, and ends with its reader', async () => {
  await using busy = await BusySite.serve('SessionStore file')
  const { screen, code } = await typeWith(topOf(busy, ['--interval', '1']), '| head -2')
  const lines = screen.trim().split('\n')
  assert.equal(lines.length, 2, screen)
  for (const line of lines)
    assert.match(line, /^\d{4}-\S+Z sessions=0 workers=1 requests\/s=0 .*storeFailures=0 circuitOpened=0$/)
  assert.equal(code, 141)
})

test('says that no gateway runs, that another one does, and that it has ended', async () => {
  await using busy = await BusySite.serve('SessionStore file')
  const { root } = busy.site
  const state = join(root, 'state')
  const nothing = await runSekisho(['top', '--state', join(root, 'nowhere')])
  assert.equal(nothing.code, 1)
  assert.match(nothing.stderr, /No gateway runs\n {2}code: not-running/)
  const missing = await runSekisho(['top', join(root, 'another.conf'), '--state', state])
  assert.match(missing.stderr, /another\.conf cannot be read\n {2}code: no-configuration/)
  writeFileSync(join(root, 'another.conf'), 'Listen 8080\n')
  const wrong = await runSekisho(['top', join(root, 'another.conf'), '--state', state])
  assert.match(wrong.stderr, /No gateway serves .*another\.conf\n[^]*serve .*site\.conf/)
  const watching = runSekisho(['top', '--state', state, '--interval', '1', '--json'])
  await new Promise((resolve) => setTimeout(resolve, 2500))
  await busy.site.stop()
  const ended = await watching
  assert.equal(ended.code, 1)
  assert.match(ended.stdout, /gateway-gone/)
  assert.deepEqual(readdirSync(join(state, 'control')), [])
})

test('says that another user may not ask', async () => {
  await using busy = await BusySite.serve('SessionStore file')
  const directory = join(busy.site.root, 'state/control')
  chownSync(directory, 12_345, 12_345)
  const { screen, code } = await typeAt(topOf(busy), [], { powerless: true, columns: 160 })
  assert.equal(code, 1)
  assert.match(
    screen,
    /code: permission-denied\n {2}why: {2}Permission denied: .*control.*\n {2}fix: {2}run the command as that user/,
  )
})

test('lets only its user ask, answers nonsense with an error, and takes away the sockets of gateways that were killed', async () => {
  await using busy = await BusySite.serve('SessionStore file', { process: true })
  const directory = join(busy.site.root, 'state/control')
  const [name = ''] = readdirSync(directory)
  assert.deepEqual([statSync(directory).mode & 0o777, statSync(join(directory, name)).mode & 0o777], [0o700, 0o600])
  const answers = await said(join(directory, name), 'nonsense\n{"ask":"stop"}\nnull\n{"ask":"about"}\n', 4)
  assert.deepEqual(answers.slice(0, 2), [
    { error: 'not a line of JSON' },
    { error: 'asked for something else than about and figures' },
  ])
  assert.ok('error' in (answers[2] ?? {}) && 'about' in (answers[3] ?? {}))
  assert.deepEqual(await said(join(directory, name), 'x'.repeat(2000), 1), [])
  busy.site.signal('SIGKILL')
  await busy.site.exited
  const gone = await runSekisho(topOf(busy, ['--once']))
  assert.match(gone.stderr, /No gateway serves/)
  const source = { about: () => assert.fail(), figures: () => assert.fail() }
  const next = await ControlServer.open({
    stateDirectory: join(busy.site.root, 'state'),
    source,
    onTrouble: assert.fail,
  })
  const [fresh, ...others] = readdirSync(directory)
  await next?.close()
  assert.deepEqual([fresh === name, others.length], [false, 0])
})

/** Sends lines to a socket. @returns The answers, or those until the socket is closed. */
function said(path: string, text: string, count: number): Promise<Record<string, unknown>[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    let answer = ''
    const done = () => {
      socket.destroy()
      resolve(
        answer
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      )
    }
    socket.on('error', reject)
    socket.on('data', (part) => {
      answer += String(part)
      if (answer.split('\n').length > count) done()
    })
    socket.on('close', done)
    socket.write(text)
  })
}
