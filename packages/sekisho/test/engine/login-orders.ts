/** A login beside requests that still use the old token, in every order of arrival. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, failsWith, type Bench, type Data, type EngineCases } from './bench.ts'
import { times, type Visit, type Visitor } from './visitor.ts'

/** When a request with the old token opens and commits, seen from the login. */
interface Timing {
  readonly opens: 'before' | 'after'
  readonly commits: 'before' | 'after'
  readonly arrives: 'before' | 'after'
  readonly writes: boolean
}

const timings: readonly Timing[] = [true, false].flatMap((writes): Timing[] => [
  { opens: 'before', commits: 'before', arrives: 'before', writes },
  { opens: 'before', commits: 'before', arrives: 'after', writes },
  { opens: 'before', commits: 'after', arrives: 'after', writes },
  { opens: 'after', commits: 'after', arrives: 'after', writes },
])

/** What is left when all answers have arrived. */
interface Aftermath {
  readonly visitor: Visitor<Data>
  /** The browser as the answer to the login left it. */
  readonly loggedIn: Visitor<Data>
  /** The cookies of the old requests that committed after the login. */
  readonly late: readonly string[]
}

/** 20 requests with the old token around one login. */
async function around(bench: Bench, navigations: boolean): Promise<Aftermath> {
  const visitor = await bench.visitor({ n: 0, cart: ['a'] }, { keys: { cart: { beforeLogin: 'keep' } } })
  const init = { headers: { 'sec-fetch-mode': navigations ? 'navigate' : 'cors' } }
  if (navigations) await bench.pass(100)
  const all = times(20, (index) => ({ ...(timings[index % timings.length] as Timing), index }))
  const old = visitor.twin()
  const visits = new Map<number, Visit<Data>>()
  const open = async (opens: Timing['opens']): Promise<void> => {
    for (const one of all) if (one.opens === opens) visits.set(one.index, await old.begin(init))
  }
  const commit = async (commits: Timing['commits']): Promise<void> => {
    const due = all.filter((one) => one.commits === commits)
    for (const { index, writes } of due) if (writes) visits.get(index)?.session.set(`old${index}`, index)
    for (const { index, writes } of due) if (writes) visits.get(index)?.session.get('cart')?.push(`${commits}${index}`)
    await Promise.all(due.map(({ index }) => visits.get(index)?.commit()))
  }
  const arrive = (arrives: Timing['arrives']): void => {
    for (const one of all) if (one.arrives === arrives) visitor.receive(visits.get(one.index)?.cookies ?? [])
  }
  await open('before')
  const login = await visitor.begin(init)
  await commit('before')
  arrive('before')
  login.session.login('ada')
  login.session.set('fresh', true)
  await login.end()
  const loggedIn = visitor.twin()
  await open('after')
  await commit('after')
  arrive('after')
  const late = all.flatMap(({ commits, index }) => (commits === 'after' ? (visits.get(index)?.cookies ?? []) : []))
  return { visitor, loggedIn, late }
}

