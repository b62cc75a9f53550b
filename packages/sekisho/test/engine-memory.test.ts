import { test } from 'node:test'
import { MemoryStore } from '../src/store/memory.ts'
import { engineSuite } from './engine/suite.ts'

engineSuite(test, () => {
  let now = 1_790_000_000_000
  return { store: new MemoryStore({ now: () => now }), scale: 1, pass: (ms) => void (now += ms) }
})
