import { SekishoError } from '../errors.ts'
import { channels } from '../lib/events-node.ts'
import type { Awaitable } from '../store/contract.ts'
import type { SessionAdmin } from './contract.ts'
import { attached, isSameLineage, settled, type Attempt, type Build, type NewSession } from './attempt.ts'
import { checkSize, encodeData } from './data.ts'
import type { Members } from './merge.ts'
import type { ResolvedOptions } from './options.ts'
import type { WriteOutcome } from './outcome.ts'
import { patience } from './patience.ts'
import { Replay, type ReplayParts } from './replay.ts'
import {
  loggedIn,
  loginStamp,
  newRecord,
  renewed,
  rewritten,
  rotated,
  type Content,
  type LoginStamp,
} from './record.ts'
import type { Attachment, PendingLogin, SessionState } from './state.ts'
import { isPromise, type StoreCalls } from './store-calls.ts'
import { mintToken, type Token } from './token.ts'
import { drafted, live, type Sent } from './write-set.ts'
import { INDEX_SLACK_MS } from '../store/index-slack.ts'

const none = new Uint8Array()

/** The times of a session whose record has not been read since it was created: only the store's clock could tell. */
const unknownTimes = { now: Number.NaN, createdAt: Number.NaN, idleDeadline: Number.NaN, absoluteDeadline: Number.NaN }