/** Login beside other requests. */
export const loginOrderCases: EngineCases = casesOf({
  async 'ends with the new token and the new data, whatever 20 requests with the old token do'(bench) {
    const { visitor, loggedIn, late } = await around(bench, false)
    assert.equal(visitor.token, loggedIn.token)
    assert.deepEqual(late, [])
    const {
      principal,
      cart = [],
      ...rest
    } = await visitor.see((session) => ({
      ...session.data,
      principal: session.principal,
    }))
    assert.equal(principal, 'ada')
    assert.deepEqual(rest, { fresh: true })
    assert.equal(cart[0], 'a')
    assert.ok(cart.slice(1).length > 0, 'what was merged before the login into a declared key is kept')
    assert.deepEqual(
      cart.slice(1).filter((item) => !item.startsWith('before')),
      [],
    )
    assert.ok(bench.events('superseded', await addressOf(visitor)).length > 0)
  },

  async 'sends no rotated secret for the old token once the login is stored'(bench) {
    const { loggedIn, late } = await around(bench, true)
    assert.deepEqual(late, [])
    assert.ok(bench.events('rotated').length > 0, 'the old secret was rotated before the login')
    assert.deepEqual(await loggedIn.see((session) => [session.principal, session.get('fresh')]), ['ada', true])
  },

  async 'tells an explicit save and update that a login was faster'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const [saving, updating] = [await visitor.begin(), await visitor.begin()]
    await visitor.request((session) => session.login('ada'))
    saving.session.set('n', 1)
    await failsWith('ERR_SESSION_SUPERSEDED', () => saving.session.save())
    await failsWith('ERR_SESSION_SUPERSEDED', () => updating.session.update('n', () => 2))
    await saving.end()
    await updating.end()
    assert.deepEqual([...saving.cookies, ...updating.cookies], [])
    assert.equal(await visitor.see((session) => session.has('n')), false)
  },

  async 'stores nothing for a request that opens with a replaced token, not even in a new session'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const old = visitor.twin()
    await visitor.request((session) => session.login('ada'))
    const address = await addressOf(visitor)
    const late = await old.begin()
    late.session.set('n', 1)
    late.session.ensure()
    await failsWith('ERR_SESSION_SUPERSEDED', () => late.session.save())
    await failsWith('ERR_SESSION_SUPERSEDED', () => late.session.update('n', () => 2))
    await late.end()
    assert.deepEqual(late.cookies, [])
    assert.equal(bench.events('superseded', address).length, 1)
    assert.equal(bench.events('created').length, 1)
    const updating = await old.begin()
    await failsWith('ERR_SESSION_SUPERSEDED', () => updating.session.update('n', () => 2))
  },

  async 'answers a login that was sent twice with two tokens that both work'(bench) {
    const visitor = await bench.visitor({ cart: ['a'] }, { keys: { cart: { beforeLogin: 'keep' } } })
    const submits = [await visitor.begin(), await visitor.begin()]
    for (const { session } of submits) session.login('ada')
    await Promise.all(submits.map((submit) => submit.commit()))
    for (const submit of submits) {
      const browser = visitor.twin()
      browser.receive(submit.cookies)
      assert.deepEqual(await browser.see((session) => [session.principal, session.get('cart')]), ['ada', ['a']])
    }
    for (const submit of submits) submit.arrive()
    assert.equal(await visitor.see((session) => session.principal), 'ada')
  },

  async 'answers a login that is sent again with the old token'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const again = visitor.twin()
    await visitor.request((session) => session.login('ada'))
    await again.request((session) => session.login('ada'))
    assert.equal(await again.see((session) => session.principal), 'ada')
    assert.equal(await visitor.see((session) => session.principal), 'ada')
  },

  async 'logs in although the session ended meanwhile'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const login = await visitor.begin()
    await visitor.twin().request((session) => session.logout())
    login.session.login('ada')
    await login.end()
    assert.equal(await visitor.see((session) => session.principal), 'ada')
  },

  async 'takes over what was stored under a declared key before the login won'(bench) {
    const visitor = await bench.visitor({ cart: ['a'], n: 1 }, { keys: { cart: { beforeLogin: 'keep' } } })
    const login = await visitor.begin()
    login.session.login('ada')
    login.session.get('cart')?.push('of the login')
    await visitor.request((session) => {
      session.get('cart')?.push('before')
      session.set('n', 2)
    })
    await login.end()
    const data = await visitor.see((session) => ({ ...session.data }))
    assert.deepEqual(data, { cart: ['a', 'before', 'of the login'] })
  },

  async 'never stores a login that no answer can tell of'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const { cookies } = await visitor.request((session) => session.login('ada'), { deliverable: false })
    assert.deepEqual(cookies, [])
    assert.equal(bench.events('undeliverable').length, 1)
    assert.deepEqual(await visitor.see((session) => [session.principal, session.get('n')]), [undefined, 1])
  },
})
