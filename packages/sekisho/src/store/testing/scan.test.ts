import { test } from 'node:test'
import { catches, edited, moving } from '../../../test/faulty-store.ts'
import type { StoredSession, TransferPage } from '../contract.ts'
import type { MemoryStore } from '../memory.ts'

test('catches a scan that never ends', async () => {
  await catches('scans an empty store to its end', (store) => ({
    transfer: moving(store, { scan: () => ({ sessions: [], next: '0'.repeat(64) }) }),
  }))
})

test('catches a scan that lacks a field of the record', async () => {
  await catches('scans every session as a read finds it', (store) => ({
    transfer: moving(store, {
      scan: (...given) =>
        each(store.transfer.scan(...given), (stored) => {
          return edited(stored, (record) => ({ amr: record.amr?.slice(1) ?? [] })) ?? stored
        }),
    }),
  }))
})

test('catches a scan that does not see touches', async () => {
  await catches('scans every session as a read finds it', (store) => ({
    transfer: moving(store, {
      scan: (...given) =>
        each(store.transfer.scan(...given), (stored) => {
          return { ...stored, idleDeadline: Math.min(stored.idleDeadline, stored.createdAt + 3_600_000) }
        }),
    }),
  }))
})

test('catches a scan without a clock', async () => {
  await catches('scans every session as a read finds it', (store) => ({
    transfer: moving(store, {
      scan: (...given) => each(store.transfer.scan(...given), (stored) => ({ ...stored, now: 0 })),
    }),
  }))
})

test('catches a scan of everything at once', async () => {
  await catches('scans in pages of about the size that was asked for', (store) => ({
    transfer: moving(store, { scan: (cursor) => store.transfer.scan(cursor, 1e6) }),
  }))
})

test('catches a scan that leaves out the last page', async () => {
  await catches('scans everything in pages of one', (store) => ({
    transfer: moving(store, {
      scan(cursor, limit) {
        const page = store.transfer.scan(cursor, limit)
        return page.next === undefined ? { sessions: [] } : page
      },
    }),
  }))
})

test('catches a scan that shows the dead', async () => {
  const dead: StoredSession[] = []
  await catches('leaves dead and deleted sessions out of a scan', (store) => ({
    transfer: moving(store, {
      scan(cursor, limit) {
        const { sessions, ...page } = store.transfer.scan(cursor, limit)
        const ghosts = dead.map((stored, at) => ({ address: at.toString(16).padStart(64, '0'), stored }))
        return { ...page, sessions: [...sessions, ...ghosts] }
      },
    }),
    delete(address, version) {
      const stored = store.read(address)
      if (stored !== undefined) dead.push(stored)
      return store.delete(address, version)
    },
  }))
})

test('catches a scan by position, which others shift', async () => {
  await catches('misses no session that stays during a scan while others come, go and change', (store) => ({
    transfer: moving(store, {
      scan(cursor, limit) {
        const all = store.transfer.scan(undefined, 1e6).sessions
        const from = Number(cursor ?? 0)
        const sessions = all.slice(from, from + limit)
        return from + limit < all.length ? { sessions, next: String(from + limit) } : { sessions }
      },
    }),
  }))
})

test('catches a scan whose cursor serves only once', async () => {
  const used = new Set<string>()
  await catches('goes on from a cursor as often as it is asked', (store) => ({
    transfer: moving(store, {
      scan(cursor, limit) {
        if (cursor !== undefined && used.has(cursor)) return { sessions: [] }
        if (cursor !== undefined) used.add(cursor)
        return store.transfer.scan(cursor, limit)
      },
    }),
  }))
})

test('catches a scan that begins again at an unknown cursor', async () => {
  await catches('refuses a cursor that it does not know with ERR_ARGUMENT', (store) => ({
    transfer: moving(store, {
      scan: (cursor, limit) => store.transfer.scan(cursor?.length === 64 ? cursor : undefined, limit),
    }),
  }))
})

test('catches a scan that hands out what it keeps', async () => {
  const kept = new Map<string, StoredSession>()
  await catches('hands out scanned sessions that are the caller’s own', (store) => ({
    read(address) {
      const stored = kept.get(address) ?? store.read(address)
      if (stored !== undefined) kept.set(address, stored)
      return stored
    },
    transfer: moving(store, {
      scan(cursor, limit) {
        const page = store.transfer.scan(cursor, limit)
        for (const { address, stored } of page.sessions) kept.set(address, stored)
        return page
      },
    }),
  }))
})

test('catches an estimate out of thin air', async () => {
  await catches('estimates about how many sessions there are', (store: MemoryStore) => ({
    transfer: moving(store, { estimate: () => 0 }),
  }))
})

function each(page: TransferPage, change: (stored: StoredSession) => StoredSession): TransferPage {
  const sessions = page.sessions.map(({ address, stored }) => ({ address, stored: change(stored) }))
  return { ...page, sessions }
}
