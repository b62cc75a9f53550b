/** What becomes of a SQL store whose disk is full or read-only. Run in a mount namespace of its own; the argument says what. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { startPostgres } from '../../../../scripts/services.ts'
import { accountFor } from '../../../../scripts/services/programs.ts'
import type { SekishoError } from '../../src/errors.ts'
import type { SessionStore } from '../../src/store/contract.ts'
import { bytes, long, newAddress, newWriteId, record, text } from '../../src/store/testing/samples.ts'
import { SqliteStore } from '../../src/store/sqlite.ts'
import { openStore, type OpenStore, type StoreDescription } from './stores.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-disk-'))
const full = ['ERR_STORE_FULL']
const unusable = ['ERR_STORE_SETUP', 'ERR_STORE_UNAVAILABLE']
const scenarios: Readonly<Record<string, () => Promise<void>>> = {
  'sqlite-full': sqliteFull,
  'sqlite-read-only': sqliteReadOnly,
  'sqlite-read-only-handle': sqliteReadOnlyHandle,
  'postgres-full': postgresFull,
}
try {
  await scenarios[process.argv[2] ?? '']?.()
} finally {
  spawnSync('umount', [folder])
  rmSync(folder, { recursive: true, force: true })
}

async function sqliteFull(): Promise<void> {
  mount('size=1m,mode=0700')
  await survivesFullDisk({ kind: 'sqlite', url: join(folder, 'sessions.db'), prefix: 'disk_' })
}

/** SQLite cannot even read from a write-ahead log on a file system where it can write nothing (sqlite.org/wal.html). */
async function sqliteReadOnly(): Promise<void> {
  mount('size=1m,mode=0700')
  const description = { kind: 'sqlite', url: join(folder, 'sessions.db'), prefix: 'disk_' } as const
  const address = await using(description, one)
  mount('remount,ro')
  await using(description, async ({ store }) => {
    for (const write of writes(store, address)) await fails(write, unusable)
    await fails(async () => store.read(address), unusable)
  })
  mount('remount,rw')
  await using(description, async ({ store }) => {
    assert.equal(await tagOf(store, address), 'old')
    await recovers(store, address)
  })
}

/** A program that has opened the database for reading only, beside one that writes. */
async function sqliteReadOnlyHandle(): Promise<void> {
  const description = { kind: 'sqlite', url: join(folder, 'sessions.db'), prefix: 'disk_' } as const
  await using(description, async (writer) => {
    const address = await one(writer)
    const database = new DatabaseSync(description.url, { readOnly: true })
    const store = new SqliteStore({ database, prefix: description.prefix })
    assert.equal(await tagOf(store, address), 'old')
    for (const write of writes(store, address)) await fails(write, ['ERR_STORE_SETUP'])
    assert.equal(await tagOf(store, address), 'old')
    store.close()
    database.close()
    await recovers(writer.store, address)
  })
}

/** The tables are in a small tablespace, so that the rest of the server has room. */
async function postgresFull(): Promise<void> {
  mount('size=2m,mode=0700')
  const account = accountFor('postgres')
  if (account !== undefined) chownSync(folder, account.uid, account.gid)
  const server = await startPostgres()
  try {
    const admin = new pg.Client(server.url)
    await admin.connect()
    await admin.query(`CREATE TABLESPACE small LOCATION '${folder}'`)
    await admin.query('ALTER ROLE postgres SET default_tablespace = small')
    await admin.end()
    await survivesFullDisk({ kind: 'postgres', url: server.url, prefix: 'disk_' })
  } finally {
    await server.stop()
  }
}

/** A write is refused as long as there is no room, what was there stays, and the next write after that is as ever. */
async function survivesFullDisk(description: StoreDescription): Promise<void> {
  await using(description, async (opened) => {
    const { store } = opened
    const address = await one(opened)
    const filler = join(folder, 'filler')
    fill(filler)
    const others = await createUntilRefused(store)
    await fails(() => replace(store, address, 'new'.padEnd(500_000)), full)
    assert.equal(await tagOf(store, address), 'old')
    for (const other of others) assert.equal(await tagOf(store, other), 'other', 'what was acknowledged is there')
    rmSync(filler)
    await recovers(store, address)
    assert.equal(await tagOf(store, others[0] ?? address), others.length > 0 ? 'other' : 'new')
  })
  await using(description, async ({ store }) => {
    assert.ok(((await store.transfer?.scan(undefined, 10))?.sessions.length ?? 0) > 0, 'it opens as ever')
  })
}

/** A page that has room already takes some more. @returns The addresses of what was acknowledged. */
async function createUntilRefused(store: SessionStore): Promise<string[]> {
  const made: string[] = []
  for (;;) {
    const address = newAddress()
    try {
      await store.create(address, record({ payload: bytes('other'.padEnd(20_000)) }), long)
    } catch (error) {
      await fails(() => Promise.reject(error), full)
      assert.equal(await store.read(address), undefined, 'what was refused is not there')
      return made
    }
    made.push(address)
    assert.ok(made.length < 1000, 'the disk is not full')
  }
}

async function one({ store, prepare }: OpenStore): Promise<string> {
  await prepare()
  const address = newAddress()
  assert.equal(await store.create(address, record({ payload: bytes('old') }), long), 'created')
  return address
}

async function recovers(store: SessionStore, address: string): Promise<void> {
  assert.equal(await replace(store, address, 'new'), 'replaced')
  assert.equal(await tagOf(store, address), 'new')
  const fresh = newAddress()
  assert.equal(await store.create(fresh, record({ payload: bytes('other') }), long), 'created')
  assert.equal(await store.delete(fresh), 'deleted')
}

function writes(store: SessionStore, address: string): (() => Promise<unknown>)[] {
  return [
    () => replace(store, address, 'new'),
    async () => store.create(newAddress(), record(), long),
    async () => store.touch(address, { idleMs: 2 * long.idleMs }),
    async () => store.delete(address),
    async () => store.principals?.raiseEpoch('alice'),
  ]
}

async function replace(store: SessionStore, address: string, tag: string): Promise<unknown> {
  const writeId = newWriteId()
  return store.replace(address, record({ payload: bytes(tag), writeIds: [writeId] }), 1, long, writeId)
}

async function tagOf(store: SessionStore, address: string): Promise<string> {
  const stored = await store.read(address)
  return stored === undefined ? 'nothing' : text(stored.record.payload).trim()
}

async function fails(verb: () => Promise<unknown>, codes: readonly string[]): Promise<void> {
  await assert.rejects(verb, (error: SekishoError) => {
    assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`)
    console.log(`${error.code} (${error.status}): ${error.message}`)
    return true
  })
}

async function using<T>(description: StoreDescription, work: (opened: OpenStore) => Promise<T>): Promise<T> {
  const opened = await openStore(description)
  try {
    return await work(opened)
  } finally {
    await opened.store.close?.()
    await opened.disconnect()
  }
}

function mount(options: string): void {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

function fill(path: string): void {
  assert.throws(
    () => {
      for (;;) writeFileSync(path, new Uint8Array(4096), { flag: 'a' })
    },
    { code: 'ENOSPC' },
  )
}
