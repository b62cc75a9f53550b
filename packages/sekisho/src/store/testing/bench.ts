import type { Awaitable, PrincipalIndex, SessionStore } from '../contract.ts'

/** How the suite gets at a store. */
export interface StoreContractOptions {
  /**
   * Opens a fresh handle on an empty store, or on one with a prefix of its own: each test calls it once. Give the store
   * a sweep grace of 0, or tell the suite with `sweepGraceMs`.
   */
  open(): Awaitable<SessionStore>
  /**
   * Opens a second handle on the data of the given one, which may be closed already. Needed for stores that say `shared`
   * or `durable`; the concurrent tests then use both handles in turn.
   */
  reopen?(store: SessionStore): Awaitable<SessionStore>
  /**
   * Milliseconds that one call may take, and to which the store's clock is exact (100). Raise it for a slow machine or a
   * server far away: tests wait a few times as long.
   */
  readonly slack?: number
  /** For how many milliseconds `sweep` leaves a dead record in place (0). */
  readonly sweepGraceMs?: number
  /** Lets time pass on the store's clock; the default waits, a store on a test clock moves that instead. */
  wait?(ms: number): Awaitable<void>
}

/** What one test works with. */
export interface Bench {
  /** The store under test. */
  readonly store: SessionStore
  /** Its principal index, where it has one. */
  readonly principals: PrincipalIndex | undefined
  /** The two handles in turn where there are two, else the store: for callers that compete. */
  handle(turn: number): SessionStore
  /** Closes the store and opens another handle on its data. */
  reopen(): Promise<SessionStore>
  /** Whether a second handle was given. */
  readonly hasSecond: boolean
  /** Milliseconds to allow for a call and the clock's resolution. */
  readonly slack: number
  /** A lifetime short enough to wait for, long enough for the calls of a test to fit in. */
  readonly short: number
  /** Lets so many milliseconds pass. */
  wait(ms: number): Promise<void>
  /** Lets what was given a lifetime of `short` die. */
  outlive(): Promise<void>
  /** Lets what was given a lifetime of `short` die, and be ready for `sweep`. */
  outliveSwept(): Promise<void>
  /** Closes every handle that is open. */
  close(): Promise<void>
}

/** The cases of one theme, by the sentence that each of them proves. */
export type StoreCases = Readonly<Record<string, (bench: Bench) => Promise<void>>>

/** Opens what one test works with. */
export async function openBench(options: StoreContractOptions): Promise<Bench> {
  const store = await options.open()
  const second = options.reopen === undefined ? undefined : await options.reopen(store)
  const open = new Set(second === undefined ? [store] : [store, second])
  const slack = options.slack ?? 100
  const short = 4 * slack
  const wait = async (ms: number): Promise<void> => (options.wait ?? pause)(ms)
  return {
    store,
    principals: store.principals,
    hasSecond: second !== undefined,
    slack,
    short,
    wait,
    handle: (turn) => (second !== undefined && turn % 2 === 1 ? second : store),
    outlive: () => wait(short + slack),
    outliveSwept: () => wait(short + 2 * slack + (options.sweepGraceMs ?? 0)),
    async reopen() {
      await closeAll(open)
      const next = (await options.reopen?.(store)) ?? store
      open.add(next)
      return next
    },
    close: () => closeAll(open),
  }
}

async function closeAll(open: Set<SessionStore>): Promise<void> {
  const handles = [...open]
  open.clear()
  for (const handle of handles) await handle.close?.()
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
