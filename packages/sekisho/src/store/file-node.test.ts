import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test, type TestContext } from 'node:test'
import { channels } from '../lib/events-node.ts'
import type { StoredSession } from './contract.ts'
import { FileStore } from './file-node.ts'
import { newDirectory, tagged, tagOf } from './file/children.worker.ts'
import { workerLife } from './file/store.worker.ts'
import { watched } from './file/trip.worker.ts'
import { encodeRecord } from './record-format.ts'
import { storeContract } from './testing.ts'
import { newAddress, record } from './testing/samples.ts'

let contractClock = 1_790_000_000_000
const contractDirectories = new WeakMap<object, string>()
const contractRoot = mkdtempSync(join(tmpdir(), 'sekisho-contract-'))
after(() => rmSync(contractRoot, { recursive: true, force: true }))

function openIn(directory: string): FileStore {
  const store = new FileStore({ directory, sweepGraceMs: 0, now: () => contractClock })
  contractDirectories.set(store, directory)
  return store
}

suite('keeps the store contract', () => {
  storeContract(test, {
    open: () => openIn(mkdtempSync(join(contractRoot, 'store-'))),
    reopen: (store) => openIn(contractDirectories.get(store) ?? assert.fail()),
    wait(ms) {
      contractClock += ms
    },
  })
})

test('states what it guarantees', (t) => {
  const directory = newDirectory(t)
  const process = { durable: 'process', shared: true, fenced: true, sweeps: true }
  assert.deepEqual(new FileStore({ directory }).capabilities, process)
  assert.deepEqual(new FileStore({ directory, durability: 'machine' }).capabilities, { ...process, durable: 'machine' })
})

test('refuses wrong options where they are given and touches no file for it', () => {
  const directory = '/nowhere/at/all'
  const wrong = (options: object): void => {
    const open = (): FileStore => new FileStore({ directory, ...options })
    assert.throws(open, { name: 'SekishoUsageError', code: 'ERR_OPTION' })
  }
  wrong({ directory: '' })
  wrong({ directory: undefined })
  wrong({ directory: 'a\0b' })
  wrong({ durability: 'always' })
  wrong({ allowNetworkFileSystem: 'yes' })
  wrong({ lockTimeoutMs: -1 })
  wrong({ sweepGraceMs: 0.5 })
  wrong({ maxRecordBytes: 0 })
  wrong({ now: 0 })
  assert.equal(new FileStore({ directory }).read('no address'), undefined)
})

