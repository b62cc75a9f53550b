/** Logging in to a sealed session. */
import assert from 'node:assert/strict'
import { failsWith } from '../engine/bench.ts'
import { refused } from '../engine/faults.ts'
import { browse, onBench } from './bench.ts'

onBench('lets nobody log in where a login could not be ended, unless the application accepts that', async (bench) => {
  const visitor = bench.browser()
  const visit = await visitor.begin()
  const error = await failsWith('ERR_OPTION', () => visit.session.login('ada'))
  assert.match(error.message, /`revocations` must be a store.*`acceptUnrevocable: true`/)
  assert.equal(visit.session.principal, undefined)
  const accepting = browse(bench.sealed({ acceptUnrevocable: true }))
  await accepting.request((session) => session.login('ada'))
  assert.equal(await accepting.see(({ principal }) => principal), 'ada')
})

onBench('gives a login a new session, and ends the one it came from', async (bench) => {
  const visitor = await bench.visitor({ n: 1 }, bench.revocable())
  const thief = visitor.twin()
  const before = await visitor.see((session) => session.meta)
  bench.pass(60)
  await visitor.request((session) => session.login('ada', { amr: ['pwd'], device: 'a phone' }))
  const after = await visitor.see(({ meta }) => meta)
  assert.notEqual(after.address, before.address)
  assert.deepEqual([after.generation, after.amr, after.device], [1, ['pwd'], 'a phone'])
  assert.deepEqual([after.createdAt, after.authenticatedAt], [Date.now(), Date.now()])
  assert.equal(after.absoluteDeadline, (before.absoluteDeadline ?? 0) + 60_000)
  assert.equal(await visitor.see(({ principal }) => principal), 'ada')
  assert.deepEqual(await thief.see(({ principal, data }) => [principal, { ...data }]), [undefined, {}])
  assert.deepEqual(bench.events('login'), [{ event: 'login', address: after.address, principal: 'ada', generation: 1 }])
  assert.deepEqual(bench.events('replay'), [{ event: 'replay', address: before.address, reason: 'revoked' }])
})

onBench('takes over the declared keys of an anonymous visitor, or those of them that were asked for', async (bench) => {
  const sessions = bench.revocable({ keys: { cart: { beforeLogin: 'keep' }, name: { beforeLogin: 'keep' } } })
  const data = { cart: ['tea'], name: 'A', n: 1 }
  const all = await bench.visitor(data, sessions)
  await all.request((session) => {
    session.login('ada')
    session.set('profile', { since: 'now' })
  })
  assert.deepEqual(await all.see((session) => ({ ...session.data })), { cart: ['tea'], name: 'A', profile: { since: 'now' } }) // prettier-ignore
  const some = await bench.visitor(data, sessions)
  await some.request((session) => session.login('ada', { keep: ['cart'] }))
  assert.deepEqual(await some.see((session) => ({ ...session.data })), { cart: ['tea'] })
  const visit = await some.begin()
  await failsWith('ERR_ARGUMENT', () => visit.session.login('ada', { keep: ['n'] }))
})

onBench('takes over nothing from another user', async (bench) => {
  const sessions = bench.revocable({ keys: { cart: { beforeLogin: 'keep' } } })
  const visitor = await bench.user('ada', sessions)
  await visitor.request((session) => session.set('cart', ['tea']))
  await visitor.request((session) => session.login('bob'))
  assert.deepEqual(await visitor.see(({ principal, data }) => [principal, { ...data }]), ['bob', {}])
  await visitor.request((session) => session.set('cart', ['rice']))
  await visitor.request((session) => session.login('bob', { amr: ['otp'] }))
  assert.deepEqual(await visitor.see(({ data, meta }) => [{ ...data }, meta.amr]), [{ cart: ['rice'] }, ['otp']])
})

