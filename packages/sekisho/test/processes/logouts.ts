/** What ends a session, or makes another one of it, while other requests use it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { codes, requests, share, slow, type Fleet } from './fleet.ts'
import type { Outcome } from './node.ts'

/** Defines the tests of writers that come too late. */
export function lateWriterCases(fleet: Fleet, rounds: number): void {
  test('no slow writer brings a session back that has been logged out', async (t) => {
    const tally = new WriterTally()
    for (let round = 0; round < rounds; round += 1) {
      const cookie = await fleet.visitor((session) => session.set('count', 0))
      const errands = [...slow(12, 'set', cookie), { name: 'out', deed: 'logout', cookie, takes: 15 } as const]
      const [writers, [logout]] = split(await fleet.together(errands))
      assert.deepEqual([logout?.code, logout?.cookie], [undefined, ''])
      assert.deepEqual(codes(writers), [])
      tally.add(writers)
      assert.equal((await fleet.see(cookie)).meta.address, undefined)
      for (const { address } of writers) {
        if (address !== undefined) assert.equal(await fleet.own.store.read(address), undefined)
      }
    }
    t.diagnostic(`${rounds} logouts: ${tally}`)
    tally.checkBoth()
  })

  test('nothing that a slow request writes reaches the session that a login has made', async (t) => {
    const tally = new WriterTally()
    for (let round = 0; round < rounds; round += 1) {
      const cookie = await fleet.visitor((session) => session.set('list', ['kept']))
      const errands = [...slow(12, 'set', cookie), { name: 'in', deed: 'login alice', cookie, takes: 15 } as const]
      const [writers, [login]] = split(await fleet.together(errands))
      assert.deepEqual(codes([...writers, ...(login === undefined ? [] : [login])]), [])
      tally.add(writers)
      const session = await fleet.see(login?.cookie)
      assert.deepEqual([session.principal, session.meta.generation, session.keys()], ['alice', 1, ['list']])
      assert.equal((await fleet.see(cookie)).meta.address, undefined)
    }
    t.diagnostic(`${rounds} logins: ${tally}`)
    tally.checkBoth()
  })
}

/** Defines the tests of rotations and revocations. */
export function rotationCases(fleet: Fleet, rounds: number): void {
  test('of three rotations at once one is made, and both cookies work', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const cookie = await fleet.visitor((session) => session.set('count', round))
      const outcomes = await fleet.together(requests(3, 'rotate', { cookie }))
      assert.deepEqual(codes(outcomes), [])
      const [newest, ...others] = new Set(outcomes.map((outcome) => outcome.cookie))
      assert.deepEqual(others, [], 'one new secret, given to all')
      assert.ok(newest !== undefined && newest !== cookie)
      for (const works of [cookie, newest]) assert.equal((await fleet.see(works)).get('count'), round)
    }
  })

  test('revokeAll ends what was there before, and nothing is alive but unlisted', async (t) => {
    const tally = { ended: 0, survived: 0, before: 0 }
    for (let round = 0; round < rounds; round += 1) {
      const { early, racing, ended, principal } = await revocation(fleet, `user-${round}`)
      assert.deepEqual(codes([...early, ...racing]), [])
      for (const { cookie } of early) assert.equal((await fleet.see(cookie)).principal, undefined)
      const alive = await living(fleet, racing)
      const listed = await fleet.own.sessions.admin.list(principal)
      assert.deepEqual(listed.map(({ address }) => address).toSorted(), alive.toSorted(), 'alive and listed')
      // A login that was ended half way has begun again, so more may have ended than are missing.
      assert.ok(ended >= early.length + racing.length - alive.length, `${ended} ended`)
      tally.ended += ended
      tally.survived += alive.length
      tally.before += early.length
      const [late] = await fleet.together(requests(1, `login ${principal}`))
      assert.equal((await fleet.see(late?.cookie)).principal, principal)
    }
    const { before, ended, survived } = tally
    t.diagnostic(`${rounds} × revokeAll: ${before} before, ${ended} ended, ${survived} logins after it`)
    assert.ok(survived > 0 && ended > before, 'some logins before it, and some after it')
  })
}

/** Logins in two processes, and in the middle of them a revocation by the third. */
async function revocation(
  fleet: Fleet,
  principal: string,
): Promise<{ principal: string; early: Outcome[]; racing: Outcome[]; ended: number }> {
  const deed = `login ${principal}` as const
  const early = await fleet.together(requests(6, deed))
  const [admin, ...others] = fleet.processes
  const logins = slow(9, deed)
  await Promise.all(others.map((one, index) => one.open(share(logins, index, others.length))))
  const racing = Promise.all(others.map((one) => one.finish()))
  await pause(Math.random() * 25)
  const ended = (await admin?.revokeAll(principal)) ?? 0
  return { principal, early, racing: (await racing).flat(), ended }
}

async function living(fleet: Fleet, outcomes: readonly Outcome[]): Promise<string[]> {
  const sessions = await Promise.all(outcomes.map(({ cookie }) => fleet.see(cookie)))
  return sessions.flatMap(({ meta, principal }) => (principal === undefined ? [] : (meta.address ?? [])))
}

/** The writers, and the others. */
function split(outcomes: readonly Outcome[]): [Outcome[], Outcome[]] {
  return [outcomes.filter(({ deed }) => deed === 'set'), outcomes.filter(({ deed }) => deed !== 'set')]
}

/** How many writers came before what ended their session, and how many too late. */
class WriterTally {
  #written = 0
  #dropped = 0

  /** Counts these, none of which may change a cookie. */
  add(writers: readonly Outcome[]): void {
    assert.deepEqual(
      writers.filter(({ cookie }) => cookie !== undefined),
      [],
    )
    const written = writers.filter(({ address }) => address !== undefined).length
    this.#written += written
    this.#dropped += writers.length - written
  }

  /** Both have to have happened, or nothing was proven. */
  checkBoth(): void {
    assert.ok(this.#written > 0 && this.#dropped > 0, String(this))
  }

  toString(): string {
    return `${this.#written} writes before, ${this.#dropped} dropped after`
  }
}
