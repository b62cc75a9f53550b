import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryStore } from '../memory.ts'
import { newAddress } from '../testing/samples.ts'

test('forgets leases that have run out when a lock is next taken', () => {
  const clock = { now: 1000 }
  const { locks } = new MemoryStore({ now: () => clock.now })
  for (let taken = 0; taken < 100; taken += 1) locks.acquire(newAddress(), 'owner', 50 + taken)
  assert.equal(locks.size, 100)
  clock.now += 100
  locks.acquire(newAddress(), 'owner', 50)
  assert.equal(locks.size, 50)
})

test('forgets a lease that is released', () => {
  const { locks } = new MemoryStore()
  const address = newAddress()
  locks.acquire(address, 'owner', 1000)
  locks.release(address, 'other')
  assert.equal(locks.size, 1)
  locks.release(address, 'owner')
  assert.equal(locks.size, 0)
})
