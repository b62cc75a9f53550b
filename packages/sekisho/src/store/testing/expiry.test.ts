import { test } from 'node:test'
import { catches, fully } from '../../../test/faulty-store.ts'
import type { SessionRecord } from '../contract.ts'

test('catches a touch that revives', async () => {
  const dead = new Map<string, SessionRecord>()
  await catches('answers gone to every verb at a dead record and never revives it', (store) => ({
    create(address, record, lifetime) {
      dead.set(address, record)
      return store.create(address, record, lifetime)
    },
    touch(address, lifetime) {
      const record = dead.get(address)
      if (record !== undefined && store.read(address) === undefined) store.create(address, record, fully(lifetime))
      return store.touch(address, lifetime)
    },
  }))
})

test('catches a touch that moves the absolute deadline unasked', async () => {
  await catches('ends a session at its absolute deadline, however often it is used', (store) => ({
    touch: (address, { idleMs }) => store.touch(address, { idleMs, absoluteMs: idleMs }),
  }))
})

test('catches a store that does not enforce the lifetime', async () => {
  await catches('ends a session that is not used', (store) => ({
    create: (address, record) => store.create(address, record, fully({ idleMs: 3_600_000 })),
  }))
})
