/** What a sealed cookie is, and what is refused. */
import assert from 'node:assert/strict'
import crypto, { createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { mock } from 'node:test'
import { KeyRing } from '../../src/crypto/keyring.ts'
import { XaesKey } from '../../src/crypto/xaes.ts'
import type { Visit, Visitor } from '../engine/visitor.ts'
import { browse, cookieName, keyOf, octetsOf, onBench, type Data, type SealedBench } from './bench.ts'

/** A request with this cookie, in which the visitor changes nothing. */
async function present(visitor: Visitor<Data>, carrier: string): Promise<Visit<Data>> {
  const twin = visitor.twin()
  twin.jar.set(cookieName, carrier)
  return twin.request((session) => session.get('n'))
}

/** Shows that a carrier opens nothing, and that nobody is told why, short of the operator. */
async function refuses(bench: SealedBench, visitor: Visitor<Data>, carrier: string): Promise<void> {
  bench.seen.length = 0
  const { session, cookies, headers } = await present(visitor, carrier)
  assert.deepEqual([session.keys(), session.principal, session.meta.address, cookies], [[], undefined, undefined, []])
  assert.equal(headers.get('vary'), 'Cookie')
  assert.deepEqual(bench.seen, [{ event: 'rejected', reason: 'unsealable', address: undefined }])
}

onBench('seals in the format v1, which others can open with the published construction', async (bench) => {
  const visitor = await bench.visitor({ n: 7, name: '茶' })
  const octets = octetsOf(visitor)
  assert.equal(octets[0], 1)
  const derive = (info: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', bench.secret, Buffer.alloc(0), info, length))
  assert.deepEqual(octets.subarray(1, 5), derive('sekisho v1 key id', 4))
  const parts = [Buffer.from([1]), octets.subarray(1, 5), ...['session', 'shop', cookieName].map((text) => Buffer.from(text))] // prettier-ignore
  const associated = Buffer.concat(parts.flatMap((part) => [Buffer.from([0, 0, 0, part.length]), part]))
  const key = new XaesKey(derive('sekisho v1 key seal session', 32)).derive(octets.subarray(5, 17))
  const decipher = createDecipheriv('aes-256-gcm', key, octets.subarray(17, 29))
  decipher.setAAD(associated).setAuthTag(octets.subarray(-16))
  const text = decipher.update(octets.subarray(29, -16)).toString() + decipher.final('utf8')
  assert.deepEqual(JSON.parse(text.slice(text.indexOf('\n'))), { n: 7, name: '茶' })
})

onBench('gives the browser a cookie with every protection, and an answer that nobody keeps', async (bench) => {
  const { cookies, headers } = await bench.browser().request((session) => session.set('n', 1))
  assert.equal(cookies.length, 1)
  assert.match(cookies[0] ?? '', /^__Host-sid=[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
  assert.deepEqual([headers.get('cache-control'), headers.get('vary')], ['no-store', 'Cookie'])
})

onBench('refuses every single-bit change of a cookie alike, and leaves the cookie as it is', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const octets = octetsOf(visitor)
  for (let bit = 0; bit < octets.length * 8; bit += 1) {
    const changed = Buffer.from(octets)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    await refuses(bench, visitor, changed.toString('base64url'))
  }
})

onBench('refuses every other spelling, and every shortened or lengthened cookie', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const { token = '' } = visitor
  const octets = octetsOf(visitor)
  const last = token.slice(-1)
  const respelled = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].filter(
    (digit) => digit !== last,
  )
  for (const digit of respelled) await refuses(bench, visitor, token.slice(0, -1) + digit)
  for (const carrier of [
    `${token}=`,
    `${token}A`,
    `${token}.`,
    `=${token}`,
    token.slice(1),
    'x',
    '.',
    '2.aaaaaaaa.b',
  ]) {
    const { session, cookies } = await present(visitor, carrier)
    assert.deepEqual([session.get('n'), cookies], [undefined, []], carrier)
  }
  for (let length = 1; length < octets.length; length += 1) {
    await refuses(bench, visitor, octets.toString('base64url', 0, length))
  }
})

onBench('refuses a cookie under another name of cookie or application', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const { token = '' } = visitor
  const renamed = browse(bench.sealed({ cookie: { name: '__Host-other' } }))
  renamed.jar.set('__Host-other', token)
  assert.equal(await renamed.see((session) => session.get('n')), undefined)
  const bank = browse(bench.sealed({ name: 'bank' }))
  await refuses(bench, bank, token)
  const development = browse(bench.sealed({ development: true }))
  development.jar.set('sid-shop', token)
  assert.equal(await development.see((session) => session.get('n')), undefined)
  assert.equal(bench.events('rejected').length, 2)
})

onBench('refuses what the same keys sealed for another purpose', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const { Sealer } = await import('../../src/crypto/seal.ts')
  const other = new Sealer(bench.keyRing, { purpose: 'remember-me', audience: 'shop', label: cookieName })
  const same = new Sealer(bench.keyRing, { purpose: 'session', audience: 'shop', label: cookieName })
  const plaintext = same.open(visitor.token ?? '')?.plaintext
  assert.ok(plaintext)
  await refuses(bench, visitor, other.seal(plaintext))
  assert.equal((await present(visitor, same.seal(plaintext))).session.get('n'), 1)
})

