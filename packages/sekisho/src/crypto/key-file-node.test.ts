import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { inspect } from 'node:util'
import { SekishoError } from '../errors.ts'
import { generateSecret, readKeyFile, watchKeyFile } from './key-file-node.ts'
import { KeyRing } from './keyring.ts'

const [first, second, third] = [generateSecret(), generateSecret(), generateSecret()]
const nobody = 65534
/** Owners can be changed, and users become others, only by root. */
const rootOnly = process.getuid?.() === 0 ? {} : { skip: 'needs root, to give files to other users' }

function keyFile(t: TestContext, text: string, mode = 0o600): string {
  const directory = mkdtempSync(join(tmpdir(), 'sekisho-keys-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  chmodSync(directory, 0o755)
  const path = join(directory, 'keys')
  write(path, text, mode)
  return path
}

/** Writes the file in place, with this mode whatever the umask. */
function write(path: string, text: string | Buffer, mode = 0o600): void {
  writeFileSync(path, text)
  chmodSync(path, mode)
}

function ids(ring: KeyRing): string[] {
  return ring.usage().map(({ keyId }) => keyId)
}

/** Shows that a file is refused, by a message that tells no secret. */
function refuses(path: string, message: RegExp): void {
  assert.throws(() => readKeyFile(path), (error: unknown) => {
    assert.ok(error instanceof SekishoError)
    assert.equal(error.code, 'ERR_KEY_FILE')
    assert.match(error.message, message)
    for (const secret of [first, second]) assert.ok(!inspect(error).includes(secret))
    return true
  }) // prettier-ignore
}

test('reads one secret per line, the first of which seals', (t) => {
  const path = keyFile(t, `# made on Monday\n\n${second}\n  ${first}\t\r\n# the end`)
  assert.deepEqual(ids(readKeyFile(path)), ids(new KeyRing([second, first])))
  write(path, `\uFEFF${first}\n`)
  assert.deepEqual(ids(readKeyFile(path)), ids(new KeyRing([first])))
})

test('makes secrets that no two calls share, and that a file takes', (t) => {
  assert.match(first, /^[\w-]{43}$/)
  assert.equal(new Set([first, second, third]).size, 3)
  assert.equal(readKeyFile(keyFile(t, first)).usage().length, 1)
})

test('refuses a file that its group or others may use in any way', (t) => {
  const path = keyFile(t, first)
  for (const mode of [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666, 0o440, 0o777]) {
    chmodSync(path, mode)
    const shown = mode.toString(8).padStart(4, '0')
    refuses(path, new RegExp(`^${path} has mode ${shown}: .*; mend it with: chmod 600 ${path}$`))
  }
  for (const mode of [0o600, 0o400, 0o700]) {
    chmodSync(path, mode)
    assert.equal(readKeyFile(path).usage().length, 1)
  }
})

test('refuses the file of another user', rootOnly, (t) => {
  const path = keyFile(t, first)
  chownSync(path, nobody, nobody)
  refuses(path, /belongs to user 65534, this process is 0; mend it with: chown 0 \S+ && chmod 600 /)
})

test('reads a file of its own user, and says how to be given one that it cannot open', rootOnly, (t) => {
  const path = keyFile(t, first)
  asNobody(() => refuses(path, /cannot be opened \(EACCES\); mend it with: chown 65534 /))
  chownSync(path, nobody, nobody)
  asNobody(() => assert.equal(readKeyFile(path).usage().length, 1))
})

test('follows no symbolic link', (t) => {
  const path = keyFile(t, first)
  symlinkSync(path, `${path}.link`)
  refuses(`${path}.link`, /is a symbolic link, which is not followed; mend it with: name the file itself/)
})

test('refuses what is no file, without waiting for it', (t) => {
  const path = keyFile(t, first)
  execFileSync('mkfifo', ['-m', '600', `${path}.pipe`])
  mkdirSync(`${path}.d`, 0o700)
  refuses(`${path}.pipe`, /is not a file/)
  refuses(`${path}.d`, /is not a file/)
  refuses(`${path}.none`, /does not exist; mend it with: \(umask 077; openssl rand -base64 32 > \S+\.none\)/)
  refuses(join(path, 'below'), /cannot be opened \(ENOTDIR\)/)
})

test('mends a missing file with the command that its message gives', (t) => {
  const path = `${keyFile(t, first)} with 'quotes'`
  let mend = ''
  try {
    readKeyFile(path)
  } catch (error) {
    mend = /mend it with: (.*)$/.exec((error as Error).message)?.[1] ?? ''
  }
  execFileSync('sh', ['-c', mend])
  assert.equal(readKeyFile(path).usage().length, 1)
})

test('refuses a file without a secret, and names the line of a bad one', (t) => {
  const path = keyFile(t, '')
  const refusedTexts: [string | Buffer, RegExp][] = [
    ['', /holds no secret; mend it with: /],
    ['# only this\n\n', /holds no secret/],
    [`${first}\n\nchangeme\n`, /keys:3 is a secret of 8 octets, fewer than 32; .*`openssl rand -base64 32`/],
    [`secret = ${first}\n`, /keys:1 has white space within the secret/],
    [`${first}\n#\n${second}\n${first}\n`, /keys:4 repeats line 1/],
    [Buffer.alloc(64, 0xff), /is not UTF-8 text/],
    [`${first}\n`.repeat(2000), /has 88000 octets, too many for a key file/],
  ]
  for (const [text, message] of refusedTexts) {
    write(path, text)
    refuses(path, message)
  }
})

test('takes a change when the file has come to rest', (t) => {
  const { path, ring, look } = watched(t, `${first}\n`)
  look()
  assert.deepEqual(ids(ring), ids(new KeyRing([first])))
  write(path, `${second}\n`)
  look()
  assert.deepEqual(ids(ring), ids(new KeyRing([first])), 'it may still be written')
  write(path, `${second}\n${first}\n`)
  look()
  assert.deepEqual(ids(ring), ids(new KeyRing([first])))
  look()
  assert.deepEqual(ids(ring), ids(new KeyRing([second, first])))
  const { revision } = ring
  look()
  look()
  assert.equal(ring.revision, revision)
})

test('sees a file that was put in the place of the old one', (t) => {
  const { path, ring, look } = watched(t, `${first}\n`)
  write(`${path}.new`, `${second}\n${first}\n`)
  renameSync(`${path}.new`, path)
  look()
  look()
  assert.deepEqual(ids(ring), ids(new KeyRing([second, first])))
})

test('keeps the old ring while the file is bad, tells it once, and takes it when it is mended', (t) => {
  const { path, ring, look, told } = watched(t, `${first}\n`)
  write(path, `${second}\nshort\n`)
  for (let looks = 0; looks < 5; looks += 1) look()
  assert.deepEqual(ids(ring), ids(new KeyRing([first])))
  assert.equal(told.length, 1)
  assert.match(String(told[0]), /keys:2 is a secret of 5 octets/)
  rmSync(path)
  for (let looks = 0; looks < 5; looks += 1) look()
  assert.match(String(told[1]), /does not exist/)
  write(path, `${second}\n`, 0o644)
  for (let looks = 0; looks < 5; looks += 1) look()
  assert.match(String(told[2]), /chmod 600/)
  assert.deepEqual([told.length, ids(ring)], [3, ids(new KeyRing([first]))])
  chmodSync(path, 0o600)
  look()
  look()
  assert.deepEqual(ids(ring), ids(new KeyRing([second])))
})

test('takes the file at once when it is asked to, and never throws then', (t) => {
  const { path, ring, told, reload } = watched(t, `${first}\n`)
  assert.equal(reload(), false)
  write(path, `${third}\n${first}\n`)
  assert.equal(reload(), true)
  assert.equal(reload(), false)
  assert.deepEqual(ids(ring), ids(new KeyRing([third, first])))
  write(path, '')
  assert.equal(reload(), false)
  assert.equal(told.length, 1)
})

test('warns on the console unless it is told otherwise', (t) => {
  const warnings = t.mock.method(console, 'warn', () => {})
  const path = keyFile(t, first)
  const watch = watchKeyFile(path, readKeyFile(path))
  t.after(() => watch.close())
  write(path, 'short')
  watch.reload()
  assert.match(String(warnings.mock.calls[0]?.arguments[0]), /keys:1 is a secret of 5 octets/)
})

test('looks no more once it is closed, and holds no process', (t) => {
  const { path, ring, look, close } = watched(t, `${first}\n`)
  close()
  write(path, second)
  look()
  look()
  assert.deepEqual(ids(ring), ids(new KeyRing([first])))
  const module = new URL('key-file-node.ts', import.meta.url).href
  const program = `import { readKeyFile, watchKeyFile } from '${module}'; watchKeyFile(process.argv[1], readKeyFile(process.argv[1]))`
  const args = [
    '--conditions=source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    program,
    path,
  ]
  execFileSync(process.execPath, args, { timeout: 5000 })
})

test('refuses an interval that is none', (t) => {
  const path = keyFile(t, first)
  for (const every of [0, -1, Number.NaN, Infinity, '1' as unknown as number]) {
    assert.throws(() => watchKeyFile(path, new KeyRing([first]), { every }), { code: 'ERR_OPTION', message: /`every`/ })
  }
})

/** A ring that is watched; `look` lets the time until the next look pass. */
function watched(t: TestContext, text: string) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const path = keyFile(t, text)
  const ring = readKeyFile(path)
  const told: unknown[] = []
  const { reload, close } = watchKeyFile(path, ring, { every: 2, onError: (error) => void told.push(error) })
  t.after(close)
  return { path, ring, told, reload, close, look: () => t.mock.timers.tick(2000) }
}

function asNobody(act: () => void): void {
  process.seteuid?.(nobody)
  try {
    act()
  } finally {
    process.seteuid?.(0)
  }
}
