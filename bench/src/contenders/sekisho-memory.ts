import { MemoryStore } from 'sekisho/store/memory'
import type { Contender } from '../contract.ts'
import { storedOverFetch, storedOverNode } from './sekisho-stored.ts'

/** Ours, with the store in memory. */
export const sekishoMemory: Contender = {
  name: 'sekisho, MemoryStore',
  family: 'memory',
  role: 'ours',
  server: 'node',
  fetch: () => storedOverFetch(new MemoryStore()),
  node: () => storedOverNode(new MemoryStore()),
}
