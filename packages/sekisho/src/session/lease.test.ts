import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Line, refused, replyLost } from '../../test/engine/faults.ts'
import type { SekishoError } from '../errors.ts'
import { channels } from '../lib/events-node.ts'
import { MemoryStore } from '../store/memory.ts'
import { newAddress } from '../store/testing/samples.ts'
import { SessionLease, type LeaseTerms } from './lease.ts'
import { StoreCalls } from './store-calls.ts'

test('takes a free lock with one call, and gives it back with one', async () => {
  const { take, line, isFree } = bench()
  const lease = await take()
  assert.equal(isFree(), false)
  assert.equal(lease.lost, false)
  await lease.release()
  assert.equal(isFree(), true)
  assert.deepEqual(line.take(), ['acquire', 'release'])
})

test('waits for whoever has the lock', async () => {
  const { take } = bench()
  const first = await take()
  const waiting = take({ waitMs: 5000 })
  await pause(60)
  await first.release()
  const second = await waiting
  assert.equal(second.lost, false)
  await second.release()
})

test('says how long it has waited when it gives up, and that was as long as allowed', async () => {
  const { take } = bench()
  const first = await take()
  const began = performance.now()
  const waited = await refusalOf(take({ waitMs: 200 }))
  assert.ok(waited >= 200 && waited <= performance.now() - began + 1, `said ${waited} ms`)
  await first.release()
})

test('asks once when it may not wait', async () => {
  const { take, line } = bench()
  const first = await take()
  line.take()
  await refusalOf(take({ waitMs: 0 }))
  assert.deepEqual(line.take(), ['acquire'])
  await first.release()
})

test('asks soon at first, and then every few dozen milliseconds', async () => {
  const { take, line } = bench()
  const first = await take()
  line.take()
  const waited = await refusalOf(take({ waitMs: 500 }))
  const asked = line.take().length
  // Pauses of 2, 4, 8, 16, 32, 50, 50, … ms, each shortened by up to a half.
  assert.ok(asked >= 4 && asked <= 7 + waited / 25, `asked ${asked} times`)
  await first.release()
})

test('lets each of twenty who wait have the lock, one at a time', async () => {
  const { take } = bench()
  let [inside, entered] = [0, 0]
  const visit = async (): Promise<void> => {
    const lease = await take({ waitMs: 20_000 })
    assert.equal((inside += 1), 1)
    entered += 1
    await pause(2)
    inside -= 1
    await lease.release()
  }
  await Promise.all(Array.from({ length: 20 }, visit))
  assert.equal(entered, 20)
})

test('renews the lock for as long as it is held', async () => {
  const { take, line, isFree } = bench()
  const lease = await take({ leaseMs: 600 })
  for (let turn = 0; turn < 15; turn += 1) {
    await pause(100)
    assert.equal(isFree(), false)
  }
  assert.equal(lease.lost, false)
  assert.ok(line.take().filter((verb) => verb === 'renew').length >= 2)
  await lease.release()
})

test('renews nothing once it was released', async () => {
  const { take, line } = bench()
  const lease = await take({ leaseMs: 60 })
  await lease.release()
  line.take()
  await pause(120)
  assert.deepEqual(line.take(), [])
})

test('stops renewing when it was released while a renewal was under way, though that succeeds', async () => {
  const { take, line } = bench()
  let isRenewing = false
  line.next('renew', async (send) => {
    isRenewing = true
    await pause(20)
    return send()
  })
  // Overtaken by the renewal, or lost.
  line.next('release', () => undefined)
  const lease = await take({ leaseMs: 120 })
  while (!isRenewing) await pause(2)
  await lease.release()
  await pause(150)
  assert.deepEqual(line.take(), ['acquire', 'renew', 'release'])
})

test('is lost, and asks no more, when a renewal is refused', async () => {
  const { take, line } = bench()
  line.next('renew', () => false)
  const lease = await take({ leaseMs: 300 })
  await pause(250)
  assert.equal(lease.lost, true)
  await pause(250)
  assert.deepEqual(line.take(), ['acquire', 'renew'])
  await lease.release()
})

test('is lost when a renewal fails, with one event', async (t) => {
  const { take, line } = bench()
  const failures = failuresOf(t)
  line.next('renew', refused)
  const lease = await take({ leaseMs: 300 })
  await pause(250)
  assert.equal(lease.lost, true)
  assert.deepEqual(failures, ['renew'])
  await lease.release()
})

