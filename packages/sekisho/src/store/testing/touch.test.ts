import { test } from 'node:test'
import { catches, remaining, rewritten } from '../../../test/faulty-store.ts'

test('catches a touch that shortens', async () => {
  await catches('never moves the idle deadline back by a touch', (store) => ({
    touch: (address, lifetime) => rewritten(store, address, (stored) => ({ ...remaining(stored), ...lifetime })),
  }))
})

test('catches a touch that counts a version', async () => {
  await catches('changes neither record nor version by a touch', (store) => ({
    touch(address, lifetime) {
      const stored = store.read(address)
      if (stored === undefined) return 'gone'
      store.replace(address, stored.record, stored.version, lifetime, '')
      return 'touched'
    },
  }))
})

test('catches a touch that writes an old record back', async () => {
  await catches('undoes no replace by a touch at the same time', (store) => ({
    async touch(address, lifetime) {
      const before = store.read(address)
      await undefined
      return rewritten(store, address, (now) => ({ ...remaining(now), ...lifetime }), before?.record)
    },
  }))
})
