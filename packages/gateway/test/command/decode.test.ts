import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { defineSealedSession, defineSession, type SealedSessions, type Session, type Sessions } from 'sekisho'
import { ApacheSession, SessionCrypto } from 'sekisho/apache'
import { generateSecret, readKeyFile } from 'sekisho/keys'
import { FileStore } from 'sekisho/store/file'
import { ctrlC, typeAt } from './pty.ts'
import { runSekisho } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-decode-'))
after(() => rmSync(folder, { recursive: true }))

interface Finding {
  readonly cookie?: string
  readonly kind: string
  readonly facts: Readonly<Record<string, string>>
  readonly content?: unknown
  readonly note?: string
}

async function decoded(input: string, ...words: readonly string[]): Promise<Finding[]> {
  const { stdout, stderr, code } = await runSekisho(['decode', '--json', ...words], { input })
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Finding[]
}

const visitor = { method: 'GET', headers: {} }

interface Shop {
  cart: string[]
}

/** The `Set-Cookie` of a session that a definition has just made. */
async function cookieOf(sessions: Sessions<Shop> | SealedSessions<Shop>): Promise<string> {
  const session = await sessions.open(visitor)
  session.set('cart', ['tea', '茶'])
  const headers = new Headers()
  await sessions.commit(session as Session<Shop>, { status: 200, headers })
  await sessions.close()
  return headers.getSetCookie()[0] ?? ''
}

describe('sekisho decode', () => {
  it('tells where the data of a token is, and opens the record of the file store', async () => {
    const directory = join(folder, 'store')
    const cookie = await cookieOf(defineSession<Shop>({ name: 'shop', store: new FileStore({ directory }) }))
    const [finding] = await decoded(`Set-Cookie: ${cookie}`)
    assert.match(finding?.kind ?? '', /token of a stored session/)
    const handle = finding?.facts['handle'] ?? ''
    const [record] = await decoded('', join(directory, 'sessions', handle.slice(0, 2), handle))
    assert.deepEqual(record?.content, { cart: ['tea', '茶'] })
    assert.equal(record?.facts['version'], '1')
    assert.match(record?.facts['ends unused'] ?? '', /^\d{4}-/)
  })

  it('opens a sealed session with its keys, its application and the name of its cookie, and with nothing less', async () => {
    const file = join(folder, 'keys')
    writeFileSync(file, `${generateSecret()}\n`, { mode: 0o600 })
    const sessions = defineSealedSession<Shop>({ name: 'shop', keyRing: readKeyFile(file), acceptUnrevocable: true })
    const cookie = await cookieOf(sessions)
    const line = `Set-Cookie: ${cookie}`
    const [closed] = await decoded(line)
    assert.match(closed?.note ?? '', /--keys FILE/)
    assert.equal(closed?.facts['key'], readKeyFile(file).usage()[0]?.keyId)
    const [open] = await decoded(line, '--keys', file, '--application', 'shop')
    assert.deepEqual(open?.content, { cart: ['tea', '茶'] })
    const [foreign] = await decoded(line, '--keys', file, '--application', 'forum')
    assert.match(foreign?.note ?? '', /do not open it/)
    assert.equal(foreign?.content, undefined)
  })

  it('opens a cookie of mod_session_crypto, and hides the password that mod_auth_form keeps', async () => {
    const session = new ApacheSession()
    session.set('private-user', 'alice')
    session.set('private-pw', 'hunter22')
    session.expiry = 1_795_286_717_556_000n
    const file = join(folder, 'passphrases')
    writeFileSync(file, 'new one\nold one\n')
    const crypto = new SessionCrypto({ passphrases: ['old one'] })
    const sealed = await crypto.seal(session.encode())
    assert.match((await decoded(sealed))[0]?.note ?? '', /--passphrase-file/)
    const [finding] = await decoded(`Cookie: session=${sealed}`, '--passphrase-file', file)
    assert.deepEqual(finding?.content, { 'private-user': 'alice', 'private-pw': '(a password)' })
    assert.deepEqual(finding?.facts, { passphrase: 'a later one', expires: '2026-11-21T18:45:17.556Z' })
    const [plain] = await decoded('cart=tea&n=1')
    assert.deepEqual(plain?.content, { cart: 'tea', n: '1' })
    writeFileSync(file, 'another one\n')
    assert.match((await decoded(sealed, '--passphrase-file', file))[0]?.note ?? '', /no passphrase opens it/)
  })

  it('reads what PHP has written, with what only PHP has', async () => {
    const [php] = await decoded('cart|a:2:{i:0;s:3:"tea";s:1:"n";d:1;}user|O:4:"User":1:{s:4:"name";s:1:"a";}')
    assert.match(php?.kind ?? '', /serialize_handler php, by its looks/)
    const content = php?.content as Record<string, unknown>
    assert.deepEqual(content['cart'], { 0: 'tea', n: 1 })
    assert.match(String(content['user']), /User/)
    const [serialized] = await decoded('a:1:{s:1:"n";i:9007199254740993;}')
    assert.deepEqual(serialized?.content, { n: '9007199254740993n' })
    const [binary] = await decoded('\u0001ni:3;', '--php', 'php_binary')
    assert.deepEqual(binary?.content, { n: 3 })
    const broken = await runSekisho(['decode'], { input: 'cart|a:1:{' })
    assert.equal(broken.code, 1)
    assert.match(broken.stdout, /PHP would destroy this session/)
  })

  it('says of anything else that it is not known', async () => {
    const unknown = await runSekisho(['decode'], { input: 'hello, world' })
    assert.equal(unknown.code, 1)
    assert.match(unknown.stdout, /^not known\n/)
    const empty = await runSekisho(['decode'], { input: 'Cookie: \n' })
    assert.equal(empty.code, 1)
    assert.match(empty.stderr, /nothing-given/)
  })

  it('asks for the cookie at a terminal and does not show it', async () => {
    const token = 'A'.repeat(64)
    const { screen, code } = await typeAt(['decode'], [{ after: 'Cookie', type: `${token}\r` }])
    assert.equal(code, 0)
    assert.match(screen, /token of a stored session/)
    assert.ok(!screen.includes(token))
    assert.equal((await typeAt(['decode'], [{ after: 'Cookie', type: ctrlC }])).code, 130)
  })

  it('tells what cannot be read', async () => {
    const missing = await runSekisho(['decode', join(folder, 'nowhere')])
    assert.equal(missing.code, 1)
    assert.match(missing.stderr, /not-read/)
    const pasted = await runSekisho(['decode', 'Cookie: sid=0123456789'])
    assert.match(pasted.stderr, /code: not-read\n {2}why: {2}.* a cookie is never taken from the command line/)
    assert.ok(!pasted.stderr.includes('0123456789'))
    assert.equal((await runSekisho(['decode'])).code, 1)
    assert.equal((await runSekisho(['decode', '--php', 'wddx'])).code, 2)
    const closed = join(folder, 'closed')
    writeFileSync(closed, 'x', { mode: 0o000 })
    const denied = await runSekisho(['decode', closed], { powerless: true })
    assert.match(denied.stderr, /Permission denied/)
    assert.equal(readFileSync(closed, 'utf8'), 'x')
  })
})
