/** The whole behaviour of the engine, with its data encrypted in the store. */
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import type { VaultMode } from '../src/crypto/vault.ts'
import { KeyRing } from '../src/index.ts'
import { MemoryStore } from '../src/store/memory.ts'
import type { OpenedStore } from './engine/bench.ts'
import { encounterCases, engineSuite } from './engine/suite.ts'

const keyRing = new KeyRing([randomBytes(32)])

function encrypted(mode: VaultMode): void {
  const open = (): OpenedStore => {
    let now = 1_790_000_000_000
    const store = new MemoryStore({ now: () => now })
    const pass = (ms: number): void => void (now += ms)
    return { store, scale: 1, pass, options: { encryption: { keyRing, mode, acceptPlain: true } } }
  }
  engineSuite(test, open, encounterCases)
}

describe('with keys of the server', () => encrypted('keyring'))
describe('with keys that the visitor completes', () => encrypted('carrier'))