test('is lost when the process was busy for longer than the lease', async () => {
  const { take } = bench()
  const lease = await take({ leaseMs: 50 })
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 80)
  assert.equal(lease.lost, true)
  await lease.release()
})

test('gives the lock back once, however often it is asked', async () => {
  const { take, line } = bench()
  const lease = await take()
  await Promise.all([lease.release(), lease.release()])
  await lease.release()
  assert.deepEqual(line.take(), ['acquire', 'release'])
})

test('takes a release that fails for done: the lease runs out by itself', async (t) => {
  const { take, line, isFree } = bench()
  const failures = failuresOf(t)
  line.next('release', refused)
  const lease = await take({ leaseMs: 100 })
  await lease.release()
  assert.deepEqual(failures, ['release'])
  assert.equal(isFree(), false)
  await pause(120)
  assert.equal(isFree(), true)
})

test('leaves no lock behind when the answer to the first call is lost', async () => {
  const { take, line, isFree } = bench()
  line.next('acquire', replyLost)
  await assert.rejects(take(), { code: 'ERR_STORE_TIMEOUT' })
  await pause(5)
  assert.equal(isFree(), true)
})

test('leaves no lock behind when the first call arrives after its deadline', async () => {
  const { take, line, isFree } = bench()
  line.next('acquire', async (send) => {
    await pause(150)
    return send()
  })
  await assert.rejects(take(), { code: 'ERR_STORE_TIMEOUT' })
  await pause(150)
  assert.deepEqual(line.take(), ['acquire', 'release', 'release'])
  assert.equal(isFree(), true)
})

test('passes on that the store failed, whenever its answer comes', async (t) => {
  const { take, line } = bench()
  const failures = failuresOf(t)
  line.next('acquire', async () => {
    throw new Error('connection reset')
  })
  await assert.rejects(take(), { code: 'ERR_STORE_UNAVAILABLE' })
  line.next('acquire', async () => {
    await pause(100)
    throw new Error('connection reset')
  })
  await assert.rejects(take(), { code: 'ERR_STORE_TIMEOUT' })
  await pause(100)
  assert.deepEqual(failures, ['acquire', 'acquire'])
})

test('does not keep a process alive', () => {
  const [lease, memory] = ['lease.ts', '../store/memory.ts'].map((file) => new URL(file, import.meta.url).href)
  const script = `
    const { SessionLease } = await import('${lease}')
    const { MemoryStore } = await import('${memory}')
    const terms = { waitMs: 0, leaseMs: 60_000, guard: (_, call) => call() }
    await SessionLease.take(new MemoryStore().locks, 'ab'.repeat(32), terms)`
  const args = ['--conditions=source', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 15_000 })
  assert.deepEqual([status, stderr], [0, ''])
})

/** One address of a memory store behind a line that can fail, with a deadline of 50 ms for each call. */
function bench(): {
  readonly line: Line
  readonly take: (terms?: Partial<LeaseTerms>) => Promise<SessionLease>
  readonly isFree: () => boolean
} {
  const store = new MemoryStore()
  const line = new Line(store)
  const storeLimits = { maxPending: 1000, failures: 1000, pauseMs: 1000 }
  const calls = new StoreCalls(line.store, { readMs: 50, writeMs: 50, storeLimits })
  const address = newAddress()
  const usual: LeaseTerms = { waitMs: 1000, leaseMs: 60_000, guard: (verb, call) => calls.guard(verb, call) }
  const { locks } = line.store
  assert.ok(locks)
  return {
    line,
    take: (terms) => SessionLease.take(locks, address, { ...usual, ...terms }),
    isFree() {
      const isFree = store.locks.acquire(address, 'probe', 60_000)
      store.locks.release(address, 'probe')
      return isFree
    },
  }
}

/** @returns The milliseconds that the refusal speaks of. */
async function refusalOf(taking: Promise<SessionLease>): Promise<number> {
  const error: SekishoError = await taking.then(
    () => assert.fail('the lock was had'),
    (refusal) => refusal as SekishoError,
  )
  assert.deepEqual([error.code, error.status], ['ERR_SESSION_LOCKED', 503])
  const said = /^another request uses this session exclusively; waited (\d+) ms for it$/.exec(error.message)
  return Number(said?.[1] ?? assert.fail(error.message))
}

/** The verbs of the store that fail from now on. */
function failuresOf(t: TestContext): string[] {
  const verbs: string[] = []
  const note = (message: unknown): void => void verbs.push((message as { readonly verb: string }).verb)
  channels['store-failure'].subscribe(note)
  t.after(() => channels['store-failure'].unsubscribe(note))
  return verbs
}
