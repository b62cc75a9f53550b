/** A store that goes on failing: it is not asked in crowds, and everybody gets an answer at once. */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { casesOf, failsWith, type EngineCases } from './bench.ts'
import { commandLost, refused } from './faults.ts'
import { times } from './visitor.ts'
import { promised } from '../http-server.ts'

const pauseMs = 150
const nervous = { storeLimits: { failures: 3, pauseMs, maxPending: 10 } } as const
const anonymous = { onStoreFailure: 'anonymous' } as const

/** Longer than a pause may last. */
function pauseOver(): Promise<void> {
  return pause(pauseMs * 1.3)
}

/** The circuit, the bound on waiting calls, and the policy. */
export const pauseCases: EngineCases = casesOf({
  async 'asks a failing store only as often as the limit says, and goes on by itself when it is back'(bench) {
    const visitor = await bench.visitor({ n: 1 }, nervous)
    bench.line.next('read', refused, refused, refused)
    for (let turn = 0; turn < 20; turn += 1) {
      const error = await failsWith('ERR_STORE_UNAVAILABLE', () => visitor.begin())
      assert.equal(error.status, 503)
    }
    assert.deepEqual(bench.line.take(), ['read', 'read', 'read'])
    await pauseOver()
    assert.equal(await visitor.see((session) => session.get('n')), 1)
    assert.deepEqual(
      bench.events('circuit').map(({ state }) => state),
      ['open', 'closed'],
    )
  },

  async 'lets a single call try while the store goes on failing'(bench) {
    const visitor = await bench.visitor({ n: 1 }, nervous)
    bench.line.next('read', ...times(4, () => refused))
    for (let turn = 0; turn < 3; turn += 1) await failsWith('ERR_STORE_UNAVAILABLE', () => visitor.begin())
    await pauseOver()
    bench.line.take()
    await Promise.all(times(20, () => failsWith('ERR_STORE_UNAVAILABLE', () => visitor.begin())))
    assert.deepEqual(bench.line.take(), ['read'])
  },

  async 'refuses what would wait behind too many others, and answers the others'(bench) {
    const visitor = await bench.visitor({ n: 1 }, nervous)
    const { promise: released, resolve: release } = promised<void>()
    const held = times(10, () => async (send: () => unknown) => {
      await released
      return send()
    })
    bench.line.next('read', ...held)
    const waiting = times(10, () => visitor.see((session) => session.get('n')))
    const error = await failsWith('ERR_STORE_OVERLOADED', () => visitor.begin())
    assert.equal(error.status, 503)
    release()
    assert.deepEqual(
      await Promise.all(waiting),
      times(10, () => 1),
    )
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'comes back after a store that never answered, however many calls it has swallowed'(bench) {
    const options = { ...nervous, storeTimeout: { readMs: 60, writeMs: 60 } }
    const visitor = await bench.visitor({ n: 1 }, options)
    bench.line.next('read', ...times(10, () => commandLost))
    await Promise.all(times(10, () => failsWith('ERR_STORE_TIMEOUT', () => visitor.begin())))
    await failsWith('ERR_STORE_UNAVAILABLE', () => visitor.begin())
    await pauseOver()
    assert.equal(await visitor.see((session) => session.get('n')), 1)
    const seen = await Promise.all(times(10, () => visitor.see((session) => session.get('n'))))
    assert.deepEqual(
      seen,
      times(10, () => 1),
    )
  },

  async 'answers as to somebody without a session when the policy says so, and leaves the cookie alone'(bench) {
    const visitor = await bench.visitor({ n: 1 }, anonymous)
    const { token } = visitor
    bench.line.next('read', refused)
    const visit = await visitor.request((session) => {
      assert.deepEqual([session.get('n'), session.principal], [undefined, undefined])
      session.set('n', 2)
    })
    assert.deepEqual(visit.cookies, [])
    assert.equal(visitor.token, token)
    assert.equal(await visitor.see((session) => session.get('n')), 1)
    assert.equal(bench.events('unavailable').length, 1)
  },

  async 'stores nothing on purpose for somebody whose session could not be read'(bench) {
    const visitor = await bench.visitor({ n: 1 }, anonymous)
    bench.line.next('read', refused)
    const { session } = await visitor.begin()
    await failsWith('ERR_STORE_UNAVAILABLE', () => session.update('n', () => 2))
    session.set('n', 2)
    await failsWith('ERR_STORE_UNAVAILABLE', () => session.save())
    assert.equal(await visitor.see((own) => own.get('n')), 1)
  },

  async 'does not pretend to have logged somebody out whose session could not be read'(bench) {
    const visitor = await bench.visitor({ n: 1 }, anonymous)
    bench.line.next('read', refused)
    const visit = await visitor.begin()
    await failsWith('ERR_STORE_UNAVAILABLE', () => visit.session.logout())
    await visit.end()
    assert.deepEqual(visit.cookies, [])
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'logs in somebody whose session could not be read'(bench) {
    const visitor = await bench.visitor({ n: 1 }, anonymous)
    bench.line.next('read', refused)
    await visitor.request((session) => session.login('ada'))
    assert.equal(await visitor.see((session) => session.principal), 'ada')
  },
})
