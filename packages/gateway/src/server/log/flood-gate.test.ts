import assert from 'node:assert/strict'
import { it } from 'node:test'
import { FloodGate } from './flood-gate.ts'

it('lets a burst of one kind through, then one a second with the number of those before it', () => {
  let now = 0
  const gate = new FloodGate(() => now)
  const passed = Array.from({ length: 30 }, () => gate.pass('a'))
  assert.deepEqual([passed.filter((held) => held === 0).length, passed.at(-1)], [20, undefined])
  assert.equal(gate.pass('b'), 0)
  now = 1000
  assert.equal(gate.pass('a'), 10)
  assert.equal(gate.pass('a'), undefined)
  assert.deepEqual([gate.held(), gate.held()], [[['a', 1]], []])
  now = 100_000
  assert.equal(gate.pass('a'), 0)
})
