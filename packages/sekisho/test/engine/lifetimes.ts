/** Idle and absolute limits, whatever the cookie says, and what they cost. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, type EngineCases } from './bench.ts'
import { Visitor } from './visitor.ts'

/** Time, and the store calls that a request costs. */
export const lifetimeCases: EngineCases = casesOf({
  async 'costs a visitor who stores nothing no store call and no cookie'(bench) {
    const visitor = await bench.visitor({})
    visitor.jar.clear()
    bench.line.take()
    const { cookies, headers } = await visitor.request((session) => {
      assert.equal(session.get('n'), undefined)
      assert.equal(session.principal, undefined)
      session.set('n', 1)
      session.delete('n')
      session.deleteAll()
    })
    assert.deepEqual(cookies, [])
    assert.equal(headers.get('vary'), 'Cookie')
    const untouched = await visitor.request()
    assert.deepEqual([...untouched.headers], [])
    assert.deepEqual(bench.line.take(), [])
  },

  async 'costs one read when nothing changes'(bench) {
    const visitor = await bench.visitor({ cart: ['a'], profile: { deep: [1] }, n: 1 })
    await visitor.request((session) => {
      assert.deepEqual({ ...session.data }, { cart: ['a'], profile: { deep: [1] }, n: 1 })
    })
    assert.deepEqual(bench.line.take(), ['read'])
  },

  async 'costs one read and one write when something changes'(bench) {
    const visitor = await bench.visitor({ cart: ['a'] })
    await visitor.request((session) => {
      session.get('cart')?.push('b')
      session.set('n', 1)
      session.delete('name')
    })
    assert.deepEqual(bench.line.take(), ['read', 'replace'])
    await visitor.request((session) => session.update('n', (n) => (n ?? 0) + 1))
    assert.deepEqual(bench.line.take(), ['read', 'replace'])
  },

  async 'writes nothing when a value is set to what it was, or changed and changed back'(bench) {
    const visitor = await bench.visitor({ n: 1, profile: { a: 1 }, cart: ['a'] })
    await visitor.request(async (session) => {
      session.set('n', 1)
      session.set('profile', { a: 1 })
      session.get('cart')?.push('b')
      session.get('cart')?.pop()
      await session.save()
    })
    assert.deepEqual(bench.line.take(), ['read'])
  },

  async 'costs one create for the first visit, also with ensure alone'(bench) {
    const visitor = await bench.visitor({})
    for (const what of ['set', 'ensure'] as const) {
      visitor.jar.clear()
      const { cookies } = await visitor.request((session) => (what === 'set' ? session.set('n', 1) : session.ensure()))
      assert.equal(cookies.length, 1)
      assert.deepEqual(bench.line.take(), ['create'])
      assert.ok(await visitor.see((session) => session.meta.createdAt))
      assert.deepEqual(bench.line.take(), ['read'])
    }
  },

  async 'moves the idle deadline at most once per touch interval'(bench) {
    const visitor = await bench.visitor({ n: 1 }, { lifetime: { idle: bench.seconds(300), absolute: 86_400 } })
    const touches: number[] = []
    for (let passed = 0; passed < 90; passed += 6) {
      await bench.pass(6)
      await visitor.request((session) => session.get('n'))
      await new Promise((resolve) => setTimeout(resolve, 20)) // The touch goes on beside the answer.
      if (bench.line.take().includes('touch')) touches.push(passed)
    }
    assert.ok(touches.length >= 1 && touches.length <= 3, `touched at ${touches.join(', ')}`)
  },

  async 'keeps a session alive that is used, and ends it after the idle time without use'(bench) {
    const visitor = await bench.visitor({ n: 1 }, { lifetime: { idle: bench.seconds(100), absolute: 86_400 } })
    for (let round = 0; round < 5; round += 1) {
      await bench.pass(80)
      assert.equal(await visitor.see((session) => session.get('n')), 1, `round ${round}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await bench.pass(150)
    const { session, cookies } = await visitor.request((ended) => ended.get('n'))
    assert.equal(session.get('n'), undefined)
    assert.deepEqual(cookies, [])
  },

  async 'ends a session at its absolute deadline however much it is used'(bench) {
    const lifetime = { idle: bench.seconds(100), absolute: bench.seconds(200) }
    const visitor = await bench.visitor({ n: 1 }, { lifetime })
    const address = await addressOf(visitor)
    await bench.pass(85)
    await visitor.request((session) => session.set('n', 2))
    await bench.pass(85)
    await visitor.request((session) => session.set('n', 3))
    await bench.pass(35)
    assert.equal(await visitor.see((session) => session.get('n')), undefined)
    assert.equal(await bench.store.read(address), undefined)
  },

  async 'refuses a write that comes after the deadline'(bench) {
    const lifetime = { idle: bench.seconds(100), absolute: bench.seconds(200) }
    const visitor = await bench.visitor({ n: 1 }, { lifetime })
    const slow = await visitor.begin()
    slow.session.set('n', 2)
    await bench.pass(150)
    await slow.end()
    assert.deepEqual(slow.cookies, [])
    assert.equal(bench.events('gone').length, 1)
  },

  async 'removes dead records from time to time, from the first write until it is closed'(bench) {
    if (!bench.store.capabilities.sweeps) return
    const sessions = bench.sessions({ sweep: { every: 0.01, limit: 10 } })
    const visitor = new Visitor(sessions)
    await visitor.request()
    await new Promise((resolve) => setTimeout(resolve, 30))
    assert.deepEqual(bench.line.take(), [])
    await visitor.request((session) => session.ensure())
    while (bench.line.calls.filter((verb) => verb === 'sweep').length < 2) await new Promise(setImmediate)
    await sessions.close()
    bench.line.take()
    await new Promise((resolve) => setTimeout(resolve, 30))
    assert.deepEqual(bench.line.take(), [])
  },

  async 'tells a persistent cookie how long the session may live'(bench) {
    const lifetime = { idle: bench.seconds(3000), absolute: bench.seconds(6000) }
    const visitor = await bench.visitor({ n: 1 }, { lifetime, cookie: { persistent: true } })
    await bench.pass(100)
    const { cookies } = await visitor.request((session) => session.rotate())
    const [, seconds] = /; Max-Age=(\d+)$/.exec(cookies[0] ?? '') ?? []
    const left = Number(seconds)
    assert.ok(left <= bench.seconds(5900) && left > bench.seconds(5900) - 5, `Max-Age=${left}`)
  },

  async 'shows times on the clock of the store, and none before there is a session'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const { createdAt, idleDeadline, absoluteDeadline } = await visitor.see((session) => session.meta)
    assert.ok(createdAt !== undefined && idleDeadline !== undefined && absoluteDeadline !== undefined)
    const tolerance = 2000
    assert.ok(Math.abs(absoluteDeadline - createdAt - bench.seconds(4000) * 1000) < tolerance)
    assert.ok(idleDeadline - createdAt >= bench.seconds(200) * 1000)
    visitor.jar.clear()
    const meta = await visitor.see((session) => session.meta)
    assert.deepEqual(meta, {
      address: undefined,
      createdAt: undefined,
      authenticatedAt: undefined,
      idleDeadline: undefined,
      absoluteDeadline: undefined,
      generation: 0,
      amr: [],
      device: undefined,
    })
  },
})
