/**
 * A real store behind a line that can fail. Nothing is imitated: every verb that is answered was carried out by the store.
 *
 * @module
 */
import type { Awaitable, SessionStore } from '../../src/store/contract.ts'

/** The verbs of a store and of its index. */
export type Verb =
  | 'read'
  | 'create'
  | 'replace'
  | 'touch'
  | 'delete'
  | 'sweep'
  | 'epoch'
  | 'raiseEpoch'
  | 'add'
  | 'remove'
  | 'list'
  | 'acquire'
  | 'renew'
  | 'release'

/** What happens to one call: `send` carries it out, as often as it is called. */
export type Fault = (send: () => Awaitable<unknown>) => unknown

/** The store carries it out, and the answer is lost. */
export const replyLost: Fault = async (send) => {
  await send()
  return never()
}

/** The command is lost, and so is its answer. */
export const commandLost: Fault = () => never()

/** The client sends the command a second time, and passes on the second answer. */
export const sentTwice: Fault = async (send) => {
  await send()
  return send()
}

/** The store refuses. */
export const refused: Fault = () => {
  throw new Error('connection refused')
}

/** The command waits somewhere until `release` is called; its answer never comes. */
export function delivered(): { readonly late: Fault; readonly release: () => Promise<unknown> } {
  let command: () => Awaitable<unknown> = () => undefined
  return {
    late: (send) => {
      command = send
      return never()
    },
    release: async () => command(),
  }
}

/** Something happens just before the command arrives. */
export function after(event: () => Promise<unknown>): Fault {
  return async (send) => {
    await event()
    return send()
  }
}

/** A store with a record of all calls, whose next calls can be given a fault. */
export class Line {
  /** The verbs that were called, in order. */
  readonly calls: Verb[] = []
  /** The store as the engine gets it. */
  readonly store: SessionStore
  readonly #planned = new Map<Verb, Fault[]>()

  constructor(store: SessionStore) {
    const { principals, locks } = store
    this.store = {
      capabilities: store.capabilities,
      read: (address) => this.#send('read', () => store.read(address)),
      create: (...given) => this.#send('create', () => store.create(...given)),
      replace: (...given) => this.#send('replace', () => store.replace(...given)),
      touch: (...given) => this.#send('touch', () => store.touch(...given)),
      delete: (...given) => this.#send('delete', () => store.delete(...given)),
      sweep: (limit) => this.#send('sweep', () => store.sweep(limit)),
      ...(principals && {
        principals: {
          epoch: (principal) => this.#send('epoch', () => principals.epoch(principal)),
          raiseEpoch: (principal) => this.#send('raiseEpoch', () => principals.raiseEpoch(principal)),
          add: (...given) => this.#send('add', () => principals.add(...given)),
          remove: (...given) => this.#send('remove', () => principals.remove(...given)),
          list: (principal) => this.#send('list', () => principals.list(principal)),
        },
      }),
      ...(locks && {
        locks: {
          acquire: (...given) => this.#send('acquire', () => locks.acquire(...given)),
          renew: (...given) => this.#send('renew', () => locks.renew(...given)),
          release: (...given) => this.#send('release', () => locks.release(...given)),
        },
      }),
    }
  }

  /** Gives the next calls of a verb a fault each. */
  next(verb: Verb, ...faults: Fault[]): void {
    this.#planned.set(verb, [...(this.#planned.get(verb) ?? []), ...faults])
  }

  /** The calls since the last time they were taken. */
  take(): Verb[] {
    return this.calls.splice(0)
  }

  #send<T>(verb: Verb, send: () => Awaitable<T>): Awaitable<T> {
    this.calls.push(verb)
    const fault = this.#planned.get(verb)?.shift()
    return fault === undefined ? send() : (fault(send) as Awaitable<T>)
  }
}

function never(): Promise<never> {
  return new Promise(() => {})
}
