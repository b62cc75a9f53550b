import { test } from 'node:test'
import { catches } from '../../../test/faulty-store.ts'

test('catches a delete that does not look at the version', async () => {
  await catches('refuses to delete another version with conflict and leaves the record', (store) => ({
    delete: (address) => store.delete(address),
  }))
})

test('catches a delete that answers before it is done', async () => {
  await catches('lets exactly one of fifty concurrent deletes remove a record', (store) => ({
    async delete(address) {
      if (store.read(address) === undefined) return 'gone'
      await undefined
      store.delete(address)
      return 'deleted'
    },
  }))
})