test('files one session per file, open to its own user only, whatever the umask', (t) => {
  const directory = join(newDirectory(t), 'store')
  // In a process of its own, because the umask belongs to all threads.
  const script = `
    process.umask(0o777)
    const { FileStore } = await import(${JSON.stringify(new URL('file-node.ts', import.meta.url).href)})
    const store = new FileStore({ directory: ${JSON.stringify(directory)} })
    const record = { generation: 0, current: 'c', dataVersion: 1, writeIds: ['w'], payload: new Uint8Array(3) }
    await store.create('ab'.repeat(32), record, { idleMs: 1e6, absoluteMs: 1e6 })
    await store.principals.add('alice', 'ab'.repeat(32), 1e6)
    await store.locks.acquire('ab'.repeat(32), 'owner', 1e6)`
  const args = ['--conditions=source', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.equal(stderr, '')
  const entries = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  assert.ok(entries.includes(join('sessions', 'ab', 'ab'.repeat(32))))
  for (const entry of ['', ...entries]) {
    const status = lstatSync(join(directory, entry))
    assert.equal(status.mode & 0o777, status.isDirectory() ? 0o700 : 0o600, entry)
  }
  assert.ok(entries.every((entry) => !entry.includes('alice')))
})

test('lends each record for good, however many are read after it and whatever they hold', async (t) => {
  const store = new FileStore({ directory: newDirectory(t) })
  const payloads = [
    Uint8Array.of(0xff, 0x00, 0xfe), // no text
    new TextEncoder().encode('{"cart":"お茶"}'),
    new Uint8Array(20_000).fill(0xfd), // larger than what is read into memory that is used again
    new TextEncoder().encode(JSON.stringify('x'.repeat(20_000))),
    new Uint8Array(0),
  ]
  const addresses = payloads.map(() => newAddress())
  for (const [index, payload] of payloads.entries()) {
    await store.create(addresses[index] ?? '', { ...record(), payload }, workerLife)
  }
  const records = addresses.map((address) => store.read(address, true)?.record)
  const octets = records.map(
    (lent) => lent && (lent.text === undefined ? lent.payload : new TextEncoder().encode(lent.text)),
  )
  assert.deepEqual(octets.map(String), payloads.map(String))
  assert.deepEqual(
    records.map((lent) => lent?.text === undefined),
    [true, false, true, false, false],
  )
})

test('creates nothing before the first use', (t) => {
  const directory = newDirectory(t)
  new FileStore({ directory }).close()
  assert.deepEqual(readdirSync(directory), [])
})

test('removes its own directory when it is closed, and is not used afterwards', async (t) => {
  const directory = newDirectory(t)
  const store = new FileStore({ directory })
  await store.create(newAddress(), record(), workerLife)
  store.close()
  assert.deepEqual(readdirSync(join(directory, 'processes')), [])
  await assert.rejects(async () => store.create(newAddress(), record(), workerLife), { code: 'ERR_STORE_UNAVAILABLE' })
  assert.deepEqual(readdirSync(join(directory, 'processes')), [])
})

test('goes on when somebody has removed the whole directory', async (t) => {
  const directory = newDirectory(t)
  const store = new FileStore({ directory })
  const address = newAddress()
  await store.create(address, tagged('a'), workerLife)
  rmSync(directory, { recursive: true })
  assert.equal(store.read(address), undefined)
  assert.equal(await store.create(address, tagged('b'), workerLife), 'created')
  assert.equal(tagOf(store.read(address)), 'b')
})

test('syncs file and directory before it acknowledges, where the machine may crash', async (t) => {
  const seen: string[] = []
  const fs = watched((call) => seen.push(call))
  const store = new FileStore({ directory: newDirectory(t), durability: 'machine' }, { fs })
  const address = newAddress()
  await store.create(address, tagged('a'), workerLife)
  seen.length = 0
  await store.replace(address, tagged('b'), 1, workerLife, 'b')
  const [synced, moved, settled] = [seen.indexOf('fsync'), seen.indexOf('rename'), seen.lastIndexOf('fsync')]
  assert.ok(synced < seen.indexOf('link') && seen.indexOf('link') < moved && moved < settled, seen.join())
  seen.length = 0
  await store.delete(address)
  assert.ok(seen.lastIndexOf('rename') < seen.indexOf('fsync'), seen.join())
})

test('takes what is no record for none, says so, and harms no other session', async (t) => {
  const { store, address, path, rejected } = await one(t)
  const neighbour = `${address.slice(0, 63)}${address.endsWith('0') ? '1' : '0'}`
  await store.create(neighbour, tagged('neighbour'), workerLife)
  const good = readFileSync(path)
  const poison: Record<string, Uint8Array | string> = {
    empty: '',
    garbage: 'rubbish'.repeat(1000),
    truncated: good.subarray(0, good.length - 1),
    'longer than it says': Buffer.concat([good, Buffer.from('x')]),
    'of a later format': Buffer.concat([good.subarray(0, 4), Buffer.from([2]), good.subarray(5)]),
    'another program’s': '{"cookie":{"maxAge":null},"__proto__":{"isAdmin":true}}',
    zeros: new Uint8Array(good.length),
  }
  for (const [kind, bytes] of Object.entries(poison)) {
    writeFileSync(path, bytes)
    rejected.length = 0
    assert.equal(store.read(address), undefined, kind)
    assert.deepEqual(rejected, [{ reason: 'malformed-record', address }], kind)
    assert.equal(await store.replace(address, tagged('b'), 1, workerLife, 'b'), 'gone', kind)
    assert.equal(await store.touch(address, workerLife), 'gone', kind)
    assert.equal(await store.delete(address), 'gone', kind)
    assert.equal(await store.create(address, tagged('new'), workerLife), 'created', kind)
    assert.equal(tagOf(store.read(address)), 'new')
  }
  assert.equal(tagOf(store.read(neighbour)), 'neighbour')
})

test('reads no huge file into memory', async (t) => {
  const { store, address, path, rejected } = await one(t)
  truncateSync(path, 100 * 1024 * 1024)
  const before = process.memoryUsage().arrayBuffers
  assert.equal(store.read(address), undefined)
  assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024)
  assert.equal(rejected.length, 1)
})

test('refuses to write what it would not read', async (t) => {
  const store = new FileStore({ directory: newDirectory(t), maxRecordBytes: 1000 })
  const address = newAddress()
  const tooBig = record({ payload: new Uint8Array(1000) })
  await assert.rejects(store.create(address, tooBig, workerLife), { code: 'ERR_STORE_FULL' })
  assert.equal(store.read(address), undefined)
})

