/** Objects that the handler goes on using are the session's, whatever was stored meanwhile. */
import assert from 'node:assert/strict'
import { casesOf, type EngineCases } from './bench.ts'
import { after } from './faults.ts'

/** Handed-out references. */
export const referenceCases: EngineCases = casesOf({
  async 'keeps what is done to a handed-out array after a save that merged'(bench) {
    const visitor = await bench.visitor({ cart: ['a'] })
    const { session, end } = await began(visitor.begin())
    const cart = session.get('cart')
    cart?.push('mine')
    await visitor.request((other) => other.get('cart')?.push('theirs'))
    await session.save()
    assert.deepEqual(cart, ['a', 'theirs', 'mine'])
    cart?.push('late')
    await end()
    assert.deepEqual(await visitor.see((other) => other.get('cart')), ['a', 'theirs', 'mine', 'late'])
  },

  async 'keeps what is done to a handed-out object after an update that merged'(bench) {
    const visitor = await bench.visitor({ n: 0, profile: { deep: { a: 1 } } })
    const { session, end } = await began(visitor.begin())
    const deep = session.data.profile?.['deep']
    await visitor.request(({ data }) => Object.assign(data.profile?.['deep'] as object, { theirs: 1 }))
    await session.update('n', () => 1)
    assert.deepEqual(deep, { a: 1, theirs: 1 })
    Object.assign(deep, { late: 2 })
    await end()
    assert.deepEqual(await visitor.see((other) => ({ ...other.data })), {
      n: 1,
      profile: { deep: { a: 1, theirs: 1, late: 2 } },
    })
  },

  async 'keeps what is done to an object that was set, after a save'(bench) {
    const visitor = await bench.visitor({})
    await visitor.request(async (session) => {
      const cart = ['a']
      session.set('cart', cart)
      await session.save()
      cart.push('b')
    })
    assert.deepEqual(await visitor.see((session) => session.get('cart')), ['a', 'b'])
  },

  async 'keeps a change of an array item whose place moved in a merge'(bench) {
    const visitor = await bench.visitor({ items: [{ id: 1 }, { id: 2 }] })
    const { session, end } = await began(visitor.begin())
    const second = (session.get('items') as { id: number; note?: string }[])[1]
    await visitor.request((other) => (other.get('items') as object[]).unshift({ id: 0 }))
    session.set('n', 1)
    await session.save()
    assert.ok(second)
    second.note = 'late'
    await end()
    const items = await visitor.see((other) => other.get('items'))
    assert.deepEqual(items, [{ id: 0 }, { id: 1 }, { id: 2, note: 'late' }])
  },

  async 'keeps what is set while a save is under way'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const { session, end } = await began(visitor.begin())
    session.set('n', 1)
    bench.line.next(
      'replace',
      after(async () => {
        session.set('n', 2)
        session.set('name', 'Ada')
        session.delete('old')
      }),
    )
    await session.save()
    assert.equal(session.get('n'), 2)
    await end()
    assert.deepEqual(await visitor.see((other) => ({ ...other.data })), { n: 2, name: 'Ada' })
  },

  async 'keeps what is set and pushed while an update is under way'(bench) {
    const visitor = await bench.visitor({ n: 0, cart: ['a'], name: 'old' })
    const { session, end } = await began(visitor.begin())
    const cart = session.get('cart')
    bench.line.next(
      'replace',
      after(async () => {
        cart?.push('late')
        session.delete('name')
        session.set('key', 'value')
      }),
    )
    assert.equal(await session.update('n', (n) => (n ?? 0) + 1), 1)
    assert.deepEqual(cart, ['a', 'late'])
    await end()
    assert.deepEqual(await visitor.see((other) => ({ ...other.data })), { n: 1, cart: ['a', 'late'], key: 'value' })
  },

  async 'keeps what is set while a new session is being created'(bench) {
    const visitor = await bench.visitor({})
    visitor.jar.clear()
    const { session, end } = await began(visitor.begin())
    session.set('a', 1)
    bench.line.next(
      'create',
      after(async () => session.set('b', 2)),
    )
    await session.save()
    await end()
    assert.deepEqual(await visitor.see((other) => ({ ...other.data })), { a: 1, b: 2 })
  },

  async 'does not let the draft of an update change anything before it is stored'(bench) {
    const visitor = await bench.visitor({ profile: { a: 1 } })
    await visitor.request(async (session) => {
      const profile = session.get('profile')
      const failing = session.update((draft) => {
        Object.assign(draft.profile ?? {}, { a: 2 })
        throw new Error('of the application')
      })
      await assert.rejects(failing)
      assert.deepEqual(profile, { a: 1 })
    })
    assert.deepEqual(await visitor.see((session) => session.get('profile')), { a: 1 })
  },
})

/** A request's session, and how it ends. */
async function began<S>(
  begun: Promise<{ session: S; end(): Promise<unknown> }>,
): Promise<{ session: S; end: () => Promise<unknown> }> {
  const visit = await begun
  return { session: visit.session, end: () => visit.end() }
}
