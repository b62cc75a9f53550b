/** After the answer has begun. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, failsWith, type EngineCases } from './bench.ts'

/** Runs something, and gives back what it warned of. */
async function warnings(run: () => Promise<unknown>): Promise<string[]> {
  const { warn } = console
  const said: string[] = []
  console.warn = (...parts: unknown[]) => void said.push(parts.join(' '))
  try {
    await run()
  } finally {
    console.warn = warn
  }
  return said
}

/** Changes behind the commit. */
export const lateCases: EngineCases = casesOf({
  async 'reports a late change and does not make it'(bench) {
    const visitor = await bench.visitor({ n: 1, name: 'Ada' })
    const address = await addressOf(visitor)
    const said = await warnings(async () => {
      const { session } = await visitor.request()
      session.set('n', 2)
      assert.equal(session.delete('name'), false)
      session.data.cart = ['late']
      session.flash('notice', 'late')
      session.ensure()
      session.rotate()
      assert.deepEqual({ ...session.data }, { n: 1, name: 'Ada' })
    })
    assert.deepEqual(said, [])
    assert.deepEqual(
      bench.events('late', address).map(({ key }) => key),
      ['n', 'name', 'cart', 'notice', undefined, undefined],
    )
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { n: 1, name: 'Ada' })
  },

  async 'warns of a late change in development'(bench) {
    const visitor = await bench.visitor({})
    const sessions = bench.sessions({ development: true })
    const said = await warnings(async () => {
      const session = await sessions.open({ headers: {} })
      await sessions.commit(session, { status: 200, headers: new Headers() })
      session.set('n', 2)
    })
    assert.equal(said.length, 1)
    assert.match(said[0] ?? '', /`n` came after the answer had begun.*`await session\.update\(…\)`/)
    assert.equal(visitor.sessions.name, 'shop')
  },

  async 'goes on storing updates of an existing session'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const visit = await visitor.request((session) => session.get('n'))
    assert.equal(await visit.session.update('n', (n) => (n ?? 0) + 1), 2)
    await visit.session.save()
    assert.equal(await visitor.see((session) => session.get('n')), 2)
    assert.deepEqual(bench.events('late'), [])
  },

  async 'goes on storing updates of a session that this very answer created'(bench) {
    const visitor = await bench.visitor({})
    visitor.jar.clear()
    const visit = await visitor.request((session) => session.ensure())
    assert.equal(await visit.session.update('n', () => 1), 1)
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'cannot make a new session any more'(bench) {
    const visitor = await bench.visitor({})
    visitor.jar.clear()
    bench.line.take()
    const { session } = await visitor.request()
    const error = await failsWith('ERR_SESSION_COMMITTED', () => session.update('n', () => 1))
    assert.match(error.message, /`ensure\(\)`/)
    await session.save()
    await failsWith('ERR_SESSION_COMMITTED', () => session.login('ada'))
    assert.deepEqual(bench.line.take(), [])
  },

  async 'cannot log in any more'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const { session } = await visitor.request()
    await failsWith('ERR_SESSION_COMMITTED', () => session.login('ada'))
    assert.equal(session.principal, undefined)
  },

  async 'still ends the session at a late logout, without a cookie'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const address = await addressOf(visitor)
    const visit = await visitor.request()
    await visit.session.logout()
    assert.deepEqual(visit.cookies, [])
    assert.equal(await bench.store.read(address), undefined)
  },

  async 'is committed once'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const visit = await visitor.begin()
    await visit.commit()
    await failsWith('ERR_SESSION_COMMITTED', () => visit.commit())
    const foreign = { get: () => 1 } as unknown as typeof visit.session
    await failsWith('ERR_ARGUMENT', () => visitor.sessions.commit(foreign, { status: 200, headers: new Headers() }))
  },

  async 'forgets everything but a logout when changes are dropped'(bench) {
    const visitor = await bench.visitor({ n: 1, cart: ['a'] })
    const { cookies } = await visitor.request(
      (session) => {
        session.set('n', 2)
        session.get('cart')?.push('b')
        session.login('ada')
        session.rotate()
      },
      { changes: 'drop' },
    )
    assert.deepEqual(cookies, [])
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { n: 1, cart: ['a'] })
    const stranger = visitor.twin()
    stranger.jar.clear()
    await stranger.request((session) => session.ensure(), { changes: 'drop' })
    assert.equal(stranger.token, undefined)
    await visitor.request((session) => session.logout(), { changes: 'drop' })
    assert.equal(visitor.token, undefined)
  },

  async 'tells of a session for which no cookie can be sent'(bench) {
    const visitor = await bench.visitor({})
    visitor.jar.clear()
    bench.line.take()
    for (const init of [{ method: 'HEAD' }, { status: 304 }, { deliverable: false }]) {
      const { cookies } = await visitor.request((session) => session.set('n', 1), init)
      assert.deepEqual(cookies, [])
    }
    assert.equal(bench.events('undeliverable').length, 3)
    assert.deepEqual(bench.line.take(), [])
  },
})
