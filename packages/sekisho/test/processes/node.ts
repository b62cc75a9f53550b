/** What the nodes of a test and the test itself agree about: their sessions, requests and answers. */
import type { LockOptions, Session, Sessions, SessionSummary } from '../../src/session/contract.ts'
import { defineSession } from '../../src/session/define.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import { openStore, type OpenStore, type StoreDescription } from '../faults/stores.ts'

/** What the sessions of these tests hold. */
export interface Data {
  list: string[]
  count: number
  [own: `own-${string}`]: string
}

/** Which store a node uses, and what its sessions have instead of the usual settings. */
export interface NodeSettings {
  readonly store: StoreDescription
  readonly sessions?: Pick<SessionOptions<Data>, 'lifetime' | 'rotation' | 'cookie'>
}

/** What the handler of a request does; `add` reads, adds one and writes without asking whether somebody else does. */
export type Deed = 'look' | 'set' | 'push' | 'increment' | 'add' | 'rotate' | 'logout' | `login ${string}`

/** One request. */
export interface Errand {
  readonly name: string
  readonly deed: Deed
  readonly cookie?: string | undefined
  /** How long the handler takes, in milliseconds. */
  readonly takes?: number
  /** The session is used exclusively. */
  readonly lock?: LockOptions
  /** It is for a page. */
  readonly navigates?: boolean
}

/** What became of a request. */
export interface Outcome {
  readonly name: string
  readonly deed: Deed
  /** The code of the error that the request was told. */
  readonly code: string | undefined
  readonly address: string | undefined
  readonly principal: string | undefined
  /** `undefined` when the answer sets none, empty when it expires it. */
  readonly cookie: string | undefined
  /** Seconds for which a browser is to keep the cookie. */
  readonly maxAge: number | undefined
}

/** What a node can be told to do, and what it answers. */
export interface Orders {
  /** Opens the sessions of these requests, which `finish` carries on: so many can be under way in several nodes. */
  open(errands: readonly Errand[]): Promise<void>
  /** Carries on with all requests that are open. */
  finish(): Promise<Outcome[]>
  /** Runs these requests at the same time, each from its start to its end. */
  run(errands: readonly Errand[]): Promise<Outcome[]>
  /** Ends all sessions of a user. */
  revokeAll(principal: string): Promise<number>
  /** Removes what has died from the store. */
  sweep(): Promise<number>
  /** The sessions of a user. */
  list(principal: string): Promise<SessionSummary[]>
  /** The node's own clock, epoch milliseconds. */
  clock(): Promise<number>
}

/** A store with sessions over it. */
export interface OpenNode extends OpenStore {
  readonly sessions: Sessions<Data>
}

/** Opens the store of a node, and defines its sessions: patient with a busy machine, and without sweeps of their own. */
export async function openNode({ store: description, sessions: settings }: NodeSettings): Promise<OpenNode> {
  const opened = await openStore(description)
  const sessions = defineSession<Data>({
    name: 'processes',
    store: opened.store,
    keys: { list: { beforeLogin: 'keep' } },
    storeTimeout: { readMs: 10_000, writeMs: 10_000 },
    conflictTimeoutMs: 20_000,
    sweep: false,
    development: false,
    ...settings,
  })
  return { ...opened, sessions }
}

/** Closes what {@link openNode} opened. */
export async function closeNode({ sessions, disconnect }: OpenNode): Promise<void> {
  await sessions.close()
  await disconnect()
}

/** Opens the session of a request. */
export function openFor(
  sessions: Sessions<Data>,
  { cookie, lock, navigates = false }: Pick<Errand, 'cookie' | 'lock' | 'navigates'>,
): Promise<Session<Data>> {
  const headers = new Headers({ 'sec-fetch-mode': navigates ? 'navigate' : 'cors' })
  if (cookie !== undefined) headers.set('cookie', `__Host-sid=${cookie}`)
  return sessions.open({ headers }, { lock })
}

/** Commits and gives the cookie of the answer. */
export async function finish(
  sessions: Sessions<Data>,
  session: Session<Data>,
): Promise<Pick<Outcome, 'cookie' | 'maxAge'>> {
  const headers = new Headers()
  await sessions.commit(session, { status: 200, headers })
  const [pair, ...attributes] = headers.get('set-cookie')?.split('; ') ?? []
  const maxAge = attributes.find((attribute) => attribute.startsWith('Max-Age='))?.slice('Max-Age='.length)
  return { cookie: pair?.replace('__Host-sid=', ''), maxAge: maxAge === undefined ? undefined : Number(maxAge) }
}