test('follows no symbolic link in the place of a record', async (t) => {
  const { store, address, path, rejected } = await one(t)
  const elsewhere = join(newDirectory(t), 'elsewhere')
  renameSync(path, elsewhere)
  symlinkSync(elsewhere, path)
  assert.equal(store.read(address), undefined)
  assert.equal(await store.replace(address, tagged('b'), 1, workerLife, 'b'), 'gone')
  assert.equal(await store.touch(address, { idleMs: workerLife.idleMs * 2 }), 'gone')
  assert.ok(rejected.length > 0)
  const before = readFileSync(elsewhere)
  assert.equal(await store.create(address, tagged('new'), workerLife), 'created')
  assert.ok(lstatSync(path).isFile())
  assert.deepEqual(readFileSync(elsewhere), before)
})

test('follows no symbolic link in the place of a directory', async (t) => {
  const { store, address, directory } = await one(t)
  const elsewhere = newDirectory(t)
  for (const part of ['sessions', join('sessions', address.slice(0, 2)), 'locks', 'processes', 'principals']) {
    renameSync(join(directory, part), join(elsewhere, 'moved'))
    symlinkSync(join(elsewhere, 'moved'), join(directory, part))
    const fresh = new FileStore({ directory })
    assert.throws(() => fresh.read(address), { code: 'ERR_STORE_SETUP' }, part)
    await assert.rejects(fresh.create(address, tagged('b'), workerLife), { code: 'ERR_STORE_SETUP' }, part)
    rmSync(join(directory, part))
    renameSync(join(elsewhere, 'moved'), join(directory, part))
  }
  assert.equal(tagOf(store.read(address)), 'a')
})

test('does not wait for a FIFO in the place of a record, nor take a directory for one', async (t) => {
  const { store, address, path, rejected } = await one(t)
  rmSync(path)
  spawnSync('mkfifo', [path])
  assert.equal(store.read(address), undefined)
  rmSync(path)
  mkdirSync(path)
  assert.equal(store.read(address), undefined)
  assert.equal(rejected.length, 2)
})

test('leaves foreign files alone', async (t) => {
  const { store, directory, address } = await one(t)
  const shard = join(directory, 'sessions', address.slice(0, 2))
  writeFileSync(join(shard, 'README'), 'x')
  utimesSync(join(shard, 'README'), 1, 1)
  await store.sweep(100)
  assert.ok(readdirSync(shard).includes('README'))
})

test('judges by its clock and says when it meets a dead record', async (t) => {
  let now = 1_790_000_000_000
  const { store, address } = await one(t, () => now)
  const expired: unknown[] = []
  const note = (message: unknown): void => void expired.push(message)
  channels.expired.subscribe(note)
  t.after(() => channels.expired.unsubscribe(note))
  now += workerLife.idleMs - 1
  assert.equal(store.read(address)?.now, now)
  now += 1
  assert.equal(store.read(address), undefined)
  assert.deepEqual(expired, [{ address }])
})

test('touches without writing the record', async (t) => {
  const { store, address, path } = await one(t)
  const before = lstatSync(path)
  assert.equal(await store.touch(address, { idleMs: workerLife.idleMs * 2 }), 'touched')
  assert.equal(lstatSync(path).ino, before.ino)
  assert.ok((store.read(address)?.idleDeadline ?? 0) >= before.mtimeMs + workerLife.idleMs)
})

test('keeps the lifetime of a copy whose modification time was lost', async (t) => {
  const { store, address, path } = await one(t)
  const deadline = store.read(address)?.idleDeadline
  copyFileSync(path, `${path}.copy`)
  renameSync(`${path}.copy`, path)
  assert.equal(store.read(address)?.idleDeadline, deadline)
})

test('does not undo a touch that comes between the reading and the writing of a replace', async (t) => {
  const directory = newDirectory(t)
  const path = (address: string): string => join(directory, 'sessions', address.slice(0, 2), address)
  const address = newAddress()
  const later = Date.now() + workerLife.idleMs * 2
  let isDue = false
  const fs = watched((call) => {
    if (isDue && call === 'link') utimesSync(path(address), later / 1000, later / 1000)
  })
  const store = new FileStore({ directory }, { fs })
  await store.create(address, tagged('a'), workerLife)
  isDue = true
  await store.replace(address, tagged('b'), 1, { idleMs: workerLife.idleMs }, 'b')
  assert.equal(store.read(address)?.idleDeadline, later)
})

test('starts over when a record was exchanged for another of the same version while it wrote', async (t) => {
  const directory = newDirectory(t)
  const address = newAddress()
  const times = { version: 1, createdAt: 5, idleDeadline: 9e12, absoluteDeadline: 9e12 }
  let isDue = false
  const fs = watched((call) => {
    if (!isDue || call !== 'link') return
    isDue = false
    writeFileSync(join(directory, 'sessions', address.slice(0, 2), address), encodeRecord(tagged('other'), times))
  })
  const store = new FileStore({ directory }, { fs })
  await store.create(address, tagged('a'), workerLife)
  isDue = true
  assert.equal(await store.touch(address, { idleMs: 1, absoluteMs: workerLife.absoluteMs * 2 }), 'touched')
  const stored = store.read(address)
  assert.deepEqual([tagOf(stored), stored?.createdAt, stored?.version], ['other', 5, 1])
})

