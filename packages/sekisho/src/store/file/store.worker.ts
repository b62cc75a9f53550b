/** A process that uses a store, and is killed or stopped at a given file-system call. Its one argument is a {@link Job}. */
import { appendFileSync, closeSync, openSync, readFileSync, unlinkSync, writeFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SekishoError } from '../../errors.ts'
import type { LeaseLock, NewLifetime, StoredSession } from '../contract.ts'
import { FileStore, type FileStoreOptions } from '../file-node.ts'
import { tagged } from './children.worker.ts'
import { nodeFileSystem, type FileSystem } from './fs-node.ts'
import { Trip } from './trip.worker.ts'

/** One verb on one record or lock. `touch` doubles the lifetime, `renew` the absolute one as well. */
export type Verb =
  | 'create'
  | 'replace'
  | 'touch'
  | 'renew'
  | 'delete'
  | 'raiseEpoch'
  | 'add'
  | 'restore'
  | 'acquire'
  | 'renewLease'
  | 'release'

/** What a worker does. */
export type Job = { readonly store: FileStoreOptions; readonly lockMaxAgeMs?: number } & (
  | {
      readonly kind: 'verb'
      readonly verb: Verb
      readonly address: string
      /** Number of the file-system call before which the signal comes. */
      readonly at?: number
      readonly signal?: NodeJS.Signals
    }
  | { readonly kind: 'increment'; readonly address: string; readonly times: number }
  | { readonly kind: 'lease'; readonly address: string; readonly times: number; readonly counter: string }
  | { readonly kind: 'race'; readonly verb: 'create' | 'delete' | 'replace'; readonly addresses: readonly string[] }
  | { readonly kind: 'sweep'; readonly untilMs: number }
  | { readonly kind: 'hammer'; readonly address: string; readonly at: number; readonly log: string }
)

/** What a worker tells. */
export interface Report {
  readonly answer?: unknown
  readonly code?: string
  readonly message?: string
  readonly calls?: number
  /** See `Trip.steps`. */
  readonly steps?: readonly number[]
  readonly milliseconds?: number
}

/** Lifetime of what workers write. */
export const workerLife: NewLifetime = { idleMs: 3_600_000, absoluteMs: 36_000_000 }

/** In whose name workers take locks. */
export const leaseOwner = 'worker'

/** For how long they take them: a test waits for the end of it. */
export const leaseMs = 400

/** A lease that no slow machine outlives: to this time workers renew. */
export const patientMs = 60_000

if (process.argv[1]?.endsWith('store.worker.ts') === true) await work(JSON.parse(process.argv[2] ?? '') as Job)

async function work(job: Job): Promise<void> {
  if (job.kind === 'verb') return oneVerb(job)
  if (job.kind === 'increment') return increment(job)
  if (job.kind === 'lease') return countUnderLease(job)
  if (job.kind === 'race') return race(job)
  if (job.kind === 'sweep') return sweep(job)
  return hammer(job)
}

function tell(report: Report): void {
  writeSync(1, `${JSON.stringify(report)}\n`)
}

async function oneVerb(job: Job & { kind: 'verb' }): Promise<void> {
  const trip = new Trip(job.at, job.signal ?? 'SIGKILL')
  const store = open(job, trip.fs)
  await store.ready()
  const began = performance.now()
  trip.arm()
  try {
    const answer = await verb(store, job.verb, job.address)
    trip.disarm()
    tell({ answer, calls: trip.calls, steps: trip.steps, milliseconds: performance.now() - began })
  } catch (error) {
    tell({ ...told(error), calls: trip.calls, milliseconds: performance.now() - began })
  }
  store.close()
}

function verb(store: FileStore, name: Verb, address: string): unknown {
  const { idleMs, absoluteMs } = workerLife
  if (name === 'create') return store.create(address, tagged('new'), workerLife)
  if (name === 'replace') return store.replace(address, tagged('new'), 1, { idleMs }, 'new')
  if (name === 'touch') return store.touch(address, { idleMs: idleMs * 2 })
  if (name === 'renew') return store.touch(address, { idleMs: idleMs * 2, absoluteMs: absoluteMs * 2 })
  if (name === 'delete') return store.delete(address, 1)
  if (name === 'raiseEpoch') return store.principals.raiseEpoch(address)
  if (name === 'add') return store.principals.add('alice', address, absoluteMs)
  if (name === 'restore') return store.transfer.restore(address, elsewhere())
  return lockVerb(store.locks, name, address)
}

function lockVerb(locks: LeaseLock, name: 'acquire' | 'renewLease' | 'release', address: string): unknown {
  if (name === 'acquire') return locks.acquire(address, leaseOwner, leaseMs)
  if (name === 'renewLease') return locks.renew(address, leaseOwner, patientMs)
  return locks.release(address, leaseOwner)
}

/** A session as another store had it, in its second version. */
function elsewhere(): StoredSession {
  const now = Date.now()
  const times = { createdAt: now, idleDeadline: now + workerLife.idleMs, absoluteDeadline: now + workerLife.absoluteMs }
  return { record: tagged('new'), version: 2, now, ...times }
}