onBench('refuses a cookie whose key id names another key of the ring', async (bench) => {
  const second = randomBytes(32)
  const visitor = await bench.visitor({ n: 1 }, bench.sealed({ keyRing: new KeyRing([bench.secret, second]) }))
  const swapped = octetsOf(visitor)
  swapped.write(new KeyRing([second]).usage()[0]?.keyId ?? '', 1, 'hex')
  await refuses(bench, visitor, swapped.toString('base64url'))
})

onBench('opens nothing once the key has left the ring, and everything again when it is back', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  bench.keyRing.replace([randomBytes(32)])
  await refuses(bench, visitor, visitor.token ?? '')
  bench.keyRing.replace([bench.secret])
  assert.equal(await visitor.see((session) => session.get('n')), 1)
})

onBench('lets a visitor with a refused cookie begin anew', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  bench.keyRing.replace([randomBytes(32)])
  await visitor.request((session) => session.set('name', 'new'))
  assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { name: 'new' })
})

onBench('opens with an old key, tells so, and seals with the new one in the next deliverable answer', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const [first, second] = [keyOf(visitor), randomBytes(32)]
  bench.keyRing.replace([second, bench.secret])
  const undeliverable = [{ method: 'HEAD' }, { status: 304 }, { status: 103 }, { deliverable: false }]
  for (const init of undeliverable) assert.deepEqual((await visitor.request(() => {}, init)).cookies, [])
  const openings = bench.events('old-key')
  assert.equal(openings.length, undeliverable.length)
  for (const opening of openings) assert.deepEqual(opening, { event: 'old-key', keyId: first, purpose: 'session' })
  const { cookies, headers } = await visitor.request((session) => assert.equal(session.get('n'), 1))
  assert.deepEqual([cookies.length, headers.get('cache-control')], [1, 'no-store'])
  assert.notEqual(keyOf(visitor), first)
  bench.seen.length = 0
  assert.equal(await visitor.see((session) => session.get('n')), 1)
  assert.deepEqual(bench.events('old-key'), [])
  const usage = bench.keyRing.usage().map(({ keyId, seals, opened }) => ({ keyId, seals, opened }))
  assert.deepEqual(usage, [
    { keyId: keyOf(visitor), seals: true, opened: 1 },
    { keyId: first, seals: false, opened: 5 },
  ])
})

onBench('seals again with a new key without changing session, deadlines or login', async (bench) => {
  const visitor = await bench.user('ada')
  const before = await visitor.see(({ meta, principal }) => ({ ...meta, principal }))
  bench.keyRing.replace([randomBytes(32), bench.secret])
  await visitor.request()
  assert.deepEqual(await visitor.see(({ meta, principal }) => ({ ...meta, principal })), before)
})

onBench('decrypts once, whatever the number of keys, and not at all for an unknown key', async (bench) => {
  const others = Array.from({ length: 49 }, () => randomBytes(32))
  const keyRing = new KeyRing([...others, bench.secret])
  const visitor = await bench.visitor({ n: 1 })
  const sessions = browse(bench.sealed({ keyRing }))
  await sessions.see(({ principal }) => principal)
  const calls = mock.method(crypto, 'createDecipheriv')
  syncBuiltinESMExports()
  bench.after(() => {
    calls.mock.restore()
    syncBuiltinESMExports()
  })
  const decryptions = async (carrier: string): Promise<number> => {
    calls.mock.resetCalls()
    await present(sessions, carrier)
    return calls.mock.callCount()
  }
  assert.equal(await decryptions(visitor.token ?? ''), 1)
  const forged = octetsOf(visitor)
  forged.writeUInt8(forged.readUInt8(40) ^ 1, 40)
  assert.equal(await decryptions(forged.toString('base64url')), 1)
  assert.equal(await decryptions(octetsOf(visitor).fill(0, 1, 5).toString('base64url')), 0)
  assert.equal(await decryptions(octetsOf(visitor).fill(2, 0, 1).toString('base64url')), 0)
  const opened = keyRing.usage().filter((use) => use.opened > 0)
  assert.deepEqual(
    opened.map(({ keyId, opened: count }) => [keyId, count]),
    [[keyOf(visitor), 1]],
  )
})

onBench('seals the same data differently every time', async (bench) => {
  const sessions = bench.sealed()
  const visitors = await Promise.all(Array.from({ length: 50 }, () => bench.visitor({ n: 1 }, sessions)))
  assert.equal(new Set(visitors.map(({ token }) => token)).size, 50)
})

onBench('takes no session out of two different cookies of its name, and leaves both', async (bench) => {
  const [one, other] = [await bench.visitor({ n: 1 }), await bench.visitor({ n: 2 })]
  const cookie = `${cookieName}=${one.token}; ${cookieName}=${other.token}`
  bench.seen.length = 0
  const { session, cookies } = await one.request((visited) => visited.get('n'), { headers: { cookie } })
  assert.deepEqual([session.get('n'), cookies], [undefined, []])
  assert.deepEqual(bench.events('rejected'), [{ event: 'rejected', reason: 'ambiguous', address: undefined }])
})

onBench('costs and sends nothing for a visitor who stores nothing', async (bench) => {
  const visitor = browse(bench.revocable())
  const { cookies, headers } = await visitor.request((session) => session.get('n'))
  assert.deepEqual([cookies, headers.get('vary'), bench.line.take(), bench.seen], [[], 'Cookie', [], []])
  const unseen = await visitor.request()
  assert.equal(unseen.headers.get('vary'), null)
})
