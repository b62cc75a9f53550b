/** A session that has ended stays ended, and only the request that ends it expires the cookie. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, failsWith, type EngineCases } from './bench.ts'
import { SessionGoneError } from '../../src/errors.ts'

/** Logout, and what is late for it. */
export const logoutCases: EngineCases = casesOf({
  async 'does not bring a session back that ended while a request was running'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const address = await addressOf(visitor)
    const slow = await visitor.begin()
    slow.session.set('n', 2)
    await visitor.request((session) => session.logout())
    await slow.end()
    assert.deepEqual(slow.cookies, [])
    assert.equal(await bench.store.read(address), undefined)
    assert.deepEqual(bench.events('gone', address).length, 1)
    assert.equal(visitor.token, undefined)
  },

  async 'rejects an explicit save after the session has ended'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const address = await addressOf(visitor)
    const slow = await visitor.begin()
    await visitor.request((session) => session.logout())
    slow.session.set('n', 2)
    const error = await failsWith('ERR_SESSION_GONE', () => slow.session.save())
    assert.ok(error instanceof SessionGoneError)
    slow.session.set('n', 3)
    await failsWith('ERR_SESSION_GONE', () => slow.session.save())
    await slow.end()
    assert.deepEqual(slow.cookies, [])
    assert.equal(await bench.store.read(address), undefined)
    assert.ok(bench.events('gone', address).length > 0)
    assert.deepEqual(bench.events('superseded'), [])
  },

  async 'rejects an explicit update after the session has ended'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const slow = await visitor.begin()
    await visitor.request((session) => session.logout())
    await failsWith('ERR_SESSION_GONE', () => slow.session.update('n', (n) => (n ?? 0) + 1))
    await failsWith('ERR_SESSION_GONE', () => slow.session.update('n', (n) => (n ?? 0) + 1))
    await slow.end()
    assert.deepEqual(slow.cookies, [])
    assert.equal(bench.events('created').length, 1)
  },

  async 'does not bring a session back by a touch, a rotation or the confirmation of one'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const address = await addressOf(visitor)
    await bench.pass(100)
    const idle = await visitor.begin({ headers: { 'sec-fetch-mode': 'cors' } })
    const rotating = await visitor.begin({ headers: { 'sec-fetch-mode': 'navigate' } })
    await visitor.request((session) => session.logout())
    await rotating.end()
    await idle.end()
    await visitor.sessions.close()
    assert.equal(await bench.store.read(address), undefined)
    assert.deepEqual([...rotating.cookies, ...idle.cookies], [])
  },

  async 'expires the cookie only in the answer of the request that logs out'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const bystander = await visitor.begin()
    const writer = await visitor.begin()
    const leaver = await visitor.begin()
    await leaver.session.logout()
    await leaver.commit()
    writer.session.set('n', 2)
    await bystander.end()
    await writer.end()
    const late = await visitor.request((session) => session.get('n'))
    assert.equal(leaver.cookies.length, 1)
    assert.match(leaver.cookies[0] ?? '', /^__Host-sid=;.*; Max-Age=0/)
    assert.deepEqual([bystander.cookies, writer.cookies, late.cookies], [[], [], []])
    const [destroyed] = bench.events('destroyed')
    assert.equal(destroyed?.by, 'logout')
  },

  async 'logs out by the previous secret'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const address = await addressOf(visitor)
    const late = await visitor.begin()
    await visitor.request((session) => session.rotate())
    await late.session.logout()
    await late.end()
    assert.equal(visitor.token, undefined)
    assert.equal(await bench.store.read(address), undefined)
  },

  async 'logs out although other requests write at the same time'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const address = await addressOf(visitor)
    const leaver = await visitor.begin()
    await visitor.request((session) => session.set('n', 2))
    await leaver.session.logout()
    await leaver.end()
    assert.equal(await bench.store.read(address), undefined)
    assert.equal(leaver.cookies.length, 1)
  },

  async 'does not let a stale logout end the session of a login, or take its cookie away'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const stale = await visitor.begin()
    const old = visitor.twin()
    await visitor.request((session) => session.login('ada'))
    await stale.session.logout()
    await stale.end()
    const staler = await old.begin()
    await staler.session.logout()
    await staler.end()
    assert.deepEqual([...stale.cookies, ...staler.cookies], [])
    assert.equal(await visitor.see((session) => session.principal), 'ada')
  },

  async 'starts a new session for what is set after the logout'(bench) {
    const visitor = await bench.visitor({ n: 1, name: 'Ada' })
    const [address, token] = [await addressOf(visitor), visitor.token]
    const { cookies } = await visitor.request(async (session) => {
      await session.logout()
      assert.equal(session.get('n'), undefined)
      assert.equal(session.meta.address, undefined)
      session.set('name', 'nobody')
    })
    assert.equal(cookies.length, 1)
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { name: 'nobody' })
    assert.notEqual(await addressOf(visitor), address)
    assert.notEqual(visitor.token?.slice(0, 21), token?.slice(0, 21))
    assert.equal(await bench.store.read(address), undefined)
  },

  async 'forgets what was changed before the logout'(bench) {
    const visitor = await bench.visitor({ cart: ['a'] })
    await visitor.request(async (session) => {
      session.get('cart')?.push('b')
      session.set('n', 1)
      session.login('ada')
      await session.logout()
    })
    assert.equal(visitor.token, undefined)
    assert.deepEqual(
      bench.seen.filter(({ event }) => event === 'saved' || event === 'login'),
      [],
    )
  },

  async 'expires an unknown token at logout, and only then'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    await bench.store.delete(await addressOf(visitor))
    const looking = await visitor.request((session) => session.get('n'))
    assert.deepEqual(looking.cookies, [])
    const leaving = await visitor.request((session) => session.logout())
    assert.match(leaving.cookies[0] ?? '', /Max-Age=0/)
  },

  async 'starts a new session after a logout that came too late to end the old one'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const visit = await visitor.begin()
    await bench.store.delete(await addressOf(visitor))
    await failsWith('ERR_SESSION_GONE', () => visit.session.update('n', () => 2))
    await visit.session.logout()
    visit.session.set('n', 3)
    await visit.end()
    assert.equal(await visitor.see((session) => session.get('n')), 3)
  },

  async 'sends no cookie at the logout of a visitor without one'(bench) {
    const visitor = await bench.visitor({})
    visitor.jar.clear()
    const { cookies } = await visitor.request((session) => session.logout())
    assert.deepEqual(cookies, [])
    const created = await visitor.request(async (session) => {
      session.set('n', 1)
      await session.save()
      await session.logout()
    })
    assert.deepEqual(created.cookies, [])
    assert.deepEqual(bench.line.take(), ['create', 'delete'])
  },

  async 'ends the session although its answer is lost'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    await visitor.request((session) => session.logout(), { arrives: false })
    assert.ok(visitor.token)
    assert.equal(await visitor.see((session) => session.get('n')), undefined)
  },
})
