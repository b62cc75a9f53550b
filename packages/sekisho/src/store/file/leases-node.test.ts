import assert from 'node:assert/strict'
import { lstatSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { FileStore, type FileStoreOptions } from '../file-node.ts'
import { newAddress } from '../testing/samples.ts'
import { newDirectory } from './children.worker.ts'
import { nodeFileSystem, type FileSystem } from './fs-node.ts'
import { watched } from './trip.worker.ts'

const minute = 60_000

test('files a lease under its session, for its own user only, and removes it when it is released', async (t) => {
  const { store, directory, address, path } = bench(t)
  assert.equal(await store.locks.acquire(address, 'owner', minute), true)
  assert.deepEqual(readdirSync(join(directory, 'leases')), [address])
  assert.equal(readFileSync(path, 'utf8'), 'owner')
  assert.equal(lstatSync(path).mode & 0o777, 0o600)
  await store.locks.release(address, 'owner')
  assert.deepEqual(readdirSync(join(directory, 'leases')), [])
  assert.deepEqual(readdirSync(join(directory, 'locks')), [])
  assert.deepEqual(readdirSync(join(directory, 'sessions')), [])
})

test('leaves no files behind when a lock is refused, renewed or taken over', async (t) => {
  const { store, clock, directory, address } = bench(t)
  await store.locks.acquire(address, 'owner', minute)
  assert.equal(await store.locks.acquire(address, 'other', minute), false)
  assert.equal(await store.locks.renew(address, 'other', minute), false)
  assert.equal(await store.locks.renew(address, 'owner', minute), true)
  clock.now += minute
  assert.equal(await store.locks.acquire(address, 'other', minute), true)
  assert.deepEqual(staged(directory), [])
})

test('refuses a lock by one look, without a lock between processes', async (t) => {
  const calls: string[] = []
  const { store, address } = bench(
    t,
    {},
    watched((call) => void calls.push(call)),
  )
  await store.locks.acquire(address, 'owner', minute)
  calls.length = 0
  assert.equal(await store.locks.acquire(address, 'other', minute), false)
  assert.deepEqual(
    calls.filter((call) => !['open', 'fstat', 'read', 'close'].includes(call)),
    [],
  )
})

test('decides under the lock between processes, whatever it saw before', async (t) => {
  let meanwhile: (() => void) | undefined
  const fs = watched((call) => {
    if (call === 'link') meanwhile?.()
  })
  const { store, clock, directory, address, path } = bench(t, {}, fs)
  meanwhile = () => write(path, 'faster', clock.now + minute)
  assert.equal(await store.locks.acquire(address, 'owner', minute), false)
  assert.equal(readFileSync(path, 'utf8'), 'faster')
  meanwhile = () => write(path, 'thief', clock.now + minute)
  assert.equal(await store.locks.renew(address, 'faster', minute), false)
  meanwhile = () => write(path, 'heir', clock.now + minute)
  await store.locks.release(address, 'thief')
  assert.equal(readFileSync(path, 'utf8'), 'heir')
  assert.deepEqual(staged(directory), [])
})

test('sweeps a lease that has run out, after the grace', async (t) => {
  const { store, clock, directory, address } = bench(t)
  await store.locks.acquire(address, 'owner', minute)
  clock.now += 2 * minute - 1
  await store.sweep(10)
  assert.deepEqual(readdirSync(join(directory, 'leases')), [address])
  clock.now += 1
  assert.equal(await store.sweep(10), 0)
  assert.deepEqual(readdirSync(join(directory, 'leases')), [])
})

test('looks again under the lock in a sweep, and spares a lease that was taken anew', async (t) => {
  let isTaken = false
  const fs = watched((call) => {
    if (isTaken && call === 'link') write(path, 'next', clock.now + minute)
  })
  const { store, clock, address, path } = bench(t, {}, fs)
  await store.locks.acquire(address, 'owner', minute)
  clock.now += 2 * minute
  isTaken = true
  await store.sweep(10)
  assert.equal(readFileSync(path, 'utf8'), 'next')
})

test('takes what a crash of the machine has left of a lease for one that runs out', async (t) => {
  const { store, clock, address, path } = bench(t)
  await store.ready()
  write(path, '', clock.now + minute)
  assert.equal(await store.locks.acquire(address, 'owner', minute), false)
  clock.now += minute
  assert.equal(await store.locks.acquire(address, 'owner', minute), true)
})

test('fails where something else is in the place of a lease, rather than giving the lock to two', async (t) => {
  const { store, directory, address, path } = bench(t)
  await store.ready()
  symlinkSync(directory, path)
  await assert.rejects(async () => store.locks.acquire(address, 'owner', minute), { code: 'ERR_STORE_UNAVAILABLE' })
})

test('goes on when somebody has removed the whole directory', async (t) => {
  const { store, directory, address } = bench(t)
  await store.locks.acquire(address, 'owner', minute)
  rmSync(directory, { recursive: true })
  assert.equal(await store.locks.renew(address, 'owner', minute), false)
  assert.equal(await store.locks.acquire(address, 'other', minute), true)
  assert.equal(await store.locks.acquire(address, 'owner', minute), false)
})

test('waits for no disk: leases need not outlive the machine', async (t) => {
  let synced = 0
  const fs = { ...nodeFileSystem, fsync: async () => void (synced += 1) }
  const { store, address } = bench(t, { durability: 'machine' }, fs)
  await store.locks.acquire(address, 'owner', minute)
  await store.locks.renew(address, 'owner', minute)
  await store.locks.release(address, 'owner')
  assert.equal(synced, 0)
})

test('refuses a lock of what is no address, and touches no file for it', async (t) => {
  const { store, directory } = bench(t)
  const acquire = async (): Promise<boolean> => store.locks.acquire('../../x', 'owner', minute)
  await assert.rejects(acquire, { name: 'SekishoUsageError', code: 'ERR_ARGUMENT' })
  assert.equal(await store.locks.renew('../../x', 'owner', minute), false)
  await store.locks.release('../../x', 'owner')
  assert.deepEqual(readdirSync(directory), [])
})

/** A store on a clock of the test's own, an address, and the file of its lease. */
function bench(t: TestContext, options: Partial<FileStoreOptions> = {}, fs: FileSystem = nodeFileSystem) {
  const clock = { now: Date.now() }
  const directory = newDirectory(t)
  const store = new FileStore({ directory, now: () => clock.now, ...options }, { fs })
  const address = newAddress()
  return { store, clock, directory, address, path: join(directory, 'leases', address) }
}

/** What the only process has written and not used. */
function staged(directory: string): string[] {
  const [desk = ''] = readdirSync(join(directory, 'processes'))
  return readdirSync(join(directory, 'processes', desk)).filter((name) => name !== 'identity')
}

function write(path: string, owner: string, dueMs: number): void {
  writeFileSync(path, owner, { mode: 0o600 })
  utimesSync(path, dueMs / 1000, dueMs / 1000)
}
