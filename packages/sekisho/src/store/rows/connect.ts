import { optionError, SekishoError } from '../../errors.ts'
import type { Awaitable, StoreCapabilities } from '../contract.ts'
import type { Row, RowStore } from './contract.ts'

/** The verbs that every connect or express-session store has. */
export interface ConnectStore {
  /** Calls back with the session, or with nothing when there is none. */
  get(id: string, callback: (error: unknown, session?: unknown) => void): unknown
  /** Keeps a session until its `cookie.expires`; creates it where there is none. */
  set(id: string, session: object, callback: (error?: unknown) => void): unknown
  /** Removes a session. */
  destroy(id: string, callback: (error?: unknown) => void): unknown
}

/** Settings of `fromConnectStore`. */
export interface ConnectStoreOptions {
  /**
   * Whether several processes use the store (`true`). They can undo each other's writes, and bring back a session that one
   * of them has ended; say `false` when there is only one, and nothing is lost.
   */
  readonly shared?: boolean
  /** What an acknowledged write survives, as far as the store's documentation promises it (`no`). */
  readonly durable?: StoreCapabilities['durable']
  /** Milliseconds after which a call that was not answered has failed (10,000). */
  readonly timeoutMs?: number
  /** The clock, in epoch milliseconds (`Date.now`). All processes that share the store must agree about it. */
  readonly now?: () => Awaitable<number>
}

/** Where the data lies in the object that the store keeps. */
const member = 'sekisho'
/** For rows without an end: a store would give them an end of its own. */
const longestMs = 10 * 365 * 86_400_000

/** A connect store as rows. */
export function connectRows(store: ConnectStore, options: ConnectStoreOptions): RowStore {
  const { shared = true, durable = 'no', timeoutMs = 10_000, now } = options
  for (const verb of ['get', 'set', 'destroy'] as const) {
    if (typeof store?.[verb] !== 'function') throw optionError('store', `a connect store with \`${verb}\``, store)
  }
  if (typeof shared !== 'boolean') throw optionError('shared', 'true or false', shared)
  if (!(timeoutMs > 0)) throw optionError('timeoutMs', 'a number of milliseconds above 0', timeoutMs)
  const call = <T>(verb: string, start: (callback: Callback<T>) => unknown): Promise<T | undefined> =>
    called(verb, timeoutMs, start)
  const write = async (id: string, data: string, dueMs: number): Promise<boolean> => {
    await call('set', (callback) => store.set(id, sessionOf(data, dueMs), callback))
    return true
  }
  return Object.freeze({
    durable,
    shared,
    updateCreates: true,
    resource: store,
    ...(now && { now }),
    async get(id: string): Promise<Row | undefined> {
      const session = await call<unknown>('get', (callback) => store.get(id, callback))
      return rowOf(session)
    },
    insert: write,
    update: write,
    async delete(id: string): Promise<boolean> {
      await call('destroy', (callback) => store.destroy(id, callback))
      return true
    },
  })
}

type Callback<T> = (error?: unknown, answer?: T) => void

/**
 * One call of a connect store. Whatever it throws, rejects with or passes to its callback is a failure; the first answer
 * counts. A promise that it returns says nothing when it is kept: some resolve before they call back.
 */
function called<T>(verb: string, timeoutMs: number, start: (callback: Callback<T>) => unknown): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new SekishoError('ERR_STORE_TIMEOUT', `the connect store did not answer \`${verb}\` within ${timeoutMs} ms`),
      )
    }, timeoutMs)
    const settle = (error: unknown, answer?: T): void => {
      clearTimeout(timer)
      if (!error) resolve(answer)
      // As express-session has it: a file that is not there is a session that is not there.
      else if (verb !== 'set' && codeOf(error) === 'ENOENT') resolve(undefined)
      else reject(error instanceof Error ? error : failure(verb, error))
    }
    try {
      const returned = start(settle)
      if (isThenable(returned)) returned.then(undefined, (error: unknown) => settle(error ?? failure(verb, error)))
    } catch (error) {
      settle(error ?? failure(verb, error))
    }
  })
}

function failure(verb: string, cause: unknown): SekishoError {
  return new SekishoError('ERR_STORE_UNAVAILABLE', `the connect store failed at \`${verb}\``, { cause })
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** What stores expect of a session: a cookie, from whose times they take the row's own. */
function sessionOf(data: string, dueMs: number): object {
  const maxAge = Math.max(Math.ceil(Math.min(dueMs, longestMs)), 1)
  const cookie = { path: '/', httpOnly: true, originalMaxAge: maxAge, maxAge, expires: new Date(Date.now() + maxAge) }
  return { cookie, [member]: data }
}

/** Anything else that lies under the id is no row of ours; it would have to be somebody's own session id. */
function rowOf(session: unknown): Row | undefined {
  if (typeof session !== 'object' || session === null) return undefined
  const data: unknown = (session as Readonly<Record<string, unknown>>)[member]
  return typeof data === 'string' ? { data } : undefined
}
