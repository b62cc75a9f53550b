import { SekishoError } from 'sekisho'
import type { SessionStore } from 'sekisho/store'
import { storeCalls } from '../../lib/gateway-channels.ts'
import type { Resource } from '../shared-resources.ts'

/** What a {@link PreparedStore} is made of. */
export interface StoreParts {
  readonly store: SessionStore
  /** Makes tables and checks directories; may be called again after it failed. */
  prepare(): Promise<void>
  /** Ends connections; the store itself is closed before. */
  release?(): Promise<void>
}

/** So long a failure to prepare is believed before it is tried again: a server that is down is not asked by every request. */
const believedMs = 1000

/** A store that is prepared when that is possible: a database may be down when the gateway starts. */
export class PreparedStore implements Resource {
  /** For the engine, which must not close what others use. */
  readonly lent: SessionStore
  readonly #parts: StoreParts
  #isReady = false
  #attempt: Promise<void> | undefined

  constructor(parts: StoreParts) {
    this.#parts = parts
    this.lent = lent(parts.store)
  }

  /** Undefined when the store can be used; else a promise that rejects with why it cannot. */
  ready(): Promise<void> | undefined {
    if (this.#isReady) return undefined
    this.#attempt ??= this.#prepare()
    return this.#attempt
  }

  async close(): Promise<void> {
    await this.#parts.store.close?.()
    await this.#parts.release?.()
  }

  async #prepare(): Promise<void> {
    try {
      await this.#parts.prepare()
      this.#isReady = true
    } catch (cause) {
      setTimeout(() => (this.#attempt = undefined), believedMs).unref()
      if (cause instanceof SekishoError) throw cause
      throw new SekishoError('ERR_STORE_UNAVAILABLE', 'the store of the sessions cannot be used yet', { cause })
    }
  }
}

/** The store as it is, whatever it can do, but for `close`. */
function lent(store: SessionStore): SessionStore {
  const methods = new Map<string | symbol, unknown>()
  return new Proxy(store, {
    get(target, name) {
      if (name === 'close') return undefined
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      const method: unknown = methods.get(name) ?? timed(name, member.bind(target) as StoreMethod)
      methods.set(name, method)
      return method
    },
  })
}

type StoreMethod = (...given: readonly unknown[]) => unknown

/** What the engine asks a store for a request. */
const verbs: ReadonlySet<string | symbol> = new Set(['read', 'create', 'replace', 'touch', 'delete'])

/** Tells how long a verb takes, as long as somebody wants to know. */
function timed(name: string | symbol, call: StoreMethod): StoreMethod {
  if (!verbs.has(name)) return call
  return (...given) => (storeCalls.hasSubscribers ? measured(() => call(...given)) : call(...given))
}

function measured(call: () => unknown): unknown {
  const began = performance.now()
  const ended = (isFailure: boolean): void => storeCalls.publish({ milliseconds: performance.now() - began, isFailure })
  try {
    const answer = call()
    if (answer instanceof Promise)
      answer.then(
        () => ended(false),
        () => ended(true),
      )
    else ended(false)
    return answer
  } catch (error) {
    ended(true)
    throw error
  }
}
