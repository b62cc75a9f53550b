import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Visitor } from '../../test/engine/visitor.ts'
import type { SessionStore } from '../store/contract.ts'
import { MemoryStore } from '../store/memory.ts'
import { defineSession } from './define.ts'

interface Data {
  n: number
}

/** A store in front of another, by somebody who has not heard of records with text. */
function wrapped(inner: MemoryStore): SessionStore {
  return {
    capabilities: inner.capabilities,
    read: (...call) => inner.read(...call),
    create: (...call) => inner.create(...call),
    replace: (...call) => inner.replace(...call),
    touch: (...call) => inner.touch(...call),
    delete: (...call) => inner.delete(...call),
    sweep: (limit) => inner.sweep(limit),
  }
}

test('loses no write behind a store that lends text, and in front of one that takes none', async () => {
  const memory = new MemoryStore()
  const [plain, behind] = [memory, wrapped(memory)].map((store) =>
    defineSession<Data>({ name: 'lent', store, development: false }),
  )
  assert.ok(plain !== undefined && behind !== undefined)
  const visitor = new Visitor<Data>(plain)
  await visitor.request((session) => session.set('n', 1))
  for (const [sessions, n] of [
    [behind, 2],
    [behind, 3],
    [plain, 4],
    [behind, 5],
  ] as const) {
    const other = new Visitor<Data>(sessions, visitor.jar)
    await other.request((session) => session.set('n', n))
    assert.equal(await other.see((session) => session.get('n')), n)
  }
})
