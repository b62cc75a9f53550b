import { test } from 'node:test'
import { catches } from '../../../test/faulty-store.ts'
import type { NewLifetime, SessionRecord } from '../contract.ts'
import type { MemoryStore } from '../memory.ts'

test('catches a sweep that goes beyond its limit', async () => {
  await catches('sweeps at most as many as it was allowed and reports how many', (store) => ({
    sweep: () => store.sweep(1000),
  }))
})

test('catches a sweep that reports more than it removed', async () => {
  await catches('counts each dead record once when two sweep', (store) => ({
    async sweep(limit) {
      await undefined
      return store.sweep(limit) > 0 ? limit : 1
    },
  }))
})

test('catches a sweep that takes the living', async () => {
  const known = new Set<string>()
  const create = (store: MemoryStore, address: string, record: SessionRecord, lifetime: NewLifetime) => {
    known.add(address)
    return store.create(address, record, lifetime)
  }
  await catches('sweeps nothing that lives', (store) => ({
    create: (address, record, lifetime) => create(store, address, record, lifetime),
    sweep: () => [...known].filter((address) => store.delete(address) === 'deleted').length,
  }))
})
