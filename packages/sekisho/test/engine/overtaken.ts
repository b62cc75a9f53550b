/** What a request does after another one has been faster, and after it has been faster than itself. */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { addressOf, casesOf, failsWith, type EngineCases } from './bench.ts'
import { Visitor } from './visitor.ts'

const keepCart = { keys: { cart: { beforeLogin: 'keep' } } } as const

/** Requests that were overtaken. */
export const overtakenCases: EngineCases = casesOf({
  async 'takes nothing of a lost session into the login that follows in the same request'(bench) {
    const bob = await bench.visitor({}, keepCart)
    await bob.request((session) => {
      session.login('bob')
      session.set('cart', ['of bob'])
    })
    const slow = await bob.begin()
    await bob.sessions.admin.revoke(await addressOf(bob))
    await failsWith('ERR_SESSION_GONE', () => slow.session.update('n', () => 1))
    slow.session.login('alice')
    await slow.end()
    assert.deepEqual(await bob.see((session) => [session.principal, session.get('cart')]), ['alice', undefined])
  },

  async 'ends a session although its secret was replaced twice meanwhile'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const address = await addressOf(visitor)
    const out = await visitor.begin()
    for (let round = 0; round < 2; round += 1) await visitor.request((session) => session.rotate())
    await out.session.logout()
    await out.end()
    assert.equal(await bench.store.read(address), undefined)
    assert.equal(visitor.token, undefined)
  },

  async 'hands no secret off that a login has replaced meanwhile'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    await visitor.request((session) => session.rotate(), { arrives: false })
    const slow = await visitor.begin()
    await visitor.request((session) => session.login('alice'))
    await slow.end()
    assert.deepEqual(slow.cookies, [])
    assert.equal(await visitor.see((session) => session.principal), 'alice')
  },

  async 'sends no secret of an early save that a login has replaced meanwhile'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const slow = await visitor.begin()
    slow.session.rotate()
    await slow.session.save()
    await visitor.request((session) => session.login('alice'))
    await slow.end()
    assert.deepEqual(slow.cookies, [])
    assert.equal(await visitor.see((session) => session.principal), 'alice')
  },

  async 'neither confirms nor replaces a secret that nobody has seen yet'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const hasty = async (): Promise<void> => {
      const visit = await visitor.begin()
      visit.session.rotate()
      await visit.session.save()
      visit.session.rotate()
      await visit.session.update('n', (n) => (n ?? 0) + 1)
      await visit.end({ arrives: false })
    }
    await hasty()
    await bench.pass(60)
    assert.equal(await visitor.see((session) => session.get('n')), 2)
  },

  async 'waits at the commit for a write that the handler did not wait for'(bench) {
    const visitor = new Visitor(bench.sessions<{ n: number }>())
    const visit = await visitor.begin()
    const update = visit.session.update('n', () => 7)
    await visit.end()
    assert.equal(await update, 7)
    assert.equal(await visitor.see((session) => session.get('n')), 7)
  },

  async 'tells when the user logged in, which is later than the session began'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    assert.equal(await visitor.see((session) => session.meta.authenticatedAt), undefined)
    await bench.pass(20)
    await visitor.request((session) => session.login('alice'))
    const { createdAt = 0, authenticatedAt = 0 } = await visitor.see((session) => session.meta)
    assert.ok(authenticatedAt >= createdAt + 20)
    const [listed] = await visitor.sessions.admin.list('alice')
    assert.deepEqual([listed?.createdAt, listed?.authenticatedAt], [createdAt, authenticatedAt])
  },

  async 'prints the data of a session as what it is'(bench) {
    const visitor = await bench.visitor({ n: 1, cart: ['tea'] })
    const visit = await visitor.begin()
    assert.equal(inspect(visit.session.data), "{ n: 1, cart: [ 'tea' ] }")
    await visit.end()
  },
})
