/** What a login makes of the session, and what of the earlier one goes over into it. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, failsWith, type EngineCases } from './bench.ts'
import { after } from './faults.ts'

const keys = { cart: { beforeLogin: 'keep' }, locale: { beforeLogin: 'keep' } } as const

/** Login by one request. */
export const loginCases: EngineCases = casesOf({
  async 'keeps only declared keys of an anonymous visitor'(bench) {
    const visitor = await bench.visitor({ cart: ['a'], n: 1, locale: 'ja' }, { keys })
    const { cookies } = await visitor.request((session) => {
      session.login('ada')
      assert.equal(session.principal, 'ada')
      assert.equal(session.get('n'), undefined)
    })
    assert.equal(cookies.length, 1)
    const seen = await visitor.see((session) => ({ principal: session.principal, ...session.data }))
    assert.deepEqual(seen, { principal: 'ada', cart: ['a'], locale: 'ja' })
  },

  async 'keeps fewer keys where the login says so, and none where it says none'(bench) {
    const visitor = await bench.visitor({ cart: ['a'], locale: 'ja' }, { keys })
    const other = visitor.twin()
    await visitor.request((session) => session.login('ada', { keep: ['cart'] }))
    assert.deepEqual(await visitor.see((session) => session.keys()), ['cart'])
    other.jar.clear()
    await other.request((session) => session.set('cart', ['b']))
    await other.request((session) => session.login('bob', { keep: [] }))
    assert.deepEqual(await other.see((session) => session.keys()), [])
  },

  async 'refuses to keep a key that is not declared, whoever was logged in'(bench) {
    const visitor = await bench.visitor({ n: 1 }, { keys })
    const refusal = await failsWith('ERR_ARGUMENT', () =>
      visitor.request((session) => session.login('ada', { keep: ['n'] })),
    )
    assert.match(refusal.message, /`n`/)
    await visitor.request((session) => session.login('ada'))
    const visit = await visitor.begin()
    await failsWith('ERR_ARGUMENT', () => visit.session.login('bob', { keep: ['n'] }))
    assert.equal(visit.session.principal, 'ada')
  },

  async 'keeps nothing of another user'(bench) {
    const visitor = await bench.visitor({}, { keys })
    await visitor.request((session) => {
      session.login('ada')
      session.data.cart = ['of ada']
    })
    await visitor.request((session) => session.login('bob'))
    const seen = await visitor.see((session) => ({ principal: session.principal, ...session.data }))
    assert.deepEqual(seen, { principal: 'bob' })
  },

  async 'keeps only declared keys of the same user'(bench) {
    const visitor = await bench.visitor({}, { keys })
    await visitor.request((session) => {
      session.login('ada', { amr: ['pwd'] })
      Object.assign(session.data, { cart: ['a'], n: 1 })
    })
    await visitor.request((session) => session.login('ada', { amr: ['pwd', 'otp'] }))
    const seen = await visitor.see((session) => ({ amr: session.meta.amr, ...session.data }))
    assert.deepEqual(seen, { amr: ['pwd', 'otp'], cart: ['a'] })
  },

  async 'drops what was set before the login in the same request, and keeps what is set after it'(bench) {
    const visitor = await bench.visitor({ n: 1 }, { keys })
    await visitor.request((session) => {
      session.set('before', 1)
      session.set('cart', ['declared'])
      session.login('ada')
      session.set('after', 2)
    })
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { cart: ['declared'], after: 2 })
    visitor.jar.clear()
    await visitor.request((session) => {
      session.set('before', 1)
      session.login('ada')
      session.set('after', 2)
    })
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { after: 2 })
  },

  async 'gives a visitor without a session one with the login'(bench) {
    const visitor = await bench.visitor({})
    visitor.jar.clear()
    bench.line.take()
    await visitor.request((session) => session.login('ada', { amr: ['hwk'], device: 'Firefox on Linux' }))
    const meta = await visitor.see((session) => session.meta)
    assert.equal(meta.generation, 1)
    assert.deepEqual(meta.amr, ['hwk'])
    assert.equal(meta.device, 'Firefox on Linux')
    assert.equal(bench.events('login', meta.address)[0]?.principal, 'ada')
  },

  async 'counts logins, keeps the address and makes a new secret each time'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const [address, anonymous] = [await addressOf(visitor), visitor.token]
    await visitor.request((session) => session.login('ada', { amr: ['pwd'], device: 'Firefox' }))
    const first = await visitor.see((session) => session.meta)
    assert.deepEqual([first.address, first.generation, first.device], [address, 1, 'Firefox'])
    assert.notEqual(visitor.token, anonymous)
    const before = visitor.token
    await visitor.request((session) => session.login('ada'))
    const second = await visitor.see((session) => session.meta)
    assert.deepEqual([second.address, second.generation, second.amr, second.device], [address, 2, [], undefined])
    assert.notEqual(visitor.token, before)
  },

  async 'leaves nothing of the secret before the login usable, with no grace'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const thief = visitor.twin()
    await visitor.request((session) => session.login('ada'))
    const { session, cookies } = await thief.request((own) => own.set('n', 666))
    assert.equal(session.principal, undefined)
    assert.deepEqual(cookies, [])
    assert.equal(bench.events('replay').at(-1)?.reason, 'unknown-secret')
    assert.equal(await visitor.see((own) => own.get('n')), undefined)
  },

  async 'leaves nothing of a rotated secret usable after a login'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const early = visitor.twin()
    await visitor.request((session) => session.rotate())
    const middle = visitor.twin()
    await visitor.request((session) => session.login('ada'))
    for (const old of [early, middle]) {
      const { session, cookies } = await old.request()
      assert.deepEqual([session.meta.address, cookies], [undefined, []])
    }
  },

  async 'starts the absolute lifetime anew at a login, and at nothing else'(bench) {
    const lifetime = { idle: bench.seconds(100), absolute: bench.seconds(200) }
    const visitor = await bench.visitor({ n: 0 }, { lifetime })
    const end = await visitor.see((session) => session.meta.absoluteDeadline)
    await bench.pass(50)
    await visitor.request((session) => session.set('n', 1))
    await bench.pass(50)
    await visitor.request((session) => session.rotate())
    await bench.pass(50)
    assert.equal(await visitor.see((session) => session.meta.absoluteDeadline), end)
    await visitor.request((session) => session.login('ada'))
    const moved = await visitor.see((session) => session.meta.absoluteDeadline)
    assert.ok(moved !== undefined && end !== undefined)
    assert.ok(moved - end > bench.seconds(140) * 1000, `moved by ${moved - end}`)
    for (let passed = 0; passed < 150; passed += 50) {
      await bench.pass(50)
      await visitor.request((session) => session.set('n', passed))
    }
    await bench.pass(60)
    assert.equal(await visitor.see((session) => session.principal), undefined)
  },

  async 'stores a login and what was set with it in one write'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    await visitor.request((session) => {
      session.login('ada')
      session.set('n', 2)
    })
    assert.deepEqual(bench.line.take(), ['read', 'epoch', 'add', 'replace', 'epoch'])
  },

  async 'is logged in at once after an explicit save, and tells the browser with the answer'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const visit = await visitor.begin()
    visit.session.login('ada')
    await visit.session.save()
    assert.equal(visit.session.meta.generation, 1)
    visit.session.set('n', 2)
    await visit.end()
    assert.equal(visit.cookies.length, 1)
    const seen = await visitor.see((session) => [session.principal, session.get('n'), session.meta.generation])
    assert.deepEqual(seen, ['ada', 2, 1])
  },

  async 'keeps a login that is asked for while an earlier write is under way'(bench) {
    const visitor = await bench.visitor({ n: 1, cart: ['a'] }, { keys })
    const visit = await visitor.begin()
    visit.session.set('n', 2)
    bench.line.next(
      'replace',
      after(async () => visit.session.login('ada')),
    )
    await visit.session.save()
    await visitor.request((session) => session.set('secret', 'of before the login'))
    bench.line.next(
      'replace',
      after(async () => {
        visit.session.set('late', 3)
        visit.session.login('bob')
      }),
    )
    await visit.session.save()
    await visit.end()
    const seen = await visitor.see((session) => ({ principal: session.principal, ...session.data }))
    assert.deepEqual(seen, { principal: 'bob' })
  },

  async 'takes the last of several logins in one request'(bench) {
    const visitor = await bench.visitor({ cart: ['a'] }, { keys })
    await visitor.request((session) => {
      session.login('ada')
      session.set('cart', ['of ada'])
      session.login('bob')
    })
    const seen = await visitor.see((session) => ({ principal: session.principal, ...session.data }))
    assert.deepEqual(seen, { principal: 'bob' })
  },

  async 'refuses a principal or a label that could not be stored'(bench) {
    const visitor = await bench.visitor({})
    const { session } = await visitor.begin()
    for (const principal of ['', 'x'.repeat(256), undefined, null, 7, {}]) {
      await failsWith('ERR_ARGUMENT', () => session.login(principal as string))
    }
    await failsWith('ERR_ARGUMENT', () => session.login('ada', { amr: 'pwd' as unknown as string[] }))
    await failsWith('ERR_ARGUMENT', () => session.login('ada', { amr: [1] as unknown as string[] }))
    await failsWith('ERR_ARGUMENT', () => session.login('ada', { device: 7 as unknown as string }))
    assert.equal(session.principal, undefined)
    session.login('x'.repeat(255))
  },
})
