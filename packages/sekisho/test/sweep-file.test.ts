/**
 * A sweep of a large directory, beside live traffic.
 *
 *     SEKISHO_LONG=1   100,000 files instead of 10,000
 *
 * @module
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { FileStore } from '../src/store/file-node.ts'
import { encodeRecord } from '../src/store/record-format.ts'
import { bytes, newAddress, newWriteId, record } from '../src/store/testing/samples.ts'

const files = process.env['SEKISHO_LONG'] === '1' ? 100_000 : 10_000
const expired = files / 100
const busy = 100
/** The event loop may be held for so long by the sweep. */
const longestMs = 20
/** Sweeps that are measured at most: another program on the machine can hold the loop of one of them, hardly of all. */
const attempts = 5
const hour = 3_600_000

const directory = mkdtempSync(join(tmpdir(), 'sekisho-sweep-'))
const store = new FileStore({ directory })
const living: string[] = []

before(async () => {
  await store.ready()
  for (let made = 0; made < files - expired; made += 1) living.push(place(hour))
})
after(() => {
  store.close()
  rmSync(directory, { recursive: true, force: true })
})

test(`a sweep of ${files} files never holds the event loop, and spares every live session`, async (t) => {
  const rounds: { idle: Gaps; swept: Gaps }[] = []
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    for (let made = 0; made < expired; made += 1) place(-hour)
    const fresh = new FileStore({ directory })
    const began = performance.now()
    const [swept, traffic] = await measured(fresh.sweep(files), living.slice(0, busy))
    const ms = performance.now() - began
    fresh.close()
    assert.equal(swept.result, expired)
    assert.ok(traffic > 0)
    // The same traffic for as long, and no sweep: what is left is the machine's own.
    const [idle] = await measured(wait(Math.min(ms, 2000)), living.slice(0, busy))
    rounds.push({ idle: idle.gaps, swept: swept.gaps })
    t.diagnostic(
      `swept ${expired} of ${files} in ${ms.toFixed(0)} ms beside ${traffic} touches and writes: longest gap ${shown(swept.gaps)}, without a sweep ${shown(idle.gaps)}`,
    )
    if (isShort(rounds)) break
  }
  assert.ok(isShort(rounds), JSON.stringify(rounds))
  assert.equal(count(), living.length)
  for (const address of living.slice(0, 1000)) assert.ok(store.read(address) !== undefined)
})

/** The longest times for which the event loop was held, in milliseconds. */
interface Gaps {
  wall: number
  /** What the thread itself worked of it: other programs on the machine do not show here. */
  worked: number
}

/** One quiet attempt is enough. Where the machine holds the loop without a sweep too, what the thread worked counts. */
function isShort(rounds: readonly { readonly idle: Gaps; readonly swept: Gaps }[]): boolean {
  return rounds.some(({ idle, swept }) => {
    return swept.wall <= longestMs || (idle.wall > longestMs && swept.worked <= longestMs)
  })
}

/** Runs live traffic beside some work. @returns The longest time that the event loop was held meanwhile, and how much traffic there was. */
async function measured<T>(
  work: Promise<T>,
  addresses: readonly string[],
): Promise<[{ result: T; gaps: Gaps }, number]> {
  const gaps: Gaps = { wall: 0, worked: 0 }
  let [isOver, done] = [false, 0]
  const watch = async (): Promise<void> => {
    for (
      let [wall, worked] = [performance.now(), workedMs()];
      !isOver;
      [wall, worked] = [performance.now(), workedMs()]
    ) {
      await turn()
      gaps.wall = Math.max(gaps.wall, performance.now() - wall)
      gaps.worked = Math.max(gaps.worked, workedMs() - worked)
    }
  }
  const serve = async (): Promise<void> => {
    for (let at = 0; !isOver; at = (at + 1) % addresses.length) {
      await use(addresses[at] ?? '')
      done += 1
      await wait(1)
    }
  }
  const beside = [watch(), serve()]
  const result = await work.finally(() => (isOver = true))
  await Promise.all(beside)
  return [{ result, gaps }, done]
}

function workedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function shown({ wall, worked }: Gaps): string {
  return `${wall.toFixed(1)} ms (${worked.toFixed(1)} ms worked)`
}

/** A touch and a write of a session that a sweep must not take for dead. */
async function use(address: string): Promise<void> {
  assert.equal(await store.touch(address, { idleMs: 2 * hour }), 'touched')
  const stored = store.read(address)
  assert.ok(stored !== undefined, 'a live session is gone')
  const writeId = newWriteId()
  const next = { ...stored.record, payload: bytes(`{"at":${stored.version}}`), writeIds: [writeId] }
  assert.equal(await store.replace(address, next, stored.version, { idleMs: 2 * hour }, writeId), 'replaced')
}

/** Writes a record's file as the store would, but quickly. `dueMs` from now it dies. */
function place(dueMs: number): string {
  const address = newAddress()
  const now = Date.now()
  const shard = join(directory, 'sessions', address.slice(0, 2))
  mkdirSync(shard, { recursive: true, mode: 0o700 })
  const stamp = { version: 1, createdAt: now - 2 * hour, idleDeadline: now + dueMs, absoluteDeadline: now + 12 * hour }
  writeFileSync(join(shard, address), encodeRecord(sample, stamp), { mode: 0o600 })
  utimesSync(join(shard, address), now / 1000, (now + dueMs) / 1000)
  return address
}

const sample = record({ payload: bytes(JSON.stringify({ cart: Array.from({ length: 40 }, (_, at) => `item-${at}`) })) })

function count(): number {
  const sessions = join(directory, 'sessions')
  let found = 0
  for (const shard of readdirSync(sessions)) found += readdirSync(join(sessions, shard)).length
  return found
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
