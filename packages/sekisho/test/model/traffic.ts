/** A real store whose calls happen in generated orders, and what was seen on the way. */
import type { Scheduler } from 'fast-check'
import type { Awaitable, PrincipalIndex, SessionStore, StoredSession } from '../../src/store/contract.ts'

/** How often each situation arose. */
export type Tally = Map<string, number>

/** Counts one more. */
export function count(tally: Tally, situation: string, by = 1): void {
  tally.set(situation, (tally.get(situation) ?? 0) + by)
}

/** Something that is not as it must be; collected, because the engine would take a throwing store for a failing one. */
export type Complain = (what: string) => void

/** What a {@link Traffic} needs. */
export interface TrafficParts {
  readonly store: SessionStore
  readonly principals: PrincipalIndex
  readonly scheduler: Scheduler
  readonly tally: Tally
  readonly complain: Complain
}

/** Longer timers are time limits of the engine; they never fire here, since no call is lost. */
const longestPauseMs = 100

/** Lets every store call wait for its turn, carries out one at a time, and watches the life of each record. */
export class Traffic {
  /** The store for the engine. */
  readonly store: SessionStore
  /** Every address that ever had a record. */
  readonly addresses: Set<string> = new Set<string>()
  /** While true, everything happens at once, in the order of the calls. */
  isQuiet = true
  readonly #parts: TrafficParts
  readonly #ended = new Set<string>()
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #seen = new Map<string, { readonly version: number; readonly generation: number }>()

  constructor(parts: TrafficParts) {
    this.#parts = parts
    this.store = this.#scheduled()
  }

  /** Waits until it is this caller's turn. */
  async turn(label: string): Promise<void> {
    if (!this.isQuiet) await this.#parts.scheduler.schedule(Promise.resolve(), label)
  }

  /** Does something to the store; nobody gets a turn until it is done. */
  async alone<T>(work: () => Awaitable<T>): Promise<T> {
    const answer = work()
    if (!isPromise(answer)) return answer
    this.#underWay.add(answer)
    try {
      return await answer
    } finally {
      this.#underWay.delete(answer)
    }
  }

  /** Looks at the store, without a turn. */
  look(address: string): Promise<StoredSession | undefined> {
    return this.alone(() => this.#parts.store.read(address))
  }

  /** Whether somebody uses the store now. Who gets a turn then would make of the order of the turns a matter of luck. */
  get isBusy(): boolean {
    return this.#underWay.size > 0
  }

  /** Waits for those who use the store now. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay)
  }

  /** Runs something with the engine's pauses taking turns like everything else, so that a seed says all. */
  async withTurnsForTimers<T>(run: () => Promise<T>): Promise<T> {
    const real = globalThis.setTimeout
    const replaced = (resolve: () => void, ms: number): object => {
      // The store's own, and its client's.
      if (this.isBusy) return real(resolve, ms)
      if (ms <= longestPauseMs) void this.turn('pause').then(resolve)
      return {}
    }
    globalThis.setTimeout = replaced as unknown as typeof setTimeout
    try {
      return await run()
    } finally {
      globalThis.setTimeout = real
    }
  }

  /** The generation in which a record was last seen. */
  generationOf(address: string): number | undefined {
    return this.#seen.get(address)?.generation
  }

  #scheduled(): SessionStore {
    const { store, principals } = this.#parts
    return {
      capabilities: store.capabilities,
      read: (address) => this.#call('read', () => store.read(address)),
      create: (address, ...rest) => this.#change('create', address, () => store.create(address, ...rest)),
      replace: (address, ...rest) => this.#change('replace', address, () => store.replace(address, ...rest)),
      touch: (address, ...rest) => this.#change('touch', address, () => store.touch(address, ...rest)),
      delete: (address, ...rest) => this.#change('delete', address, () => store.delete(address, ...rest)),
      sweep: (limit) => this.#call('sweep', () => store.sweep(limit)),
      principals: {
        epoch: (principal) => this.#call('epoch', () => principals.epoch(principal)),
        raiseEpoch: (principal) => this.#call('raiseEpoch', () => principals.raiseEpoch(principal)),
        add: (...given) => this.#call('add', () => principals.add(...given)),
        remove: (...given) => this.#call('remove', () => principals.remove(...given)),
        list: (principal) => this.#call('list', () => principals.list(principal)),
      },
    }
  }

  async #call<T>(verb: string, work: () => Awaitable<T>): Promise<T> {
    await this.turn(verb)
    const answer = await this.alone(work)
    this.#note(verb, answer)
    return answer
  }

  /** Only of what the lanes do. */
  #note(verb: string, answer: unknown): void {
    if (this.isQuiet) return
    const { tally } = this.#parts
    count(tally, 'turns')
    if (verb === 'epoch') count(tally, 'epoch read')
    if (typeof answer === 'string') count(tally, `${verb}: ${answer}`)
    if (verb === 'sweep' && typeof answer === 'number' && answer > 0) count(tally, 'sweep: removed')
  }

  async #change<T>(verb: string, address: string, work: () => Awaitable<T>): Promise<T> {
    const answer = await this.#call(verb, work)
    await this.#watch(address)
    return answer
  }

  /** A record is never there again once it has gone; its version and generation never fall. */
  async #watch(address: string): Promise<void> {
    const { complain } = this.#parts
    this.addresses.add(address)
    const stored = await this.look(address)
    if (stored === undefined) {
      this.#ended.add(address)
      return
    }
    if (this.#ended.has(address)) complain(`revived: ${address.slice(0, 8)}`)
    const before = this.#seen.get(address)
    const { version, record } = stored
    if (before !== undefined && (version < before.version || record.generation < before.generation)) {
      complain(`version or generation fell: ${address.slice(0, 8)}`)
    }
    this.#seen.set(address, { version, generation: record.generation })
  }
}

function isPromise<T>(answer: Awaitable<T>): answer is Promise<T> {
  return typeof answer === 'object' && answer !== null && 'then' in answer
}
