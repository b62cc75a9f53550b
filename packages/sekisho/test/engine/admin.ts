/** Sessions seen and ended from outside of a request. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, failsWith, type Bench, type Data, type EngineCases } from './bench.ts'
import { after } from './faults.ts'
import { times, Visitor } from './visitor.ts'
import type { Sessions } from '../../src/session/contract.ts'
import type { Verb } from './faults.ts'

/** A browser in which somebody is logged in. */
async function member(sessions: Sessions<Data>, principal: string, device?: string): Promise<Visitor<Data>> {
  const visitor = new Visitor(sessions)
  await visitor.request((session) => {
    session.login(principal, { amr: ['pwd'], ...(device === undefined ? {} : { device }) })
    session.set('name', principal)
  })
  return visitor
}

/** Who is logged in in a browser. */
function principalOf(visitor: Visitor<Data>): Promise<string | undefined> {
  return visitor.see((session) => session.principal)
}

/** A `revokeAll` in the middle of a login, before the nth of its calls. @returns Who is logged in afterwards, and the list. */
async function revokedDuring(
  bench: Bench,
  verb: Verb,
  calls: number,
): Promise<{ loggedIn: string | undefined; listed: boolean; other: string | undefined }> {
  const sessions = bench.sessions()
  const other = await member(sessions, 'ada')
  const visitor = new Visitor(sessions)
  await visitor.request((session) => session.set('n', 1))
  const skipped = times(calls, () => (send: () => unknown) => send())
  bench.line.next(
    verb,
    ...skipped,
    after(async () => void (await sessions.admin.revokeAll('ada'))),
  )
  await visitor.request((session) => session.login('ada'))
  const address = await visitor.see((session) => session.meta.address)
  const list = await sessions.admin.list('ada')
  const listed = list.some((one) => one.address === address)
  return { loggedIn: await principalOf(visitor), listed, other: await principalOf(other) }
}

