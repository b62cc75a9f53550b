/** A store on each kind of ground, opened in the test's own process. */
import type { TestContext } from 'node:test'
import type { SessionStore } from '../../src/store/contract.ts'
import { localGround, proxiedGround, type Ground } from './grounds.ts'
import { openStore, type OpenStore, type StoreDescription, type StoreKind } from './stores.ts'

/** The stores that are tried one by one. */
export type TriedKind = Exclude<StoreKind, 'redis-cluster' | 'redis-sentinel'>

/** An open store, and where it is. */
export interface TriedStore {
  readonly store: SessionStore
  readonly description: StoreDescription
}

/** Opens an empty store of a kind, with its tables made; all of it goes with the test. */
export async function openTried(
  t: TestContext,
  kind: TriedKind,
  settings: Partial<StoreDescription> = {},
): Promise<TriedStore> {
  const opened: OpenStore[] = []
  // Hooks run in the order in which they are registered: a client ends before its proxy and its database do.
  t.after(async () => {
    for (const { store, disconnect } of opened) {
      await store.close?.()
      await disconnect()
    }
  })
  const ground = await grounds[kind](t)
  const description = { ...ground.store, ...settings }
  const one = await openStore(description)
  opened.push(one)
  return { store: one.store, description }
}

const grounds: Readonly<Record<TriedKind, (t: TestContext) => Promise<Ground>>> = {
  memory: async () => ({ store: { kind: 'memory', url: '', prefix: '' } }),
  file: (t) => localGround(t, 'file'),
  sqlite: (t) => localGround(t, 'sqlite'),
  postgres: (t) => proxiedGround(t, 'postgres'),
  mysql: (t) => proxiedGround(t, 'mysql'),
  redis: (t) => proxiedGround(t, 'redis'),
}
