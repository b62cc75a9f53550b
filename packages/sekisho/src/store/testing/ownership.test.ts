import { test } from 'node:test'
import { catches, edited } from '../../../test/faulty-store.ts'
import type { SessionRecord } from '../contract.ts'

test('catches a store that keeps the buffer it was given', async () => {
  const live = new Map<string, Uint8Array>()
  await catches('keeps no reference to what create was given', (store) => ({
    create(address, record, lifetime) {
      live.set(address, record.payload)
      return store.create(address, record, lifetime)
    },
    read: (address) => edited(store.read(address), (record) => ({ payload: live.get(address) ?? record.payload })),
  }))
})

test('catches a store that hands its own record out', async () => {
  const live = new Map<string, SessionRecord>()
  await catches('hands out nothing through which the store could be changed', (store) => ({
    read: (address) =>
      edited(store.read(address), (record) => {
        const own = live.get(record.writeIds.join()) ?? record
        live.set(own.writeIds.join(), own)
        return own
      }),
  }))
})
