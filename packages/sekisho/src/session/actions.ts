import { SekishoUsageError } from '../errors.ts'
import { channels } from '../lib/events-node.ts'
import type { Awaitable } from '../store/contract.ts'
import type { Members } from './merge.ts'
import type { ResolvedOptions } from './options.ts'
import { forgetIntents, type Attached, type SessionActions, type SessionState } from './state.ts'
import { refuse, type WriteOutcome } from './outcome.ts'
import { isPromise } from './store-calls.ts'
import type { SessionWriter } from './writer.ts'
import { changedText, empty, live } from './write-set.ts'

/** A write that an answer has to wait for. */
export type Write = 'write' | 'rotate' | 'create' | 'login'

/** What a session asks for while its request runs, and the writes at its end. */
export class StoredActions implements SessionActions {
  readonly keepKeys: ReadonlySet<string>
  readonly emptyText: string
  readonly #development: boolean
  readonly #writer: SessionWriter

  constructor({ keepKeys, codec, development }: ResolvedOptions, writer: SessionWriter) {
    this.keepKeys = keepKeys
    this.emptyText = codec.stringify({})
    this.#development = development
    this.#writer = writer
  }

  /**
   * The write of an automatic commit: when the session is no longer ours, the change is dropped and an event tells.
   *
   * @param text The data, just encoded: it is not encoded again unless it has to wait for its turn.
   */
  flush(write: Write, state: SessionState, text: string | undefined): Promise<void> | undefined {
    if (state.turn !== undefined) return this.#flushInTurn(write, state)
    const outcome = this.#perform(write, state, text)
    if (isPromise(outcome)) return dropLater(outcome, state)
    drop(outcome, state)
    return undefined
  }

  #flushInTurn(write: Write, state: SessionState): Promise<void> {
    return inTurn(state, async () => void drop(await this.#perform(write, state), state))
  }

  save(state: SessionState): Promise<void> {
    return inTurn(state, async () => {
      const write = this.#dueWrite(state)
      if (write !== undefined) refuse(drop(await this.#perform(write, state), state))
    })
  }

  update<R>(state: SessionState, change: (draft: Members) => R): Promise<R> {
    return inTurn(state, async () => {
      const write = this.#dueWrite(state)
      if (write === 'login') mustNotHaveBegun(state)
      else if (state.attachment === undefined) mayBegin(state)
      if (write === 'login') refuse(await this.#perform(write, state))
      const { outcome, result } = await this.#writer.update(state, change)
      refuse(drop(outcome, state))
      return result
    })
  }

  logout(state: SessionState): Promise<void> {
    return inTurn(state, () => this.#logout(state))
  }

  async #logout(state: SessionState): Promise<void> {
    const { attachment } = state
    // Somebody whose session is alive must not believe that it has ended.
    if (state.lost?.outcome === 'unavailable') refuse('unavailable')
    const outcome = attachment === undefined ? undefined : await this.#writer.end(attachment)
    if (attachment !== undefined && outcome === 'written') {
      channels.destroyed.publish({ address: attachment.token.address, by: 'logout' })
    }
    if (attachment !== undefined && outcome === 'superseded')
      state.lost = { address: attachment.token.address, outcome }
    // What has ended before is as good as ended now; what a login has made of it is not ours to end.
    if (state.lost?.outcome === 'gone') state.lost = undefined
    state.ended = state.presented !== undefined && state.lost === undefined
    state.attachment = undefined
    state.reserved = undefined
    state.cookieDue = false
    forgetIntents(state)
    empty(state.writes)
  }

  late(state: SessionState, key: string | undefined): void {
    reportLate(state, key, this.#development)
  }

  #dueWrite(state: SessionState): Write | undefined {
    if (state.login !== undefined) return 'login'
    const changed = changedText(state.writes) !== undefined
    if (state.attachment !== undefined) {
      if (state.rotate) return 'rotate'
      return changed ? 'write' : undefined
    }
    if (!state.ensure && !changed) return undefined
    mayBegin(state)
    return 'create'
  }

  #perform(write: Write, state: SessionState, text?: string): Awaitable<WriteOutcome> {
    switch (write) {
      case 'create':
        // A save that nobody waited for may have been faster.
        return state.attachment === undefined
          ? this.#writer.create(state, live(state.writes, text))
          : this.#writer.write(state, false, text)
      case 'login':
        return this.#writer.login(state)
      case 'rotate':
      case 'write':
        return this.#writer.write(state, write === 'rotate', text)
    }
  }
}

/** Reports a change that came after the answer had begun: an event, and in development a warning. */
export function reportLate(state: SessionState<Attached>, key: string | undefined, development: boolean): void {
  channels.late.publish({ address: state.attachment?.token.address, key })
  if (!development) return
  const what = key === undefined ? 'A change of the session' : `The change of session key \`${key}\``
  console.warn(
    `${what} came after the answer had begun and is not kept; change it earlier, or use \`await session.update(…)\``,
  )
}

/** One after the other: what a request stores builds on what it stored before. */
function inTurn<T>(state: SessionState, work: () => Promise<T>): Promise<T> {
  const turn = state.turn === undefined ? work() : state.turn.then(work, work)
  state.turn = turn
  return turn
}

/** After a write that was not made: what the request changed is forgotten, and nothing more is tried for it. */
function drop(outcome: WriteOutcome, state: SessionState): WriteOutcome {
  if (outcome === 'written') return outcome
  const { attachment } = state
  if (attachment !== undefined) state.lost = { address: attachment.token.address, outcome }
  announceLoss(state)
  state.attachment = undefined
  state.reserved = undefined
  forgetIntents(state)
  // Nothing of the lost session may go over into another one, as by a login that follows.
  empty(state.writes)
  return outcome
}

function dropLater(outcome: Promise<WriteOutcome>, state: SessionState): Promise<void> {
  return inTurn(state, () => outcome.then((made) => void drop(made, state)))
}

/** Tells that a change was dropped. */
export function announceLoss({ lost }: SessionState): void {
  if (lost !== undefined) channels[lost.outcome].publish({ address: lost.address })
}

/** A new session: not for a request whose session was lost, nor behind an answer that has begun. */
function mayBegin(state: SessionState): void {
  if (state.lost !== undefined) refuse(state.lost.outcome)
  mustNotHaveBegun(state)
}

function mustNotHaveBegun({ committed }: SessionState): void {
  if (!committed) return
  throw new SekishoUsageError(
    'ERR_SESSION_COMMITTED',
    'a new session needs a cookie in the answer, and the answer has begun; call `ensure()` earlier',
  )
}
