/** Reading and changing data. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, failsWith, type EngineCases } from './bench.ts'
import { Visitor } from './visitor.ts'

/** Data, and the cookies around it. */
export const dataCases: EngineCases = casesOf({
  async 'keeps a flash until it is taken, and gives it once'(bench) {
    const visitor = await bench.visitor({})
    await visitor.request((session) => session.flash('notice', { text: 'Saved' }))
    await visitor.request()
    assert.deepEqual(await visitor.see((session) => session.flash('notice')), { text: 'Saved' })
    assert.equal(await visitor.see((session) => session.flash('notice')), undefined)
    assert.equal(await bench.payload(await addressOf(visitor)), '{}')
  },

  async 'removes all values and keeps the session'(bench) {
    const visitor = await bench.visitor({ n: 1, cart: ['a'] })
    const address = await addressOf(visitor)
    await visitor.request((session) => {
      session.login('ada')
      session.set('name', 'Ada')
    })
    await visitor.request((session) => session.deleteAll())
    const seen = await visitor.see((session) => [session.principal, session.keys(), session.meta.address])
    assert.deepEqual(seen, ['ada', [], address])
  },

  async 'leaves what another request adds while all values are removed'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    await visitor.overlap([(session) => session.set('name', 'Ada'), (session) => session.deleteAll()])
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { name: 'Ada' })
  },

  async 'shows data as plain properties'(bench) {
    const visitor = await bench.visitor({ n: 1, profile: { a: 1 } })
    await visitor.request(({ data }) => {
      assert.deepEqual(Object.keys(data), ['n', 'profile'])
      assert.deepEqual(Object.entries(data), [
        ['n', 1],
        ['profile', { a: 1 }],
      ])
      assert.equal(JSON.stringify(data), '{"n":1,"profile":{"a":1}}')
      assert.deepEqual({ ...data }, { n: 1, profile: { a: 1 } })
      assert.deepEqual(['n' in data, 'cart' in data, 'toString' in data], [true, false, false])
      assert.deepEqual([Object.hasOwn(data, 'n'), Object.hasOwn(data, 'cart')], [true, false])
      const { n, ...rest } = data
      assert.deepEqual([n, rest], [1, { profile: { a: 1 } }])
      assert.equal(data['constructor'], undefined)
      assert.equal(Reflect.get(data, '__proto__'), undefined)
    })
  },

  async 'changes data through plain properties'(bench) {
    const visitor = await bench.visitor({ n: 1, profile: { a: 1 }, cart: ['a'] })
    await visitor.request(({ data }) => {
      data.n = (data.n ?? 0) + 1
      data.name ??= 'Ada'
      Object.assign(data, { more: [1], n: 5 })
      delete data.cart
      data.profile ??= {}
      data.profile['b'] = 2
      delete data['absent']
    })
    await visitor.request(({ data }) => Object.assign(data, { name: undefined }))
    assert.deepEqual(await visitor.see(({ data }) => ({ ...data })), { n: 5, profile: { a: 1, b: 2 }, more: [1] })
  },

  async 'refuses keys and values that cannot be'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    await visitor.request(async (session) => {
      await failsWith('ERR_VALUE', () => session.set('n', undefined as unknown as number))
      await failsWith('ERR_ARGUMENT', () => session.set('__proto__', 1))
      await failsWith('ERR_ARGUMENT', () => session.set(7 as unknown as string, 1))
      await failsWith('ERR_ARGUMENT', () => Object.assign(session.data, JSON.parse('{"__proto__":1}')))
      await failsWith('ERR_VALUE', () => Object.assign(session.data, { key: new Date() }))
      await failsWith('ERR_ARGUMENT', () => session.update(...([7] as unknown as [() => void])))
      await failsWith('ERR_ARGUMENT', () => session.update('n', (async () => 1) as unknown as () => never))
      await failsWith('ERR_ARGUMENT', () => session.update(async (draft) => (draft.n = 2)))
      assert.deepEqual({ ...session.data }, { n: 1 })
    })
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'knows after an update what was removed in its draft'(bench) {
    const visitor = await bench.visitor({ n: 1, name: 'Ada' })
    await visitor.request(async (session) => {
      await session.update((draft) => {
        delete draft.name
        Object.assign(draft, { n: undefined, gone: undefined })
      })
      assert.deepEqual([session.has('n'), session.keys()], [false, []])
    })
    assert.equal(await bench.payload(await addressOf(visitor)), '{}')
  },

  async 'says when a value is there'(bench) {
    const visitor = await bench.visitor({ n: 0, name: '' })
    await visitor.request((session) => {
      assert.deepEqual([session.has('n'), session.has('name'), session.has('cart')], [true, true, false])
      assert.deepEqual([session.delete('n'), session.delete('n'), session.has('n')], [true, false, false])
      assert.deepEqual(session.keys(), ['name'])
      assert.equal(session.get('toString'), undefined)
      session.set('toString' as string, 1)
      assert.equal(session.get('toString'), 1)
    })
    assert.deepEqual(await visitor.see((session) => session.keys()), ['name', 'toString'])
  },

  async 'has no session where two different cookies came, until the next login'(bench) {
    const one = await bench.visitor({ n: 1 })
    const two = await bench.visitor({ n: 2 })
    const cookie = `__Host-sid=${one.token}; __Host-sid=${two.token}`
    const visit = await one.begin({ headers: { cookie } })
    assert.equal(visit.session.get('n'), undefined)
    await visit.end()
    assert.deepEqual(visit.cookies, [])
    assert.deepEqual(bench.events('rejected').at(-1), { event: 'rejected', reason: 'ambiguous', address: undefined })
    const login = await one.begin({ headers: { cookie } })
    login.session.login('ada')
    await login.end()
    assert.equal(await one.see((session) => session.principal), 'ada')
    const same = await one.begin({ headers: { cookie: `__Host-sid=${one.token}; __Host-sid=${one.token}` } })
    assert.equal(same.session.principal, 'ada')
  },

  async 'removes the cookie’s namesakes on former paths with a login'(bench) {
    const sessions = bench.sessions({ cookie: { name: 'sid', formerPaths: ['/shop'] } })
    const { cookies } = await new Visitor(sessions).request((session) => session.login('ada'))
    assert.equal(cookies.length, 2)
    assert.match(cookies[0] ?? '', /^sid=; Path=\/shop;.*; Max-Age=0/)
    assert.match(cookies[1] ?? '', /^sid=[\w-]{64}; Path=\/; /)
  },

  async 'takes an ambiguous cookie away at a logout'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const cookie = `__Host-sid=${visitor.token}; __Host-sid=${'A'.repeat(64)}`
    const { cookies } = await visitor.request((session) => session.logout(), { headers: { cookie } })
    assert.match(cookies[0] ?? '', /Max-Age=0/)
    assert.deepEqual(bench.line.take(), [])
  },

  async 'forbids storing an answer with its cookie, and says that others depend on it'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const setting = await visitor.request((session) => session.rotate())
    assert.equal(setting.headers.get('cache-control'), 'no-store')
    assert.equal(setting.headers.get('vary'), 'Cookie')
    const reading = await visitor.request((session) => session.principal)
    assert.equal(reading.headers.get('cache-control'), null)
    assert.equal(reading.headers.get('vary'), 'Cookie')
    const untouched = await visitor.request()
    assert.deepEqual([...untouched.headers], [])
  },
})
