import { MemoryStore } from '../src/store/memory.ts'
import type {
  Awaitable,
  LeaseLock,
  Lifetime,
  NewLifetime,
  SessionRecord,
  SessionStore,
  StoreCapabilities,
  StoredSession,
} from '../src/store/contract.ts'

/** A real memory store that writes down which verbs were called, and fails those it is told to. */
export class CountingStore implements SessionStore {
  readonly capabilities: StoreCapabilities
  /** The verbs called so far, in order. */
  readonly calls: string[] = []
  /** The verbs that fail. */
  readonly failing: Set<string> = new Set()
  /** The locks; their calls are not written down. */
  readonly locks: LeaseLock
  readonly #store = new MemoryStore()

  constructor() {
    this.capabilities = this.#store.capabilities
    this.locks = this.#store.locks
  }

  read(address: string): Awaitable<StoredSession | undefined> {
    return this.#counted('read', () => this.#store.read(address))
  }

  create(address: string, record: SessionRecord, lifetime: NewLifetime): Awaitable<'created' | 'exists'> {
    return this.#counted('create', () => this.#store.create(address, record, lifetime))
  }

  replace(...call: Parameters<SessionStore['replace']>): ReturnType<SessionStore['replace']> {
    return this.#counted('replace', () => this.#store.replace(...call))
  }

  touch(address: string, lifetime: Lifetime): Awaitable<'touched' | 'gone'> {
    return this.#counted('touch', () => this.#store.touch(address, lifetime))
  }

  delete(address: string, version?: number): Awaitable<'deleted' | 'conflict' | 'gone'> {
    return this.#counted('delete', () => this.#store.delete(address, version))
  }

  sweep(limit: number): Awaitable<number> {
    return this.#counted('sweep', () => this.#store.sweep(limit))
  }

  #counted<T>(verb: string, call: () => T): T {
    this.calls.push(verb)
    if (this.failing.has(verb)) throw new Error(`the store fails at ${verb}`)
    return call()
  }
}
