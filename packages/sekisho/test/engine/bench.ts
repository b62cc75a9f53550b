/**
 * What every case of the engine's suites works with: a store of its own, sessions over it, visitors, events, and time.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { channels, type SessionEvent, type SessionEvents } from '../../src/lib/events-node.ts'
import type { Sessions } from '../../src/session/contract.ts'
import { defineSession } from '../../src/session/define.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import type { Awaitable, SessionRecord, SessionStore } from '../../src/store/contract.ts'
import type { DefineTest } from '../../src/store/testing.ts'
import { Line } from './faults.ts'
import { Visitor } from './visitor.ts'

/** The session data of most cases; others add keys as they like. */
export interface Data {
  cart: string[]
  n: number
  name: string
  profile: { [member: string]: unknown }
  [key: string]: unknown
}

/** A store as a suite gets it. */
export interface OpenedStore {
  /** An empty store, or one with a prefix of its own. */
  readonly store: SessionStore
  /** Settings of every definition over this store. */
  readonly options?: Pick<SessionOptions<object>, 'encryption'>
  /** Real seconds for each second of the cases: 1 on a test clock, a fraction where time really passes. */
  readonly scale: number
  /** Lets so many real milliseconds pass on the store's clock. */
  pass(ms: number): Awaitable<void>
  /** All that a thief of the store gets, where it can be had: file names and contents. */
  dump?(): Awaitable<string>
  /** Ends what `open` began; the store has been closed. */
  close?(): Awaitable<void>
}

/** Opens a store for one case. */
export type OpenStore = () => Awaitable<OpenedStore>

/** One theme of the suite, for any test runner and any store. */
export type EngineCases = (test: DefineTest, open: OpenStore) => void

/** One event, with its name. */
export interface Seen {
  readonly event: SessionEvent
  readonly address?: string | undefined
  readonly [member: string]: unknown
}

/** Settings of `bench.sessions`, besides those of the engine. */
export type BenchOptions<D extends object> = Partial<SessionOptions<D>>

/** The sentences of one theme, each with what proves it. */
export function casesOf(cases: Readonly<Record<string, (bench: Bench) => Promise<void>>>): EngineCases {
  return (test, open) => {
    for (const [name, run] of Object.entries(cases)) test(name, () => onBench(open, run))
  }
}

async function onBench(open: OpenStore, run: (bench: Bench) => Promise<void>): Promise<void> {
  const bench = new Bench(await open())
  try {
    await run(bench)
  } finally {
    await bench.close()
  }
}

/** What a case works with. */
export class Bench {
  /** Everything that was announced since the case began. */
  readonly seen: Seen[] = []
  /** The way to the store. */
  readonly line: Line
  readonly #opened: OpenedStore
  readonly #defined: { close(): Promise<void> }[] = []
  readonly #unsubscribe: (() => void)[]

  constructor(opened: OpenedStore) {
    this.#opened = opened
    this.line = new Line(opened.store)
    this.#unsubscribe = Object.entries(channels).map(([event, channel]) => {
      const listen = (message: unknown): void => {
        this.seen.push({ ...(message as object), event: event as SessionEvent })
      }
      channel.subscribe(listen)
      return () => void channel.unsubscribe(listen)
    })
  }

  /** The store itself, past the line. */
  get store(): SessionStore {
    return this.#opened.store
  }

  /** Seconds of the case as the engine's options want them. */
  seconds(count: number): number {
    return count * this.#opened.scale
  }

  /** Lets seconds of the case pass. */
  async pass(count: number): Promise<void> {
    await this.#opened.pass(count * this.#opened.scale * 1000)
  }

  /** Sessions over the line, that end after 200 seconds without use, rotate every 90, and are patient with a busy machine. */
  sessions<D extends object = Data>(options: BenchOptions<D> = {}): Sessions<D> {
    const sessions = defineSession<D>({
      name: 'shop',
      store: this.line.store,
      lifetime: { idle: this.seconds(200), absolute: this.seconds(4000) },
      rotation: { every: this.seconds(90), grace: this.seconds(30) },
      storeTimeout: { readMs: 10_000, writeMs: 10_000 },
      conflictTimeoutMs: 20_000,
      sweep: false,
      development: false,
      ...this.#opened.options,
      ...options,
    })
    this.#defined.push(sessions)
    return sessions
  }

  /** A visitor whose session holds some data. */
  async visitor<D extends object = Data>(
    data: Partial<NoInfer<D>>,
    options: BenchOptions<NoInfer<D>> = {},
  ): Promise<Visitor<D>> {
    const visitor = new Visitor(this.sessions(options))
    await visitor.request((session) => {
      Object.assign(session.data, data)
      session.ensure()
    })
    assert.ok(visitor.token, 'the visitor got a cookie')
    this.line.take()
    return visitor
  }

  /** The events of one name, of one session where an address is given. */
  events<E extends SessionEvent>(event: E, address?: string): SessionEvents[E][] {
    const ours = this.seen.filter((one) => one.event === event && (address === undefined || one.address === address))
    return ours as unknown as SessionEvents[E][]
  }

  /** Changes a stored record behind the engine's back. */
  async tamper(address: string, edit: (record: SessionRecord) => Partial<SessionRecord>): Promise<void> {
    const stored = await this.store.read(address)
    assert.ok(stored, 'there is a record to tamper with')
    const record = { ...stored.record, ...edit(stored.record) }
    const outcome = await this.store.replace(address, record, stored.version, { idleMs: 1 }, 'tampering')
    assert.equal(outcome, 'replaced')
  }

  /** The stored data of a session, as text; `undefined` when there is no live record. */
  async payload(address: string | undefined): Promise<string | undefined> {
    const stored = address === undefined ? undefined : await this.store.read(address)
    return stored && Buffer.from(stored.record.payload).toString()
  }

  /** All that a thief of the store gets, where it can be had. */
  async dump(): Promise<string | undefined> {
    return this.#opened.dump?.()
  }

  /** Ends everything that the case began. */
  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    await Promise.all(this.#defined.map((sessions) => sessions.close()))
    await this.store.close?.()
    await this.#opened.close?.()
  }
}

/** The address under which the visitor's session is stored. */
export async function addressOf<D extends object>(visitor: Visitor<D>): Promise<string> {
  const address = await visitor.see((session) => session.meta.address)
  assert.ok(address, 'the visitor has a session')
  return address
}

/** Rejects unless something fails with this code. @returns The error. */
export async function failsWith(code: string, run: () => unknown): Promise<Error & { code: string; status?: number }> {
  try {
    await run()
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, code, String(error))
    return error as Error & { code: string; status?: number }
  }
  return assert.fail(`expected ${code}`)
}
