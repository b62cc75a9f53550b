/** Stores with a fault each, and how the conformance suite finds it. */
import assert from 'node:assert/strict'
import type {
  Awaitable,
  LeaseLock,
  Lifetime,
  NewLifetime,
  PrincipalIndex,
  SessionRecord,
  SessionStore,
  SessionTransfer,
  StoreCapabilities,
  StoredSession,
} from '../src/store/contract.ts'
import { MemoryStore } from '../src/store/memory.ts'
import { storeContract, type StoreContractOptions } from '../src/store/testing.ts'

let clock = 1_790_000_000_000

/** A store that keeps the contract, on the test clock. */
export const healthy = (): MemoryStore => new MemoryStore({ sweepGraceMs: 0, now: () => clock })

/** Verbs that replace those of a healthy store. */
export type Verbs = { readonly [V in keyof SessionStore]?: SessionStore[V] }

/** Opens stores that are healthy but for some verbs. */
export function faulty(fault: (store: MemoryStore) => Verbs): () => SessionStore {
  return () => {
    const store = healthy()
    return { ...bound(store), ...fault(store) }
  }
}

/** Fails unless the suite finds the fault by this case. @returns All cases that failed. */
export async function catches(name: string, fault: (store: MemoryStore) => Verbs): Promise<string[]> {
  const failed = await failures(faulty(fault))
  assert.ok(failed.includes(name), `failed only: ${failed.join(' | ')}`)
  return failed
}

/** The names of the cases that fail, one after the other on the test clock. */
export async function failures(open: () => SessionStore, more: Partial<StoreContractOptions> = {}): Promise<string[]> {
  return [...(await complaints(open, more)).keys()]
}

/** The cases that fail, each with what it says. */
export async function complaints(
  open: () => SessionStore,
  more: Partial<StoreContractOptions> = {},
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const wait = (ms: number): void => void (clock += ms)
  for (const { name, run } of casesOf({ open, wait, ...more })) {
    await run().catch((error: Error) => found.set(name, error.message))
  }
  return found
}

/** The names of the cases that fail when all run at the same time, on the clock of the store itself. */
export async function failuresTogether(options: StoreContractOptions): Promise<string[]> {
  const failed: string[] = []
  await Promise.all(casesOf(options).map(({ name, run }) => run().catch(() => failed.push(name))))
  return failed
}

interface Case {
  readonly name: string
  readonly run: () => Promise<void>
}

function casesOf(options: StoreContractOptions): Case[] {
  const cases: Case[] = []
  storeContract((name, run) => cases.push({ name, run }), options)
  return cases
}

/** The verbs of a store, without its index, locks and transfer. */
export function bound(store: MemoryStore): SessionStore {
  return {
    capabilities: store.capabilities,
    read: (address) => store.read(address),
    create: (...given) => store.create(...given),
    replace: (...given) => store.replace(...given),
    touch: (...given) => store.touch(...given),
    delete: (...given) => store.delete(...given),
    sweep: (limit) => store.sweep(limit),
  }
}

/** The principal index of a store, with other verbs in it. */
export function index(store: MemoryStore, fault: Partial<PrincipalIndex>): PrincipalIndex {
  const { principals } = store
  return {
    epoch: (principal) => principals.epoch(principal),
    raiseEpoch: (principal) => principals.raiseEpoch(principal),
    add: (...given) => principals.add(...given),
    remove: (...given) => principals.remove(...given),
    list: (principal) => principals.list(principal),
    ...fault,
  }
}

/** The locks of a store, with other verbs in them. */
export function leases(store: MemoryStore, fault: Partial<LeaseLock>): LeaseLock {
  const { locks } = store
  return {
    acquire: (...given) => locks.acquire(...given),
    renew: (...given) => locks.renew(...given),
    release: (...given) => locks.release(...given),
    ...fault,
  }
}

/** The transfer of a store, with other verbs in it. */
export function moving(store: MemoryStore, fault: Partial<SessionTransfer>): SessionTransfer {
  const { transfer } = store
  return {
    estimate: () => transfer.estimate(),
    scan: (...given) => transfer.scan(...given),
    restore: (...given) => transfer.restore(...given),
    ...fault,
  }
}

/** A healthy store that says it is shared and durable. */
export function sharing(): SessionStore {
  const store = healthy()
  const capabilities: StoreCapabilities = { ...store.capabilities, durable: 'process', shared: true }
  const { principals, locks, transfer } = store
  return { ...bound(store), principals, locks, transfer, capabilities }
}

/** A store that takes its time before and after it works, as a server does. */
export function delayed(store: MemoryStore): SessionStore {
  const later = async <T>(work: () => Awaitable<T>): Promise<T> => {
    await new Promise(setImmediate)
    const answer = await work()
    await new Promise(setImmediate)
    return answer
  }
  const { principals, locks, transfer } = store
  return {
    capabilities: store.capabilities,
    read: (address) => later(() => store.read(address)),
    create: (...given) => later(() => store.create(...given)),
    replace: (...given) => later(() => store.replace(...given)),
    touch: (...given) => later(() => store.touch(...given)),
    delete: (...given) => later(() => store.delete(...given)),
    sweep: (limit) => later(() => store.sweep(limit)),
    principals: {
      epoch: (principal) => later(() => principals.epoch(principal)),
      raiseEpoch: (principal) => later(() => principals.raiseEpoch(principal)),
      add: (...given) => later(() => principals.add(...given)),
      remove: (...given) => later(() => principals.remove(...given)),
      list: (principal) => later(() => principals.list(principal)),
    },
    locks: {
      acquire: (...given) => later(() => locks.acquire(...given)),
      renew: (...given) => later(() => locks.renew(...given)),
      release: (...given) => later(() => locks.release(...given)),
    },
    transfer: {
      estimate: () => later(() => transfer.estimate()),
      scan: (...given) => later(() => transfer.scan(...given)),
      restore: (...given) => later(() => transfer.restore(...given)),
    },
  }
}

/** A lifetime with both limits. */
export function fully(lifetime: Lifetime): NewLifetime {
  return { absoluteMs: 43_200_000, ...lifetime }
}

/** How long a session still has to live. */
export function remaining({ now, idleDeadline, absoluteDeadline }: StoredSession): NewLifetime {
  return { idleMs: idleDeadline - now, absoluteMs: absoluteDeadline - now }
}

/** A session as read, with other fields in its record. */
export function edited(
  stored: StoredSession | undefined,
  edit: (record: SessionRecord) => Partial<SessionRecord>,
): StoredSession | undefined {
  return stored && { ...stored, record: { ...stored.record, ...edit(stored.record) } }
}

/** Makes a live record anew, at version 1, with other deadlines. */
export function rewritten(
  store: MemoryStore,
  address: string,
  lifetime: (stored: StoredSession) => NewLifetime,
  record?: SessionRecord,
): 'touched' | 'gone' {
  const stored = store.read(address)
  if (stored === undefined) return 'gone'
  store.delete(address)
  store.create(address, record ?? stored.record, lifetime(stored))
  return 'touched'
}
