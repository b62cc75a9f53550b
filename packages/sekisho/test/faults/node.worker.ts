/** One node of an application: an HTTP server of its own, over a store that it shares with the others. */
import { readdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { nodeListener } from '../../src/adapter/node.ts'
import { SekishoError } from '../../src/errors.ts'
import type { Session, Sessions } from '../../src/session/contract.ts'
import { defineSession } from '../../src/session/define.ts'
import type { SessionStore } from '../../src/store/contract.ts'
import { openStore, type StoreDescription } from './stores.ts'

/** What a node is told. */
export interface NodeSettings {
  readonly store: StoreDescription
  /** Milliseconds for a read and for a write of the store. */
  readonly readMs: number
  readonly writeMs: number
  /** Milliseconds for which a store that fails is left alone. */
  readonly pauseMs: number
  /** Milliseconds for which a conflicting write is merged and tried again (default: those of the engine). */
  readonly conflictMs?: number
  /** Seconds without use, and seconds at all, after which a session ends (default: those of the engine). */
  readonly lifetime?: { readonly idle: number; readonly absolute: number }
  /** Seconds between two sweeps (default: this node does not sweep). */
  readonly sweepEvery?: number
}

/** What a node says of itself. */
export interface NodeReport {
  /** How many calls its store has been sent since the last report. */
  readonly storeCalls: number
  /** The longest that its event loop was late since the last report, milliseconds. */
  readonly lagMs: number
  /** How many handlers run now. */
  readonly running: number
  /** After a collection: octets of the heap in use, and of the process in memory. */
  readonly heap: number
  readonly rss: number
  /** How many descriptors are open. */
  readonly descriptors: number
}

/** What a session holds. */
interface Data {
  owner: string
  list: string[]
  count: number
  k0: string
  k1: string
}

type Act = (session: Session<Data>, query: URLSearchParams, sessions: Sessions<Data>) => unknown

/** What each path does with the session that is there already. */
const acts: Readonly<Record<string, Act>> = {
  '/read': () => undefined,
  '/set': (session, query) => session.set(query.get('key') === 'k0' ? 'k0' : 'k1', query.get('value') ?? ''),
  '/push': (session, query) => session.get('list')?.push(query.get('value') ?? ''),
  '/increment': (session) => session.update('count', (count) => (count ?? 0) + 1),
  '/login': (session, query) => session.login(query.get('principal') ?? ''),
  '/rotate': (session) => session.rotate(),
  /** A request that takes its time between its change and its answer. */
  '/dawdle': async (session, query) => {
    session.set('k0', query.get('value') ?? '')
    await pause(Number(query.get('ms')))
  },
  '/logout': (session) => session.logout(),
  '/revoke': (session, _query, sessions) => sessions.admin.revoke(session.meta.address ?? ''),
}

if (process.send !== undefined) await serve(JSON.parse(process.argv[2] ?? '') as NodeSettings)

async function serve({ store: description, ...limits }: NodeSettings): Promise<void> {
  const { store, disconnect } = await openStore(description)
  const counted = counting(store)
  const sessions = define(counted.store, limits)
  const handlers = { running: 0 }
  const report = reporter(counted.take, handlers)
  const serveSession = nodeListener(
    sessions,
    async (req, res, session) => {
      handlers.running += 1
      await answer(req, res, { session, sessions })
      handlers.running -= 1
    },
    { onError: () => {}, lock: lockOf },
  )
  const server = createServer((req, res) => {
    if (req.url === '/report') res.end(JSON.stringify(report()))
    else serveSession(req, res)
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.on('disconnect', () => process.exit())
  process.on(
    'SIGTERM',
    () =>
      void stop(server, sessions)
        .then(disconnect)
        .then(() => process.exit()),
  )
}

/** Ends gracefully: no new requests, an answer to all that are there, then the sessions. */
async function stop(server: Server, sessions: Sessions<Data>): Promise<void> {
  await new Promise((resolve) => server.close(resolve))
  await sessions.close()
}

/** A path that says `lease=10` has its session exclusively, with a lease of so many seconds. */
function lockOf({ url = '/' }: IncomingMessage): { wait: number; lease: number } | undefined {
  const lease = new URL(url, 'http://localhost').searchParams.get('lease')
  return lease === null ? undefined : { wait: 60, lease: Number(lease) }
}

function define(
  store: SessionStore,
  { readMs, writeMs, pauseMs, conflictMs = 5_000, lifetime, sweepEvery }: Omit<NodeSettings, 'store'>,
): Sessions<Data> {
  const kept = { beforeLogin: 'keep' } as const
  return defineSession<Data>({
    name: 'faults',
    store,
    keys: { owner: kept, list: kept, count: kept, k0: kept, k1: kept },
    storeTimeout: { readMs, writeMs },
    storeLimits: { pauseMs },
    conflictTimeoutMs: conflictMs,
    lifetime: lifetime ?? 'default',
    sweep: sweepEvery === undefined ? false : { every: sweepEvery },
    development: false,
  })
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  { session, sessions }: { session: Session<Data>; sessions: Sessions<Data> },
): Promise<void> {
  const { pathname, searchParams } = new URL(req.url ?? '/', 'http://localhost')
  if (pathname === '/create') create(session, searchParams.get('owner') ?? '')
  const owner = session.get('owner')
  if (owner === undefined) return void res.writeHead(401).end()
  try {
    await acts[pathname]?.(session, searchParams, sessions)
  } catch (error) {
    return void res.writeHead(error instanceof SekishoError ? (error.status ?? 500) : 500).end(String(error))
  }
  const { data, principal } = session
  const keys = Object.fromEntries(Object.entries(data).filter(([key]) => /^k\d$/.test(key)))
  res.end(JSON.stringify({ owner, principal, keys, list: data.list, count: data.count }))
}

function create(session: Session<Data>, owner: string): void {
  session.set('owner', owner)
  session.set('list', [])
  session.set('count', 0)
}

/** Counts the calls that reach a store. */
function counting(store: SessionStore): { readonly store: SessionStore; take(): number } {
  let calls = 0
  const counted = (target: object): object =>
    new Proxy(target, {
      get(_, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member === 'object' && member !== null && name !== 'capabilities') return counted(member)
        if (typeof member !== 'function') return member
        return (...given: unknown[]): unknown => {
          calls += 1
          return Reflect.apply(member, target, given)
        }
      },
    })
  const take = (): number => {
    const taken = calls
    calls = 0
    return taken
  }
  return { store: counted(store) as SessionStore, take }
}

function reporter(storeCalls: () => number, handlers: { readonly running: number }): () => NodeReport {
  const lag = monitorEventLoopDelay({ resolution: 10 })
  lag.enable()
  return () => {
    const lagMs = lag.max / 1e6
    globalThis.gc?.()
    const { heapUsed: heap, rss } = process.memoryUsage()
    const descriptors = readdirSync('/proc/self/fd').length
    lag.reset()
    return { storeCalls: storeCalls(), lagMs, running: handlers.running, heap, rss, descriptors }
  }
}
