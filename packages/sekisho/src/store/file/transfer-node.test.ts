import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { channels } from '../../lib/events-node.ts'
import type { StoredSession, TransferPage } from '../contract.ts'
import { FileStore, type FileStoreOptions } from '../file-node.ts'
import { encodeRecord } from '../record-format.ts'
import { newAddress, record } from '../testing/samples.ts'
import { newDirectory, tagged, tagOf } from './children.worker.ts'
import { nodeFileSystem, type FileSystem } from './fs-node.ts'
import { workerLife } from './store.worker.ts'
import { watched } from './trip.worker.ts'

test('scans in the order of addresses, on any handle', async (t) => {
  const { store, directory } = bench(t)
  const addresses = await created(store, 50)
  const other = new FileStore({ directory })
  const first = await store.transfer.scan(undefined, 20)
  const second = await other.transfer.scan(first.next, 20)
  const third = await store.transfer.scan(second.next, 20)
  assert.deepEqual([first, second, third].flatMap(addressesIn), addresses.toSorted())
  assert.equal(third.next, undefined)
})

test('goes on behind a session that was deleted since its page', async (t) => {
  const { store } = bench(t)
  const addresses = await created(store, 10)
  const first = await store.transfer.scan(undefined, 5)
  await store.delete(first.next ?? '')
  const second = await store.transfer.scan(first.next, 10)
  assert.deepEqual([...addressesIn(first), ...addressesIn(second)], addresses.toSorted())
})

test('looks at no more files for a page than were asked for, dead ones included', async (t) => {
  const clock = { now: Date.now() }
  let opened = 0
  const fs = watched((call, [path]) => {
    if (call === 'open' && String(path).includes('sessions')) opened += 1
  })
  const { store } = bench(t, { now: () => clock.now }, fs)
  await created(store, 40)
  clock.now += workerLife.idleMs
  const living = await created(store, 10)
  const found: string[] = []
  let cursor: string | undefined
  do {
    opened = 0
    const page: TransferPage = await store.transfer.scan(cursor, 7)
    assert.ok(opened <= 7, `${opened} files`)
    found.push(...addressesIn(page))
    cursor = page.next
  } while (cursor !== undefined)
  assert.deepEqual(found, living.toSorted())
})

test('reads a shard again that was changed while it was read', async (t) => {
  let isFirst = true
  const fs: FileSystem = {
    ...nodeFileSystem,
    async readdir(path) {
      const names = await nodeFileSystem.readdir(path)
      if (!isFirst || !path.includes('sessions')) return names
      isFirst = false
      mkdirSync(join(path, 'x'))
      rmdirSync(join(path, 'x'))
      return names.slice(1)
    },
  }
  const { store } = bench(t, {}, fs)
  const addresses = ['aa', 'aa', 'aa'].map((shard) => shard + newAddress().slice(2))
  for (const address of addresses) await store.create(address, record(), workerLife)
  assert.deepEqual(addressesIn(await store.transfer.scan(undefined, 10)), addresses.toSorted())
})

test('ends a scan of a shard that never stops changing', async (t) => {
  let readings = 0
  const fs: FileSystem = {
    ...nodeFileSystem,
    async readdir(path) {
      const names = await nodeFileSystem.readdir(path)
      mkdirSync(join(path, `x${readings}`))
      readings += 1
      return names
    },
  }
  const { store } = bench(t, {}, fs)
  const [address] = await created(store, 1)
  assert.deepEqual(addressesIn(await store.transfer.scan(undefined, 10)), [address])
  assert.equal(readings, 4)
})

test('passes over what is no record, and says so', async (t) => {
  const { store, directory } = bench(t)
  const [address = ''] = await created(store, 1)
  const broken = address.slice(0, 2) + newAddress().slice(2)
  const shard = join(directory, 'sessions', address.slice(0, 2))
  writeFileSync(join(shard, broken), 'broken')
  writeFileSync(join(shard, 'notes.txt'), 'x')
  const rejected: unknown[] = []
  const note = (message: unknown): void => void rejected.push(message)
  channels.rejected.subscribe(note)
  t.after(() => channels.rejected.unsubscribe(note))
  assert.deepEqual(addressesIn(await store.transfer.scan(undefined, 10)), [address])
  assert.deepEqual(rejected, [{ reason: 'malformed-record', address: broken }])
})

test('finds nothing where somebody has removed the whole directory', async (t) => {
  const { store, directory } = bench(t)
  await created(store, 3)
  rmSync(directory, { recursive: true })
  assert.deepEqual(await store.transfer.scan(undefined, 10), { sessions: [] })
  assert.equal(await store.transfer.estimate(), 0)
})

