import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ctrlC, runAtTerminal } from './pty.ts'
import { atTerminal, programOf, shell } from './small-program.ts'

describe('a question', () => {
  it('for a password shows nothing of what is typed', async () => {
    const { raw, screen, code } = await atTerminal(`out.line('[' + await terminal.password('The secret?') + ']')`, [
      { after: 'The secret?', type: 'correct horse\r' },
    ])
    assert.equal(code, 0)
    assert.match(screen, /\[correct horse\]\n$/)
    assert.equal(raw.split('correct').length, 2)
  })

  it('for a password shows nothing either when the question goes elsewhere', async () => {
    const command = programOf('silent', `out.line('ready'); out.line(String((await terminal.password('?')).length))`)
    const steps = [{ after: 'ready', type: 'correct horse\r' }]
    const { screen } = await runAtTerminal(['bash', '-c', `${command.join(' ')} 2> /dev/null`], steps)
    assert.equal(screen, 'ready\n13\n')
  })

  it('for a password is answered by the first line of a pipe', async () => {
    const { screen } = await shell(
      `out.line('[' + await terminal.password('The secret?') + ']')`,
      `< <(echo one; echo two; sleep 0.1)`,
    )
    assert.equal(screen, '[one]\ncode 0\n')
    const empty = await shell(`await terminal.password('The secret?')`, '< /dev/null')
    assert.match(empty.screen, /^error: There is no password\n {2}code: no-password\n[^]*code 1\n$/)
  })

  it('ends the command with 130 when it is answered by Ctrl-C', async () => {
    for (const body of [`await terminal.password('Well?')`, `await terminal.confirm('Well?')`])
      assert.equal((await atTerminal(body, [{ after: 'Well?', type: ctrlC }])).code, 130)
  })

  it('whether to do it is no unless somebody says yes, and is refused where nobody can', async () => {
    const body = `out.line(String(await terminal.confirm('Really?')))`
    for (const [type, answer] of [
      ['\r', /false\n$/],
      ['y', /true\n$/],
    ] as const)
      assert.match((await atTerminal(body, [{ after: 'Really?', type }])).screen, answer)
    assert.match(
      (await shell(body, '< /dev/null')).screen,
      /^error: Nobody can be asked: Really\?\n {2}code: not-confirmed\n[^]*--yes[^]*code 2\n$/,
    )
    assert.match(
      (await shell(`out.line(String(await terminal.confirm('Really?', { yes: true })))`, '< /dev/null')).screen,
      /^true\n/,
    )
  })
})
