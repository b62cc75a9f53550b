import { test } from 'node:test'
import { catches, edited, moving, remaining } from '../../../test/faulty-store.ts'
import type { StoredSession } from '../contract.ts'
import type { MemoryStore } from '../memory.ts'

test('catches a restore that begins at version 1', async () => {
  await catches('restores record, version and times exactly', (store) => ({
    transfer: moving(store, {
      restore: (address, stored) => store.transfer.restore(address, { ...stored, version: 1 }),
    }),
  }))
})

test('catches a restore that begins a new life', async () => {
  await catches('restores record, version and times exactly', (store) => ({
    transfer: moving(store, {
      restore: (address, stored) => store.transfer.restore(address, { ...stored, createdAt: stored.now }),
    }),
  }))
})

test('catches a restore that gives a session more time', async () => {
  await catches('restores record, version and times exactly', (store) => ({
    transfer: moving(store, {
      restore: (address, stored) =>
        store.transfer.restore(address, { ...stored, idleDeadline: stored.absoluteDeadline }),
    }),
  }))
})

test('catches a restore that forgets the last writes', async () => {
  await catches('knows the writes again that a restored session has seen', (store) => ({
    transfer: moving(store, {
      restore: (address, stored) => store.transfer.restore(address, edited(stored, () => ({ writeIds: [] })) ?? stored),
    }),
  }))
})

test('catches a restore that only creates', async () => {
  await catches('restores over an older version, and takes its times', (store) => ({
    transfer: moving(store, {
      restore: (address, stored) => (store.read(address) ? 'kept' : store.transfer.restore(address, stored)),
    }),
  }))
})

test('catches a restore that keeps the later of two deadlines', async () => {
  await catches('restores over an older version, and takes its times', (store) => ({
    transfer: moving(store, {
      restore(address, stored) {
        const idleDeadline = Math.max(stored.idleDeadline, store.read(address)?.idleDeadline ?? 0)
        return store.transfer.restore(address, { ...stored, idleDeadline })
      },
    }),
  }))
})

test('catches a restore over the same version', async () => {
  await catches('keeps what is of the same version or a later one', (store) => ({
    transfer: moving(store, { restore: (address, stored) => overwritten(store, address, stored) }),
  }))
})

test('catches a restore that compares with a dead record', async () => {
  const versions = new Map<string, number>()
  await catches('restores where a record is dead or deleted, whatever its version was', (store) => ({
    replace(address, record, version, ...given) {
      versions.set(address, version + 1)
      return store.replace(address, record, version, ...given)
    },
    transfer: moving(store, {
      restore(address, stored) {
        return (versions.get(address) ?? 0) >= stored.version ? 'kept' : store.transfer.restore(address, stored)
      },
    }),
  }))
})

test('catches a restore that revives the dead', async () => {
  await catches('keeps out a session that is dead by its own clock', (store) => ({
    transfer: moving(store, {
      restore(address, stored) {
        const { idleMs, absoluteMs } = remaining(stored)
        const later = (ms: number): number => stored.now + (ms <= 0 ? 60_000 : ms)
        const times = { idleDeadline: later(idleMs), absoluteDeadline: later(absoluteMs) }
        return store.transfer.restore(address, { ...stored, ...times })
      },
    }),
  }))
})

test('catches a restore whose sessions live for ever', async () => {
  await catches('ends restored sessions at either of their deadlines', (store) => ({
    transfer: moving(store, {
      restore: (address, stored) =>
        store.transfer.restore(address, { ...stored, idleDeadline: Infinity, absoluteDeadline: Infinity }),
    }),
  }))
})

test('catches a restore that is looked at first and written later', async () => {
  await catches('keeps the latest version of many restores at the same time', (store) => ({
    transfer: moving(store, { restore: (address, stored) => late(store, address, stored) }),
  }))
  await catches('undoes no replace by a restore of an earlier version at the same time', (store) => ({
    transfer: moving(store, { restore: (address, stored) => late(store, address, { ...stored, version: 1 }, 1) }),
  }))
})

test('catches a restore that does not tell upper from lower case', async () => {
  await catches('harms no session by a restore at what is no address', (store) => ({
    transfer: moving(store, {
      restore: (address, stored) => store.transfer.restore(address.toLowerCase(), stored),
    }),
  }))
})

function overwritten(store: MemoryStore, address: string, stored: StoredSession): 'restored' | 'kept' {
  store.delete(address)
  return store.transfer.restore(address, stored)
}

/** Decides by what was there before it waited; `lenient` lets the same version pass. */
async function late(
  store: MemoryStore,
  address: string,
  stored: StoredSession,
  lenient = 0,
): Promise<'restored' | 'kept'> {
  const before = store.read(address)?.version ?? 0
  await new Promise(setImmediate)
  return before >= stored.version + lenient ? 'kept' : overwritten(store, address, stored)
}