test('estimates many sessions by a part of the shards', async (t) => {
  let read = 0
  const fs = watched((call) => {
    if (call === 'readdir') read += 1
  })
  const { store, directory } = bench(t, {}, fs)
  await store.ready()
  for (let shard = 0; shard < 256; shard += 1) {
    const path = join(directory, 'sessions', shard.toString(16).padStart(2, '0'))
    mkdirSync(path, { mode: 0o700 })
    for (let made = 0; made < 30 + (shard % 5); made += 1) writeFileSync(join(path, newAddress()), '')
  }
  const estimate = await store.transfer.estimate()
  assert.ok(estimate > 256 * 31 && estimate < 256 * 33, `${estimate} for about ${256 * 32}`)
  assert.ok(read < 150, `${read} shards were read`)
})

test('restores nothing that is larger than a record may be', async (t) => {
  const { store, directory } = bench(t, { maxRecordBytes: 1000 })
  const [address = ''] = await created(store, 1)
  const stored = store.read(address) ?? assert.fail()
  const large: StoredSession = { ...stored, version: 2, record: tagged('large') }
  await assert.rejects(async () => store.transfer.restore(address, large), { code: 'ERR_STORE_FULL' })
  assert.equal(store.read(address)?.version, 1)
  const [desk = ''] = readdirSync(join(directory, 'processes'))
  assert.deepEqual(readdirSync(join(directory, 'processes', desk)), ['identity'])
})

test('refuses to restore at what is no address', async (t) => {
  const { store } = bench(t)
  const stored: StoredSession = {
    record: record(),
    version: 1,
    now: 0,
    createdAt: 0,
    idleDeadline: 9e15,
    absoluteDeadline: 9e15,
  }
  await assert.rejects(async () => store.transfer.restore('../../x', stored), { code: 'ERR_ARGUMENT' })
})

test('looks again under the lock of a restore, and keeps a later version that came in between', async (t) => {
  const [address, other] = [newAddress(), newDirectory(t)]
  const source = new FileStore({ directory: other })
  await source.create(address, tagged('old'), workerLife)
  const stored = source.read(address) ?? assert.fail()
  await source.replace(address, tagged('new'), 1, workerLife, 'new')
  const fs = watched((call) => {
    if (call === 'link') cpSync(join(other, 'sessions'), join(directory, 'sessions'), { recursive: true })
  })
  const { store, directory } = bench(t, {}, fs)
  assert.equal(await store.transfer.restore(address, stored), 'kept')
  assert.deepEqual([tagOf(store.read(address)), store.read(address)?.version], ['new', 2])
})

test('lets others have their turn in a long page', async (t) => {
  const { store, directory } = bench(t)
  await store.ready()
  const shard = join(directory, 'sessions', 'aa')
  mkdirSync(shard, { mode: 0o700 })
  const stamp = { version: 1, createdAt: Date.now(), idleDeadline: 9e12, absoluteDeadline: 9e12 }
  const bytes = encodeRecord(record(), stamp)
  for (let made = 0; made < 5000; made += 1) writeFileSync(join(shard, `aa${newAddress().slice(2)}`), bytes)
  // The processor's time, because a machine that is busy with something else takes as long as it likes.
  let [last, longest, isOver] = [process.cpuUsage(), 0, false]
  const beat = (): void => {
    const { user, system } = process.cpuUsage(last)
    longest = Math.max(longest, (user + system) / 1000)
    last = process.cpuUsage()
    if (!isOver) setImmediate(beat)
  }
  setImmediate(beat)
  assert.equal((await store.transfer.scan(undefined, 10_000)).sessions.length, 5000)
  isOver = true
  t.diagnostic(`5,000 records, longest ${longest.toFixed(1)} ms`)
  // 5 ms by design, and the collector's threads.
  assert.ok(longest < 60, `${longest} ms`)
})

function bench(t: TestContext, options: Partial<FileStoreOptions> = {}, fs: FileSystem = nodeFileSystem) {
  const directory = newDirectory(t)
  return { directory, store: new FileStore({ directory, ...options }, { fs }) }
}

async function created(store: FileStore, many: number): Promise<string[]> {
  const addresses = Array.from({ length: many }, newAddress)
  for (const address of addresses) await store.create(address, record(), workerLife)
  return addresses
}

function addressesIn(page: TransferPage): string[] {
  return page.sessions.map(({ address }) => address)
}
