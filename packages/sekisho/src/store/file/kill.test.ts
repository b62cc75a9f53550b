import assert from 'node:assert/strict'
import { linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { FileStore } from '../file-node.ts'
import { newAddress } from '../testing/samples.ts'
import { inPairs, newDirectory, run, tagged, tagOf } from './children.worker.ts'
import { newIdentity } from './identity-node.ts'
import { leaseMs, leaseOwner, patientMs, workerLife, type Verb } from './store.worker.ts'

const isLong = process.env['SEKISHO_LONG'] === '1'
const times = isLong ? 200 : 5
/** For what shares its steps with the verbs above it. */
const fewTimes = isLong ? 50 : 1
const idleMs = workerLife.idleMs

/** One verb, what a kill may leave of it, and how the next writer goes on. */
interface Plan {
  readonly verb: Verb
  readonly times?: number
  prepare(store: FileStore, address: string): Promise<unknown>
  check(store: FileStore, address: string): Promise<void>
}

test('leaves no record or a whole one when a create is killed at any call', (t) =>
  killAtEveryCall(t, {
    verb: 'create',
    prepare: async () => undefined,
    async check(store, address) {
      const tag = tagOf(store.read(address))
      assert.ok(tag === undefined || tag === 'new')
      assert.equal(await store.create(address, tagged('next'), workerLife), tag === undefined ? 'created' : 'exists')
    },
  }))

test('leaves the old record or the new one when a replace is killed at any call', (t) =>
  killAtEveryCall(t, { verb: 'replace', prepare: createOld, check: oldOrNew }))

test('leaves the old record or the new one when the breaker of a dead lock is killed at any call', (t) =>
  killAtEveryCall(t, {
    verb: 'replace',
    async prepare(store, address) {
      await createOld(store, address)
      forgeDeadLock(t, address)
    },
    check: oldOrNew,
  }))

test('leaves record and version alone when a touch is killed at any call', (t) =>
  killAtEveryCall(t, {
    verb: 'touch',
    prepare: createOld,
    async check(store, address) {
      const stored = store.read(address)
      assert.deepEqual([tagOf(stored), stored?.version], ['old', 1])
      assert.ok((stored?.idleDeadline ?? 0) >= (stored?.createdAt ?? Infinity) + idleMs)
      assert.equal(await store.touch(address, { idleMs: idleMs * 3 }), 'touched')
      assert.equal(await store.replace(address, tagged('next'), 1, { idleMs }, 'next'), 'replaced')
    },
  }))

test('leaves record and version alone when a touch of both deadlines is killed at any call', (t) =>
  killAtEveryCall(t, {
    verb: 'renew',
    times: fewTimes,
    prepare: createOld,
    async check(store, address) {
      const stored = store.read(address)
      assert.deepEqual([tagOf(stored), stored?.version], ['old', 1])
      assert.equal(await store.replace(address, tagged('next'), 1, { idleMs }, 'next'), 'replaced')
    },
  }))

test('leaves the record or none when a delete is killed at any call', (t) =>
  killAtEveryCall(t, {
    verb: 'delete',
    prepare: createOld,
    async check(store, address) {
      const tag = tagOf(store.read(address))
      assert.ok(tag === undefined || tag === 'old')
      assert.equal(await store.delete(address), tag === undefined ? 'gone' : 'deleted')
    },
  }))

test('leaves a whole epoch that never falls when its raise is killed at any call', (t) =>
  killAtEveryCall(t, {
    verb: 'raiseEpoch',
    times: fewTimes,
    prepare: async (store, address) => store.principals.raiseEpoch(address),
    async check({ principals }, address) {
      const epoch = await principals.epoch(address)
      assert.ok(epoch === 1 || epoch === 2)
      assert.equal(await principals.raiseEpoch(address), epoch + 1)
    },
  }))

test('leaves the index whole when an addition is killed at any call', (t) =>
  killAtEveryCall(t, {
    verb: 'add',
    times: fewTimes,
    prepare: async () => undefined,
    async check({ principals }, address) {
      await principals.add('alice', address, 3_600_000)
      assert.ok((await principals.list('alice')).includes(address))
    },
  }))

test('leaves the old record or the new one when a restore is killed at any call', (t) =>
  killAtEveryCall(t, { verb: 'restore', times: fewTimes, prepare: createOld, check: oldOrNew }))

test('leaves a lock that runs out or none when an acquire is killed at any call', (t) =>
  killAtEveryCall(t, {
    verb: 'acquire',
    times: fewTimes,
    prepare: async () => undefined,
    check: freeAfterItsLease,
  }))

test('leaves a lock that runs out or none when the taker of an old lease is killed at any call', (t) =>
  killAtEveryCall(t, {
    verb: 'acquire',
    times: fewTimes,
    prepare: async ({ locks }, address) => locks.acquire(address, 'before', -1),
    check: freeAfterItsLease,
  }))

test('leaves a lock that runs out when a renewal is killed at any call', (t) =>
  killAtEveryCall(t, {
    verb: 'renewLease',
    times: fewTimes,
    prepare: async ({ locks }, address) => locks.acquire(address, leaseOwner, patientMs),
    async check(store, address) {
      assert.equal(await store.locks.acquire(address, 'next', leaseMs), false)
      assert.equal(await store.locks.renew(address, leaseOwner, 0), true)
      await freeAfterItsLease(store, address)
    },
  }))

test('leaves the lock or none when a release is killed at any call', (t) =>
  killAtEveryCall(t, {
    verb: 'release',
    times: fewTimes,
    prepare: async ({ locks }, address) => locks.acquire(address, leaseOwner, patientMs),
    async check(store, address) {
      const isThere = await store.locks.renew(address, leaseOwner, 0)
      assert.equal(
        await store.locks.acquire(address, 'next', patientMs),
        true,
        `after a lock that is there: ${isThere}`,
      )
      await store.locks.release(address, 'next')
    },
  }))

/** Whoever comes next gets the lock at once, or when the lease of the killed one is over; never anybody before. */
async function freeAfterItsLease({ locks }: FileStore, address: string): Promise<void> {
  const since = performance.now()
  while (!(await locks.acquire(address, 'next', patientMs))) {
    assert.ok(performance.now() - since < leaseMs + 1000, 'the lock outlives its lease')
    await pause(10)
  }
  assert.equal(await locks.renew(address, leaseOwner, patientMs), false)
  assert.equal(await locks.acquire(address, leaseOwner, patientMs), false)
  await locks.release(address, 'next')
}

async function createOld(store: FileStore, address: string): Promise<void> {
  assert.equal(await store.create(address, tagged('old'), workerLife), 'created')
}

async function oldOrNew(store: FileStore, address: string): Promise<void> {
  const stored = store.read(address)
  const version = stored?.version ?? 0
  assert.equal(tagOf(stored), version === 1 ? 'old' : 'new')
  assert.ok(version === 1 || version === 2)
  assert.equal(await store.replace(address, tagged('next'), version, { idleMs }, 'next'), 'replaced')
  assert.equal(store.read(address)?.version, version + 1)
}

/**
 * Kills a worker before the first and after each file-system call that changes anything, each so many times. What only
 * reads leaves no state of its own to be killed in; the long run stops there too.
 */
async function killAtEveryCall(t: TestContext, plan: Plan): Promise<void> {
  const directory = newDirectory(t)
  directories.set(t, directory)
  const store = new FileStore({ directory })
  await store.ready()
  const steps = await stepsOf(store, directory, plan)
  const kills = steps.flatMap((step) => Array.from({ length: plan.times ?? times }, () => step))
  await inPairs(kills.map((at) => () => killOnce(store, directory, { ...plan, at })))
  await leavesNothing(store, directory)
  t.diagnostic(`${steps.length} states, ${kills.length} kills`)
}

async function stepsOf(store: FileStore, directory: string, plan: Plan): Promise<readonly number[]> {
  const address = newAddress()
  await plan.prepare(store, address)
  const { reports } = await run({ kind: 'verb', store: { directory }, verb: plan.verb, address })
  assert.equal(reports[0]?.code, undefined)
  await plan.check(store, address)
  const { steps = [], calls = 0 } = reports[0] ?? {}
  return isLong ? Array.from({ length: calls }, (_, call) => call + 1) : steps
}

async function killOnce(store: FileStore, directory: string, plan: Plan & { at: number }): Promise<void> {
  const address = newAddress()
  await plan.prepare(store, address)
  const { signal, reports } = await run({ kind: 'verb', store: { directory }, verb: plan.verb, address, at: plan.at })
  // Where directories exist already, the verb is over before the later calls.
  assert.ok(signal === 'SIGKILL' || (reports[0]?.calls ?? Infinity) < plan.at)
  // Whoever comes next is not answered ERR_STORE_LOCKED.
  await plan.check(store, address)
}

/** Sweeps in bounded steps until nothing of the dead is left, and nothing of the living is gone. */
async function leavesNothing(store: FileStore, directory: string): Promise<void> {
  for (let sweeps = 0; sweeps < 200; sweeps += 1) {
    await store.sweep(1000)
    if (readdirSync(join(directory, 'processes')).length === 1) break
  }
  assert.equal(readdirSync(join(directory, 'processes')).length, 1)
  assert.deepEqual(readdirSync(join(directory, 'locks')), [])
  assert.deepEqual(readdirSync(join(directory, 'leases')), [])
  store.close()
  assert.deepEqual(readdirSync(join(directory, 'processes')), [])
}

const directories = new WeakMap<TestContext, string>()
const deadPid = spawnSync('true').pid

/** A lock as a process leaves it that was killed while it held it. */
function forgeDeadLock(t: TestContext, address: string): void {
  const directory = directories.get(t) ?? assert.fail()
  const nonce = randomBytes(8).toString('hex')
  const desk = join(directory, 'processes', nonce)
  mkdirSync(desk, { mode: 0o700 })
  writeFileSync(join(desk, 'identity'), JSON.stringify({ ...newIdentity(), pid: deadPid, nonce }), { mode: 0o600 })
  linkSync(join(desk, 'identity'), join(directory, 'locks', address))
}
