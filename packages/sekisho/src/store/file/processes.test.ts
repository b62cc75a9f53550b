import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { FileStore } from '../file-node.ts'
import { newAddress, record } from '../testing/samples.ts'
import { inPairs, newDirectory, run, start, tagged, tagOf, type Ending } from './children.worker.ts'
import { leaseOwner, patientMs, workerLife, type Report, type Verb } from './store.worker.ts'

const isLong = process.env['SEKISHO_LONG'] === '1'
const { idleMs } = workerLife
/** A disk that is busy with something else may hold up a holder for longer than the second that requests wait. */
const lockTimeoutMs = 20_000

test('loses no increment of three processes that read and replace', async (t) => {
  const directory = newDirectory(t)
  const [store, address, times] = [new FileStore({ directory, lockTimeoutMs }), newAddress(), isLong ? 5000 : 300]
  await store.create(address, record({ payload: new TextEncoder().encode('0') }), workerLife)
  await Promise.all(
    [1, 2, 3].map(() => run({ kind: 'increment', store: { directory, lockTimeoutMs }, address, times })),
  )
  const stored = store.read(address)
  assert.equal(new TextDecoder().decode(stored?.record.payload), String(3 * times))
  assert.equal(stored?.version, 1 + 3 * times)
})

test('loses no increment of three processes that take a lease for each', async (t) => {
  const directory = newDirectory(t)
  const [address, times, counter] = [newAddress(), isLong ? 1000 : 50, join(newDirectory(t), 'counter')]
  writeFileSync(counter, '0')
  await Promise.all(
    [1, 2, 3].map(() => run({ kind: 'lease', store: { directory, lockTimeoutMs }, address, times, counter })),
  )
  assert.equal(readFileSync(counter, 'utf8'), String(3 * times))
  assert.deepEqual(readdirSync(join(directory, 'leases')), [])
})

test('lets exactly one of three processes create a record', async (t) => {
  const directory = newDirectory(t)
  const addresses = Array.from({ length: 200 }, newAddress)
  const endings = await Promise.all(
    [1, 2, 3].map(() => run({ kind: 'race', verb: 'create', store: { directory, lockTimeoutMs }, addresses })),
  )
  const store = new FileStore({ directory, lockTimeoutMs })
  for (const [at, address] of addresses.entries()) {
    assert.deepEqual(answersAt(endings, at), ['created', 'exists', 'exists'])
    assert.match(tagOf(store.read(address)) ?? '', /^by-\d+$/)
  }
})

test('acknowledges either the delete of one process or the replace of another', async (t) => {
  const directory = newDirectory(t)
  const store = new FileStore({ directory, lockTimeoutMs })
  const addresses = Array.from({ length: 200 }, newAddress)
  for (const address of addresses) await store.create(address, tagged('old'), workerLife)
  const race = (verb: 'delete' | 'replace'): Promise<Ending> =>
    run({ kind: 'race', verb, store: { directory, lockTimeoutMs }, addresses })
  const endings = await Promise.all([race('delete'), race('replace')])
  for (const [at, address] of addresses.entries()) {
    const answers = answersAt(endings, at).join()
    assert.ok(answers === 'deleted,gone' || answers === 'conflict,replaced', answers)
    assert.equal(store.read(address)?.version, answers === 'deleted,gone' ? undefined : 2)
  }
})

test('never lets two processes hold a lock while they hammer and are killed at random', async (t) => {
  const directory = newDirectory(t)
  const [store, address, log] = [new FileStore({ directory, lockTimeoutMs }), newAddress(), join(directory, 'log')]
  writeFileSync(log, '')
  await store.create(address, record({ payload: new TextEncoder().encode('0') }), workerLife)
  let kills = isLong ? 600 : 36
  const hammer = async (): Promise<void> => {
    for (; kills > 0; kills -= 1) {
      const at = 1 + Math.floor(Math.random() * 600)
      const { signal } = await run({ kind: 'hammer', store: { directory, lockTimeoutMs }, address, at, log })
      assert.equal(signal, 'SIGKILL')
    }
  }
  await Promise.all([hammer(), hammer(), hammer()])
  const lines = readFileSync(log, 'utf8').trim().split('\n')
  const versions = lines.map((line) => Number(line.replace('version ', ''))).toSorted((one, other) => one - other)
  assert.deepEqual(
    versions,
    versions.map((_, at) => at + 2),
    lines.filter((line) => !line.startsWith('version')).join('\n'),
  )
  const stored = store.read(address)
  assert.equal(stored?.version, 1 + versions.length)
  assert.equal(new TextDecoder().decode(stored?.record.payload), String(versions.length))
  t.diagnostic(`${versions.length} versions`)
})