test('fails cleanly whichever file-system call fails, and works again afterwards', async (t) => {
  for (const code of ['EIO', 'ENOSPC', 'EACCES']) {
    await failEachCall(t, code, (store) => store.create(newAddress(), tagged('x'), workerLife))
    await failEachCall(t, code, (store, address) => store.replace(address, tagged('b'), 1, workerLife, 'b'))
    await failEachCall(t, code, (store, address) => store.touch(address, { idleMs: workerLife.idleMs * 2 }))
    await failEachCall(t, code, (store, address) => store.delete(address))
    await failEachCall(t, code, async (store, address) => store.read(address))
    await failEachCall(t, code, async (store) => store.principals.raiseEpoch('alice'))
    await failEachCall(t, code, async (store, address) => store.principals.add('alice', address, 1000))
    await failEachCall(t, code, async (store) => store.locks.acquire(newAddress(), 'owner', 60_000))
    await failEachCall(t, code, async (store, address) => store.locks.renew(address, 'owner', 60_000))
    await failEachCall(t, code, async (store, address) => store.locks.release(address, 'owner'))
    await failEachCall(t, code, async (store) => store.transfer.scan(undefined, 1))
    await failEachCall(t, code, async (store, address) => store.transfer.restore(address, laterVersion(store, address)))
  }
})

test('keeps the epoch of a principal that cannot be read from falling to zero', async (t) => {
  const { store, directory } = await one(t)
  await store.principals.raiseEpoch('alice')
  const [file = ''] = readdirSync(join(directory, 'principals'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('epoch'),
  )
  writeFileSync(join(directory, 'principals', file), 'x')
  await assert.rejects(async () => store.principals.epoch('alice'), { code: 'ERR_STORE_UNAVAILABLE' })
})

/** A store with one record, its file, and the `rejected` events of the test. */
interface One {
  readonly store: FileStore
  readonly directory: string
  readonly address: string
  readonly path: string
  readonly rejected: unknown[]
}

async function one(t: TestContext, now: () => number = Date.now): Promise<One> {
  const directory = newDirectory(t)
  const store = new FileStore({ directory, now })
  const address = newAddress()
  await store.create(address, tagged('a'), workerLife)
  const rejected: unknown[] = []
  const note = (message: unknown): void => void rejected.push(message)
  channels.rejected.subscribe(note)
  t.after(() => channels.rejected.unsubscribe(note))
  return { store, directory, address, path: join(directory, 'sessions', address.slice(0, 2), address), rejected }
}

/** Runs a verb as often as it has calls, and lets another one of them fail each time. */
async function failEachCall(
  t: TestContext,
  code: string,
  verb: (store: FileStore, address: string) => Promise<unknown>,
): Promise<void> {
  const directory = newDirectory(t)
  let [calls, failing] = [0, 0]
  const fs = watched((call) => {
    // A descriptor whose closing fails is closed all the same; here it would be left open.
    if (call === 'close') return
    calls += 1
    if (calls === failing) throw Object.assign(new Error(`${code}, as wanted`), { code })
  })
  const store = new FileStore({ directory }, { fs })
  for (let at = 1; ; at += 1) {
    const address = newAddress()
    ;[failing, calls] = [0, 0]
    await store.create(address, tagged('a'), workerLife)
    await store.locks.acquire(address, 'owner', 60_000)
    ;[failing, calls] = [at, 0]
    const before = openDescriptors()
    const error: unknown = await verb(store, address).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    const isOver = calls < at
    failing = 0
    assert.equal(openDescriptors(), before, `call ${at} leaves a descriptor open`)
    if (error !== undefined) assert.equal((error as { code?: unknown }).code, 'ERR_STORE_UNAVAILABLE')
    assert.ok(['a', 'b', undefined].includes(tagOf(store.read(address))))
    if (tagOf(store.read(address)) !== undefined) {
      assert.equal(await store.touch(address, { idleMs: workerLife.idleMs * 3 }), 'touched')
    }
    await store.locks.release(address, 'owner')
    assert.equal(await store.locks.acquire(address, 'other', 60_000), true)
    if (isOver) return
  }
}

function laterVersion(store: FileStore, address: string): StoredSession {
  const stored = store.read(address) ?? assert.fail()
  return { ...stored, version: 2, record: tagged('b') }
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}
