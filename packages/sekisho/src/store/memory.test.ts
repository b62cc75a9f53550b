import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { channels } from '../lib/events-node.ts'
import type { SessionRecord } from './contract.ts'
import { MemoryStore, type MemoryStoreOptions } from './memory.ts'
import { storeContract } from './testing.ts'

let clock = 1_790_000_000_000
const now = (): number => clock

storeContract(test, {
  open: () => new MemoryStore({ now, sweepGraceMs: 0 }),
  wait(ms) {
    clock += ms
  },
})

const minute = 60_000
const life = { idleMs: 30 * minute, absoluteMs: 12 * 60 * minute }

test('answers every verb at once, without a promise', () => {
  const store = new MemoryStore()
  assert.equal(store.create('a', record(), life), 'created')
  assert.equal(store.read('a')?.version, 1)
  assert.equal(store.replace('a', record(), 1, life, 'w2'), 'replaced')
  assert.equal(store.touch('a', life), 'touched')
  assert.equal(store.delete('a', 2), 'deleted')
  assert.equal(store.sweep(10), 0)
  assert.equal(store.principals.raiseEpoch('alice'), 1)
})

test('gives a payload with memory of its own', () => {
  const store = new MemoryStore()
  store.create('a', { ...record(), payload: Buffer.from('tea') }, life)
  assert.equal(store.read('a')?.record.payload.buffer.byteLength, 3)
})

test('keeps and lends a record with text as it came', () => {
  const store = new MemoryStore()
  const given = { ...record(), payload: new Uint8Array(), text: '茶' }
  store.create('a', given, life)
  assert.equal(store.read('a', true)?.record, given)
  assert.deepEqual(store.read('a')?.record.payload, new TextEncoder().encode('茶'))
})

test('counts two octets for each character of text', () => {
  const store = new MemoryStore({ maxBytes: 10 })
  const withText = (text: string) => ({ ...record(), payload: new Uint8Array(), text })
  store.create('a', withText('茶茶'), life)
  assert.throws(() => store.create('b', withText('茶と茶菓'), life), { code: 'ERR_STORE_FULL' })
  assert.equal(store.create('c', withText('tea'), life), 'created')
})

test('keeps every octet of a payload', () => {
  const store = new MemoryStore()
  const payload = Uint8Array.from({ length: 256 }, (_, octet) => octet)
  store.create('a', { ...record(), payload }, life)
  assert.deepEqual(store.read('a')?.record.payload, payload)
})

test('states that it forgets, shares nothing, fences and is to be swept', () => {
  assert.deepEqual(new MemoryStore().capabilities, { durable: 'no', shared: false, fenced: true, sweeps: true })
})

test('ends a session at the very millisecond of its deadline', (t) => {
  const at = ticking(t)
  const store = new MemoryStore()
  store.create('a', record(), life)
  at.pass(life.idleMs - 1)
  assert.equal(store.read('a')?.version, 1)
  at.pass(1)
  assert.equal(store.read('a'), undefined)
})

test('starts its clock at the time of day and feels no change of it', (t) => {
  const store = new MemoryStore()
  store.create('a', record(), life)
  const before = store.read('a')?.now ?? assert.fail()
  assert.ok(Math.abs(before - Date.now()) < 5000)
  t.mock.method(Date, 'now', () => 4_102_444_800_000)
  const after = store.read('a')?.now ?? assert.fail()
  assert.ok(after - before < 5000)
})

test('copies a payload that is a Buffer', () => {
  const store = new MemoryStore()
  const payload = Buffer.from('cart')
  store.create('a', record({ payload }), life)
  payload.fill(0)
  const read = store.read('a')?.record.payload ?? assert.fail()
  assert.equal(Buffer.from(read).toString(), 'cart')
})

