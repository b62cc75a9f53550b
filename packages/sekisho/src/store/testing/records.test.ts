import { test } from 'node:test'
import { catches, edited } from '../../../test/faulty-store.ts'
import type { SessionRecord } from '../contract.ts'

test('catches a store that takes a payload for text', async () => {
  await catches('keeps each of the 256 byte values in a payload', (store) => ({
    create: (address, record, lifetime) =>
      store.create(
        address,
        { ...record, payload: new TextEncoder().encode(String(Buffer.from(record.payload))) },
        lifetime,
      ),
  }))
})

test('catches a store that loses a field', async () => {
  await catches('gives every field of a record back as it was written', (store) => ({
    read: (address) => edited(store.read(address), () => ({ epoch: undefined }) as unknown as SessionRecord),
  }))
})

test('catches a store that reads null where a field was left out', async () => {
  await catches('leaves out the fields that were left out', (store) => ({
    read: (address) =>
      edited(store.read(address), ({ device }) => ({ device: device ?? null }) as unknown as SessionRecord),
  }))
})
