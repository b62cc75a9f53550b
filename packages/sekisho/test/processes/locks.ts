/** Requests that use their session exclusively, and processes that die or sleep while they have it. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { codes, requests, type Fleet } from './fleet.ts'

/** Seconds. */
const lease = 1
const patient = { wait: 60, lease: 10 }

/** Defines the tests. */
export function lockCases(fleet: Fleet): void {
  test('100 locked requests that read, add one and write make exactly 100', async (t) => {
    const cookie = await fleet.visitor((session) => session.set('count', 0))
    const began = performance.now()
    const outcomes = await fleet.run(requests(100, 'add', { cookie, lock: patient }))
    t.diagnostic(`100 locked requests in ${(performance.now() - began).toFixed(0)} ms`)
    assert.deepEqual(codes(outcomes), [])
    assert.equal((await fleet.see(cookie)).get('count'), 100)
  })

  // They only wait, and each on its own processes.
  suite('a process that has the lock', { concurrency: true }, () => {
    test('delays the next by its lease and a second at most when it is killed', async (t) => {
      const cookie = await fleet.visitor((session) => session.set('count', 0))
      const victim = fleet.more()
      const [, other] = fleet.processes
      await victim.open([{ name: 'victim', deed: 'add', cookie, lock: { lease } }])
      const killed = performance.now()
      await victim.kill()
      const [next] = (await other?.run(requests(1, 'add', { cookie, lock: patient }))) ?? []
      const delay = performance.now() - killed
      t.diagnostic(`${delay.toFixed(0)} ms after the kill, with a lease of ${lease} s`)
      assert.equal(next?.code, undefined)
      assert.ok(delay <= lease * 1000 + 1000, `${delay} ms`)
      assert.equal((await fleet.see(cookie)).get('count'), 1, 'only what the next has added')
    })

    test('is refused when it slept longer than its lease, and what it writes is not there', async () => {
      const cookie = await fleet.visitor((session) => session.set('count', 0))
      const [sleeper, other] = fleet.processes
      await sleeper?.open([{ name: 'sleeper', deed: 'set', cookie, lock: { lease } }])
      sleeper?.freeze()
      try {
        const [writer] = (await other?.run([{ name: 'other', deed: 'set', cookie, lock: patient }])) ?? []
        assert.equal(writer?.code, undefined)
      } finally {
        sleeper?.thaw()
      }
      const [late] = (await sleeper?.finish()) ?? []
      assert.deepEqual([late?.code, late?.cookie], ['ERR_LOCK_LOST', undefined])
      assert.deepEqual((await fleet.see(cookie)).keys().toSorted(), ['count', 'own-other'])
    })

    test('keeps it for longer than its lease while it lives', async () => {
      const cookie = await fleet.visitor((session) => session.set('count', 0))
      const [, other, holder] = fleet.processes
      await holder?.open([{ name: 'holder', deed: 'set', cookie, lock: { lease } }])
      const ask = { name: 'other', deed: 'set', cookie, lock: { wait: lease * 1.3 } } as const
      const [refused] = (await other?.run([ask])) ?? []
      assert.equal(refused?.code, 'ERR_SESSION_LOCKED')
      const [done] = (await holder?.finish()) ?? []
      assert.equal(done?.code, undefined)
      assert.deepEqual((await fleet.see(cookie)).keys().toSorted(), ['count', 'own-holder'])
    })
  })
}