test('refuses a session more than maxSessions and keeps the living', () => {
  const store = new MemoryStore({ maxSessions: 2 })
  store.create('a', record(), life)
  store.create('b', record(), life)
  assert.throws(() => store.create('c', record(), life), {
    code: 'ERR_STORE_FULL',
    status: 503,
    message:
      'the memory store is full: it holds 2 sessions (`maxSessions` is 2) and 4 bytes of payload (`maxBytes` is 268435456)',
  })
  assert.equal(store.read('a')?.version, 1)
  assert.equal(store.read('b')?.version, 1)
  assert.equal(store.read('c'), undefined)
})

test('makes room for a new session once one was deleted', () => {
  const store = new MemoryStore({ maxSessions: 1 })
  store.create('a', record(), life)
  store.delete('a')
  assert.equal(store.create('b', record(), life), 'created')
})

test('answers a repeated create although it is full', () => {
  const store = new MemoryStore({ maxSessions: 1 })
  const given = record()
  store.create('a', given, life)
  assert.equal(store.create('a', given, life), 'created')
  assert.equal(store.create('a', record({ writeIds: ['other'] }), life), 'exists')
})

test('lets the longest dead go at the limit, without a grace and no more than needed', (t) => {
  const expired = expiries(t)
  const { pass, store } = onTestClock({ maxSessions: 3 })
  store.create('second', record(), { ...life, idleMs: 2000 })
  store.create('first', record(), { ...life, idleMs: 1000 })
  store.create('lives', record(), life)
  pass(2000)
  assert.equal(store.create('new', record(), life), 'created')
  assert.deepEqual(expired, ['first'])
  assert.equal(store.read('lives')?.version, 1)
})

test('makes room for a create at a dead address although it is full', () => {
  const { pass, store } = onTestClock({ maxSessions: 1 })
  store.create('a', record(), { ...life, idleMs: 1000 })
  pass(1000)
  assert.equal(store.create('a', record(), life), 'created')
})

test('refuses payload beyond maxBytes, in create and in a growing replace', () => {
  const store = new MemoryStore({ maxBytes: 100 })
  const full = { code: 'ERR_STORE_FULL' }
  assert.throws(() => store.create('a', record({ payload: new Uint8Array(101) }), life), full)
  store.create('a', record({ payload: new Uint8Array(60) }), life)
  assert.throws(() => store.create('b', record({ payload: new Uint8Array(41) }), life), full)
  store.create('b', record({ payload: new Uint8Array(40) }), life)
  assert.throws(() => store.replace('a', record({ payload: new Uint8Array(61) }), 1, life, 'w2'), full)
  const kept = store.read('a') ?? assert.fail()
  assert.deepEqual([kept.version, kept.record.payload.length], [1, 60])
})

test('counts the bytes that a shrinking replace, a delete and a death give back', () => {
  const { pass, store } = onTestClock({ maxBytes: 100 })
  const sized = (bytes: number): SessionRecord => record({ payload: new Uint8Array(bytes) })
  store.create('a', sized(100), life)
  assert.equal(store.replace('a', sized(20), 1, life, 'w2'), 'replaced')
  assert.equal(store.create('b', sized(80), life), 'created')
  store.delete('b')
  assert.equal(store.create('c', sized(80), { ...life, idleMs: 1000 }), 'created')
  pass(1000)
  assert.equal(store.replace('a', sized(100), 2, life, 'w3'), 'replaced')
  assert.throws(() => store.create('d', sized(1), life), { code: 'ERR_STORE_FULL' })
})

test('sweeps only what has been dead for the grace time, and tells', (t) => {
  const expired = expiries(t)
  const { pass, store } = onTestClock({ sweepGraceMs: 5000 })
  store.create('a', record(), { ...life, idleMs: 1000 })
  pass(5999)
  assert.equal(store.sweep(10), 0)
  pass(1)
  assert.equal(store.sweep(10), 1)
  assert.deepEqual(expired, ['a'])
})

