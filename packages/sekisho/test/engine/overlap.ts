/** Overlapping requests lose nothing that does not contradict. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, type EngineCases } from './bench.ts'
import { times } from './visitor.ts'

/** No lost update. */
export const overlapCases: EngineCases = casesOf({
  async 'keeps all of 50 overlapping requests that each set a key of their own'(bench) {
    const visitor = await bench.visitor({})
    await visitor.overlap(times(50, (index) => (session) => session.set(`key${index}`, index)))
    const keys = await visitor.see((session) => session.keys())
    assert.deepEqual(new Set(keys), new Set(times(50, (index) => `key${index}`)))
    assert.deepEqual(bench.events('conflict'), [])
  },

  async 'keeps all of 50 overlapping pushes to one array'(bench) {
    const visitor = await bench.visitor({ cart: ['first'] })
    await visitor.overlap(times(50, (index) => (session) => session.get('cart')?.push(`item${index}`)))
    const cart = await visitor.see((session) => session.get('cart'))
    assert.equal(cart?.[0], 'first')
    assert.deepEqual([...(cart ?? [])].toSorted(), ['first', ...times(50, (index) => `item${index}`)].toSorted())
    assert.deepEqual(bench.events('conflict'), [])
  },

  async 'keeps all of 50 overlapping assignments to members of one object'(bench) {
    const visitor = await bench.visitor({ profile: { deep: {} } })
    await visitor.overlap(
      times(50, (index) => (session) => {
        const deep = session.data.profile?.['deep'] as Record<string, number>
        deep[`member${index}`] = index
      }),
    )
    const profile = await visitor.see((session) => session.get('profile'))
    const expected = Object.fromEntries(times(50, (index) => [`member${index}`, index]))
    assert.deepEqual(profile, { deep: expected })
    assert.deepEqual(bench.events('conflict'), [])
  },

  async 'counts 100 overlapping updates of one number exactly'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const visits = await Promise.all(times(100, () => visitor.begin()))
    const results = await Promise.all(visits.map(({ session }) => session.update('n', (n) => (n ?? 0) + 1)))
    assert.deepEqual(
      results.toSorted((a, b) => a - b),
      times(100, (index) => index + 1),
    )
    assert.equal(await visitor.see((session) => session.get('n')), 100)
  },

  async 'counts 100 overlapping updates that edit a draft exactly'(bench) {
    const visitor = await bench.visitor({ profile: { count: 0 } })
    const visits = await Promise.all(times(100, () => visitor.begin()))
    await Promise.all(
      visits.map(({ session }) =>
        session.update((draft) => {
          const profile = draft.profile ?? {}
          profile['count'] = Number(profile['count']) + 1
        }),
      ),
    )
    assert.deepEqual(await visitor.see((session) => session.get('profile')), { count: 100 })
  },

  async 'counts overlapping updates of one request exactly'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    await visitor.request((session) =>
      Promise.all(times(20, () => session.update('n', (n) => (n ?? 0) + 1))).then(() => undefined),
    )
    assert.equal(await visitor.see((session) => session.get('n')), 20)
  },

  async 'makes one session of overlapping updates in a first request'(bench) {
    const visitor = await bench.visitor({})
    visitor.jar.clear()
    const { cookies } = await visitor.request((session) =>
      Promise.all([session.update('a', () => 1), session.update('b', () => 2), session.save()]).then(() => undefined),
    )
    assert.equal(cookies.length, 1)
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { a: 1, b: 2 })
    assert.equal(bench.events('created').length, 2)
  },

  async 'gives update everything that was changed before in the same request'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    await visitor.request(async (session) => {
      session.set('n', 10)
      session.set('name', 'Ada')
      assert.equal(await session.update('n', (n) => (n ?? 0) + 1), 11)
      assert.equal(session.get('n'), 11)
    })
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { n: 11, name: 'Ada' })
  },

  async 'has stored an update before it resolves'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const visit = await visitor.begin()
    assert.equal(await visit.session.update('n', () => 5), 5)
    assert.equal(await visitor.see((session) => session.get('n')), 5)
    assert.equal(
      await visit.session.update((draft) => {
        delete draft.n
        return 'what it returns'
      }),
      'what it returns',
    )
    assert.equal(await visitor.see((session) => session.has('n')), false)
  },

  async 'writes nothing when the change given to update throws'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    bench.line.take()
    const visit = await visitor.begin()
    const failing = visit.session.update(() => {
      throw new RangeError('of the application')
    })
    await assert.rejects(failing, RangeError)
    await visit.end()
    assert.deepEqual(bench.line.take(), ['read'])
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'keeps what overlapping requests delete and add'(bench) {
    const visitor = await bench.visitor({ a: 1, b: 2, c: 3, profile: { x: 1, y: 2 } })
    await visitor.overlap([
      (session) => session.delete('a'),
      (session) => session.set('d', 4),
      (session) => delete session.data.profile?.['x'],
      (session) => Object.assign(session.data.profile ?? {}, { z: 3 }),
    ])
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), {
      b: 2,
      c: 3,
      d: 4,
      profile: { y: 2, z: 3 },
    })
    assert.deepEqual(bench.events('conflict'), [])
  },

  async 'makes two sessions for two first requests that overlap'(bench) {
    const visitor = await bench.visitor({})
    visitor.jar.clear()
    const visits = await visitor.overlap([(session) => session.set('a', 1), (session) => session.set('b', 2)])
    const [first, second] = visits.map(({ session }) => session.meta.address)
    assert.notEqual(first, second)
    assert.equal(await addressOf(visitor), second)
  },
})
