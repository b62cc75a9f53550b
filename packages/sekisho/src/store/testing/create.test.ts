import { test } from 'node:test'
import { catches } from '../../../test/faulty-store.ts'

test('catches a create that overwrites', async () => {
  await catches('answers exists at a live address and changes nothing there', (store) => ({
    create(address, record, lifetime) {
      store.delete(address)
      return store.create(address, record, lifetime)
    },
  }))
})

test('catches a create that does not know itself again', async () => {
  await catches('answers created to a repeated create and writes nothing', (store) => ({
    create: (address, record, lifetime) => (store.read(address) ? 'exists' : store.create(address, record, lifetime)),
  }))
})
