/**
 * The stores whose clock is the machine's: what happens to everybody when that clock jumps by an hour, and is set right
 * again. Two handles stand for two processes, which the jump reaches at once.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, test, type TestContext } from 'node:test'
import { channels } from '../src/lib/events-node.ts'
import type { Awaitable, SessionStore } from '../src/store/contract.ts'
import { FileStore } from '../src/store/file-node.ts'
import { SqliteStore } from '../src/store/sqlite.ts'
import { together } from '../src/store/testing/check.ts'
import { record, stored } from '../src/store/testing/samples.ts'

const hour = 3_600_000
const lifetime = { idleMs: hour / 2, absoluteMs: 12 * hour }
/** Fewer sessions say nothing about the clock. */
const many = 120

/** Two processes of one machine, and its clock. */
interface Machine {
  readonly stores: readonly [SessionStore, SessionStore]
  readonly clock: { now: number }
}

type Build = (folder: string, now: () => number, t: TestContext) => Awaitable<SessionStore>

suite('session files', () => jumpCases((directory, now) => new FileStore({ directory, now })))

suite('an SQLite database', () =>
  jumpCases(async (folder, now, t) => {
    const database = new DatabaseSync(join(folder, 'sessions.db'))
    t.after(() => database.close())
    const store = new SqliteStore({ database, now })
    await store.ensureSchema()
    return store
  }),
)

function jumpCases(build: Build): void {
  test('an hour ahead: sweeps stop and say so, nobody is removed, and everybody is back when it is set right', async (t) => {
    const { stores, clock } = await start(t, build)
    const [store, other] = stores
    const addresses = await together(many, () => stored(store, record(), lifetime))
    const stopped = stops(t)
    clock.now += hour
    assert.equal(await living(other, addresses), 0)
    for (const one of [store, other, store, other]) assert.equal(await one.sweep(1000), 0)
    assert.equal(stopped.length, 2, 'each process says it once')
    clock.now -= hour
    assert.equal(await living(other, addresses), many)
  })

  test('an hour ahead: what is used or made meanwhile lives an hour longer than it should', async (t) => {
    const { stores, clock } = await start(t, build)
    const [store] = stores
    const used = await stored(store, record(), { ...lifetime, idleMs: 2 * hour })
    clock.now += hour
    assert.equal(await store.touch(used, { idleMs: 2 * hour }), 'touched')
    const made = await stored(store, record(), lifetime)
    clock.now -= hour
    assert.equal((await store.read(used))?.idleDeadline, clock.now + 3 * hour)
    assert.equal((await store.read(made))?.idleDeadline, clock.now + 1.5 * hour)
  })

  test('an hour back: nobody dies, no sweep takes anybody, and no deadline moves back', async (t) => {
    const { stores, clock } = await start(t, build)
    const [store, other] = stores
    const addresses = await together(many, () => stored(store, record(), lifetime))
    const deadline = clock.now + lifetime.idleMs
    const stopped = stops(t)
    clock.now -= hour
    for (const address of addresses) assert.equal(await other.touch(address, lifetime), 'touched')
    assert.deepEqual([await store.sweep(1000), await other.sweep(1000), stopped.length], [0, 0, 0])
    assert.equal(await living(store, addresses), many)
    clock.now += hour
    for (const address of addresses) assert.equal((await store.read(address))?.idleDeadline, deadline)
  })

  test('an hour back: what was made meanwhile counts as an hour older when it is set right', async (t) => {
    const { stores, clock } = await start(t, build)
    const [store] = stores
    clock.now -= hour
    const shortly = await stored(store, record(), lifetime)
    const longer = await stored(store, record(), { ...lifetime, idleMs: 2 * hour })
    clock.now += hour
    assert.equal(await store.read(shortly), undefined)
    assert.equal((await store.read(longer))?.idleDeadline, clock.now + hour)
  })
}

async function start(t: TestContext, build: Build): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-clocks-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const clock = { now: 1_790_000_000_000 }
  const open = async (): Promise<SessionStore> => {
    const store = await build(folder, () => clock.now, t)
    t.after(() => store.close?.())
    return store
  }
  return { stores: [await open(), await open()], clock }
}

/** The sweeps that were stopped from here on. */
function stops(t: TestContext): unknown[] {
  const stopped: unknown[] = []
  const listen = (message: unknown): void => void stopped.push(message)
  channels['sweep-stopped'].subscribe(listen)
  t.after(() => channels['sweep-stopped'].unsubscribe(listen))
  return stopped
}

async function living(store: SessionStore, addresses: readonly string[]): Promise<number> {
  const read = await Promise.all(addresses.map((address) => store.read(address)))
  return read.filter((one) => one !== undefined).length
}
