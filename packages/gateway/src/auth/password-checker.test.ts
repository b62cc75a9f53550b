import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { AuthFault } from './fault.ts'
import { PasswordFile } from './files/password-file.ts'
import { AttemptLimiter } from './limit/attempt-limiter.ts'
import type { Hasher } from './password/hasher.ts'
import { ThreadHasher } from './password/thread-hasher-node.ts'
import { PasswordChecker, type PasswordCheckerOptions, type PasswordVerdict } from './password-checker.ts'

const apr1 = '$apr1$BzhDZ03D$U598kbSXGy/R7OhYXu.JJ0'
const sha1 = '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ='
const bcrypt = '$2y$05$KmnluR4gZ4CZ8eytT12.A.DzMfoMN5RZpFldGzxyCyxUwVDQfWJm6'

interface Setup {
  readonly file: PasswordFile
  readonly checker: PasswordChecker
  /** What was computed: the stored passwords that were compared with. */
  readonly computed: string[]
  readonly clock: { now: number }
  readonly hasher: Counting
  check(user: string, password: string, address?: string): Promise<PasswordVerdict>
  write(...lines: string[]): void
}

/** Counts what a hasher is asked. */
class Counting implements Hasher {
  readonly computed: string[] = []
  isFull = false
  readonly #hasher: Hasher

  constructor(hasher: Hasher) {
    this.#hasher = hasher
  }

  matches(stored: string, password: Buffer): Promise<boolean> {
    this.computed.push(stored)
    return this.#hasher.matches(stored, password)
  }

  close(): Promise<void> {
    return this.#hasher.close()
  }
}

function setup(t: TestContext, lines: readonly string[], options: Partial<PasswordCheckerOptions> = {}): Setup {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-checker-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'users')
  const clock = { now: 0 }
  const now = () => clock.now
  const write = (...written: string[]) => writeFileSync(path, `${written.join('\n')}\n`)
  write(...lines)
  const hasher = new Counting(new ThreadHasher())
  t.after(() => hasher.close())
  const file = new PasswordFile(path, { now })
  const checker = new PasswordChecker({ hasher, limiter: new AttemptLimiter({ now }), recent: { now }, ...options })
  const check = (user: string, password: string, address = '192.0.2.1') =>
    checker.check(file, { user, password: Buffer.from(password), address })
  return { file, checker, computed: hasher.computed, clock, hasher, check, write }
}

const right = (stored: string): PasswordVerdict => ({ kind: 'right', stored })
const wrong: PasswordVerdict = { kind: 'wrong' }
const unknown: PasswordVerdict = { kind: 'unknown-user' }

