import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { freePort } from '../gateway/harness.ts'
import { ctrlC, typeAt } from './pty.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-serve-'))
after(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'site.conf')
const state = ['--state', join(folder, 'state')]

describe('sekisho serve', () => {
  it('says where it serves, and finishes what runs on Ctrl-C', async () => {
    const port = await freePort()
    writeFileSync(file, `Listen 127.0.0.1:${port}\nErrorLog ${folder}/error.log\n`)
    const steps = [{ after: `http://localhost:${port}/`, type: ctrlC }]
    const { screen, code } = await typeAt(['serve', file, '--workers', '1', ...state], steps, { columns: 200 })
    assert.match(screen, /^sekisho serves \S+site\.conf with one process, pid \d+\n/)
    assert.equal(code, 0)
  })

  it('says what hinders it: no configuration, a bad one, no permission, wrong words', async () => {
    const none = await typeAt(['serve', join(folder, 'none.conf'), ...state])
    assert.deepEqual([none.code, /code: no-configuration/.test(none.screen)], [1, true])
    writeFileSync(file, 'Listen 127.0.0.1:9\nSesion On\n')
    assert.match((await typeAt(['serve', file, '--workers', '1', ...state])).screen, /fix: write Session\n/)
    mkdirSync(join(folder, 'closed'), { mode: 0o555 })
    writeFileSync(file, `Listen 127.0.0.1:${await freePort()}\n`)
    const denied = await typeAt(['serve', file, '--workers', '1', '--state', join(folder, 'closed/state')], [], {
      powerless: true,
    })
    assert.equal(denied.code, 1)
    assert.match(denied.screen, /^error: Permission denied: the state directory [^]*\n {2}code: ERR_STORE_SETUP\n/)
    const wrong = await typeAt(['serve', file, '--workers', 'none'])
    assert.deepEqual([wrong.code, /a whole number of at least 1/.test(wrong.screen)], [2, true])
  })
})
