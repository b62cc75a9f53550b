import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bound,
  complaints,
  delayed,
  failures,
  failuresTogether,
  faulty,
  healthy,
  sharing,
} from '../../test/faulty-store.ts'
import type { SessionStore, StoreCapabilities } from './contract.ts'
import { MemoryStore } from './memory.ts'

test('passes a store that keeps the contract', async () => {
  assert.deepEqual(await failures(healthy), [])
})

test('passes a store that answers later, on a real clock', async () => {
  const open = (): SessionStore => delayed(new MemoryStore({ sweepGraceMs: 0 }))
  assert.deepEqual(await failuresTogether({ open, slack: 400 }), [])
})

test('passes a store that has verbs only, and no sweep', async () => {
  const open = (): SessionStore => {
    const store = healthy()
    const capabilities: StoreCapabilities = { ...store.capabilities, sweeps: false }
    return { ...bound(store), capabilities, sweep: () => 0 }
  }
  assert.deepEqual(await failures(open), [])
})

test('proves a shared and durable store through its second handle', async () => {
  assert.deepEqual(await failures(sharing, { reopen: (store) => store }), [])
})

test('demands a second handle of a store that says it is shared or durable', async () => {
  const failed = await failures(sharing)
  assert.equal(failed.length, 6)
  for (const name of failed) assert.match(name, /where it is (shared|durable)$/)
})

test('catches a second handle that sees other data', async () => {
  const found = await failures(sharing, { reopen: sharing })
  assert.ok(found.includes('shows every handle what any handle wrote, where it is shared'))
  assert.ok(found.includes('finds everything again after it was closed, where it is durable'))
})

test('says what was expected and what came', async () => {
  const refusing = faulty((store) => ({
    replace: (address, ...rest) => (store.replace(address, ...rest) === 'replaced' ? 'conflict' : 'gone'),
  }))
  const said = (await complaints(refusing)).get('counts one version for each replace')
  assert.equal(said, "replace: expected 'replaced', got 'conflict'")
})

test('closes every handle that it opened', async () => {
  let open = 0
  const handle = (store: SessionStore): SessionStore => {
    open += 1
    return { ...store, close: () => void (open -= 1) }
  }
  assert.deepEqual(await failures(() => handle(bound(healthy())), { reopen: handle }), [])
  assert.equal(open, 0)
})
