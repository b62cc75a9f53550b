/**
 * What every case about sealed sessions works with: keys, a revocation store behind a line that can fail, visitors, events,
 * and a clock.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { KeyRing } from '../../src/crypto/keyring.ts'
import { channels, type SessionEvent, type SessionEvents } from '../../src/lib/events-node.ts'
import type { Sessions } from '../../src/session/contract.ts'
import { defineSealedSession } from '../../src/session/define.ts'
import type { SealedSessions } from '../../src/session/sealed-contract.ts'
import type { SealedSessionOptions } from '../../src/session/sealed-options.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import type { Data, Seen } from '../engine/bench.ts'
import { Line } from '../engine/faults.ts'
import { Visitor } from '../engine/visitor.ts'

export type { Data } from '../engine/bench.ts'

/** The name of the cookie. */
export const cookieName = '__Host-sid'

/** Seconds without use after which a session of the cases may end. */
export const idle = 400
/** The longest life of a session in the cases, in seconds. */
export const absolute = 4000

/** A request for a page. */
export const navigation = { headers: { 'sec-fetch-mode': 'navigate' } }
/** A request of a script or an image. */
export const fetched = { headers: { 'sec-fetch-mode': 'cors' } }

/** Registers a test with a bench of its own. The clock stands still unless the case lets it run. */
export function onBench(name: string, run: (bench: SealedBench) => unknown): void {
  test(name, async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_790_000_000_000 })
    const bench = new SealedBench(t)
    await run(bench)
  })
}

/** What a case works with. */
export class SealedBench {
  /** The secret that seals, unless a case says otherwise. */
  readonly secret: Buffer = randomBytes(32)
  /** The ring with that secret. */
  readonly keyRing: KeyRing = new KeyRing([this.secret])
  /** Everything that was announced since the case began. */
  readonly seen: Seen[] = []
  /** The way to the revocation store. */
  readonly line: Line = new Line(new MemoryStore({ now: () => Date.now() }))
  readonly #t: TestContext

  constructor(t: TestContext) {
    this.#t = t
    for (const [event, channel] of Object.entries(channels)) {
      const listen = (message: unknown): void => {
        this.seen.push({ ...(message as object), event: event as SessionEvent })
      }
      channel.subscribe(listen)
      t.after(() => channel.unsubscribe(listen))
    }
  }

  /** Lets seconds pass. */
  pass(seconds: number): void {
    this.#t.mock.timers.tick(seconds * 1000)
  }

  /** Does this when the case is over, however it ends. */
  after(end: () => unknown): void {
    this.#t.after(end)
  }

  /** Sealed sessions without a revocation store, in which nobody can log in. */
  sealed<D extends object = Data>(options: Partial<SealedSessionOptions<D>> = {}): SealedSessions<D> {
    const sessions = defineSealedSession<D>({
      name: 'shop',
      keyRing: this.keyRing,
      lifetime: { idle, absolute },
      development: false,
      ...options,
    })
    this.#t.after(() => sessions.close())
    return sessions
  }

  /** Sealed sessions whose ends are remembered. */
  revocable(options: Partial<SealedSessionOptions<Data>> = {}): SealedSessions<Data> {
    return this.sealed({ revocations: this.line.store, sweep: false, ...options })
  }

  /** A browser without a session. */
  browser(sessions: SealedSessions<Data> = this.sealed()): Visitor<Data> {
    return browse(sessions)
  }

  /** A browser whose session holds some data. */
  async visitor(
    data: Partial<Data> = { n: 1 },
    sessions: SealedSessions<Data> = this.sealed(),
  ): Promise<Visitor<Data>> {
    const visitor = browse(sessions)
    await visitor.request((session) => void Object.assign(session.data, data))
    assert.ok(visitor.token, 'the visitor got a cookie')
    this.line.take()
    return visitor
  }

  /** A browser in which somebody has logged in. */
  async user(principal: string, sessions: SealedSessions<Data> = this.revocable()): Promise<Visitor<Data>> {
    const visitor = browse(sessions)
    await visitor.request((session) => session.login(principal))
    assert.ok(visitor.token, 'the user got a cookie')
    this.line.take()
    return visitor
  }

  /** The events of one name. */
  events<E extends SessionEvent>(event: E): SessionEvents[E][] {
    return this.seen.filter((one) => one.event === event) as unknown as SessionEvents[E][]
  }
}

/**
 * A browser on sealed sessions. The visitor of the engine's suites serves: in those the session has `update`, `save` and
 * `rotate` too, which are for the cases that show what becomes of them.
 */
export function browse<D extends object>(sessions: SealedSessions<D>): Visitor<D> {
  return new Visitor(sessions as unknown as Sessions<D>)
}

/** The octets of a sealed cookie. */
export function octetsOf(visitor: Visitor<Data>): Buffer {
  return Buffer.from(visitor.token ?? '', 'base64url')
}

/** The id of the key that sealed the visitor's cookie. */
export function keyOf(visitor: Visitor<Data>): string {
  return octetsOf(visitor).toString('hex', 1, 5)
}