/** How a session without a record begins: with one of its own, or with one that was stored meanwhile. */
type Begun = WriteOutcome | 'joined'

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
  // Made once: a function of its own for each write would show.
  readonly #rewriting: Build = (state, text) => this.#rewrite(attached(state), live(state.writes, text))
  readonly #rotating: Build = (state, text) => this.#rotate(state, attached(state), live(state.writes, text))

  constructor(parts: WriterParts) {
    this.#options = parts.options
    this.#calls = parts.calls
    this.#replay = new Replay(parts)
    this.#admin = parts.admin
  }

  /** Stores a new session, or what this request changed into the one that another request has stored under the same token. */
  create(state: SessionState, sent: Sent): Awaitable<WriteOutcome> {
    const begun = this.#begin(state, sent)
    const written = (outcome: Begun): Awaitable<WriteOutcome> =>
      outcome === 'joined' ? this.write(state, state.rotate) : outcome
    return isPromise(begun) ? begun.then(written) : written(begun)
  }

  /**
   * Stores the data, with a new secret when `rotate`.
   *
   * @param text The data, where somebody has just encoded it.
   */
  write(state: SessionState, rotate: boolean, text?: string): Awaitable<WriteOutcome> {
    return this.#replay.write(state, rotate ? this.#rotating : this.#rewriting, text)
  }

  /** Applies an atomic change to the newest data and stores it, with everything changed before. */
  async update<R>(state: SessionState, change: (draft: Members) => R): Promise<{ outcome: WriteOutcome; result: R }> {
    const attempt = () => drafted(state.writes, change)
    let { sent, result } = attempt()
    let first = true
    if (state.attachment === undefined) {
      const outcome = await this.#begin(state, sent)
      if (outcome !== 'joined') return { outcome, result }
      first = false
    }
    const outcome = await this.#replay.write(state, () => {
      if (!first) ({ sent, result } = attempt())
      first = false
      return this.#rewrite(attached(state), sent)
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
    return this.#calls.touch(token.address, this.#options.lifetime.extended)
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
    const { token } = attachment
    const record = rewritten(attachment, undefined, this.#options.rotation.graceMs)
    await this.#replay.once({ attachment, record, token, restart: false })
  }

  async #loginOnce(
    state: SessionState,
    stamp: LoginStamp,
    announce?: (address: string) => Awaitable<void>,
  ): Promise<void> {
    const outcome = state.attachment === undefined ? 'gone' : await this.#loginExisting(state, stamp, announce)
    if (outcome === 'written') return
    const token = placeOf(state, true)
    await announce?.(token.address)
    if ((await this.#create(state, token, { sent: live(state.writes), stamp })) === 'written') return
    // Another request has stored a session under the reserved token: it becomes the user's, or somebody has made it his.
    if ((await this.#join(state)) !== 'joined') state.reserved = undefined
    return this.#loginOnce(state, stamp, announce)
  }

  async #loginExisting(
    state: SessionState,
    stamp: LoginStamp,
    announce?: (address: string) => Awaitable<void>,
  ): Promise<WriteOutcome> {
    if (state.attachment !== undefined) await announce?.(state.attachment.token.address)
    return this.#replay.write(state, () => {
      const attachment = attached(state)
      const { token: old, stored } = attachment
      const sent = live(state.writes)
      const content = this.#content(sent, stored.record.dataVersion)
      const token = old.successor()
      return { attachment, record: loggedIn(stored, token, content, stamp), token, restart: true, sent }
    })
  }

  /** A session of its own, or the one that another request has stored under the same token. */
  #begin(state: SessionState, sent: Sent): Awaitable<Begun> {
    const answer = this.#create(state, placeOf(state, state.graceless), { sent, stamp: undefined })
    const created = (outcome: 'written' | 'exists'): Awaitable<Begun> =>
      outcome === 'written' ? outcome : this.#join(state)
    return isPromise(answer) ? answer.then(created) : created(answer)
  }

  async #join(state: SessionState): Promise<Begun> {
    const { reserved } = state
    if (reserved === undefined) {
      throw new SekishoError('ERR_STORE_CONTRACT', 'the store answered `exists` to a new random address')
    }
    const outcome = await this.#replay.join(state, reserved)
    if (outcome === 'joined') state.cookieDue = state.attachment?.recognised === 'current'
    else state.lost = { address: reserved.address, outcome }
    return outcome
  }

  #create(state: SessionState, token: Token, { sent, stamp }: NewSession): Awaitable<'written' | 'exists'> {
    const { reserved, graceless } = state
    // Requests that still come with the reserved token find that the session is not theirs.
    const generation = stamp !== undefined || (graceless && reserved !== undefined) ? 1 : 0
    const content = this.#content(sent, this.#options.dataVersion)
    const plain = newRecord({ token, generation }, content, stamp)
    const record = this.#options.atRest?.seal(plain, token, undefined) ?? plain
    const answer = this.#calls.create(token.address, record, this.#options.lifetime.fresh)
    const created = (outcome: 'created' | 'exists'): 'written' | 'exists' => {
      if (outcome !== 'created') return 'exists'
      // A reserved token may be in more hands than this answer's.
      const recognised = token === reserved ? 'current' : 'minted'
      state.reserved = undefined
      state.rotate = false
      state.graceless = false
      state.attachment = { token, recognised, stored: { record, version: 1, ...unknownTimes } }
      state.lost = undefined
      state.cookieDue = true
      channels.created.publish({ address: token.address, principal: record.principal })
      settled(state, sent)
      return 'written'
    }
    return isPromise(answer) ? answer.then(created) : created(answer)
  }

  #rotate({ graceless }: SessionState, attachment: Attachment, sent: Sent): Attempt {
    // A rotation lost to another one: the secret that came with the request is the previous one now, and may not rotate.
    if (!graceless && attachment.recognised !== 'current') return this.#rewrite(attachment, sent)
    const content = this.#content(sent, attachment.stored.record.dataVersion)
    const token = attachment.token.successor()
    const record = graceless ? renewed(attachment.stored, token, content) : rotated(attachment, token, content)
    return { attachment, record, token, restart: false, sent }
  }

  #rewrite(attachment: Attachment, sent: Sent): Attempt {
    const content = this.#content(sent, attachment.stored.record.dataVersion)
    const record = rewritten(attachment, content, this.#options.rotation.graceMs)
    return { attachment, record, token: attachment.token, restart: false, sent }
  }

  #content({ text }: Sent, storedVersion: number): Content {
    const { maxBytes, dataVersion, store, atRest } = this.#options
    const newest = Math.max(dataVersion, storedVersion)
    if (store.textual !== true || atRest !== undefined)
      return { payload: encodeData(text, maxBytes), dataVersion: newest }
    // A character is three octets at most. Counting them takes longer than the rest of this function.
    if (text.length * 3 > maxBytes) checkSize(Buffer.byteLength(text), maxBytes)
    return { payload: none, text, dataVersion: newest }
  }
}

/** Where a new session goes: under the reserved token where there is one, with another secret when that one is to be dead. */
function placeOf({ reserved }: SessionState, isDead: boolean): Token {
  if (reserved === undefined) return mintToken()
  return isDead ? reserved.successor() : reserved
}
