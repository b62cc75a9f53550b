/** The secret changes, and nobody is logged out by it. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, type Bench, type Data, type EngineCases } from './bench.ts'
import { times, type Visitor } from './visitor.ts'

const navigation = { headers: { 'sec-fetch-mode': 'navigate' } }
const script = { headers: { 'sec-fetch-mode': 'cors' } }

/** A visitor whose secret is due for rotation. */
async function due(bench: Bench): Promise<Visitor<Data>> {
  const visitor = await bench.visitor<Data>({ n: 1 })
  await bench.pass(91)
  return visitor
}

/** Rotation by age and on demand. */
export const rotationCases: EngineCases = casesOf({
  async 'gives a session a new secret on a navigation when it is due, and not before'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const [address, before] = [await addressOf(visitor), visitor.token]
    await bench.pass(70)
    assert.deepEqual((await visitor.request(undefined, navigation)).cookies, [])
    await bench.pass(21)
    const { cookies } = await visitor.request(undefined, navigation)
    assert.equal(cookies.length, 1)
    assert.notEqual(visitor.token, before)
    assert.equal(visitor.token?.slice(0, 21), before?.slice(0, 21))
    assert.equal(await addressOf(visitor), address)
    assert.equal(bench.events('rotated', address).length, 1)
    assert.deepEqual((await visitor.request(undefined, navigation)).cookies, [])
  },

  async 'lets navigations rotate first, and everything else at twice the age'(bench) {
    const visitor = await due(bench)
    assert.deepEqual((await visitor.request(undefined, script)).cookies, [])
    assert.deepEqual((await visitor.request()).cookies, [])
    await bench.pass(70)
    assert.deepEqual((await visitor.request(undefined, script)).cookies, [])
    await bench.pass(30)
    assert.equal((await visitor.request(undefined, script)).cookies.length, 1)
  },

  async 'takes a request that accepts HTML for a navigation where the browser says nothing'(bench) {
    const visitor = await due(bench)
    const { cookies } = await visitor.request(undefined, { headers: { accept: 'text/html,*/*;q=0.8' } })
    assert.equal(cookies.length, 1)
  },

  async 'does not rotate where no browser would keep the cookie, and catches up later'(bench) {
    const visitor = await due(bench)
    const address = await addressOf(visitor)
    for (const init of [
      { ...navigation, method: 'HEAD' },
      { ...navigation, status: 304 },
      { ...navigation, status: 101 },
      { ...navigation, deliverable: false },
    ]) {
      const { cookies, headers } = await visitor.request((session) => session.rotate(), init)
      assert.deepEqual([cookies, headers.get('set-cookie')], [[], null])
    }
    assert.equal(bench.events('rotated', address).length, 0)
    assert.equal((await visitor.request(undefined, navigation)).cookies.length, 1)
  },

  async 'stores data on answers without cookies all the same'(bench) {
    const visitor = await due(bench)
    await visitor.request((session) => session.set('head', 1), { ...navigation, method: 'HEAD' })
    await visitor.request((session) => session.set('unchanged', 1), { ...navigation, status: 304 })
    await visitor.request((session) => session.set('gone', 1), { ...navigation, deliverable: false })
    assert.deepEqual(await visitor.see((session) => session.keys().toSorted()), ['gone', 'head', 'n', 'unchanged'])
  },

  async 'rotates when asked to'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const before = visitor.token
    const { cookies } = await visitor.request((session) => {
      session.rotate()
      session.set('n', 2)
    }, script)
    assert.equal(cookies.length, 1)
    assert.notEqual(visitor.token, before)
    assert.equal(await visitor.see((session) => session.get('n')), 2)
  },

  async 'leaves the old secret no grace when told so, and keeps data and login'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    await visitor.request((session) => session.login('alice'))
    const address = await addressOf(visitor)
    const thief = visitor.twin()
    const { cookies } = await visitor.request((session) => {
      session.rotate({ grace: false })
      session.set('n', 2)
    }, script)
    assert.equal(cookies.length, 1)
    assert.equal(bench.events('rotated', address).length, 1)
    assert.deepEqual(await visitor.see(({ principal, meta, data }) => [principal, meta.generation, data.n]), [
      'alice',
      2,
      2,
    ])
    const late = await thief.begin()
    assert.equal(late.session.principal, undefined)
    late.session.set('n', 3)
    assert.deepEqual((await late.end()).cookies, [])
    assert.equal(bench.events('replay', address).length, 1)
    assert.equal(await visitor.see((session) => session.get('n')), 2)
  },

  async 'drops what a request stores that began before a rotation without grace'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const slow = await visitor.begin()
    await visitor.request((session) => session.rotate({ grace: false }))
    slow.session.set('n', 2)
    assert.deepEqual((await slow.end()).cookies, [])
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'rotates without grace also for who still has the secret before the last one'(bench) {
    const visitor = await due(bench)
    const slow = visitor.twin()
    await visitor.request(undefined, navigation)
    const { cookies } = await slow.request((session) => session.rotate({ grace: false }))
    assert.equal(cookies.length, 1)
    assert.equal(await slow.see((session) => session.get('n')), 1)
    assert.equal(await visitor.see((session) => session.get('n')), undefined)
  },

  async 'never rotates by age when rotation is off'(bench) {
    const visitor = await bench.visitor({ n: 1 }, { rotation: false })
    await bench.pass(190)
    assert.deepEqual((await visitor.request(undefined, navigation)).cookies, [])
    assert.equal((await visitor.request((session) => session.rotate())).cookies.length, 1)
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'serves 20 requests with the old secret during a rotation as the same session, each with the new token'(bench) {
    const visitor = await due(bench)
    const address = await addressOf(visitor)
    const old = visitor.twin()
    const early = await Promise.all(times(10, () => old.begin(navigation)))
    await visitor.request(undefined, navigation)
    const late = await Promise.all(times(10, () => old.begin(navigation)))
    for (const [index, { session }] of [...early, ...late].entries()) {
      assert.equal(session.meta.address, address)
      session.set(`key${index}`, index)
    }
    for (const visit of [...early, ...late]) await visit.commit()
    for (const { cookies } of [...early, ...late]) {
      assert.equal(cookies.length, 1)
      assert.ok(cookies[0]?.startsWith(`__Host-sid=${visitor.token};`), 'the token of the one rotation')
    }
    assert.equal(bench.events('rotated', address).length, 1)
    assert.equal((await visitor.see((session) => session.keys())).length, 21)
    assert.deepEqual(bench.events('replay'), [])
  },

  async 'logs nobody out whose new cookie never arrived, however long that takes'(bench) {
    const visitor = await due(bench)
    const lost = await visitor.request(undefined, { ...navigation, arrives: false })
    const expected = lost.cookies[0]?.split(';')[0]
    for (let round = 0; round < 8; round += 1) {
      await bench.pass(60)
      const again = await visitor.request((session) => assert.equal(session.get('n'), 1), {
        ...navigation,
        arrives: false,
      })
      assert.equal(again.cookies[0]?.split(';')[0], expected)
    }
    assert.equal(bench.events('rotated').length, 1)
    await visitor.request(undefined, navigation)
    assert.equal(await visitor.see((session) => session.get('n')), 1)
    assert.deepEqual(bench.events('replay'), [])
  },

  async 'lets the old secret work for the grace once the new one has been seen, and no longer'(bench) {
    const visitor = await due(bench)
    const address = await addressOf(visitor)
    const old = visitor.twin()
    await visitor.request(undefined, navigation)
    await visitor.request((session) => session.set('n', 2))
    await bench.pass(10)
    const within = await old.request((session) => assert.equal(session.get('n'), 2), { arrives: false })
    assert.equal(within.cookies.length, 1)
    await bench.pass(25)
    const beyond = await old.request((session) => {
      assert.equal(session.get('n'), undefined)
      assert.equal(session.principal, undefined)
      session.set('n', 666)
    })
    assert.deepEqual(beyond.cookies, [])
    assert.deepEqual(bench.events('replay', address), [{ event: 'replay', address, reason: 'grace-over' }])
    assert.equal(bench.events('superseded', address).length, 1)
    assert.equal(await visitor.see((session) => session.get('n')), 2)
  },

  async 'notices the new secret beside the answer of a request that only reads'(bench) {
    const visitor = await due(bench)
    const old = visitor.twin()
    await visitor.request(undefined, navigation)
    bench.line.take()
    await visitor.request((session) => session.get('n'))
    await visitor.sessions.close()
    assert.deepEqual(bench.line.take(), ['read', 'replace'])
    await visitor.request((session) => session.get('n'))
    assert.deepEqual(bench.line.take(), ['read'])
    await bench.pass(35)
    await old.request()
    assert.equal(bench.events('replay').length, 1)
  },

  async 'refuses a write of a request that began with the old secret and outlived its grace'(bench) {
    const visitor = await due(bench)
    const slow = await visitor.begin()
    await visitor.request(undefined, navigation)
    await visitor.request((session) => session.set('n', 2))
    await bench.pass(35)
    slow.session.set('n', 3)
    await slow.end()
    assert.deepEqual(slow.cookies, [])
    assert.equal(await visitor.see((session) => session.get('n')), 2)
  },

  async 'comes out with one lineage when two requests rotate at once'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const address = await addressOf(visitor)
    const visits = await visitor.overlap([
      (session) => {
        session.rotate()
        session.set('a', 1)
      },
      (session) => {
        session.rotate()
        session.set('b', 2)
      },
    ])
    const [first, second] = visits.map(({ cookies }) => cookies[0]?.split(';')[0])
    assert.equal(first, second)
    assert.equal(bench.events('rotated', address).length, 1)
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { n: 1, a: 1, b: 2 })
  },

  async 'makes no new secret for a request that comes with the previous one'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const old = visitor.twin()
    await visitor.request((session) => session.rotate())
    bench.line.take()
    const { cookies } = await old.request((session) => session.rotate())
    // The second read makes sure that no login has overtaken the hand-off.
    assert.deepEqual(bench.line.take(), ['read', 'read'])
    assert.ok(cookies[0]?.startsWith(`__Host-sid=${visitor.token};`))
    assert.equal(bench.events('rotated').length, 1)
  },

  async 'rotates again and again, each time dropping the secret before the previous one'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const oldest = visitor.twin()
    for (let round = 0; round < 4; round += 1) {
      await bench.pass(91)
      assert.equal((await visitor.request(undefined, navigation)).cookies.length, 1)
    }
    const { session } = await oldest.request()
    assert.equal(session.meta.address, undefined)
    assert.equal(bench.events('replay').at(-1)?.reason, 'unknown-secret')
    assert.equal(await visitor.see((own) => own.get('n')), 1)
  },
})