/** Lists and revocations. */
export const adminCases: EngineCases = casesOf({
  async 'lists the live sessions of a user, the most recently used first'(bench) {
    const sessions = bench.sessions()
    const laptop = await member(sessions, 'ada', 'laptop')
    await bench.pass(50)
    const phone = await member(sessions, 'ada', 'phone')
    await member(sessions, 'bob')
    await bench.pass(50)
    await laptop.request((session) => session.set('n', 1))
    const list = await sessions.admin.list('ada')
    assert.deepEqual(
      list.map(({ device, amr, principal }) => [device, amr, principal]),
      [
        ['laptop', ['pwd'], 'ada'],
        ['phone', ['pwd'], 'ada'],
      ],
    )
    assert.equal(list[1]?.address, await addressOf(phone))
    assert.ok(list.every(({ lastUsedAt, createdAt }) => lastUsedAt >= createdAt))
    assert.deepEqual(await sessions.admin.list('nobody'), [])
  },

  async 'lists no session that has ended or belongs to somebody else now'(bench) {
    const sessions = bench.sessions()
    const left = await member(sessions, 'ada')
    const changed = await member(sessions, 'ada')
    await left.request((session) => session.logout())
    await changed.request((session) => session.login('bob'))
    assert.deepEqual(await sessions.admin.list('ada'), [])
    assert.equal((await sessions.admin.list('bob')).length, 1)
    assert.equal(await sessions.admin.revokeAll('ada'), 0)
    assert.equal(await principalOf(changed), 'bob')
  },

  async 'ends one session by its address'(bench) {
    const sessions = bench.sessions()
    const [one, other] = [await member(sessions, 'ada'), await member(sessions, 'ada')]
    const address = await addressOf(one)
    const slow = await one.begin()
    assert.equal(await sessions.admin.revoke(address), true)
    assert.equal(await sessions.admin.revoke(address), false)
    assert.equal(await sessions.admin.revoke('not an address'), false)
    slow.session.set('n', 1)
    await slow.end()
    assert.equal(await principalOf(one), undefined)
    assert.equal(await principalOf(other), 'ada')
    assert.deepEqual(bench.events('destroyed', address), [{ event: 'destroyed', address, by: 'revoke' }])
  },

  async 'ends only a session of the user that was named'(bench) {
    const sessions = bench.sessions()
    const bob = await member(sessions, 'bob')
    const address = await addressOf(bob)
    assert.equal(await sessions.admin.revoke(address, { principal: 'ada' }), false)
    assert.equal(await principalOf(bob), 'bob')
    assert.equal(await sessions.admin.revoke(address, { principal: 'bob' }), true)
    assert.equal(await principalOf(bob), undefined)
  },

  async 'spares a session that becomes another user’s while it is being revoked'(bench) {
    const sessions = bench.sessions()
    const visitor = await member(sessions, 'ada')
    const address = await addressOf(visitor)
    bench.line.next(
      'delete',
      after(async () => void (await visitor.request((session) => session.login('bob')))),
    )
    assert.equal(await sessions.admin.revoke(address, { principal: 'ada' }), false)
    assert.equal(await principalOf(visitor), 'bob')
  },

  async 'ends a session that is written while it is being revoked'(bench) {
    const sessions = bench.sessions()
    const visitor = await member(sessions, 'ada')
    const address = await addressOf(visitor)
    const writing = after(async () => void (await visitor.request((session) => session.set('n', 1))))
    bench.line.next('delete', writing)
    assert.equal(await sessions.admin.revoke(address, { principal: 'ada' }), true)
    const again = await member(sessions, 'ada')
    bench.line.next(
      'delete',
      after(async () => void (await again.request((session) => session.set('n', 1)))),
    )
    assert.equal(await sessions.admin.revokeAll('ada'), 1)
    assert.deepEqual([await principalOf(visitor), await principalOf(again)], [undefined, undefined])
  },

  async 'ends all sessions of a user but the one that is excepted'(bench) {
    const sessions = bench.sessions()
    const members = await Promise.all(times(6, () => member(sessions, 'ada')))
    const bob = await member(sessions, 'bob')
    const own = members[2] as Visitor<Data>
    assert.equal(await sessions.admin.revokeAll('ada', { except: await addressOf(own) }), 5)
    const left = await Promise.all(members.map(principalOf))
    assert.deepEqual(
      left.map((principal) => principal === 'ada'),
      [false, false, true, false, false, false],
    )
    assert.equal((await sessions.admin.list('ada')).length, 1)
    assert.equal(await principalOf(bob), 'bob')
    assert.equal(await sessions.admin.revokeAll('ada'), 1)
    assert.equal(await principalOf(own), undefined)
  },

  async 'lets a login live that begins after a revocation'(bench) {
    const sessions = bench.sessions()
    await member(sessions, 'ada')
    await sessions.admin.revokeAll('ada')
    const visitor = await member(sessions, 'ada')
    assert.equal(await principalOf(visitor), 'ada')
    assert.equal((await sessions.admin.list('ada')).length, 1)
  },

  async 'ends what is older than the revocation, and not a login that it meets on its way'(bench) {
    const sessions = bench.sessions()
    const old = await member(sessions, 'ada')
    const young = new Visitor(sessions)
    bench.line.next(
      'list',
      after(async () => void (await young.request((session) => session.login('ada')))),
    )
    assert.equal(await sessions.admin.revokeAll('ada'), 1)
    assert.deepEqual([await principalOf(old), await principalOf(young)], [undefined, 'ada'])
  },

  async 'never leaves a login alive but unlisted, wherever in it a revocation falls'(bench) {
    const points: readonly (readonly [Verb, number])[] = [
      ['epoch', 0],
      ['add', 0],
      ['replace', 0],
      ['epoch', 1],
    ]
    for (const [verb, calls] of points) {
      const { loggedIn, listed, other } = await revokedDuring(bench, verb, calls)
      assert.equal(other, undefined, `a session from before, at ${verb} ${calls}`)
      assert.equal(loggedIn, 'ada', `the login answers with a session that works, at ${verb} ${calls}`)
      assert.equal(listed, true, `the session is listed, at ${verb} ${calls}`)
    }
  },

  async 'leaves no session from before a revocation beside many logins'(bench) {
    const sessions = bench.sessions()
    const before = await Promise.all(times(5, () => member(sessions, 'ada')))
    const during = times(10, () => member(sessions, 'ada'))
    const revocations = times(3, () => sessions.admin.revokeAll('ada'))
    await Promise.all([...during, ...revocations])
    assert.deepEqual(
      await Promise.all(before.map(principalOf)),
      times(5, () => undefined),
    )
    const listed = new Set((await sessions.admin.list('ada')).map(({ address }) => address))
    for (const visitor of await Promise.all(during)) {
      const address = await visitor.see((session) => session.principal && session.meta.address)
      assert.ok(address === undefined || listed.has(address))
    }
    await sessions.admin.revokeAll('ada')
    assert.deepEqual(await sessions.admin.list('ada'), [])
  },

  async 'says which option is missing when the store has no index'(bench) {
    const { principals: _, ...store } = bench.line.store
    const sessions = bench.sessions({ store })
    const visitor = await member(sessions, 'ada')
    const refusal = await failsWith('ERR_OPTION', () => sessions.admin.list('ada'))
    assert.match(refusal.message, /`store`/)
    await failsWith('ERR_OPTION', () => sessions.admin.revokeAll('ada'))
    assert.equal(await sessions.admin.revoke(await addressOf(visitor)), true)
  },
})
