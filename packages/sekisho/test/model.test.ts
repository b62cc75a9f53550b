/** Generated programs over the store in memory, and over some that are broken. */
import { test, type TestContext } from 'node:test'
import type { PrincipalIndex, SessionStore } from '../src/store/contract.ts'
import type { MemoryStore } from '../src/store/memory.ts'
import { findsOut, holds } from './model/check.ts'
import { memoryGrounds } from './model/grounds.ts'
import type { Ground } from './model/world.ts'

/** Verbs that replace those of a healthy store and of its index. */
interface Faults extends Partial<Omit<SessionStore, 'principals'>> {
  readonly principals?: Partial<PrincipalIndex>
}

test('concurrent requests of every kind lose nothing, revive nothing and log nobody out', async (t) => {
  await holds(t, memoryGrounds(), { short: 1500, long: 100_000 })
})

test('a store whose replace creates is found out', async (t) => {
  await isFoundOut(t, (store) => ({
    replace(...given) {
      const [address, record, , lifetime] = given
      const answer = store.replace(...given)
      if (answer !== 'gone') return answer
      store.create(address, record, { absoluteMs: 43_200_000, ...lifetime })
      return 'replaced'
    },
  }))
})

test('a store whose replace ignores versions is found out', async (t) => {
  await isFoundOut(t, (store) => ({
    replace(...given) {
      const [address, record, , lifetime, writeId] = given
      return store.replace(address, record, versionOf(store, address), lifetime, writeId)
    },
  }))
})

test('a store whose delete ignores versions is found out', async (t) => {
  await isFoundOut(t, (store) => ({ delete: (address) => store.delete(address) }))
})

test('an index that forgets sessions is found out', async (t) => {
  await isFoundOut(t, () => ({ principals: { add: () => undefined } }))
})

function isFoundOut(t: TestContext, fault: (store: MemoryStore) => Faults): Promise<void> {
  return findsOut(
    t,
    memoryGrounds((store) => faulty(store, fault(store))),
  )
}

function faulty(store: MemoryStore, { principals: faults = {}, ...verbs }: Faults): Ground['store'] {
  const { principals } = store
  return {
    capabilities: store.capabilities,
    read: (address) => store.read(address),
    create: (...given) => store.create(...given),
    replace: (...given) => store.replace(...given),
    touch: (...given) => store.touch(...given),
    delete: (...given) => store.delete(...given),
    sweep: (limit) => store.sweep(limit),
    ...verbs,
    principals: {
      epoch: (principal) => principals.epoch(principal),
      raiseEpoch: (principal) => principals.raiseEpoch(principal),
      add: (...given) => principals.add(...given),
      remove: (...given) => principals.remove(...given),
      list: (principal) => principals.list(principal),
      ...faults,
    },
  }
}

function versionOf(store: MemoryStore, address: string): number {
  return store.read(address)?.version ?? 0
}
