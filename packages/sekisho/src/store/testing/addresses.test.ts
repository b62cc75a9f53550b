import { test } from 'node:test'
import { catches } from '../../../test/faulty-store.ts'

test('catches a store that fails at a malformed address', async () => {
  await catches('finds nothing at what is no address, and does not fail', (store) => ({
    read(address) {
      if (!/^[0-9a-f]{64}$/.test(address)) throw new TypeError('malformed address')
      return store.read(address)
    },
  }))
})

test('catches a store that does not tell upper from lower case', async () => {
  await catches('finds nothing at what is no address, and does not fail', (store) => ({
    read: (address) => store.read(address.toLowerCase()),
  }))
})
