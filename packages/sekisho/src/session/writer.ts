import { SekishoError } from '../errors.ts'
import { channels } from '../lib/events-node.ts'
import type { Awaitable } from '../store/contract.ts'
import type { SessionAdmin } from './contract.ts'
import { isSameLineage, settled, type Attempt, type NewSession } from './attempt.ts'
import { encodeData } from './data.ts'
import { extended, fresh } from './lifetime.ts'
import type { Members } from './merge.ts'
import type { ResolvedOptions } from './options.ts'
import type { WriteOutcome } from './outcome.ts'
import { patience } from './patience.ts'
import { Replay, type ReplayParts } from './replay.ts'
import { loggedIn, loginStamp, newRecord, rewritten, rotated, type Content, type LoginStamp } from './record.ts'
import type { Attachment, PendingLogin, SessionState } from './state.ts'
import { isPromise, type StoreCalls } from './store-calls.ts'
import { mintToken, type Token } from './token.ts'
import { drafted, live, type Sent } from './write-set.ts'
import { INDEX_SLACK_MS } from '../store/index-slack.ts'

/** The times of a session whose record has not been read since it was created: only the store's clock could tell. */
const unknownTimes = { now: Number.NaN, createdAt: Number.NaN, idleDeadline: Number.NaN, absoluteDeadline: Number.NaN }

/** What a {@link SessionWriter} needs. */
export interface WriterParts extends ReplayParts {
  /** Ends the sessions of a user who has too many. */
  readonly admin: SessionAdmin
}

/** Everything that changes the stored record: each is one versioned write, replayed on conflict. */
export class SessionWriter {
  readonly #options: ResolvedOptions
  readonly #calls: StoreCalls
  readonly #replay: Replay
  readonly #admin: SessionAdmin

  constructor(parts: WriterParts) {
    this.#options = parts.options
    this.#calls = parts.calls
    this.#replay = new Replay(parts)
    this.#admin = parts.admin
  }

  /** Stores a new session. */
  create(state: SessionState, sent: Sent): Awaitable<WriteOutcome> {
    return this.#create(state, mintToken(), { sent, stamp: undefined })
  }