/** Counts in the payload by reading and replacing, again when another was faster. */
async function increment(job: Job & { kind: 'increment' }): Promise<void> {
  const store = open(job)
  for (let done = 0; done < job.times;) done += (await addOne(store, job.address)) ? 1 : 0
  tell({ answer: job.times })
  store.close()
}

async function addOne(store: FileStore, address: string): Promise<boolean> {
  const stored = store.read(address)
  if (stored === undefined) throw new Error('the record is gone')
  const writeId = crypto.randomUUID()
  const count = Number(new TextDecoder().decode(stored.record.payload)) + 1
  const payload = new TextEncoder().encode(String(count))
  const record = { ...stored.record, payload, writeIds: [...stored.record.writeIds, writeId].slice(-4) }
  const answer = await store.replace(address, record, stored.version, { idleMs: workerLife.idleMs }, writeId)
  if (answer === 'gone') throw new Error('the record is gone')
  return answer === 'replaced'
}

/** Counts in a file that nothing protects but the lock. */
async function countUnderLease(job: Job & { kind: 'lease' }): Promise<void> {
  const store = open(job)
  for (let done = 0; done < job.times; done += 1) {
    const owner = crypto.randomUUID()
    while (!(await store.locks.acquire(job.address, owner, patientMs))) await pause(1)
    const count = Number(readFileSync(job.counter, 'utf8'))
    await pause(1)
    writeFileSync(job.counter, String(count + 1))
    await store.locks.release(job.address, owner)
  }
  store.close()
}

/** Runs one verb on many records, as do others at the same time. */
async function race(job: Job & { kind: 'race' }): Promise<void> {
  const store = open(job)
  const tag = `by-${process.pid}`
  for (const address of job.addresses) {
    if (job.verb === 'create') tell({ answer: await store.create(address, tagged(tag), workerLife) })
    else if (job.verb === 'delete') tell({ answer: await store.delete(address, 1) })
    else tell({ answer: await store.replace(address, tagged(tag), 1, workerLife, tag) })
  }
  store.close()
}

/** Sweeps until the time is over and nothing is left to sweep. */
async function sweep(job: Job & { kind: 'sweep' }): Promise<void> {
  const store = open(job)
  let [removed, last] = [0, 1]
  while (Date.now() < job.untilMs || last > 0) {
    last = await store.sweep(7)
    removed += last
  }
  tell({ answer: removed })
  store.close()
}

/** Increments without end, until it is killed; writes down each version, and whoever it meets inside the lock. */
async function hammer(job: Job & { kind: 'hammer' }): Promise<void> {
  const trip = new Trip(job.at, 'SIGKILL')
  const store = open(job, withMarker(trip.fs, job))
  trip.arm()
  for (;;) {
    try {
      await addOne(store, job.address)
    } catch (error) {
      appendFileSync(job.log, `failed ${JSON.stringify(told(error))}\n`)
      throw error
    }
  }
}

/** Puts an exclusive marker file where the lock says that only one is, and logs each record that is moved into place. */
function withMarker(fs: FileSystem, job: Job & { kind: 'hammer' }): FileSystem {
  const marker = join(job.log, '..', 'inside')
  return {
    ...fs,
    link(existing, path) {
      fs.link(existing, path)
      if (basename(path) === job.address) enter(marker, job.log)
    },
    rename(from, to) {
      if (basename(from) === job.address && from.includes('locks')) leave(marker)
      fs.rename(from, to)
      if (basename(to) === job.address) appendFileSync(job.log, `version ${versionAt(to)}\n`)
    },
  }
}

function enter(marker: string, log: string): void {
  for (;;) {
    try {
      const fd = openSync(marker, 'wx')
      writeSync(fd, String(process.pid))
      closeSync(fd)
      return
    } catch {
      const other = ownerOf(marker)
      // Kills come at calls of the store only, so a marker without a pid is one that somebody is writing just now.
      if (other === undefined || isAlive(other)) appendFileSync(log, `two inside: ${other} and ${process.pid}\n`)
      unlinkSync(marker)
    }
  }
}

/** The breaker of a dead holder's lock moves it too, without having been inside. */
function leave(marker: string): void {
  if (ownerOf(marker) === process.pid) unlinkSync(marker)
}

function ownerOf(marker: string): number | undefined {
  try {
    return Number(readFileSync(marker, 'utf8')) || undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? 'Z')
  } catch {
    return false
  }
}

/** The version stands in the head as a double at offset 24. */
function versionAt(path: string): number {
  return readFileSync(path).readDoubleLE(24)
}

function open(job: Job, fs: FileSystem = nodeFileSystem): FileStore {
  return new FileStore(job.store, job.lockMaxAgeMs === undefined ? { fs } : { fs, lockMaxAgeMs: job.lockMaxAgeMs })
}

function told(error: unknown): Report {
  if (error instanceof SekishoError) return { code: error.code, message: error.message }
  return { code: 'unexpected', message: String(error) }
}