test('stops a sweep that would take most of its sessions until it is confirmed', (t) => {
  const at = ticking(t)
  const reasons: unknown[] = []
  const listen = (message: unknown): void => void reasons.push(message)
  channels['sweep-stopped'].subscribe(listen)
  t.after(() => channels['sweep-stopped'].unsubscribe(listen))
  const store = new MemoryStore()
  for (let made = 0; made < 150; made += 1) store.create(`${made}`, record(), life)
  at.pass(life.idleMs + minute)
  assert.equal(store.sweep(1000), 0)
  assert.deepEqual(reasons, [{ reason: '150 of 150 records are dead at once' }])
  at.pass(minute)
  assert.equal(store.sweep(100), 100)
  assert.equal(store.sweep(100), 50)
})

test('lives again when a clock that had jumped is set right', () => {
  const { pass, store } = onTestClock({ sweepGraceMs: 0 })
  for (let made = 0; made < 150; made += 1) store.create(`${made}`, record(), life)
  pass(365 * 24 * 60 * minute)
  assert.equal(store.sweep(1000), 0)
  assert.equal(store.read('7'), undefined)
  pass(-365 * 24 * 60 * minute)
  assert.equal(store.read('7')?.version, 1)
})

test('forgets a principal whose entries are removed or expired', () => {
  const { pass, store } = onTestClock({ sweepGraceMs: 1000 })
  store.principals.add('removed', 'a', minute)
  store.principals.remove('removed', 'a')
  assert.equal(store.principals.size, 0)
  store.principals.add('expired', 'a', minute)
  pass(minute + 999)
  assert.deepEqual(store.principals.list('expired'), ['a'])
  pass(1)
  store.principals.add('other', 'b', minute)
  assert.equal(store.principals.size, 1)
  assert.deepEqual(store.principals.list('expired'), [])
})

test('remembers a raised epoch of a principal without sessions', () => {
  const { pass, store } = onTestClock()
  store.principals.add('alice', 'a', minute)
  store.principals.raiseEpoch('alice')
  pass(24 * 60 * minute)
  store.principals.list('bob')
  assert.equal(store.principals.size, 1)
  assert.equal(store.principals.epoch('alice'), 1)
})

test('refuses limits and clocks that cannot be meant', () => {
  const refused = (options: object, message: string): void => {
    assert.throws(() => new MemoryStore(options), { name: 'SekishoUsageError', code: 'ERR_OPTION', message })
  }
  refused({ maxSessions: 0 }, 'option `maxSessions` must be a whole number of at least 1; received 0')
  refused({ maxBytes: 1.5 }, 'option `maxBytes` must be a whole number of at least 1; received 1.5')
  refused({ sweepGraceMs: -1 }, 'option `sweepGraceMs` must be a whole number of at least 0; received -1')
  refused({ maxSessions: '9' }, 'option `maxSessions` must be a whole number of at least 1; received "9"')
  refused({ now: 5 }, 'option `now` must be a function; received 5')
})

function record(fields: Partial<SessionRecord> = {}): SessionRecord {
  return { generation: 0, current: 'c', dataVersion: 1, writeIds: ['w1'], payload: new Uint8Array(2), ...fields }
}

interface TestClock {
  readonly pass: (ms: number) => void
}

function onTestClock(options: MemoryStoreOptions = {}): TestClock & { readonly store: MemoryStore } {
  let instant = 1_790_000_000_000
  return {
    store: new MemoryStore({ ...options, now: () => instant }),
    pass(ms) {
      instant += ms
    },
  }
}

/** Puts the process's steady clock into the test's hands. */
function ticking(t: TestContext): TestClock {
  let instant = 1000
  t.mock.method(performance, 'now', () => instant)
  return {
    pass(ms) {
      instant += ms
    },
  }
}

function expiries(t: TestContext): string[] {
  const addresses: string[] = []
  const listen = (message: unknown): void => {
    addresses.push((message as { readonly address: string }).address)
  }
  channels.expired.subscribe(listen)
  t.after(() => channels.expired.unsubscribe(listen))
  return addresses
}
