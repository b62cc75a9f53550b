import { createMemorySessionStorage } from '@remix-run/session/memory-storage'
import type { Contender } from '../contract.ts'
import { remixPeer } from './remix.ts'

/** Remix's session in memory. */
export const remixMemory: Contender = remixPeer('@remix-run/session, memory', 'memory', () => ({
  storage: createMemorySessionStorage(),
}))
