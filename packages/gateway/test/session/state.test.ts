/** The gateway's own directory and key, and what is signed with it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { KeyRing } from 'sekisho'
import { generateSecret } from 'sekisho/keys'
import { signSession, verifySignedSession } from 'sekisho/apache'
import { defaultDirectory, keyFileIn, openState, watchKeys } from '../../src/session/state-node.ts'
import { StartMarks } from '../../src/session/stored/start-mark-node.ts'
import { directory } from './site.ts'

describe('the state directory', () => {
  test('is made with a key that nobody else can read, and found again', (t) => {
    const path = join(directory(t), 'a', 'state')
    const [first] = openState({ directory: path }).keyRing.usage()
    assert.equal(statSync(path).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(path), ['keys'])
    assert.equal(statSync(join(path, 'keys')).mode & 0o777, 0o600)
    assert.equal(openState({ directory: path }).keyRing.usage()[0]?.keyId, first?.keyId)
  })

  test('has one key, however many processes make it at once', async (t) => {
    const path = join(directory(t), 'state')
    const program = `
      const { openState } = await import(${JSON.stringify(new URL('../../src/session/state-node.ts', import.meta.url).href)})
      console.log(openState({ directory: ${JSON.stringify(path)} }).keyRing.usage()[0].keyId)`
    const ids = await Promise.all(
      [1, 2, 3].map(
        () =>
          new Promise<string>((resolve, reject) => {
            const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', program], {
              cwd: fileURLToPath(new URL('.', import.meta.url)),
              stdio: ['ignore', 'pipe', 'inherit'],
            })
            let out = ''
            child.stdout.on('data', (chunk) => (out += String(chunk)))
            child.on('error', reject).on('close', () => resolve(out.trim()))
          }),
      ),
    )
    assert.match(ids[0] ?? '', /^[0-9a-f]{8}$/)
    assert.equal(new Set(ids).size, 1)
    assert.deepEqual(readdirSync(path), ['keys'])
  })

  test('is where systemd or the user has it', () => {
    assert.equal(defaultDirectory({ STATE_DIRECTORY: '/run/a:/run/b' }), '/run/a')
    if (process.geteuid?.() === 0) assert.equal(defaultDirectory({}), '/var/lib/sekisho')
    else assert.equal(defaultDirectory({ XDG_STATE_HOME: '/state' }), '/state/sekisho')
  })

  test('is refused when others can write to it, or its key is open', (t) => {
    const open = join(directory(t), 'open')
    mkdirSync(open)
    chmodSync(open, 0o770)
    assert.throws(() => openState({ directory: open }), { code: 'ERR_STORE_SETUP', message: /chmod 700/ })
    const closed = join(directory(t), 'closed')
    mkdirSync(closed, { mode: 0o700 })
    writeFileSync(join(closed, 'keys'), `${generateSecret()}\n`, { mode: 0o644 })
    chmodSync(join(closed, 'keys'), 0o644)
    assert.throws(() => openState({ directory: closed }), { code: 'ERR_KEY_FILE' })
    const file = join(directory(t), 'file')
    writeFileSync(file, '')
    assert.throws(() => openState({ directory: join(file, 'state') }), { code: 'ERR_STORE_SETUP', message: /ENOTDIR/ })
  })
})

describe('X-Signed-Session', () => {
  const now = 1_790_000_000_000
  const ring = new KeyRing([generateSecret()])
  const id = 'a'.repeat(64)

  test('is the id, the time and a signature over both', () => {
    const value = signSession(id, ring, now)
    assert.match(value, /^a{64}\.1790000000\.[\w-]{43}$/)
    assert.deepEqual(verifySignedSession(value, ring, { now: () => now + 1000 }), { id, signedAt: now })
  })

  test('is not believed when it was changed, is too old, comes from the future or from elsewhere', () => {
    const value = signSession(id, ring, now)
    const verify = (text: string | undefined, at = now, keys = ring) =>
      verifySignedSession(text, keys, { now: () => at })
    for (let at = 0; at < value.length; at += 1) {
      const changed = value.slice(0, at) + (value[at] === 'b' ? 'c' : 'b') + value.slice(at + 1)
      assert.equal(verify(changed), undefined, `character ${at}`)
    }
    assert.notEqual(verify(value, now + 300_000), undefined)
    assert.equal(verify(value, now + 301_000), undefined)
    assert.equal(verify(value, now - 31_000), undefined)
    assert.equal(verify(value, now, new KeyRing([generateSecret()])), undefined)
    assert.equal(verify(undefined), undefined)
    assert.equal(verify(''), undefined)
  })

  test('is believed by every key of the ring, and signed with the first', () => {
    const [old, next] = [generateSecret(), generateSecret()]
    const before = signSession(id, new KeyRing([old]), now)
    const both = new KeyRing([next, old])
    assert.notEqual(verifySignedSession(before, both, { now: () => now }), undefined)
    const after = signSession(id, both, now)
    assert.notEqual(verifySignedSession(after, new KeyRing([next]), { now: () => now }), undefined)
    both.replace([next])
    assert.equal(verifySignedSession(before, both, { now: () => now }), undefined)
  })
})

describe('the cookie of a session that has begun', () => {
  test('passes under its own name only, and unchanged', () => {
    const marks = new StartMarks(new KeyRing([generateSecret()]))
    const carrier = 'A'.repeat(64)
    const value = marks.make('sessionid', carrier, 1_790_000_000)
    assert.equal(marks.read('sessionid', value)?.carrier, carrier)
    assert.equal(marks.read('other', value), undefined)
    for (let at = 0; at < value.length; at += 1) {
      const changed = value.slice(0, at) + (value[at] === 'b' ? 'c' : 'b') + value.slice(at + 1)
      assert.equal(marks.read('sessionid', changed), undefined, `character ${at}`)
    }
  })

  test('names the address that the engine gives its session', async () => {
    const { defineSession } = await import('sekisho')
    const { MemoryStore } = await import('sekisho/store/memory')
    const sessions = defineSession({ name: 'test', store: new MemoryStore(), development: false })
    const { carrier, address } = sessions.reserve()
    const marks = new StartMarks(new KeyRing([generateSecret()]))
    assert.equal(marks.read('s', marks.make('s', carrier, 1))?.address, address)
    await sessions.close()
  })
})

test('the key file is one that the library reads', (t) => {
  const path = join(directory(t), 'state')
  openState({ directory: path })
  assert.match(readFileSync(join(path, 'keys'), 'utf8'), /^[\w-]{43}\n$/)
})

test('takes keys anew when their file changes, and tells what is wrong with it', async (t) => {
  const path = join(directory(t), 'state')
  const state = openState({ directory: path })
  const told: unknown[] = []
  const watch = watchKeys(state, (error) => void told.push(error))
  t.after(() => watch.close())
  const [first] = state.keyRing.usage()
  appendFileSync(keyFileIn(path), `${'k'.repeat(43)}\n`)
  assert.equal(watch.reload(), true)
  assert.deepEqual(
    state.keyRing.usage().map(({ seals }) => seals),
    [true, false],
  )
  assert.equal(state.keyRing.usage()[0]?.keyId, first?.keyId)
  appendFileSync(keyFileIn(path), 'short\n')
  assert.equal(watch.reload(), false)
  assert.match(String(told[0]), /keys:3 is a secret of 5 octets/)
  assert.equal(state.keyRing.usage().length, 2)
})
