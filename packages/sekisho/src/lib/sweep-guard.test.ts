import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { channels } from './events-node.ts'
import { SweepGuard } from './sweep-guard.ts'

test('allows a sweep of a plausible share', () => {
  const guard = new SweepGuard()
  assert.equal(guard.allows(0, 0), true)
  assert.equal(guard.allows(1, 1000), true)
  assert.equal(guard.allows(500, 1000), true)
})

test('allows a sweep of all of fewer than a hundred', () => {
  assert.equal(new SweepGuard().allows(99, 99), true)
})

test('stops a sweep of more than half of a hundred or more', () => {
  assert.equal(new SweepGuard().allows(51, 100), false)
  assert.equal(new SweepGuard().allows(501, 1000), false)
})

test('says once that it stopped, and why', (t) => {
  const reasons = stops(t)
  const guard = new SweepGuard()
  guard.allows(150, 200)
  guard.allows(151, 200)
  assert.deepEqual(reasons, ['150 of 200 records are dead at once'])
})

test('goes on when a sweep after the confirmation time sees the same', () => {
  let now = 0
  const guard = new SweepGuard({ confirmMs: 1000, steadyNow: () => now })
  assert.equal(guard.allows(200, 200), false)
  now = 999
  assert.equal(guard.allows(200, 200), false)
  now = 1000
  assert.equal(guard.allows(200, 200), true)
  assert.equal(guard.allows(150, 150), true, 'the rest of what was confirmed')
})

test('starts its suspicion anew after a plausible sweep', (t) => {
  const reasons = stops(t)
  let now = 0
  const guard = new SweepGuard({ confirmMs: 1000, steadyNow: () => now })
  assert.equal(guard.allows(200, 200), false)
  now = 2000
  assert.equal(guard.allows(1, 200), true, 'the clock was set right')
  assert.equal(guard.allows(200, 200), false)
  assert.equal(reasons.length, 2)
})

test('waits a minute of steady time by default', (t) => {
  let now = 5_000_000
  t.mock.method(performance, 'now', () => now)
  const guard = new SweepGuard()
  assert.equal(guard.allows(200, 200), false)
  now += 59_999
  assert.equal(guard.allows(200, 200), false)
  now += 1
  assert.equal(guard.allows(200, 200), true)
})

function stops(t: TestContext): string[] {
  const reasons: string[] = []
  const listen = (message: unknown): void => {
    reasons.push((message as { readonly reason: string }).reason)
  }
  channels['sweep-stopped'].subscribe(listen)
  t.after(() => channels['sweep-stopped'].unsubscribe(listen))
  return reasons
}
