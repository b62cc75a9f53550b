/** A server process without a network: it runs requests that it is told to run, over a store that others use too. */
import { fork, type ChildProcess } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { SekishoError } from '../src/errors.ts'
import type { Session, Sessions } from '../src/session/contract.ts'
import { defineSession } from '../src/session/define.ts'
import { FileStore } from '../src/store/file-node.ts'

/** What the sessions of these tests hold. */
export interface Data {
  list: string[]
  count: number
  [own: `own-${string}`]: string
}

/** What the handler of a request does. */
export type Deed = 'set' | 'push' | 'increment' | 'rotate' | 'logout' | `login ${string}`

/** One request: opened by `open`, carried on by `finish`, so that many can be under way in several processes. */
export interface Errand {
  readonly name: string
  readonly deed: Deed
  readonly cookie?: string | undefined
  /** How long the handler takes, in milliseconds. */
  readonly takes?: number
}

/** What became of a request. Times are milliseconds since the epoch. */
export interface Outcome {
  readonly name: string
  readonly deed: Deed
  /** The code of the error that the request was told. */
  readonly code: string | undefined
  readonly began: number
  readonly ended: number
  readonly address: string | undefined
  readonly generation: number
  /** `undefined` when the answer sets none, empty when it expires it. */
  readonly cookie: string | undefined
}

type Order = { readonly id: number } & (
  | { readonly open: readonly Errand[] }
  | { readonly finish: true }
  | { readonly revokeAll: string }
)

/** The sessions that every process of a test defines alike. */
export function sharedSessions(directory: string): { store: FileStore; sessions: Sessions<Data> } {
  const store = new FileStore({ directory })
  const sessions = defineSession<Data>({
    name: 'processes',
    store,
    keys: { list: { beforeLogin: 'keep' } },
    storeTimeout: { readMs: 10_000, writeMs: 10_000 },
    conflictTimeoutMs: 20_000,
    sweep: false,
    development: false,
  })
  return { store, sessions }
}

/** Opens the session of a cookie. */
export function openWith(sessions: Sessions<Data>, cookie: string | undefined): Promise<Session<Data>> {
  return sessions.open({ headers: new Headers(cookie === undefined ? {} : { cookie: `__Host-sid=${cookie}` }) })
}

/** Commits and gives the cookie of the answer: `undefined` when there is none, empty when it expires. */
export async function finish(sessions: Sessions<Data>, session: Session<Data>): Promise<string | undefined> {
  const headers = new Headers()
  await sessions.commit(session, { status: 200, headers })
  return headers.get('set-cookie')?.split(';')[0]?.replace('__Host-sid=', '')
}

/** A process that takes orders. */
export class ServerProcess {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  #orders = 0
  #isOver = false

  constructor(directory: string) {
    const program = fileURLToPath(import.meta.url)
    this.#child = fork(program, [directory], {
      execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
    })
    this.#child.on('message', ({ id, answer, error }: { id: number; answer?: unknown; error?: string }) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(answer)
      else waiting?.reject(new Error(error))
    })
    this.#child.on('exit', (code) => {
      if (this.#isOver) return
      for (const { reject } of this.#waiting.values()) reject(new Error(`a process ended with ${code}`))
    })
  }

  /** Opens the sessions of these requests. */
  async open(errands: readonly Errand[]): Promise<void> {
    await this.#order({ open: errands })
  }

  /** Carries on with all requests that are open. */
  async finish(): Promise<Outcome[]> {
    return (await this.#order({ finish: true })) as Outcome[]
  }

  /** Ends all sessions of a user. */
  async revokeAll(principal: string): Promise<number> {
    return (await this.#order({ revokeAll: principal })) as number
  }

  /** Ends the process. */
  stop(): void {
    this.#isOver = true
    this.#child.disconnect()
  }

  #order(order: { open: readonly Errand[] } | { finish: true } | { revokeAll: string }): Promise<unknown> {
    this.#orders += 1
    const id = this.#orders
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, ...order })
    })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send !== undefined) serve(process.argv[2] ?? '')

function serve(directory: string): void {
  const { sessions } = sharedSessions(directory)
  let opened: { errand: Errand; began: number; session: Session<Data> }[] = []
  const obey = async (order: Order): Promise<unknown> => {
    if ('revokeAll' in order) return sessions.admin.revokeAll(order.revokeAll)
    if ('open' in order) {
      const began = Date.now()
      for (const errand of order.open) opened.push({ errand, began, session: await openWith(sessions, errand.cookie) })
      return opened.length
    }
    const requests = opened
    opened = []
    return Promise.all(requests.map(({ errand, began, session }) => run(sessions, session, { ...errand, began })))
  }
  process.on('message', (order: Order) => {
    obey(order).then(
      (answer) => process.send?.({ id: order.id, answer }),
      (error: unknown) => process.send?.({ id: order.id, error: String(error) }),
    )
  })
  process.on('disconnect', () => sessions.close())
}

async function run(
  sessions: Sessions<Data>,
  session: Session<Data>,
  { name, deed, takes = 0, began }: Errand & { readonly began: number },
): Promise<Outcome> {
  if (takes > 0) await pause(takes)
  let [code, cookie]: (string | undefined)[] = []
  try {
    await act(session, name, deed)
    cookie = await finish(sessions, session)
  } catch (error) {
    code = error instanceof SekishoError ? error.code : String(error)
  }
  const { address, generation } = session.meta
  return { name, deed, code, began, ended: Date.now(), address, generation, cookie }
}

async function act(session: Session<Data>, name: string, deed: Deed): Promise<void> {
  if (deed === 'push') session.get('list')?.push(name)
  else if (deed === 'increment') await session.update('count', (count) => (count ?? 0) + 1)
  else if (deed === 'rotate') session.rotate()
  else if (deed === 'logout') await session.logout()
  else if (deed === 'set') session.set(`own-${name}`, name)
  else session.login(deed.slice('login '.length))
}
