/** Requests that use their session exclusively. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, failsWith, type Bench, type Data, type EngineCases } from './bench.ts'
import { refused, type Fault } from './faults.ts'
import { times, Visitor } from './visitor.ts'

/** Patient with a busy machine; the lease is long on the store's clock. */
function exclusive(bench: Bench): { readonly lock: { readonly wait: number; readonly lease: number } } {
  return { lock: { wait: 20, lease: bench.seconds(1000) } }
}

const renewalRefused: Fault = () => false

/** A request that has had its session longer than its lease, and does not know it. */
async function zombie(bench: Bench, visitor: Visitor<Data>) {
  bench.line.next('renew', ...times(3, () => renewalRefused))
  const visit = await visitor.begin({ lock: { wait: 20, lease: bench.seconds(20) } })
  await bench.pass(25)
  return visit
}

/** Whether a promise has been settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  return (await Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 60, pending))])) !== pending
}

/** Leases. */
export const lockCases: EngineCases = casesOf({
  async 'lets a locked request wait for another one, and see what it stored'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const first = await visitor.begin(exclusive(bench))
    const second = visitor.begin(exclusive(bench))
    assert.equal(await isSettled(second), false)
    first.session.set('n', 1)
    await first.end()
    const { session } = await second
    assert.equal(session.get('n'), 1)
    await (await second).end()
  },

  async 'makes exactly 30 of 30 locked requests that read, add one and write'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const increments = times(30, () =>
      visitor.request((session) => session.set('n', (session.get('n') ?? 0) + 1), exclusive(bench)),
    )
    await Promise.all(increments)
    assert.equal(await visitor.see((session) => session.get('n')), 30)
    assert.deepEqual(bench.events('conflict'), [])
  },

  async 'gives up after the time that the route waits, and leaves cookie and session alone'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const first = await visitor.begin(exclusive(bench))
    const error = await failsWith('ERR_SESSION_LOCKED', () =>
      visitor.begin({ lock: { wait: 0.05, lease: bench.seconds(100) } }),
    )
    assert.equal(error.status, 503)
    first.session.set('n', 1)
    await first.end()
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'does not hold up requests that want no lock, nor other sessions'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const other = await bench.visitor({ n: 5 })
    const held = await visitor.begin(exclusive(bench))
    assert.equal(await visitor.see((session) => session.get('n')), 0)
    const visit = await other.begin(exclusive(bench))
    assert.equal(visit.session.get('n'), 5)
    await visit.end()
    await held.end()
  },

  async 'refuses a write when the session was changed all the same, and merges nothing'(bench) {
    const visitor = await bench.visitor({ n: 0, name: 'before' })
    const held = await visitor.begin(exclusive(bench))
    await visitor.request((session) => session.set('name', 'by another request'))
    held.session.set('n', 1)
    const error = await failsWith('ERR_LOCK_LOST', () => held.commit())
    assert.equal(error.status, 409)
    assert.deepEqual(held.cookies, [])
    assert.deepEqual(await visitor.see((session) => [session.get('n'), session.get('name')]), [0, 'by another request'])
  },

  async 'refuses an update and a save likewise'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    for (const write of ['update', 'save'] as const) {
      const held = await visitor.begin(exclusive(bench))
      await visitor.request((session) => session.set('name', write))
      held.session.set('n', 1)
      const writing = (): Promise<unknown> =>
        write === 'save' ? held.session.save() : held.session.update('n', () => 2)
      await failsWith('ERR_LOCK_LOST', writing)
      await held.end({ changes: 'drop' })
    }
    assert.equal(await visitor.see((session) => session.get('n')), 0)
  },

  async 'is not disturbed by a rotation, which changes no data'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const held = await visitor.begin(exclusive(bench))
    await visitor.request((session) => session.rotate())
    await visitor.see((session) => session.get('n'))
    held.session.set('n', 1)
    await held.end()
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'goes on after a holder that died, when its lease has run out'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const address = await addressOf(visitor)
    assert.equal(await bench.store.locks?.acquire(address, 'dead', bench.seconds(20) * 1000), true)
    const waiting = visitor.begin(exclusive(bench))
    await bench.pass(25)
    const visit = await waiting
    assert.equal(visit.session.get('n'), 0)
    await visit.end()
  },

  async 'refuses what a request writes that had the session too long'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const late = await zombie(bench, visitor)
    await visitor.request((session) => session.set('n', 1), exclusive(bench))
    late.session.set('n', 2)
    await failsWith('ERR_LOCK_LOST', () => late.commit())
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'takes nothing away from whoever has the lock now when a late request ends'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const late = await zombie(bench, visitor)
    const holder = await visitor.begin(exclusive(bench))
    await late.end()
    await failsWith('ERR_SESSION_LOCKED', () => visitor.begin({ lock: { wait: 0.05, lease: 10 } }))
    await holder.end()
  },

  async 'keeps the lock of a request that takes longer than its lease, and lives'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const held = await visitor.begin({ lock: { wait: 20, lease: 0.3 } })
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve, 100))
    assert.ok(bench.line.take().filter((verb) => verb === 'renew').length >= 2)
    await failsWith('ERR_SESSION_LOCKED', () => visitor.begin({ lock: { wait: 0, lease: 1 } }))
    await held.end()
  },

  async 'gives the lock back however the request ends'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    const endings = [
      { changes: 'drop' },
      { deliverable: false },
      { status: 304 },
      { status: 101 },
      { status: 500 },
    ] as const
    for (const ending of endings) {
      const visit = await visitor.begin(exclusive(bench))
      visit.session.set('n', 1)
      await visit.end(ending)
      assert.equal(await isFree(visitor), true, JSON.stringify(ending))
    }
    const failing = await visitor.begin(exclusive(bench))
    bench.line.next('replace', refused)
    failing.session.set('n', 2)
    await failsWith('ERR_STORE_UNAVAILABLE', () => failing.commit())
    assert.equal(await isFree(visitor), true, 'after a commit that failed')
  },

  async 'gives the lock back when the session cannot be read'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    bench.line.next('read', refused)
    await failsWith('ERR_STORE_UNAVAILABLE', () => visitor.begin(exclusive(bench)))
    assert.equal(await isFree(visitor), true)
  },

  async 'gives the lock back after logout and login'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    await visitor.request((session) => session.login('ada'), exclusive(bench))
    assert.equal(await isFree(visitor), true)
    const address = await addressOf(visitor)
    await visitor.request((session) => session.logout(), exclusive(bench))
    for (let turn = 0; turn < 50 && !(await bench.store.locks?.acquire(address, 'anybody', 1000)); turn += 1) {
      assert.ok(turn < 49, 'the lock was not given back')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  },

  async 'asks for no lock where there is no session'(bench) {
    const visitor = new Visitor(bench.sessions())
    await visitor.request((session) => session.get('n'), exclusive(bench))
    assert.deepEqual(bench.line.take(), [])
    visitor.jar.set('__Host-sid', 'x'.repeat(64))
    await visitor.request((session) => session.get('n'), exclusive(bench))
    assert.ok(!bench.line.take().includes('replace'))
  },

  async 'survives a lock that cannot be given back: it runs out'(bench) {
    const visitor = await bench.visitor({ n: 0 })
    bench.line.next('release', refused)
    await visitor.request((session) => session.set('n', 1), { lock: { wait: 1, lease: bench.seconds(20) } })
    await bench.pass(25)
    assert.equal(await isFree(visitor), true)
    assert.equal(bench.events('store-failure').length, 1)
  },

  async 'refuses a lock where the store keeps none, and settings that make no sense'(bench) {
    const { locks: _, ...lockless } = bench.line.store
    const [without, visitor] = [await bench.visitor({ n: 0 }, { store: lockless }), await bench.visitor({ n: 0 })]
    await failsWith('ERR_OPTION', () => without.begin(exclusive(bench)))
    for (const lock of [{ wait: -1 }, { lease: 0 }, { lease: Number.NaN }, 5]) {
      await failsWith('ERR_OPTION', () => visitor.begin({ lock: lock as never }))
    }
  },
})

/** Whether the lock can be had within a second: it is given back beside the answer. */
async function isFree(visitor: Visitor<Data>): Promise<boolean> {
  try {
    const visit = await visitor.begin({ lock: { wait: 1, lease: 1000 } })
    await visit.end()
    return true
  } catch {
    return false
  }
}
