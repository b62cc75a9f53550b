import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredSession } from '../contract.ts'
import { MemoryStore } from '../memory.ts'
import { long, newAddress, record } from '../testing/samples.ts'

const now = 1_790_000_000_000

test('gives each page what was asked for, in the order of addresses', () => {
  const store = new MemoryStore()
  const addresses = created(store, 25)
  const first = store.transfer.scan(undefined, 10)
  const second = store.transfer.scan(first.next, 10)
  const third = store.transfer.scan(second.next, 10)
  assert.deepEqual(
    [first, second, third].map(({ sessions }) => sessions.length),
    [10, 10, 5],
  )
  const found = [first, second, third].flatMap(({ sessions }) => sessions.map(({ address }) => address))
  assert.deepEqual(found, addresses.toSorted())
  assert.equal(third.next, undefined)
})

test('goes on with a scan that another one has overtaken', () => {
  const store = new MemoryStore()
  const addresses = created(store, 20).toSorted()
  const { next } = store.transfer.scan(undefined, 5)
  const more = created(store, 20)
  assert.equal(store.transfer.scan(undefined, 100).sessions.length, 40)
  for (const address of more) store.delete(address)
  const rest = store.transfer.scan(next, 100).sessions.map(({ address }) => address)
  assert.deepEqual(rest, addresses.slice(5))
})

test('restores nothing beyond its limits, and keeps what it has', () => {
  const store = new MemoryStore({ maxSessions: 2, maxBytes: 100 })
  const [one = ''] = created(store, 2)
  assert.throws(() => store.transfer.restore(newAddress(), session(10)), { code: 'ERR_STORE_FULL' })
  assert.throws(() => store.transfer.restore(one, session(101)), { code: 'ERR_STORE_FULL' })
  assert.equal(store.read(one)?.version, 1)
  assert.equal(store.transfer.restore(one, session(90)), 'restored')
  assert.equal(store.read(one)?.version, 7)
})

test('counts the bytes of a session once that was restored over another', () => {
  const store = new MemoryStore({ maxBytes: 100 })
  const address = newAddress()
  for (const [at, size] of [60, 90, 100, 20].entries()) {
    assert.equal(store.transfer.restore(address, session(size, at + 1)), 'restored')
  }
  assert.equal(store.create(newAddress(), record({ payload: new Uint8Array(80) }), long), 'created')
  assert.throws(() => store.create(newAddress(), record({ payload: new Uint8Array(1) }), long), {
    code: 'ERR_STORE_FULL',
  })
})

test('makes room for a restored session where others are dead, its own place included', () => {
  const clock = { now }
  const store = new MemoryStore({ maxSessions: 2, maxBytes: 100, now: () => clock.now })
  const [dead, other] = [newAddress(), newAddress()]
  const life = { idleMs: 1000, absoluteMs: 1000 }
  store.create(dead, record({ payload: new Uint8Array(60) }), life)
  store.create(other, record({ payload: new Uint8Array(40) }), life)
  clock.now += 1000
  assert.equal(store.transfer.restore(dead, session(90)), 'restored')
  assert.equal(store.transfer.restore(newAddress(), session(10)), 'restored')
  assert.equal(store.transfer.estimate(), 2)
})

test('forgets the dead session in whose place it restores', () => {
  const clock = { now }
  const store = new MemoryStore({ sweepGraceMs: 0, now: () => clock.now })
  const address = newAddress()
  store.create(address, record(), { idleMs: 1000, absoluteMs: 1000 })
  clock.now += 1000
  store.transfer.restore(address, session(1))
  assert.equal(store.sweep(10), 0)
  assert.equal(store.read(address)?.version, 7)
})

test('sweeps restored sessions when they are dead', () => {
  const clock = { now }
  const store = new MemoryStore({ sweepGraceMs: 0, now: () => clock.now })
  const address = newAddress()
  store.transfer.restore(address, { ...session(1), idleDeadline: now + 10 })
  assert.equal(store.sweep(10), 0)
  clock.now += 10
  assert.equal(store.sweep(10), 1)
  assert.equal(store.transfer.estimate(), 0)
})

/** A session from elsewhere that lives for ever. */
function session(bytes: number, version = 7): StoredSession {
  const times = { now, createdAt: now, idleDeadline: 9e15, absoluteDeadline: 9e15 }
  return { record: record({ payload: new Uint8Array(bytes) }), version, ...times }
}

function created(store: MemoryStore, many: number): string[] {
  const addresses = Array.from({ length: many }, newAddress)
  for (const address of addresses) store.create(address, record(), long)
  return addresses
}
