import { SekishoError } from '../errors.ts'
import { channels } from '../lib/events-node.ts'
import type { Awaitable } from '../store/contract.ts'
import { isSameLineage, settled, type Attempt, type Build } from './attempt.ts'
import type { ReadStored } from './data.ts'
import type { ResolvedOptions } from './options.ts'
import type { WriteOutcome } from './outcome.ts'
import { patience } from './patience.ts'
import type { Attachment, SessionState } from './state.ts'
import type { ReplaceOutcome, StoreCalls } from './store-calls.ts'
import type { Token } from './token.ts'
import { rebase } from './write-set.ts'

/** What a {@link Replay} needs. */
export interface ReplayParts {
  readonly options: ResolvedOptions
  readonly calls: StoreCalls
  readonly readStored: ReadStored
}

/** An attempt that has been made. */
interface Turn {
  readonly attempt: Attempt
  readonly answer: Awaitable<ReplaceOutcome>
}

/** The versioned write of a session that exists: compare and swap, and the change replayed over what others have stored. */
export class Replay {
  readonly #options: ResolvedOptions
  readonly #calls: StoreCalls
  readonly #readStored: ReadStored

  constructor({ options, calls, readStored }: ReplayParts) {
    this.#options = options
    this.#calls = calls
    this.#readStored = readStored
  }

  /**
   * The compare-and-swap loop. Its first turn is made at once, and is all there is where the store answers at once and
   * nobody was faster.
   *
   * @param text The data, just encoded. It serves the first turn only: the handler may go on while others are tried.
   */
  write(state: SessionState, build: Build, text?: string): Awaitable<WriteOutcome> {
    const attempt = this.#atRest(build(state, text))
    const answer = this.once(attempt)
    return answer === 'replaced' ? this.#stored(state, attempt) : this.#persevere(state, build, { attempt, answer })
  }

  /**
   * On a conflict the record is read again, and while it is still this request's to write, the stored changes are taken
   * over and the write is built anew.
   */
  async #persevere(
    state: SessionState,
    build: Build,
    { attempt: first, answer: firstAnswer }: Turn,
  ): Promise<WriteOutcome> {
    const pause = patience(this.#options.conflictMs)
    let attempt = first
    for (let answer = firstAnswer; ; answer = this.once(attempt)) {
      const outcome = await answer
      if (outcome === 'replaced') return this.#stored(state, attempt)
      // Paused before the record is read, not after: what was just read is what the next turn most likely still meets.
      if (outcome !== 'gone') await pause()
      const current = outcome === 'gone' ? outcome : await this.#readAgain(attempt.attachment)
      if (typeof current === 'string') return current
      this.#rebase(state, current)
      attempt = this.#atRest(build(state))
    }
  }

  /** The attempt with its payload as the store shall keep it. A login's deadline is for the store to set. */
  #atRest(attempt: Attempt): Attempt {
    const { atRest } = this.#options
    if (atRest === undefined) return attempt
    const { stored } = attempt.attachment
    const times = attempt.restart || Number.isNaN(stored.now) ? undefined : stored
    return { ...attempt, record: atRest.seal(attempt.record, attempt.token, times) }
  }

  /** One attempt, that nobody tries again. */
  once({ attachment, record, restart }: Omit<Attempt, 'sent'>): Awaitable<ReplaceOutcome> {
    const { token, stored } = attachment
    const { fresh, extended } = this.#options.lifetime
    const { address } = token
    return this.#calls.replace({ address, record, version: stored.version, lifetime: restart ? fresh : extended })
  }

  #stored(state: SessionState, { attachment, record, token, restart, sent }: Attempt): WriteOutcome {
    const { stored, token: old, recognised } = attachment
    const { now } = stored
    const version = stored.version + 1
    const { idleMs, absoluteMs } = this.#options.lifetime.fresh
    const idleDeadline = Math.max(stored.idleDeadline, now + idleMs)
    const absoluteDeadline = restart ? now + absoluteMs : stored.absoluteDeadline
    const isNew = token !== old
    state.attachment = {
      token,
      recognised: isNew ? 'minted' : recognised,
      stored: { record, version, now, createdAt: stored.createdAt, idleDeadline, absoluteDeadline },
    }
    if (isNew) {
      state.cookieDue = true
      state.rotate = false
      state.graceless = false
      if (!restart) channels.rotated.publish({ address: token.address })
    }
    settled(state, sent)
    channels.saved.publish({ address: token.address, version })
    return 'written'
  }

  /** Goes on with a session that another request has stored under the same token; its changes stay, ours are laid over them. */
  async join(state: SessionState, token: Token): Promise<'joined' | 'gone' | 'superseded'> {
    const found = await this.#look(token)
    if (typeof found === 'string') return found
    this.#rebase(state, found)
    return 'joined'
  }

  #rebase(state: SessionState, current: Attachment): void {
    const { address } = current.token
    const data = this.#readStored(current.stored, current.token)
    if (data === undefined)
      throw new SekishoError('ERR_STORE_UNAVAILABLE', 'the stored session became unreadable while it was written')
    if (state.lease !== undefined && data.text !== state.writes.baseText) throw lockLost()
    const conflicts = rebase(state.writes, data.values, data.text)
    state.attachment = current
    for (const path of conflicts) channels.conflict.publish({ address, path })
  }

  /** The record as it is now, if the secret, the principal and the generation still are what this request began with. */
  async #readAgain({
    token,
    recognised: was,
    stored: before,
  }: Attachment): Promise<Attachment | 'gone' | 'superseded'> {
    const found = await this.#look(token)
    if (typeof found === 'string') return found
    if (!isSameLineage(before, found.stored)) return 'superseded'
    return was === 'minted' && found.recognised === 'current' ? { ...found, recognised: was } : found
  }

  /** What is stored under a token now, as long as its secret still is one of the session's. */
  async #look(token: Token): Promise<Attachment | 'gone' | 'superseded'> {
    const stored = await this.#calls.read(token.address)
    if (stored === undefined) return 'gone'
    const recognised = token.recognise(stored.record, stored.now)
    return recognised === 'current' || recognised === 'previous' ? { token, recognised, stored } : 'superseded'
  }
}

function lockLost(): SekishoError {
  const message = 'another request has changed the session, which this one had exclusively, but for too long'
  return new SekishoError('ERR_LOCK_LOST', message)
}