test('keeps one lineage when a replacer sleeps at any call until its lock is broken', async (t) => {
  const directory = newDirectory(t)
  await sleepAtEveryCall(directory, 'replace', async (store, address, wake) => {
    const before = store.read(address)?.version ?? 0
    assert.equal(await store.replace(address, tagged('awake'), before, { idleMs }, 'awake'), 'replaced')
    const { answer } = await wake()
    assert.equal(answer, before === 2 ? 'replaced' : 'conflict')
    assert.deepEqual([tagOf(store.read(address)), store.read(address)?.version], ['awake', before + 1])
  })
})

test('deletes no later version when a deleter sleeps at any call until its lock is broken', async (t) => {
  const directory = newDirectory(t)
  await sleepAtEveryCall(directory, 'delete', async (store, address, wake) => {
    const mine = await store.replace(address, tagged('awake'), 1, { idleMs }, 'awake')
    const { answer } = await wake()
    assert.equal(answer, mine === 'replaced' ? 'conflict' : 'deleted')
    assert.equal(tagOf(store.read(address)), mine === 'replaced' ? 'awake' : undefined)
  })
})

test('gives no lock to two when a renewer sleeps at any call until its lease is over', async (t) => {
  await takenOverAsleep(newDirectory(t), 'renewLease')
})

test("gives back nobody else's lock when its owner sleeps at any call of the release", async (t) => {
  await takenOverAsleep(newDirectory(t), 'release')
})

/** Somebody takes the lock of a worker that sleeps, at a time when its lease is over. */
async function takenOverAsleep(directory: string, verb: Verb): Promise<void> {
  const afterwards = (): number => Date.now() + 2 * patientMs
  const { locks } = new FileStore({ directory, lockTimeoutMs, now: afterwards }, { lockMaxAgeMs: 100 })
  await sleepAtEveryCall(directory, verb, async (_, address, wake) => {
    assert.equal(await locks.acquire(address, 'next', patientMs), true)
    await wake()
    assert.equal(await locks.renew(address, 'next', patientMs), true)
    assert.equal(await locks.renew(address, leaseOwner, patientMs), false)
  })
}

/** What happens while a worker sleeps. `wake` lets it go on and gives its report. */
type WhileAsleep = (store: FileStore, address: string, wake: () => Promise<Report>) => Promise<void>

/** Stops a worker before each call of the verb, on a record and a lock that are its own, for longer than this process lets a lock grow old. */
async function sleepAtEveryCall(directory: string, verb: Verb, meanwhile: WhileAsleep): Promise<void> {
  const store = new FileStore({ directory, lockTimeoutMs }, { lockMaxAgeMs: 100 })
  const probe = newAddress()
  await store.create(probe, tagged('old'), workerLife)
  await store.locks.acquire(probe, leaseOwner, patientMs)
  const { reports } = await run({ kind: 'verb', store: { directory, lockTimeoutMs }, verb, address: probe })
  const calls = reports[0]?.calls ?? assert.fail()
  const sleep = async (at: number): Promise<void> => {
    const address = newAddress()
    await store.create(address, tagged('old'), workerLife)
    await store.locks.acquire(address, leaseOwner, patientMs)
    const worker = start({ kind: 'verb', store: { directory, lockTimeoutMs }, verb, address, at, signal: 'SIGSTOP' })
    const pid = worker.child.pid ?? assert.fail()
    while (!/\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await pause(5)
    await meanwhile(store, address, async () => {
      worker.child.kill('SIGCONT')
      return (await worker.ended).reports[0] ?? assert.fail()
    })
  }
  await inPairs(Array.from({ length: calls - 1 }, (_, call) => () => sleep(call + 1)))
}

function answersAt(endings: readonly Ending[], at: number): unknown[] {
  return endings.map(({ reports }) => reports[at]?.answer).toSorted()
}
