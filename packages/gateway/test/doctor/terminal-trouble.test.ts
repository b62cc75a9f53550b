import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ctrlC, typeAt, typeUnread } from '../command/pty.ts'
import { silentServer } from './silent-server.ts'
import { stageSite } from './stage.ts'
import { doctorWords, goodSite } from './terminal-site.ts'

describe('sekisho doctor at a terminal, in trouble', () => {
  it('explains wrong arguments', async (t) => {
    const { file, root } = await stageSite(t, goodSite)
    const missing = await typeAt(['doctor'])
    assert.deepEqual([missing.code, /missing required argument 'file'/.test(missing.screen)], [2, true])
    const unknown = await typeAt(doctorWords(file, root, '--vebose'))
    assert.deepEqual([unknown.code, /--verbose/.test(unknown.screen)], [2, true])
    const patience = await typeAt(doctorWords(file, root, '--patience', 'long'))
    assert.deepEqual([patience.code, /a whole number of seconds from 1 to 999/.test(patience.screen)], [2, true])
    const user = await typeAt(doctorWords(file, root, '--user', 'nobody-known'), [], { columns: 200 })
    assert.deepEqual([user.code, /There is no user nobody-known/.test(user.screen)], [2, true])
  })

  it('says what is missing where there is no configuration', async (t) => {
    const { root } = await stageSite(t, goodSite)
    for (const name of ['nowhere.conf', 'nowhere.ts']) {
      const { screen, code } = await typeAt(doctorWords(join(root, name), root), [], { columns: 200 })
      assert.deepEqual([code, /nowhere\S+ cannot be read\n {2}code: no-configuration/.test(screen)], [1, true], screen)
    }
  })

  it('says what it may not read', async (t) => {
    const { file, root } = await stageSite(t, goodSite)
    writeFileSync(join(root, 'users'), 'hana:x\n', { mode: 0o000 })
    writeFileSync(
      file,
      `Listen 127.0.0.1:18055\n${goodSite}<Location />\nAuthType Basic\nAuthName a\nAuthUserFile ${root}/users\nRequire valid-user\n</Location>\n`,
    )
    const { screen, code } = await typeAt(doctorWords(file, root), [], { columns: 400, powerless: true })
    assert.equal(code, 1)
    assert.match(screen, /Permission denied: \S*users \(AuthUserFile\): nobody can log in[^]*run: chown root:/)
  })

  it('is ended by Ctrl-C while a database says nothing, and leaves nothing behind', async (t) => {
    const port = await silentServer(t)
    const database = `SessionStore redis\nSessionRedisURL redis://127.0.0.1:${port}`
    const { file, root } = await stageSite(t, goodSite.replace('SessionStore file', database))
    const started = performance.now()
    const { code, screen } = await typeAt(
      doctorWords(file, root, '--patience', '60'),
      [{ after: 'Looking', type: ctrlC }],
      {
        seconds: 60,
      },
    )
    assert.equal(code, 130, screen)
    assert.doesNotMatch(screen, /error|Good/)
    assert.ok(performance.now() - started < 30_000)
  })

  it('ends quietly when nobody reads on', async (t) => {
    const { file, root } = await stageSite(t, goodSite.replace('1800', '60'))
    const { screen, code } = await typeUnread(doctorWords(file, root, '--verbose'), { columns: 300 })
    assert.equal(code, 141)
    assert.match(screen, /^Looking[^\n]*$/)
  })
})
