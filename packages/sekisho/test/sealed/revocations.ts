/** Ending sealed sessions before their time. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SealedSessions } from '../../src/session/sealed-contract.ts'
import type { SessionStore } from '../../src/store/contract.ts'
import { FileStore } from '../../src/store/file-node.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { failsWith } from '../engine/bench.ts'
import { refused } from '../engine/faults.ts'
import { absolute, browse, cookieName, fetched, idle, navigation, onBench, type Data } from './bench.ts'

onBench('ends a session at once and expires the cookie of the request that logged out', async (bench) => {
  const visitor = await bench.user('ada')
  const address = await visitor.see((session) => session.meta.address)
  const { cookies, headers } = await visitor.request((session) => session.logout())
  assert.match(cookies.join(), new RegExp(`^${cookieName}=; Path=/;.*; Max-Age=0`))
  assert.match(headers.get('cache-control') ?? '', /no-store/)
  assert.equal(visitor.token, undefined)
  assert.deepEqual(bench.events('destroyed'), [{ event: 'destroyed', address, by: 'logout' }])
})

onBench('waits for a logout that the handler did not wait for', async (bench) => {
  for (const sessions of [bench.revocable(), bench.sealed({ acceptUnrevocable: true })]) {
    const visitor = await bench.user('ada', sessions)
    const { cookies } = await visitor.request((session) => {
      session.set('n', 1)
      void session.logout()
    })
    assert.match(cookies.join(), /Max-Age=0/)
    assert.equal(await visitor.see(({ principal }) => principal), undefined)
  }
})

onBench('lets no slow request bring a session back', async (bench) => {
  const visitor = await bench.user('ada')
  const address = await visitor.see((session) => session.meta.address)
  const slow = await visitor.begin(navigation)
  const slower = await visitor.begin(navigation)
  await visitor.request((session) => session.logout())
  slow.session.set('n', 1)
  await slow.end()
  assert.deepEqual(slow.cookies, [])
  assert.deepEqual(bench.events('gone'), [{ event: 'gone', address }])
  bench.pass(idle)
  slower.session.get('n')
  await slower.end()
  assert.deepEqual(slower.cookies, [])
  assert.equal(await visitor.see(({ principal }) => principal), undefined)
})

onBench('lets a slow request that only reads answer as if nothing had happened', async (bench) => {
  const visitor = await bench.user('ada')
  const slow = await visitor.begin(navigation)
  await visitor.request((session) => session.logout())
  assert.equal(slow.session.principal, 'ada')
  await slow.end()
  assert.deepEqual([slow.cookies, bench.events('gone')], [[], []])
})

onBench('takes a copied cookie for nothing after the logout, in every way of using it', async (bench) => {
  const visitor = await bench.user('ada')
  const copy = visitor.twin()
  await visitor.request((session) => session.logout())
  assert.deepEqual(await copy.see(({ principal, data, meta }) => [principal, { ...data }, meta.address]), [undefined, {}, undefined]) // prettier-ignore
  const { cookies } = await copy.request((session) => session.set('n', 1), fetched)
  assert.deepEqual(cookies, [])
  assert.equal(bench.events('replay').length, 2)
  assert.equal(bench.events('replay')[0]?.reason, 'revoked')
  bench.pass(absolute)
  assert.equal(await copy.see(({ principal }) => principal), undefined)
})

onBench('lets a visitor whose session was ended begin anew on a page, so that he can log in again', async (bench) => {
  const sessions = bench.revocable()
  const visitor = await bench.user('ada', sessions)
  await sessions.admin.revokeAll('ada')
  const script = await visitor.request((session) => session.set('n', 1), fetched)
  assert.deepEqual(script.cookies, [], 'this answer may come after that of a new login')
  assert.equal(bench.events('gone').length, 1)
  await visitor.request((session) => session.set('name', 'new'), navigation)
  assert.deepEqual(await visitor.see(({ principal, data }) => [principal, { ...data }]), [undefined, { name: 'new' }])
  await visitor.request((session) => session.login('ada'))
  assert.equal(await visitor.see(({ principal }) => principal), 'ada')
})

onBench('remembers ended sessions across a restart, where the store does', async (bench) => {
  const directory = mkdtempSync(join(tmpdir(), 'sekisho-sealed-'))
  bench.after(() => rmSync(directory, { recursive: true, force: true }))
  const started = (): SealedSessions<Data> =>
    bench.sealed({ revocations: new FileStore({ directory, now: () => Date.now() }), sweep: false })
  const first = started()
  const [visitor, other] = [await bench.user('ada', first), await bench.user('bob', first)]
  const [copy, everywhere] = [visitor.twin(), await bench.user('eve', first)]
  await visitor.request((session) => session.logout())
  await first.admin.revokeAll('eve')
  await first.close()
  const second = started()
  const principalOf = (token = ''): Promise<string | undefined> => {
    const browser = browse(second)
    browser.jar.set(cookieName, token)
    return browser.see(({ principal }) => principal)
  }
  assert.equal(await principalOf(copy.token), undefined)
  assert.equal(await principalOf(everywhere.token), undefined)
  assert.equal(await principalOf(other.token), 'bob')
})

onBench('remembers an ended session for as long as it could have lived, and no longer', async (bench) => {
  const store = new MemoryStore({ now: () => Date.now(), sweepGraceMs: 0 })
  const visitor = await bench.user('ada', bench.sealed({ revocations: store, sweep: false }))
  bench.pass(100)
  const address = (await visitor.see((session) => session.meta.address)) ?? ''
  await visitor.request((session) => session.logout())
  bench.pass(absolute - 101)
  assert.ok(await store.read(address))
  bench.pass(120)
  assert.equal(await store.read(address), undefined)
})

onBench('ends one session from outside, by its address', async (bench) => {
  const sessions = bench.revocable()
  const [visitor, other] = [await bench.user('ada', sessions), await bench.user('ada', sessions)]
  const address = (await visitor.see((session) => session.meta.address)) ?? ''
  await sessions.admin.revoke(address)
  await sessions.admin.revoke(address)
  assert.equal(await visitor.see(({ principal }) => principal), undefined)
  assert.equal(await other.see(({ principal }) => principal), 'ada')
  assert.deepEqual(bench.events('destroyed')[0], { event: 'destroyed', address, by: 'revoke' })
})

onBench('ignores an address that can be none', async (bench) => {
  const { admin } = bench.revocable()
  for (const address of ['', '../../etc/passwd', 'A'.repeat(64), 'f'.repeat(63)]) await admin.revoke(address)
  assert.deepEqual([bench.line.take(), bench.seen], [[], []])
})

onBench('ends all sessions of a user that were sealed before, and none that is made after', async (bench) => {
  const sessions = bench.revocable()
  const [phone, laptop] = [await bench.user('ada', sessions), await bench.user('ada', sessions)]
  const bob = await bench.user('bob', sessions)
  const slow = await phone.begin()
  await sessions.admin.revokeAll('ada')
  for (const one of [phone, laptop]) assert.equal(await one.see(({ principal }) => principal), undefined)
  assert.equal(await bob.see(({ principal }) => principal), 'bob')
  slow.session.set('n', 1)
  assert.deepEqual((await slow.end()).cookies, [])
  await laptop.request((session) => session.login('ada'))
  assert.equal(await laptop.see(({ principal }) => principal), 'ada')
  await sessions.admin.revokeAll('ada')
  assert.equal(await laptop.see(({ principal }) => principal), undefined)
})

onBench('kills a login that was under way while all sessions of its user were ended', async (bench) => {
  const sessions = bench.revocable()
  const visitor = await bench.visitor({ n: 1 }, sessions)
  const visit = await visitor.begin()
  visit.session.login('ada')
  bench.line.next('create', async (send) => {
    await sessions.admin.revokeAll('ada')
    return send()
  })
  await visit.end()
  assert.equal(await visitor.see(({ principal }) => principal), undefined)
})

onBench('says what is missing when sessions cannot be ended from outside', async (bench) => {
  const { admin } = bench.sealed()
  for (const call of [() => admin.revoke('f'.repeat(64)), () => admin.revokeAll('ada')]) {
    assert.match((await failsWith('ERR_OPTION', call)).message, /`revocations` must be a session store/)
  }
  const { principals: _, ...unindexed } = bench.line.store
  const plain = bench.sealed({ revocations: unindexed as SessionStore, sweep: false })
  const error = await failsWith('ERR_OPTION', () => plain.admin.revokeAll('ada'))
  assert.match(error.message, /`principals`/)
  const visitor = await bench.user('ada', plain)
  const copy = visitor.twin()
  await visitor.request((session) => session.logout())
  assert.equal(await copy.see(({ principal }) => principal), undefined)
})

onBench('logs nobody out when a revocation store is added, or one with an index', async (bench) => {
  const { principals: _, ...unindexed } = bench.line.store
  const unrevocable = await bench.user('ada', bench.sealed({ acceptUnrevocable: true }))
  const plain = await bench.user('bob', bench.sealed({ revocations: unindexed as SessionStore, sweep: false }))
  const sessions = bench.revocable()
  for (const [visitor, name] of [
    [unrevocable, 'ada'],
    [plain, 'bob'],
  ] as const) {
    // prettier-ignore
    const browser = browse(sessions)
    browser.jar.set(cookieName, visitor.token ?? '')
    assert.equal(await browser.see(({ principal }) => principal), name)
    await sessions.admin.revokeAll(name)
    assert.equal(await browser.see(({ principal }) => principal), undefined)
  }
})

onBench('answers 503 and leaves the cookie alone when the revocation store fails', async (bench) => {
  const visitor = await bench.user('ada')
  const { token } = visitor
  for (const verb of ['read', 'epoch'] as const) {
    bench.line.next(verb, refused)
    assert.equal((await failsWith('ERR_STORE_UNAVAILABLE', () => visitor.begin())).status, 503)
    const visit = await visitor.begin()
    visit.session.set('n', 1)
    bench.line.next(verb, refused)
    assert.equal((await failsWith('ERR_STORE_UNAVAILABLE', () => visit.commit())).status, 503)
    assert.deepEqual(visit.cookies, [])
  }
  const visit = await visitor.begin()
  bench.line.next('create', refused)
  assert.equal((await failsWith('ERR_STORE_UNAVAILABLE', () => visit.session.logout())).status, 503)
  await visit.end()
  assert.deepEqual([visit.cookies, visitor.token], [[], token])
  assert.equal(await visitor.see(({ principal }) => principal), 'ada')
  assert.equal(bench.events('store-failure').length, 5)
})

onBench('asks the store twice for a user’s request, and again only before a cookie is sent', async (bench) => {
  const sessions = bench.revocable()
  const visitor = await bench.user('ada', sessions)
  await visitor.request((session) => session.get('n'))
  assert.deepEqual(bench.line.take(), ['read', 'epoch'])
  await visitor.request((session) => session.set('n', 1))
  assert.deepEqual(bench.line.take(), ['read', 'epoch', 'read', 'epoch'])
  const anonymous = await bench.visitor({ n: 1 }, sessions)
  await anonymous.request((session) => session.get('n'))
  assert.deepEqual(bench.line.take(), ['read'])
  await bench.browser(sessions).request((session) => session.set('n', 1))
  assert.deepEqual(bench.line.take(), [])
})

onBench('begins a new session with what is set after a logout', async (bench) => {
  const visitor = await bench.user('ada')
  await visitor.request((session) => session.set('cart', ['tea']))
  const { cookies } = await visitor.request(async (session) => {
    await session.logout()
    assert.deepEqual(session.keys(), [])
    session.set('name', 'bye')
  })
  assert.equal(cookies.length, 1)
  assert.deepEqual(await visitor.see(({ principal, data }) => [principal, { ...data }]), [undefined, { name: 'bye' }])
})

onBench('expires the cookie of a logout without a session in it, and of no other request', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  visitor.jar.set(cookieName, 'garbage')
  assert.deepEqual((await visitor.request((session) => session.get('n'))).cookies, [])
  assert.match((await visitor.request((session) => session.logout())).cookies.join(), /Max-Age=0/)
  const { cookies } = await bench.browser().request((session) => session.logout())
  assert.deepEqual(cookies, [])
})