describe('PasswordChecker', () => {
  it('tells right from wrong, and says what is stored', async (t) => {
    const { check } = setup(t, [`uform:${apr1}`, `bob:${sha1}`])
    assert.deepEqual(await check('uform', 'pform'), right(apr1))
    assert.deepEqual(await check('uform', 'pForm'), wrong)
    assert.deepEqual(await check('bob', 'secret'), right(sha1))
    assert.deepEqual(await check('Bob', 'secret'), unknown)
  })

  it('does the same work for unknown users as for the costliest known one', async (t) => {
    const { check, computed } = setup(t, [`cheap:${sha1}`, `dear:${bcrypt}`])
    assert.deepEqual(await check('dear', 'wrong'), wrong)
    assert.deepEqual(await check('nobody', 'wrong'), unknown)
    assert.deepEqual(await check('', 'wrong'), unknown)
    assert.deepEqual(computed, [bcrypt, bcrypt, bcrypt])
  })

  it('never lets an unknown user in, not even with the password of the costliest', async (t) => {
    const { check, computed } = setup(t, [`dear:${bcrypt}`])
    assert.deepEqual(await check('nobody', 'secret'), unknown)
    assert.deepEqual(await check('nobody', 'secret'), unknown)
    assert.deepEqual(await check('dear', 'secret'), right(bcrypt))
    assert.equal(computed.length, 3)
  })

  it('does that work for a hash that it does not take, too', async (t) => {
    const { check, computed } = setup(t, ['old:7YPZxgGzxdL7s', `dear:${bcrypt}`])
    assert.deepEqual(await check('old', 'secret'), wrong)
    assert.deepEqual(computed, [bcrypt])
  })

  it('computes once for some minutes for whoever keeps sending the right password', async (t) => {
    const { check, computed, clock } = setup(t, [`bob:${bcrypt}`])
    for (let turn = 0; turn < 5; turn += 1) assert.deepEqual(await check('bob', 'secret'), right(bcrypt))
    assert.equal(computed.length, 1)
    clock.now = 300_000
    assert.deepEqual(await check('bob', 'secret'), right(bcrypt))
    assert.equal(computed.length, 2)
  })

  it('computes once for requests that come together, and each wrong password again', async (t) => {
    const { check, computed } = setup(t, [`bob:${bcrypt}`])
    const verdicts = await Promise.all(Array.from({ length: 8 }, () => check('bob', 'secret')))
    assert.deepEqual(new Set(verdicts.map(({ kind }) => kind)), new Set(['right']))
    assert.equal(computed.length, 1)
    await check('bob', 'wrong')
    await check('bob', 'wrong')
    assert.equal(computed.length, 3)
  })

  it('forgets a password when the stored one changes, and a user who is removed', async (t) => {
    const { check, clock, write } = setup(t, [`bob:${bcrypt}`])
    assert.deepEqual(await check('bob', 'secret'), right(bcrypt))
    write(`bob:${apr1}`)
    clock.now = 1000
    assert.deepEqual(await check('bob', 'secret'), wrong)
    assert.deepEqual(await check('bob', 'pform'), right(apr1))
    write(`ann:${bcrypt}`)
    clock.now = 2000
    assert.deepEqual(await check('bob', 'pform'), unknown)
  })

  it('limits wrong passwords, of unknown users alike, and not the right one that was right just now', async (t) => {
    const { check, computed } = setup(t, [`bob:${sha1}`])
    assert.deepEqual(await check('bob', 'secret', '198.51.100.7'), right(sha1))
    for (const user of ['bob', 'nobody']) {
      const kinds: string[] = []
      for (let turn = 0; turn < 12; turn += 1) kinds.push((await check(user, `guess ${turn}`)).kind)
      const refused = user === 'bob' ? 'wrong' : 'unknown-user'
      assert.deepEqual(kinds, [...Array.from({ length: 10 }, () => refused), 'limited', 'limited'])
    }
    assert.equal(computed.length, 21, 'what is refused is not computed')
    assert.deepEqual(await check('bob', 'secret'), right(sha1), 'remembered')
    assert.deepEqual(await check('bob', 'guess'), { kind: 'limited', retryAfter: 30 })
  })

  it('keeps users of one name in two files apart', async (t) => {
    const one = setup(t, [`bob:${sha1}`])
    const two = setup(t, [`bob:${sha1}`])
    for (let turn = 0; turn < 11; turn += 1) await one.check('bob', `guess ${turn}`)
    const attempt = { user: 'bob', password: Buffer.from('secret'), address: '192.0.2.9' }
    assert.equal((await one.checker.check(one.file, attempt)).kind, 'limited')
    assert.equal((await one.checker.check(two.file, attempt)).kind, 'right')
  })

  it('refuses to judge when too many wait, and charges nobody for it', async (t) => {
    const { check, hasher, computed } = setup(t, [`bob:${sha1}`])
    hasher.isFull = true
    for (let turn = 0; turn < 20; turn += 1)
      await assert.rejects(
        check('bob', 'secret'),
        (error) => error instanceof AuthFault && error.reason === 'overloaded',
      )
    hasher.isFull = false
    assert.deepEqual(computed, [])
    assert.deepEqual(await check('bob', 'secret'), right(sha1))
  })

  it('turns a flood of logins into 503 in time, and not into an endless queue', async (t) => {
    const hasher = new ThreadHasher({ waiting: 3 })
    t.after(() => hasher.close())
    const { check } = setup(t, [`bob:${bcrypt}`], { hasher })
    const flood = await Promise.allSettled(
      Array.from({ length: 40 }, (_, turn) => check(`user${turn}`, 'x', `10.0.0.${turn}`)),
    )
    const refused = flood.filter((result) => result.status === 'rejected')
    assert.equal(refused.length, 36)
    for (const { reason } of refused) assert.ok(reason instanceof AuthFault && reason.status === 503)
  })

  it('takes no password with a zero in it, which would end it, and none that is longer than any', async (t) => {
    const { check, computed } = setup(t, [`bob:${sha1}`])
    assert.deepEqual(await check('bob', 'secret\0'), wrong)
    assert.deepEqual(await check('bob', `secret${'x'.repeat(2000)}`), wrong)
    assert.deepEqual(await check('nobody', 'x'.repeat(2000)), unknown)
    assert.deepEqual(computed, [])
  })

  it('fails when the file cannot be read', async (t) => {
    const { checker } = setup(t, [])
    const file = new PasswordFile('/nonexistent/users')
    const attempt = { user: 'bob', password: Buffer.from('secret'), address: undefined }
    await assert.rejects(checker.check(file, attempt), (error) => error instanceof AuthFault && error.reason === 'file')
  })
})
