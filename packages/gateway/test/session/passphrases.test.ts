/** Where passphrases come from, and what keeps the gateway from starting. */
import assert from 'node:assert/strict'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { inspect } from 'node:util'
import { SessionCrypto } from 'sekisho/apache'
import { Browser } from './browser.ts'
import { directory, newState, shown, site } from './site.ts'

const cookie = 'Session On\nSessionCookieName s path=/'

/** A program that ends as its script says. */
function program(t: TestContext, script: string): string {
  const path = join(directory(t), 'passphrase.sh')
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o700 })
  return path
}

/** A file of passphrases. */
function file(t: TestContext, text: string, mode = 0o600): string {
  const path = join(directory(t), 'passphrases')
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

/** The cookie of a session `a=1` under some directives. */
async function sealedWith(t: TestContext, directives: string): Promise<string> {
  const { browser, keepers } = await site(t, `${cookie}\n${directives}`)
  assert.deepEqual(shown(keepers.problems), [])
  const visitor = browser()
  await visitor.visit((session) => session.set('a', '1'))
  return visitor.jar.get('s') ?? ''
}

async function opens(value: string, passphrase: string): Promise<boolean> {
  return (await new SessionCrypto({ passphrases: [passphrase] }).open(value))?.encoded === 'a=1'
}

describe('SessionCryptoPassphrase', () => {
  test('takes the first line of what a program prints', async (t) => {
    const path = program(t, 'echo "$1 of the program"; echo second line')
    assert.ok(
      await opens(await sealedWith(t, `SessionCryptoPassphrase "exec:${path} secret"`), 'secret of the program'),
    )
  })

  test('B5: refuses to start when a program fails, is missing or prints nothing', async (t) => {
    const failing = program(t, 'echo secret; exit 3')
    const silent = program(t, 'exit 0')
    const blank = program(t, 'echo; echo secret')
    const problemOf = async (command: string) => {
      const { keepers, browser } = await site(t, `${cookie}\nSessionCryptoPassphrase "exec:${command}"`)
      await assert.rejects(browser().visit(), { code: 'ERR_STORE_SETUP', status: 503 })
      return shown(keepers.problems)
    }
    assert.deepEqual(await problemOf(failing), [
      `3 error SessionCryptoPassphrase not set: the program ${failing} failed`,
    ])
    assert.deepEqual(await problemOf('/nowhere'), [
      '3 error SessionCryptoPassphrase not set: the program /nowhere failed',
    ])
    for (const path of [silent, blank])
      assert.deepEqual(await problemOf(path), [
        `3 error SessionCryptoPassphrase not set: the program ${path} printed nothing`,
      ])
  })

  test('runs a program once, however many sections inherit its line', async (t) => {
    const log = join(directory(t), 'runs')
    const path = program(t, `echo run >> ${log}; echo secret`)
    const sections = '<Location /a>\nSessionMaxAge 10\n</Location>\n<Location /b>\nSessionMaxAge 20\n</Location>'
    await site(t, `${cookie}\nSessionCryptoPassphrase exec:${path}\n${sections}`)
    assert.equal(readFileSync(log, 'utf8'), 'run\n')
  })

  test('is checked in sections that sessions are switched on for elsewhere', async (t) => {
    const { keepers } = await site(t, '<Location /a>\nSessionCryptoPassphrase exec:/nowhere\n</Location>')
    assert.deepEqual(shown(keepers.problems), ['2 error SessionCryptoPassphrase not set: the program /nowhere failed'])
  })

  test('never stands in a problem or an error', async (t) => {
    const { keepers, browser } = await site(
      t,
      `Session On\nSessionStore redis\nSessionRedisURL redis://127.0.0.1:1\nSessionCryptoPassphrase hush-hush-secret`,
    )
    const visitor = browser()
    visitor.jar.set('sessionid', 'A'.repeat(64))
    const error: unknown = await visitor.visit().catch((reason: unknown) => reason)
    assert.equal(inspect([keepers.problems, error], { depth: 10 }).includes('hush-hush-secret'), false)
  })
})

describe('SessionCryptoPassphraseFile', () => {
  const grammar = '# comment\n\n  filepass1 filepass2 # more\n"quoted pass" \'single "q"\'\nlast\n'

  test('is read word by word, the first of which seals', async (t) => {
    const path = file(t, grammar)
    assert.ok(await opens(await sealedWith(t, `SessionCryptoPassphraseFile ${path}`), 'filepass1'))
    const { keepers } = await site(t, `${cookie}\nSessionCryptoPassphraseFile ${path}`)
    for (const passphrase of ['filepass1', 'filepass2', 'quoted pass', 'single "q"', 'last']) {
      const crypto = new SessionCrypto({ passphrases: [passphrase] })
      const { browser } = await site(t, `${cookie}\nSessionCryptoPassphraseFile ${path}`)
      const visitor = new Browser(browser().keeper, [['s', await crypto.seal('a=1')]])
      assert.deepEqual(await visitor.see(), { a: '1' }, passphrase)
    }
    assert.equal(keepers.passphraseUsage()[0]?.passphrases.length, 5)
  })

  test('adds up with SessionCryptoPassphrase in the order of the lines', async (t) => {
    const path = file(t, 'filed')
    const before = `SessionCryptoPassphraseFile ${path}\nSessionCryptoPassphrase written`
    const after = `SessionCryptoPassphrase written\nSessionCryptoPassphraseFile ${path}`
    assert.ok(await opens(await sealedWith(t, before), 'filed'))
    assert.ok(await opens(await sealedWith(t, after), 'written'))
  })

  test('of a section takes the place of passphrases of the server, and the other way round', async (t) => {
    const path = file(t, 'filed')
    const filed = `SessionCryptoPassphraseFile ${path}`
    const written = 'SessionCryptoPassphrase written'
    const sealers = async (outside: string, inside: string) => {
      const { browser, keepers } = await site(t, `${cookie}\n${outside}\n<Location /in>\n${inside}\n</Location>`)
      const visitor = browser('/in')
      await visitor.visit((session) => session.set('a', '1'))
      const value = visitor.jar.get('s') ?? ''
      const known = keepers.passphraseUsage().map(({ passphrases }) => passphrases.length)
      return [await opens(value, 'filed'), await opens(value, 'written'), known]
    }
    assert.deepEqual(await sealers(written, filed), [true, false, [1, 1]])
    assert.deepEqual(await sealers(filed, written), [false, true, [1, 1]])
  })

  test('is refused when it is missing, empty or can be changed by others', async (t) => {
    const empty = file(t, '# nothing\n')
    const open = file(t, 'secret', 0o620)
    const problemsOf = async (path: string) =>
      shown((await site(t, `${cookie}\nSessionCryptoPassphraseFile ${path}`)).keepers.problems)
    assert.deepEqual(await problemsOf('/nowhere'), [
      '3 error SessionCryptoPassphraseFile: Could not open file /nowhere: ENOENT',
    ])
    assert.deepEqual(await problemsOf(empty), [
      `3 error SessionCryptoPassphrase not set: there is no passphrase in ${empty}`,
    ])
    assert.deepEqual(await problemsOf(open), [`3 error SessionCryptoPassphraseFile: others can change ${open}`])
    assert.match((await problemsOf(directory(t)))[0] ?? '', /is no file with passphrases$/)
  })

  test('that everybody can read is a warning', async (t) => {
    const path = file(t, 'secret', 0o644)
    const { keepers } = await site(t, `${cookie}\nSessionCryptoPassphraseFile ${path}`)
    assert.deepEqual(shown(keepers.problems), [
      `3 warning Everybody on this machine can read the passphrases in ${path}`,
    ])
  })
})

describe('a reload', () => {
  test('reads the file of passphrases again, and keeps what was derived from those that stay', async (t) => {
    const state = newState(t)
    const path = file(t, 'old')
    const text = `${cookie}\nSessionCryptoPassphraseFile ${path}`
    const before = await site(t, text, { state })
    const visitor = before.browser()
    await visitor.visit((session) => session.set('a', '1'))
    const { cookie: sent = '' } = visitor
    const request = { method: 'GET', secure: false, headers: {}, cookie: sent }
    const slow = await before.keeper().open(request)
    writeFileSync(path, 'new\nold\n')
    const after = await site(t, text, { state })
    await before.close()
    assert.deepEqual(
      after.keepers.passphraseUsage().map(({ passphrases }) => passphrases.length),
      [2],
    )
    const moved = new Browser(after.keeper(), visitor.jar)
    assert.deepEqual(await moved.see(), { a: '1' })
    assert.ok(await opens(moved.jar.get('s') ?? '', 'new'))
    slow.set('b', '2')
    const [line = ''] = await before.keeper().commit(slow, { status: 200, deliverable: true })
    const late = new Browser(after.keeper())
    late.receive([line])
    assert.deepEqual(await late.see(), { a: '1', b: '2' })
  })
})
