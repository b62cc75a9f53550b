/** How many sessions a user may have. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, failsWith, type Bench, type Data, type EngineCases } from './bench.ts'
import { after } from './faults.ts'
import { times, Visitor } from './visitor.ts'
import type { Sessions } from '../../src/session/contract.ts'

/** Logs in one after the other, so that each login is later than the one before. */
async function members(bench: Bench, sessions: Sessions<Data>, count: number): Promise<Visitor<Data>[]> {
  const visitors: Visitor<Data>[] = []
  for (let turn = 0; turn < count; turn += 1) {
    const visitor = new Visitor(sessions)
    await visitor.request((session) => session.login('ada'))
    visitors.push(visitor)
    await bench.pass(1)
  }
  return visitors
}

/** For each of them whether somebody is logged in. */
function loggedIn(visitors: readonly Visitor<Data>[]): Promise<boolean[]> {
  return Promise.all(visitors.map((visitor) => visitor.see((session) => session.principal !== undefined)))
}

/** Counting and limiting a user's sessions. */
export const limitCases: EngineCases = casesOf({
  async 'counts the live sessions of a user'(bench) {
    const sessions = bench.sessions()
    assert.equal(await sessions.admin.count('ada'), 0)
    const [first] = await members(bench, sessions, 3)
    assert.equal(await sessions.admin.count('ada'), 3)
    await first?.request((session) => session.logout())
    assert.equal(await sessions.admin.count('ada'), 2)
    assert.equal(await sessions.admin.count('bob'), 0)
  },

  async 'ends all but the latest logins'(bench) {
    const sessions = bench.sessions()
    const visitors = await members(bench, sessions, 4)
    const bob = new Visitor(sessions)
    await bob.request((session) => session.login('bob'))
    await visitors[0]?.request((session) => session.set('n', 1))
    assert.equal(await sessions.admin.limit('ada', 2), 2)
    assert.deepEqual(await loggedIn([...visitors, bob]), [false, false, true, true, true])
    assert.equal(await sessions.admin.limit('ada', 2), 0)
    assert.equal(await sessions.admin.limit('ada', 0), 2)
    await failsWith('ERR_ARGUMENT', () => sessions.admin.limit('ada', -1))
  },

  async 'ends the oldest login at a login beyond the limit, and says so'(bench) {
    const sessions = bench.sessions({ sessionsPerPrincipal: 2 })
    const [oldest, ...others] = await members(bench, sessions, 2)
    assert.ok(oldest)
    const address = await addressOf(oldest)
    const [newest] = await members(bench, sessions, 1)
    assert.ok(newest)
    assert.deepEqual(await loggedIn([oldest, ...others, newest]), [false, true, true])
    assert.deepEqual(bench.events('destroyed', address), [{ event: 'destroyed', address, by: 'revoke' }])
  },

  async 'does not count a login that takes the place of another one in the same browser'(bench) {
    const sessions = bench.sessions({ sessionsPerPrincipal: 2 })
    const visitors = await members(bench, sessions, 2)
    for (const visitor of visitors) await visitor.request((session) => session.login('ada'))
    assert.deepEqual(await loggedIn(visitors), [true, true])
  },

  async 'leaves exactly as many as the limit says when many log in at once'(bench) {
    const sessions = bench.sessions({ sessionsPerPrincipal: 3 })
    const visitors = times(12, () => new Visitor(sessions))
    await Promise.all(visitors.map((visitor) => visitor.request((session) => session.login('ada'))))
    assert.equal((await loggedIn(visitors)).filter(Boolean).length, 3)
    assert.equal(await sessions.admin.count('ada'), 3)
  },

  async 'never lets more sessions than the limit answer, however logins overlap'(bench) {
    const sessions = bench.sessions({ sessionsPerPrincipal: 1 })
    const [slow, fast] = [new Visitor(sessions), new Visitor(sessions)]
    bench.line.next(
      'list',
      after(async () => void (await fast.request((session) => session.login('ada')))),
    )
    await slow.request((session) => session.login('ada'))
    assert.equal((await loggedIn([slow, fast])).filter(Boolean).length, 1)
  },

  async 'spares a session that another user takes over meanwhile'(bench) {
    const sessions = bench.sessions()
    const [visitor] = await members(bench, sessions, 1)
    assert.ok(visitor)
    bench.line.next(
      'delete',
      after(async () => void (await visitor.request((session) => session.login('bob')))),
    )
    assert.equal(await sessions.admin.limit('ada', 0), 0)
    assert.equal(await visitor.see((session) => session.principal), 'bob')
  },
})
