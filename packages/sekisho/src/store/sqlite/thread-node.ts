/**
 * The thread that owns the database of a `SqliteWorkerStore`: it opens it with node:sqlite at the first call, and runs the
 * store in it.
 *
 * @module
 */
import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type * as sqlite from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { SekishoError } from '../../errors.ts'
import { channels, type SessionEvent } from '../../lib/events-node.ts'
import { SqliteStore } from '../sqlite.ts'
import {
  failureOf,
  type Calls,
  type ThreadAnswer,
  type ThreadData,
  type ThreadEvent,
  type ThreadRequest,
} from './protocol.ts'

/** What a store itself raises; the rest is raised by the engine, outside. */
const raised: readonly SessionEvent[] = ['expired', 'rejected', 'sweep-stopped']

/** A store, its calls by name, and its end. */
interface Opened {
  readonly calls: Calls
  close(): void
}

const { file, settings, clock } = workerData as ThreadData
const now = clock === undefined ? Date.now : (): number => clock[0] ?? 0
let events: ThreadEvent[] = []
let opening: Promise<Opened> | undefined

for (const name of raised) channels[name].subscribe((message) => events.push({ name, message }))
parentPort?.on('message', (request: ThreadRequest) => {
  void ('close' in request ? close() : answer(request))
})

async function answer({ id, name, args }: Extract<ThreadRequest, { id: number }>): Promise<void> {
  try {
    const { calls } = await opened()
    const call = calls[name] as (...values: readonly unknown[]) => unknown
    tell({ id, value: await call.apply(calls, [...args]) })
  } catch (error) {
    tell({ id, failure: failureOf(error) })
  }
}

function tell(outcome: Omit<ThreadAnswer, 'events'>): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
  parentPort?.postMessage({ ...outcome, events } satisfies ThreadAnswer)
  events = []
}

async function close(): Promise<void> {
  const store = await opening?.catch(() => undefined)
  store?.close()
  parentPort?.close()
}

/** A database that could not be opened is tried again by the next call. */
async function opened(): Promise<Opened> {
  if (opening === undefined) opening = open()
  try {
    return await opening
  } catch (error) {
    opening = undefined
    throw error
  }
}

async function open(): Promise<Opened> {
  const { DatabaseSync } = await nodeSqlite()
  try {
    createPrivately()
    const database = new DatabaseSync(file)
    const store = new SqliteStore({ database, now, ...settings })
    return {
      calls: callsOf(store),
      close() {
        store.close()
        database.close()
      },
    }
  } catch (error) {
    throw openFault(error)
  }
}

async function nodeSqlite(): Promise<typeof sqlite> {
  try {
    return await import('node:sqlite')
  } catch (cause) {
    const mend = 'Node 22.13 or later, or `SqliteStore` with a handle of better-sqlite3'
    const message = `this runtime has no node:sqlite, which the thread of the SQLite store needs; mend it with: ${mend}`
    throw new SekishoError('ERR_STORE_SETUP', message, { cause })
  }
}

/**
 * SQLite would create the file for everybody to read. Only a file that is not there is opened here: to close any other
 * would drop the locks that connections of this process have on it.
 */
function createPrivately(): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function openFault(cause: unknown): SekishoError {
  if (cause instanceof SekishoError) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  const mend = `a directory ${JSON.stringify(dirname(file))} in which this process may create and write files`
  return new SekishoError('ERR_STORE_SETUP', `the database could not be opened: ${why}; mend it with: ${mend}`, {
    cause,
  })
}

function callsOf(store: SqliteStore): Calls {
  const { principals, locks, transfer } = store
  return {
    read: (address) => store.read(address),
    create: (address, record, lifetime) => store.create(address, record, lifetime),
    replace: (...args) => store.replace(...args),
    touch: (address, lifetime) => store.touch(address, lifetime),
    delete: (address, version) => store.delete(address, version),
    sweep: (limit) => store.sweep(limit),
    ensureSchema: () => store.ensureSchema(),
    epoch: (principal) => principals.epoch(principal),
    raiseEpoch: (principal) => principals.raiseEpoch(principal),
    add: (principal, address, expiresInMs) => principals.add(principal, address, expiresInMs),
    remove: (principal, address) => principals.remove(principal, address),
    list: (principal) => principals.list(principal),
    acquire: (address, owner, leaseMs) => locks.acquire(address, owner, leaseMs),
    renew: (address, owner, leaseMs) => locks.renew(address, owner, leaseMs),
    release: (address, owner) => locks.release(address, owner),
    estimate: () => transfer.estimate(),
    scan: (cursor, limit) => transfer.scan(cursor, limit),
    restore: (address, stored) => transfer.restore(address, stored),
  }
}