onBench('lets a request that began before the login store nothing after it', async (bench) => {
  const visitor = await bench.visitor({ n: 1 }, bench.revocable())
  const slow = await visitor.begin()
  await visitor.request((session) => session.login('ada'))
  slow.session.set('n', 2)
  await slow.end()
  assert.deepEqual(slow.cookies, [])
  assert.equal(await visitor.see(({ principal }) => principal), 'ada')
  assert.equal(bench.events('superseded').length, 1)
})

onBench('lets a logout that began before the login end nothing of it', async (bench) => {
  const visitor = await bench.visitor({ n: 1 }, bench.revocable())
  const before = visitor.twin()
  const slow = await visitor.begin()
  await visitor.request((session) => session.login('ada'))
  await slow.session.logout()
  visitor.receive((await slow.commit()).cookies)
  const late = await before.request((session) => session.logout())
  visitor.receive(late.cookies)
  assert.deepEqual([slow.cookies, late.cookies], [[], []])
  assert.equal(await visitor.see(({ principal }) => principal), 'ada')
})

onBench('gives each of two overlapping logins a session of its own', async (bench) => {
  const visitor = await bench.visitor({ n: 1 }, bench.revocable())
  const visits = await visitor.overlap([(session) => session.login('ada'), (session) => session.login('bob')])
  assert.deepEqual(
    visits.map(({ cookies }) => cookies.length),
    [1, 1],
  )
  assert.equal(await visitor.see(({ principal }) => principal), 'bob')
})

onBench('makes a fresh session out of a login whose predecessor has ended', async (bench) => {
  const sessions = bench.revocable({ keys: { cart: { beforeLogin: 'keep' } } })
  const visitor = await bench.visitor({ cart: ['tea'], name: 'A' }, sessions)
  const slow = await visitor.begin()
  slow.session.login('ada')
  slow.session.set('n', 2)
  await visitor.twin().request((session) => session.logout())
  await slow.end()
  assert.equal(slow.cookies.length, 1)
  assert.deepEqual(await visitor.see(({ principal, data }) => [principal, { ...data }]), [
    'ada',
    { cart: ['tea'], n: 2 },
  ])
})

onBench('logs in, after a logout in the same request, to a session of its own', async (bench) => {
  const visitor = await bench.user('ada')
  const copy = visitor.twin()
  const { cookies } = await visitor.request(async (session) => {
    await session.logout()
    session.login('bob')
  })
  assert.equal(cookies.length, 1)
  assert.equal(await visitor.see(({ principal }) => principal), 'bob')
  assert.equal(await copy.see(({ principal }) => principal), undefined)
})

onBench('leaves the visitor as he was when a login cannot be completed', async (bench) => {
  const sessions = bench.revocable()
  const visitor = await bench.user('ada', sessions)
  for (const verb of ['read', 'epoch', 'create'] as const) {
    const visit = await visitor.begin()
    visit.session.login('bob')
    bench.line.next(verb, refused)
    const error = await failsWith('ERR_STORE_UNAVAILABLE', () => visit.commit())
    assert.deepEqual([error.status, visit.cookies], [503, []], verb)
    assert.equal(await visitor.see(({ principal }) => principal), 'ada', `still logged in after a failing ${verb}`)
  }
  const visit = await visitor.begin()
  visit.session.login('bob')
  visit.session.set('name', 'x'.repeat(5000))
  await failsWith('ERR_COOKIE_TOO_LARGE', () => visit.commit())
  assert.deepEqual(visit.cookies, [])
  assert.equal(await visitor.see(({ principal }) => principal), 'ada', 'still logged in after data that was too large')
})

onBench('makes no login in an answer that carries no cookie', async (bench) => {
  const visitor = await bench.visitor({ n: 1 }, bench.revocable())
  for (const init of [{ method: 'HEAD' }, { status: 304 }, { deliverable: false }]) {
    const { cookies } = await visitor.request((session) => session.login('ada'), init)
    assert.deepEqual(cookies, [])
  }
  assert.equal(bench.events('undeliverable').length, 3)
  assert.equal(bench.line.take().includes('create'), false)
  assert.deepEqual(await visitor.see(({ principal, data }) => [principal, data['n']]), [undefined, 1])
})
