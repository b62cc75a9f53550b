/** Three nodes of one application over one store, and this process as a fourth that looks at what became of it. */
import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { Session } from '../../src/session/contract.ts'
import {
  closeNode,
  finish,
  openFor,
  openNode,
  type Data,
  type Deed,
  type Errand,
  type NodeSettings,
  type OpenNode,
  type Outcome,
} from './node.ts'
import { newPlace, type SharedKind } from './places.ts'
import { ServerProcess } from './server-process.ts'

/** How a {@link Fleet} differs from the usual one. */
export interface FleetOptions extends Omit<NodeSettings, 'store'> {
  /** Milliseconds that the clock of each process is ahead (`[0, 0, 0]`). */
  readonly clocks?: readonly number[]
}

/** The processes of a test file. */
export class Fleet {
  readonly processes: readonly ServerProcess[]
  /** This process's own way to the store. */
  readonly own: OpenNode
  readonly #settings: NodeSettings

  private constructor(settings: NodeSettings, own: OpenNode, clocks: readonly number[]) {
    this.#settings = settings
    this.own = own
    this.processes = clocks.map((clockMs) => new ServerProcess(settings, clockMs))
  }

  /** Starts the processes on a store of their own; they end, and all of it goes, when the tests of the file are over. */
  static async start(kind: SharedKind, { clocks = [0, 0, 0], ...settings }: FleetOptions = {}): Promise<Fleet> {
    const users: Fleet[] = []
    // Registered first, because whoever uses the place ends before it goes.
    after(() => Promise.all(users.map((fleet) => fleet.stop())))
    const place = { store: await newPlace(kind), ...settings }
    const own = await openNode(place)
    await own.prepare()
    const fleet = new Fleet(place, own, clocks)
    users.push(fleet)
    return fleet
  }

  /** One more process, for a test that ends it. */
  more(): ServerProcess {
    return new ServerProcess(this.#settings)
  }

  /** Ends the processes and this one's way to the store. */
  async stop(): Promise<void> {
    await Promise.all(this.processes.map((one) => one.stop()))
    await closeNode(this.own)
  }

  /** A session of a new visitor. @returns Its cookie. */
  async visitor(fill: (session: Session<Data>) => void): Promise<string> {
    const session = await this.see(undefined)
    fill(session)
    const { cookie } = await finish(this.own.sessions, session)
    return cookie ?? assert.fail('no cookie')
  }

  /** Opens the session of a cookie here. */
  see(cookie: string | undefined): Promise<Session<Data>> {
    return openFor(this.own.sessions, { cookie })
  }

  /** Opens all requests, spread over the processes, and only then goes on with them. */
  async together(errands: readonly Errand[]): Promise<Outcome[]> {
    const { processes } = this
    await Promise.all(processes.map((one, index) => one.open(share(errands, index, processes.length))))
    return (await Promise.all(processes.map((one) => one.finish()))).flat()
  }

  /** Runs all requests at the same time, spread over the processes. */
  async run(errands: readonly Errand[]): Promise<Outcome[]> {
    const { processes } = this
    return (await Promise.all(processes.map((one, index) => one.run(share(errands, index, processes.length))))).flat()
  }
}

/** Every third of them, say. */
export function share(errands: readonly Errand[], index: number, shares: number): Errand[] {
  return errands.filter((_, at) => at % shares === index)
}

/** The same request several times, under different names. */
export function requests(times: number, deed: Deed, more: Partial<Errand> = {}): Errand[] {
  return Array.from({ length: times }, (_, at) => ({ name: String(at), deed, ...more }))
}

/** The same, with handlers that take their time. */
export function slow(times: number, deed: Deed, cookie?: string): Errand[] {
  return requests(times, deed, { cookie }).map((errand) => ({ ...errand, takes: Math.random() * 30 }))
}

/** The errors that requests were told. */
export function codes(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ code }) => code ?? [])
}
