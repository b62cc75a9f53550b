/** Visitors who have a token, and nothing stored yet. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, type Bench, type Data, type EngineCases } from './bench.ts'
import { times, Visitor } from './visitor.ts'

const reserved = { reserved: true } as const

/** A browser with a token that no session has. */
function newcomer(bench: Bench): { visitor: Visitor<Data>; address: string } {
  const visitor = new Visitor<Data>(bench.sessions())
  const { carrier, address } = visitor.sessions.reserve()
  visitor.jar.set('__Host-sid', carrier)
  return { visitor, address }
}

/** Reserved tokens. */
export const reservedCases: EngineCases = casesOf({
  async 'stores nothing for a reserved token until something is to be kept'(bench) {
    const { visitor, address } = newcomer(bench)
    assert.deepEqual((await visitor.request((session) => session.get('n'), reserved)).cookies, [])
    assert.equal(await bench.store.read(address), undefined)
  },

  async 'stores the first data under the reserved token, with the same secret'(bench) {
    const { visitor, address } = newcomer(bench)
    const before = visitor.token
    const { cookies } = await visitor.request((session) => session.set('n', 1), reserved)
    assert.equal(cookies.length, 1)
    assert.deepEqual([visitor.token, await addressOf(visitor)], [before, address])
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'stores what overlapping requests bring into one session'(bench) {
    const { visitor, address } = newcomer(bench)
    const keys = times(4, (index) => `key${index}`)
    await visitor.overlap(
      keys.map((key) => (session) => session.set(key, 1)),
      reserved,
    )
    assert.equal(await addressOf(visitor), address)
    assert.deepEqual(await visitor.see((session) => session.keys().toSorted()), keys)
  },

  async 'loses no update of the first overlapping requests'(bench) {
    const { visitor } = newcomer(bench)
    await visitor.overlap(
      times(4, () => (session) => session.update('n', (n) => Number(n ?? 0) + 1)),
      reserved,
    )
    assert.equal(await visitor.see((session) => session.get('n')), 4)
  },

  async 'leaves nothing of a reserved token usable after a login'(bench) {
    const { visitor, address } = newcomer(bench)
    const thief = visitor.twin()
    const slow = await thief.begin(reserved)
    await visitor.request((session) => session.login('alice'), reserved)
    assert.equal(await addressOf(visitor), address)
    assert.notEqual(visitor.token, thief.token)
    slow.session.set('n', 1)
    assert.deepEqual((await slow.end()).cookies, [])
    const late = await thief.begin(reserved)
    assert.equal(late.session.principal, undefined)
    late.session.set('n', 1)
    assert.deepEqual((await late.end()).cookies, [])
    assert.equal(bench.events('replay', address).length, 1)
    const seen = await visitor.see(({ principal, meta, data }) => [principal, meta.generation, data.n])
    assert.deepEqual(seen, ['alice', 1, undefined])
  },

  async 'leaves nothing of it usable after a first write that rotates without grace'(bench) {
    const { visitor, address } = newcomer(bench)
    const thief = visitor.twin()
    await visitor.request((session) => {
      session.set('n', 1)
      session.rotate({ grace: false })
    }, reserved)
    assert.notEqual(visitor.token, thief.token)
    const late = await thief.begin(reserved)
    late.session.set('n', 2)
    assert.deepEqual((await late.end()).cookies, [])
    assert.deepEqual(await visitor.see(({ meta, data }) => [meta.address, meta.generation, data.n]), [address, 1, 1])
  },

  async 'logs in to the session that another request has stored meanwhile'(bench) {
    const { visitor, address } = newcomer(bench)
    const [first, second] = await Promise.all([visitor.begin(reserved), visitor.begin(reserved)])
    first.session.set('n', 1)
    second.session.login('alice')
    await first.end()
    await second.end()
    const seen = await visitor.see(({ principal, meta, data }) => [principal, meta.address, meta.generation, data.n])
    assert.deepEqual(seen, ['alice', address, 1, undefined])
  },

  async 'makes a session elsewhere for a login when another login has taken the token'(bench) {
    const { visitor, address } = newcomer(bench)
    const other = visitor.twin()
    const [first, second] = await Promise.all([visitor.begin(reserved), other.begin(reserved)])
    first.session.login('alice')
    second.session.login('bob')
    await first.end()
    await second.end()
    assert.deepEqual(await visitor.see(({ principal, meta }) => [principal, meta.address]), ['alice', address])
    assert.equal(await other.see((session) => session.principal), 'bob')
    assert.notEqual(await addressOf(other), address)
  },

  async 'stores nothing under a reserved token whose session a login has taken'(bench) {
    const { visitor } = newcomer(bench)
    const thief = visitor.twin()
    await visitor.request((session) => session.set('n', 1), reserved)
    await visitor.request((session) => session.login('alice'))
    const late = await thief.begin(reserved)
    late.session.set('n', 2)
    assert.deepEqual((await late.end()).cookies, [])
    assert.deepEqual(await visitor.see(({ principal, data }) => [principal, data.n]), ['alice', undefined])
  },

  async 'never uses a reserved token again after a logout'(bench) {
    const { visitor, address } = newcomer(bench)
    await visitor.request(async (session) => {
      session.set('n', 1)
      await session.save()
      await session.logout()
      session.set('n', 2)
    }, reserved)
    assert.notEqual(await addressOf(visitor), address)
    assert.equal(await visitor.see((session) => session.get('n')), 2)
  },

  async 'takes a token for unknown that nobody says is reserved'(bench) {
    const { visitor, address } = newcomer(bench)
    await visitor.request((session) => session.set('n', 1))
    assert.notEqual(await addressOf(visitor), address)
  },
})
