import { test } from 'node:test'
import { catches, index } from '../../../test/faulty-store.ts'

test('catches an epoch that is read first and written later', async () => {
  const epochs = new Map<string, number>()
  await catches('gives each of fifty concurrent raises an epoch of its own', (store) => ({
    principals: index(store, {
      epoch: (principal) => epochs.get(principal) ?? 0,
      async raiseEpoch(principal) {
        const epoch = epochs.get(principal) ?? 0
        await undefined
        epochs.set(principal, epoch + 1)
        return epoch + 1
      },
    }),
  }))
})

test('catches an index that loses an entry to a concurrent one', async () => {
  const lists = new Map<string, readonly string[]>()
  await catches('never misses a session while others come and go', (store) => ({
    principals: index(store, {
      async add(principal, address) {
        const before = lists.get(principal) ?? []
        await undefined
        lists.set(principal, [...before, address])
      },
      list: (principal) => lists.get(principal) ?? [],
    }),
  }))
})

test('catches an index that keeps principals in a plain object', async () => {
  const epochs: Record<string, number> = {}
  await catches('tells principals apart that look alike, whatever they are made of', (store) => ({
    principals: index(store, {
      epoch: (principal) => epochs[principal] ?? 0,
      raiseEpoch: (principal) => (epochs[principal] = (epochs[principal] ?? 0) + 1),
    }),
  }))
})

test('catches an index that does not tell upper from lower case', async () => {
  await catches('tells principals apart that look alike, whatever they are made of', (store) => ({
    principals: index(store, {
      raiseEpoch: (principal) => store.principals.raiseEpoch(principal.toLowerCase()),
    }),
  }))
})

test('catches an index that keeps the first expiry', async () => {
  await catches('moves the expiry of an entry that is added again', (store) => ({
    principals: index(store, {
      add(principal, address, expiresInMs) {
        if (!store.principals.list(principal).includes(address)) store.principals.add(principal, address, expiresInMs)
      },
    }),
  }))
})
