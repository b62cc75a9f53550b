import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ctrlC, typeAt } from './pty.ts'
import { runSekisho, type Ran } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-htpasswd-'))
after(() => rmSync(folder, { recursive: true }))

let files = 0
const newFile = (): string => join(folder, `users-${(files += 1)}`)

function given(password: string, ...words: readonly string[]): Promise<Ran> {
  return runSekisho(['htpasswd', ...words], { input: `${password}\n` })
}

/** Whether the real program takes the password. */
function apacheTakes(file: string, user: string, password: string): boolean {
  const { status, error } = spawnSync('htpasswd', ['-vi', file, user], { input: password, encoding: 'utf8' })
  if (error !== undefined) throw new Error('htpasswd is missing: apt-get install apache2-utils', { cause: error })
  return status === 0
}

describe('sekisho htpasswd', () => {
  for (const [algorithm, prefix] of [
    ['bcrypt', '$2y$10$'],
    ['sha512', '$6$rounds='],
    ['sha256', '$5$rounds='],
    ['apr1', '$apr1$'],
  ] as const) {
    it(`keeps a password with ${algorithm} as the real server reads it`, async () => {
      const file = newFile()
      const { stdout, stderr, code } = await given('päss wörd', '--create', file, 'alice', '--algorithm', algorithm)
      assert.equal(code, 0, stderr)
      assert.match(stdout, /alice was added/)
      const text = readFileSync(file, 'utf8')
      assert.ok(text.startsWith(`alice:${prefix}`))
      assert.ok(!`${stdout}${stderr}`.includes(text.trim().slice(12)), 'a hash is never shown')
      assert.ok(apacheTakes(file, 'alice', 'päss wörd'))
      assert.ok(!apacheTakes(file, 'alice', 'pass word'))
      assert.equal((await given('päss wörd', '--verify', file, 'alice')).code, 0)
      assert.equal((await given('pass word', '--verify', file, 'alice')).code, 1)
    })
  }

  it('verifies what the real program has written', async () => {
    const file = newFile()
    for (const [user, flag] of [
      ['b', '-B'],
      ['m', '-m'],
      ['s', '-s'],
      ['two', '-2'],
      ['five', '-5'],
    ] as const) {
      const made = spawnSync('htpasswd', ['-i', flag, ...(user === 'b' ? ['-c'] : []), file, user], { input: 'secret' })
      assert.equal(made.status, 0)
      assert.equal((await given('secret', '--verify', file, user)).code, 0, user)
      assert.equal((await given('Secret', '--verify', file, user)).code, 1, user)
    }
  })

  it('asks twice at a terminal and shows nothing of what is typed', async () => {
    const file = newFile()
    const words = ['htpasswd', '--create', file, 'alice']
    const other = [
      { after: 'New password of alice', type: 'hunter22\r' },
      { after: 'The same again', type: 'hunter23\r' },
    ]
    const differing = await typeAt(words, other)
    assert.equal(differing.code, 1)
    assert.match(differing.screen, /not-the-same/)
    const same = other.map((step) => ({ ...step, type: 'hunter22\r' }))
    const { code, raw } = await typeAt(words, same)
    assert.equal(code, 0)
    assert.ok(!raw.includes('hunter'))
    assert.ok(apacheTakes(file, 'alice', 'hunter22'))
  })

  it('ends with 130 at Ctrl-C and changes nothing', async () => {
    const file = newFile()
    const { code } = await typeAt(['htpasswd', '-c', file, 'alice'], [{ after: 'New password', type: ctrlC }])
    assert.equal(code, 130)
    assert.throws(() => statSync(file), { code: 'ENOENT' })
  })

  it('changes one line and leaves the rest byte for byte, with mode and owner', async () => {
    const file = newFile()
    const text = '# people\r\nbob:{SHA}x:Bob, 2nd floor\r\n\r\ncarol:y\r\nbob:second\r\n'
    writeFileSync(file, text, { mode: 0o604 })
    chmodSync(file, 0o604)
    assert.match((await given('new', file, 'bob')).stdout, /bob has a new password/)
    const changed = readFileSync(file, 'latin1')
    assert.equal(changed.replace(/\$2y\$[^:\r]+/, '{SHA}x'), text)
    assert.equal(statSync(file).mode & 0o777, 0o604)
    // The program htpasswd takes a comment for a part of the hash; the server does not.
    assert.equal((await given('new', '--verify', file, 'bob')).code, 0)
    assert.match((await runSekisho(['htpasswd', '--delete', file, 'bob'])).stdout, /bob was removed/)
    assert.equal(readFileSync(file, 'latin1'), '# people\r\n\r\ncarol:y\r\n')
  })

  it('makes a file that the world cannot read, and never begins one by a typing error', async () => {
    const file = newFile()
    assert.match((await given('x', file, 'alice')).stderr, /There is no password file .*\n.*no-file/)
    assert.equal((await given('x', '-c', file, 'alice')).code, 0)
    assert.equal(statSync(file).mode & 0o007, 0)
    assert.match((await given('x', '-c', file, 'bob')).stderr, /file-exists/)
    assert.match(readFileSync(file, 'utf8'), /^alice:.*\n$/)
  })

  it('takes no password from the command line', async () => {
    const { stderr, code } = await runSekisho(['htpasswd', '-c', newFile(), 'alice', 'hunter22'])
    assert.equal(code, 2)
    assert.match(stderr, /password-as-argument/)
    assert.ok(!stderr.includes('hunter22'))
  })

  it('refuses names, costs and passwords that would not be what they seem', async () => {
    const file = newFile()
    const colon = await given('x', '-c', file, 'alice:hunter22')
    assert.equal(colon.code, 2)
    assert.match(colon.stderr, /code: no-user-name/)
    assert.ok(!colon.stderr.includes('hunter22'))
    assert.equal((await given('x', '-c', file, '#a')).code, 2)
    assert.equal((await given('x', '-c', file, 'a', '--cost', '4')).code, 2)
    assert.match((await given('x'.repeat(73), '-c', file, 'a')).stderr, /73 octets/)
    assert.match((await given('', '-c', file, 'a')).stderr, /no-password/)
    assert.throws(() => statSync(file), { code: 'ENOENT' })
  })

  it('says who is not in the file, and where it may not write', async () => {
    const file = newFile()
    await given('x', '-c', file, 'alice')
    assert.match((await given('x', '--verify', file, 'Alice')).stderr, /unknown-user/)
    assert.match((await given('x', '--delete', file, 'bob')).stderr, /unknown-user/)
    const closed = mkdtempSync(join(folder, 'closed-'))
    chmodSync(closed, 0o500)
    const denied = await runSekisho(['htpasswd', '-c', join(closed, 'users'), 'a'], { input: 'x\n', powerless: true })
    assert.equal(denied.code, 1)
    assert.match(denied.stderr, /Permission denied/)
  })
})
