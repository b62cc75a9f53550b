import type {
  Lifetime,
  NewLifetime,
  SessionRecord,
  SessionStore,
  StoreCapabilities,
  StoredSession,
} from '../../store/contract.ts'
import type { RowSessions } from '../../store/rows.ts'
import type { SharedContent } from './format.ts'
import type { Successors } from './successors.ts'

/** So many versions of a session are remembered that this process has replaced. */
const remembered = 64
/** For so many sessions. */
const sessionsKept = 1000
/** So many times an id that was replaced is followed to the next. */
const mostForwards = 3

/**
 * Sessions in rows of PHP's, whose conflicts within this process cost no lock: of several requests that have read the same
 * version and write one after the other, all but the first are told so without a look at the file.
 */
export class SharedSessions implements SessionStore {
  readonly capabilities: StoreCapabilities
  readonly #sessions: RowSessions<SharedContent>
  readonly #successors: Successors
  /** Versions by address, of which each was replaced, and not read since: what PHP has put back is alive again. */
  readonly #replaced = new Map<string, Set<number>>()

  constructor(sessions: RowSessions<SharedContent>, successors: Successors) {
    this.#sessions = sessions
    this.#successors = successors
    this.capabilities = sessions.capabilities
  }

  async read(address: string): Promise<StoredSession | undefined> {
    let stored = await this.#sessions.read(address)
    for (let forwards = 0; stored === undefined && forwards < mostForwards; forwards += 1) {
      if (!(await this.#successors.follow(address))) return undefined
      stored = await this.#sessions.read(address)
    }
    if (stored !== undefined) this.#replaced.get(address)?.delete(stored.version)
    return stored
  }

  create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'> {
    return this.#sessions.create(address, record, lifetime)
  }

  /** Whoever is told of a conflict reads again, and finds his own write should it have been applied. */
  async replace(...write: Parameters<SessionStore['replace']>): Promise<'replaced' | 'conflict' | 'gone'> {
    const [address, , version] = write
    if (this.#replaced.get(address)?.has(version) === true) return 'conflict'
    const answer = await this.#sessions.replace(...write)
    if (answer === 'replaced') this.#remember(address, version)
    return answer === 'gone' ? this.#goneOrMoved(address) : answer
  }

  touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'> {
    return this.#sessions.touch(address, lifetime)
  }

  async delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'> {
    const answer = await this.#sessions.delete(address, version)
    if (answer !== 'gone' || (await this.#goneOrMoved(address)) === 'gone') return answer
    return version === undefined ? this.#sessions.delete(address) : 'conflict'
  }

  sweep(limit: number): Promise<number> {
    return this.#sessions.sweep(limit)
  }

  /** Finds out whether the rows can be used, so that a server can refuse to start; otherwise the first use does. */
  ready(): Promise<void> {
    return this.#sessions.ready()
  }

  close(): Promise<void> {
    return this.#sessions.close()
  }

  /** PHP may have given the session another id since it was read: then it is read again there. */
  async #goneOrMoved(address: string): Promise<'conflict' | 'gone'> {
    return (await this.read(address)) === undefined ? 'gone' : 'conflict'
  }

  #remember(address: string, version: number): void {
    const versions = this.#replaced.get(address) ?? new Set()
    versions.add(version)
    if (versions.size > remembered) dropOldest(versions)
    this.#replaced.set(address, versions)
    if (this.#replaced.size > sessionsKept) dropOldest(this.#replaced)
  }
}

function dropOldest<K>(kept: { keys(): IterableIterator<K>; delete(key: K): boolean }): void {
  const [oldest] = kept.keys()
  if (oldest !== undefined) kept.delete(oldest)
}