  /**
   * Stores the data, with a new secret when `rotate`.
   *
   * @param text The data, just encoded. It serves the first turn only: the handler may go on while others are tried.
   */
  write(state: SessionState, rotate: boolean, text?: string): Awaitable<WriteOutcome> {
    let known = text
    return this.#replay.write(state, (attachment) => {
      const sent = live(state.writes, known)
      known = undefined
      // A rotation lost to another one: the secret that came with the request is the previous one now, and may not rotate.
      if (!rotate || attachment.recognised !== 'current') return this.#rewrite(attachment, sent)
      const content = this.#content(sent, attachment.stored.record.dataVersion)
      const token = attachment.token.successor()
      return { record: rotated(attachment, token, content), token, sent }
    })
  }

  /** Applies an atomic change to the newest data and stores it, with everything changed before. */
  async update<R>(state: SessionState, change: (draft: Members) => R): Promise<{ outcome: WriteOutcome; result: R }> {
    const attempt = () => drafted(state.writes, change)
    let { sent, result } = attempt()
    if (state.attachment === undefined) {
      await this.create(state, sent)
      return { outcome: 'written', result }
    }
    let first = true
    const outcome = await this.#replay.write(state, (attachment) => {
      if (!first) ({ sent, result } = attempt())
      first = false
      return this.#rewrite(attachment, sent)
    })
    return { outcome, result }
  }

  /**
   * Makes the login that is pending. The epoch protocol of the index: read the principal's epoch, add the entry, write the
   * record stamped with it, read the epoch again, and start over if a revocation has moved it.
   */
  async login(state: SessionState): Promise<WriteOutcome> {
    const { login } = state
    if (login === undefined) return 'written'
    const { sessionsPerPrincipal } = this.#options
    await this.#loginListed(state, login)
    // After the write, and before the answer: of several logins at once, each sees those that were there when it began.
    if (sessionsPerPrincipal !== undefined) await this.#admin.limit(login.principal, sessionsPerPrincipal)
    // Another `login()` may have been called meanwhile, and is still to be made.
    if (state.login === login) {
      state.login = undefined
      state.writes.retained = undefined
    }
    const { attachment } = state
    if (attachment !== undefined) {
      const { address } = attachment.token
      channels.login.publish({ address, principal: login.principal, generation: attachment.stored.record.generation })
    }
    return 'written'
  }

  /** Moves the idle deadline, which is all that an unchanged session needs. */
  touch({ token }: Attachment): Promise<void> {
    return this.#calls.touch(token.address, extended(this.#options.lifetime))
  }

  async #loginListed(state: SessionState, login: PendingLogin): Promise<void> {
    const { store, lifetime } = this.#options
    const { principals } = store
    if (principals === undefined) return this.#loginOnce(state, loginStamp(login, undefined))
    const { principal } = login
    for (;;) {
      const epoch = await this.#calls.guard('read', () => principals.epoch(principal))
      const stamp = loginStamp(login, epoch)
      await this.#loginOnce(state, stamp, (address) =>
        this.#calls.guard('index', () => principals.add(principal, address, lifetime.absoluteMs + INDEX_SLACK_MS)),
      )
      if ((await this.#calls.guard('read', () => principals.epoch(principal))) === epoch) return
    }
  }

  /** Ends the stored session, unless a login has replaced it meanwhile. */
  async end(attachment: Attachment): Promise<WriteOutcome> {
    const { address } = attachment.token
    const pause = patience(this.#options.conflictMs)
    for (let { version } = attachment.stored; ;) {
      const outcome = await this.#calls.delete(address, version)
      if (outcome !== 'conflict') return outcome === 'deleted' ? 'written' : 'gone'
      // However often the secret was rotated meanwhile: it is the same login, and its user wants it to end.
      const stored = await this.#calls.read(address)
      if (stored === undefined) return 'gone'
      if (!isSameLineage(attachment.stored, stored)) return 'superseded'
      version = stored.version
      await pause()
    }
  }

  /** Starts the old secret's grace, because the new one has been seen. A conflict means that another request writes now. */
  async confirm(attachment: Attachment): Promise<void> {
    const record = rewritten(attachment, undefined, this.#options.rotation.graceMs)
    await this.#replay.once(attachment, { record })
  }

  async #loginOnce(
    state: SessionState,
    stamp: LoginStamp,
    announce?: (address: string) => Awaitable<void>,
  ): Promise<void> {
    const outcome = state.attachment === undefined ? 'gone' : await this.#loginExisting(state, stamp, announce)
    if (outcome === 'written') return
    const token = mintToken()
    await announce?.(token.address)
    await this.#create(state, token, { sent: live(state.writes), stamp })
  }

  async #loginExisting(
    state: SessionState,
    stamp: LoginStamp,
    announce?: (address: string) => Awaitable<void>,
  ): Promise<WriteOutcome> {
    if (state.attachment !== undefined) await announce?.(state.attachment.token.address)
    return this.#replay.write(state, ({ token: old, stored }) => {
      const sent = live(state.writes)
      const content = this.#content(sent, stored.record.dataVersion)
      const token = old.successor()
      return { record: loggedIn(stored, token, content, stamp), token, sent, restart: true }
    })
  }

  #create(state: SessionState, token: Token, { sent, stamp }: NewSession): Awaitable<WriteOutcome> {
    const plain = newRecord(token, this.#content(sent, this.#options.dataVersion), stamp)
    const record = this.#options.atRest?.seal(plain, token, undefined) ?? plain
    const answer = this.#calls.create(token.address, record, fresh(this.#options.lifetime))
    const created = (outcome: 'created' | 'exists'): WriteOutcome => {
      if (outcome !== 'created') {
        throw new SekishoError('ERR_STORE_CONTRACT', `the store answered \`${outcome}\` to a new random address`)
      }
      state.attachment = { token, recognised: 'minted', stored: { record, version: 1, ...unknownTimes } }
      state.lost = undefined
      state.cookieDue = true
      channels.created.publish({ address: token.address, principal: record.principal })
      settled(state, sent)
      return 'written'
    }
    return isPromise(answer) ? answer.then(created) : created(answer)
  }

  #rewrite(attachment: Attachment, sent: Sent): Attempt {
    const content = this.#content(sent, attachment.stored.record.dataVersion)
    return { record: rewritten(attachment, content, this.#options.rotation.graceMs), token: attachment.token, sent }
  }

  #content({ text }: Sent, storedVersion: number): Content {
    const { maxBytes, dataVersion } = this.#options
    return { payload: encodeData(text, maxBytes), dataVersion: Math.max(dataVersion, storedVersion) }
  }
}
