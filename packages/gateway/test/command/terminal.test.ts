import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ctrlC } from './pty.ts'
import { runSekisho } from './run.ts'
import { atTerminal, shell } from './small-program.ts'

describe('progress', () => {
  const work = `const bar = terminal.progress('Copying', 1000)
for (let done = 0; done < 1000; done += 10) { bar.at(done); await new Promise((resolve) => setTimeout(resolve, 3)) }
bar.done('Copied 1000')`

  it('is a bar on a terminal, which is gone afterwards', async () => {
    const { raw, screen, code } = await atTerminal(work)
    assert.equal(code, 0)
    assert.match(raw, /\r\S*Copying .*[━=].* [1-9]\d? %, \d+ of 1,000/)
    assert.ok(raw.endsWith('\r\u001b[KCopied 1000\r\n'), raw)
    assert.match(screen, /Copied 1000\n$/)
  })

  it('is nothing but its result when it is short and nobody looks', async () => {
    assert.equal((await shell(work, '2>&1 | cat')).screen, 'Copied 1000\ncode 0\n')
  })
})

describe('an interruption', () => {
  const loop = `const signal = terminal.interrupted
out.line('begun')
while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 20))
err.line('all is whole')`

  it('lets the command finish what it must, and ends it with 130', async () => {
    const { screen, code } = await atTerminal(loop, [{ after: 'begun', type: ctrlC }])
    assert.equal(code, 130)
    assert.match(screen, /all is whole\n$/)
  })

  it('a second time ends it at once', async () => {
    const stubborn = `terminal.interrupted.addEventListener('abort', () => out.line('wait'))
out.line('begun')
await new Promise((resolve) => setTimeout(resolve, 60_000))`
    const { code } = await atTerminal(stubborn, [
      { after: 'begun', type: ctrlC },
      { after: 'wait', type: ctrlC },
    ])
    assert.equal(code, 130)
  })

  it('is also that the reader goes away', async () => {
    const endless = `const signal = terminal.interrupted
while (!signal.aborted) { out.line('x'.repeat(1000)); await new Promise((resolve) => setTimeout(resolve, 1)) }
err.line('all is whole')`
    assert.equal((await shell(endless, '| head -c 3')).screen, 'xxxall is whole\ncode 141\n')
  })
})

describe('an error', () => {
  it('that nobody thought of says how to see where it comes from, and says it then', async () => {
    const body = `throw new Error('the unthinkable')`
    assert.match((await atTerminal(body)).screen, /^error: the unthinkable\n {2}code: unexpected\n[^]*--debug/)
  })

  it('of the disk behind a redirection is told, and no result is taken for whole', async () => {
    const { screen } = await shell(`out.line('the result')`, '> /dev/full')
    assert.equal(screen, 'error: the output cannot be written: ENOSPC\ncode 1\n')
  })

  it('about the command line goes to a script as JSON', async () => {
    const { stdout, code } = await runSekisho(['frobnicate', '--json'])
    assert.equal(code, 2)
    assert.deepEqual(JSON.parse(stdout).error.code, 'usage-unknown-command')
  })
})
