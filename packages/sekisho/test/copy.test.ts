/** Moving sessions between real stores: memory, files, SQLite, a user's table, and back. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { defineSession, KeyRing, type Sessions } from '../src/index.ts'
import type { SessionStore, StoredSession } from '../src/store/contract.ts'
import { CopyInterruptedError, copySessions, type CopyProgress } from '../src/store/copy.ts'
import { FileStore } from '../src/store/file-node.ts'
import { MemoryStore } from '../src/store/memory.ts'
import { rowSessions, sqlRows } from '../src/store/rows.ts'
import { SqliteStore } from '../src/store/sqlite.ts'
import { fullRecord, long, newAddress, newWriteId, record } from '../src/store/testing/samples.ts'
import { Visitor } from './engine/visitor.ts'
import { documented, sqlite } from './rows-databases.ts'

interface Data {
  cart: string[]
}

test('carries users through files, SQLite and a table of their own without one of them noticing', async (t) => {
  const ring = new KeyRing([randomBytes(32)])
  const shop = (store: SessionStore): Sessions<Data> => {
    const sessions = defineSession<Data>({
      name: 'shop',
      store,
      encryption: { keyRing: ring, mode: 'carrier' },
      sweep: false,
      development: false,
    })
    t.after(() => sessions.close())
    return sessions
  }
  const memory = new MemoryStore()
  const visitors = await Promise.all(['alice', 'alice', 'bob'].map((name) => user(shop(memory), name)))
  const before = await contents(memory)
  assert.equal(before.size, 3)
  let from: SessionStore = memory
  for (const to of [files(t), await database(t), await ownTable(t), new MemoryStore()]) {
    const { copied, kept, scanned, cursor } = await copySessions(from, to, { pageSize: 2 })
    assert.deepEqual([copied, kept, scanned, cursor], [3, 0, 3, undefined])
    assert.deepEqual(await contents(to), before)
    from = to
  }
  const there = shop(from)
  for (const visitor of visitors) {
    const moved = new Visitor(there, visitor.jar)
    const name = await moved.see((session) => session.principal)
    assert.deepEqual(await moved.see((session) => session.get('cart')), [`of ${name}`])
  }
  assert.equal((await there.admin.list('alice')).length, 2)
  assert.equal(await there.admin.revokeAll('alice'), 2)
  assert.equal((await contents(from)).size, 1)
})

test('goes on where it was interrupted, in another process too', async () => {
  const [from, to] = [await filled(25), new MemoryStore()]
  const seen: CopyProgress[] = []
  const stop = new AbortController()
  const stopped = copySessions(from, to, {
    pageSize: 10,
    signal: stop.signal,
    onProgress(progress) {
      seen.push(progress)
      stop.abort(new Error('enough'))
    },
  })
  await assert.rejects(stopped, { message: 'enough' })
  assert.deepEqual(
    seen.map(({ copied, scanned, estimate }) => [copied, scanned, estimate]),
    [[10, 10, 25]],
  )
  assert.equal((await contents(to)).size, 10)
  const cursor = seen[0]?.cursor ?? assert.fail('no cursor')
  const rest = await copySessions(from, to, { cursor, pageSize: 10 })
  assert.deepEqual([rest.copied, rest.kept, rest.cursor], [15, 0, undefined])
  assert.deepEqual(await contents(to), await contents(from))
})

test('starts nothing when it was stopped before', async () => {
  const [from, to] = [await filled(3), new MemoryStore()]
  await assert.rejects(copySessions(from, to, { signal: AbortSignal.abort() }), { name: 'AbortError' })
  assert.equal((await contents(to)).size, 0)
})

test('copies what is new when it is run again, and undoes no later change', async () => {
  const [from, to] = [await filled(10), new MemoryStore()]
  await copySessions(from, to)
  const [changed, ahead] = [...(await contents(from)).keys()]
  assert.ok(changed !== undefined && ahead !== undefined)
  from.replace(changed, fullRecord(), 1, long, newWriteId())
  to.replace(ahead, fullRecord(), 1, long, newWriteId())
  from.create(newAddress(), record(), long)
  const { copied, kept } = await copySessions(from, to)
  assert.deepEqual([copied, kept], [2, 9])
  assert.equal(to.read(changed)?.version, 2)
  assert.equal(to.read(ahead)?.version, 2)
})

test('leaves out what is dead, before the copy or during it', async () => {
  let now = 1_790_000_000_000
  const clock = { now: () => now }
  const [from, to] = [new MemoryStore(clock), new MemoryStore(clock)]
  for (let made = 0; made < 4; made += 1) from.create(newAddress(), record(), { idleMs: 1000, absoluteMs: 1000 })
  now += 1000
  for (let made = 0; made < 4; made += 1) from.create(newAddress(), record(), { idleMs: 1000, absoluteMs: 1000 })
  for (let made = 0; made < 4; made += 1) from.create(newAddress(), record(), long)
  const aged: SessionStore = {
    ...verbs(from),
    transfer: {
      estimate: () => from.transfer.estimate(),
      restore: (...given) => from.transfer.restore(...given),
      async scan(...given) {
        const page = await from.transfer.scan(...given)
        now += 1000
        return page
      },
    },
  }
  const { copied, kept } = await copySessions(aged, to)
  assert.deepEqual([copied, kept], [4, 4])
  assert.equal((await contents(to)).size, 4)
})

test('lists a session before it is there, and raises the epoch to its own', async () => {
  const [from, to] = [new MemoryStore(), new MemoryStore()]
  const address = newAddress()
  from.create(address, record({ principal: 'alice', epoch: 3 }), long)
  from.create(newAddress(), record({ principal: 'alice', epoch: 5 }), long)
  const order: string[] = []
  const { principals, transfer } = to
  const watched: SessionStore = {
    ...verbs(to),
    principals: {
      epoch: (principal) => principals.epoch(principal),
      raiseEpoch: (principal) => principals.raiseEpoch(principal),
      remove: (...given) => principals.remove(...given),
      list: (principal) => principals.list(principal),
      add(...given) {
        order.push(`add ${given[1]} for ${Math.round(given[2] / 60_000)} min`)
        principals.add(...given)
      },
    },
    transfer: {
      estimate: () => transfer.estimate(),
      scan: (...given) => transfer.scan(...given),
      restore(...given) {
        order.push(`restore ${given[0]}`)
        return transfer.restore(...given)
      },
    },
  }
  await copySessions(from, watched, { concurrency: 1 })
  const at = order.indexOf(`restore ${address}`)
  assert.equal(order[at - 1], `add ${address} for 721 min`)
  assert.equal(to.principals.epoch('alice'), 5)
  await copySessions(from, to)
  assert.equal(to.principals.epoch('alice'), 5)
})

test('says which store failed and where to go on, and loses nothing', async () => {
  const [from, to] = [await filled(30), new MemoryStore({ maxSessions: 15 })]
  const progress: CopyProgress[] = []
  const failed: unknown = await copySessions(from, to, {
    pageSize: 10,
    onProgress: (each) => void progress.push(each),
  }).catch((error: unknown) => error)
  assert.ok(failed instanceof CopyInterruptedError)
  assert.equal(failed.code, 'ERR_STORE_UNAVAILABLE')
  assert.deepEqual(failed.progress, progress[0])
  assert.equal(
    failed.message,
    `the copy stopped because the store \`to\` failed; go on with cursor "${progress[0]?.cursor}"`,
  )
  assert.equal((failed.cause as { code: string }).code, 'ERR_STORE_FULL')
  const wide = new MemoryStore()
  await copySessions(to, wide)
  const { cursor } = failed.progress
  assert.ok(cursor !== undefined)
  await copySessions(from, wide, { cursor })
  assert.deepEqual(await contents(wide), await contents(from))
})

test('reads no faster than it writes', async () => {
  const [from, to] = [await filled(60), new MemoryStore()]
  let [running, most, pages] = [0, 0, 0]
  const slow: SessionStore = {
    ...verbs(to),
    transfer: {
      estimate: () => to.transfer.estimate(),
      scan: (...given) => to.transfer.scan(...given),
      async restore(...given) {
        running += 1
        most = Math.max(most, running)
        await new Promise((resolve) => setTimeout(resolve, 1))
        running -= 1
        return to.transfer.restore(...given)
      },
    },
  }
  await copySessions(from, slow, { pageSize: 20, concurrency: 5, onProgress: () => void (pages += 1) })
  assert.equal(most, 5)
  assert.equal(pages, 3)
})

test('refuses stores and settings with which it cannot work', async () => {
  const store = new MemoryStore()
  const { transfer: _, ...closed } = { ...verbs(store), transfer: store.transfer }
  const refused = async (run: () => Promise<unknown>, code: string, message: RegExp): Promise<void> => {
    await assert.rejects(run, { code, message })
  }
  await refused(() => copySessions(closed, store), 'ERR_OPTION', /`from` must be a store that can list its records/)
  await refused(() => copySessions(store, closed), 'ERR_OPTION', /`to` must be a store that can list its records/)
  await refused(() => copySessions(store, store), 'ERR_OPTION', /`to` must be another store/)
  const other = new MemoryStore()
  await refused(() => copySessions(store, other, { pageSize: 0 }), 'ERR_OPTION', /`pageSize`/)
  await refused(() => copySessions(store, other, { concurrency: 1.5 }), 'ERR_OPTION', /`concurrency`/)
  await refused(() => copySessions(store, other, { cursor: 'x' }), 'ERR_ARGUMENT', /`cursor`/)
})

async function user(sessions: Sessions<Data>, name: string): Promise<Visitor<Data>> {
  const visitor = new Visitor(sessions)
  await visitor.request((session) => session.login(name))
  await visitor.request((session) => session.set('cart', [`of ${name}`]))
  return visitor
}

async function filled(sessions: number): Promise<MemoryStore> {
  const store = new MemoryStore()
  for (let made = 0; made < sessions; made += 1) store.create(newAddress(), fullRecord(), long)
  return store
}

/** Everything that must not change on the way, by address. */
async function contents(store: SessionStore): Promise<Map<string, Omit<StoredSession, 'now'>>> {
  const found = new Map<string, Omit<StoredSession, 'now'>>()
  let cursor: string | undefined
  do {
    const page = await store.transfer?.scan(cursor, 100)
    for (const { address, stored } of page?.sessions ?? []) {
      const { now: _, record: kept, ...stamp } = stored
      found.set(address, { ...stamp, record: { ...kept, payload: new Uint8Array(kept.payload) } })
    }
    cursor = page?.next
  } while (cursor !== undefined)
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function verbs(store: MemoryStore): SessionStore {
  return {
    capabilities: store.capabilities,
    principals: store.principals,
    read: (...given) => store.read(...given),
    create: (...given) => store.create(...given),
    replace: (...given) => store.replace(...given),
    touch: (...given) => store.touch(...given),
    delete: (...given) => store.delete(...given),
    sweep: (...given) => store.sweep(...given),
  }
}

function files(t: TestContext): FileStore {
  const directory = mkdtempSync(join(tmpdir(), 'sekisho-copy-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return new FileStore({ directory })
}

async function database(t: TestContext): Promise<SessionStore> {
  const handle = new DatabaseSync(':memory:')
  t.after(() => handle.close())
  const store = new SqliteStore({ database: handle })
  await store.ensureSchema()
  return store
}

async function ownTable(t: TestContext): Promise<SessionStore> {
  const { options, run, drop } = sqlite()
  t.after(drop)
  await run('CREATE TABLE sessions (id VARCHAR(64) PRIMARY KEY, data TEXT)')
  return rowSessions(sqlRows({ ...options, ...documented }))
}
