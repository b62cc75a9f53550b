import { SekishoError, SekishoUsageError, SessionGoneError, SessionSupersededError } from '../errors.ts'
import { channels } from '../lib/events-node.ts'
import type { SessionRecord, StoredSession } from '../store/contract.ts'
import { encodeData, type ReadRecord } from './data.ts'
import { extended, fresh } from './lifetime.ts'
import type { Members } from './merge.ts'
import type { ResolvedOptions } from './options.ts'
import { patience } from './patience.ts'
import { loggedIn, loginStamp, newRecord, rewritten, rotated, type Content, type LoginStamp } from './record.ts'
import type { Attachment, PendingLogin, SessionState } from './state.ts'
import type { StoreCalls } from './store-calls.ts'
import { mintToken, type Token } from './token.ts'
import { absorb, drafted, live, rebase, settle, type Sent } from './write-set.ts'

/** How a write ended: it is stored, or the session was no longer ours to write. */
export type WriteOutcome = 'written' | 'gone' | 'superseded'

/** What one attempt of a versioned write stores, and the token under which the session goes on. */
interface Attempt {
  readonly record: SessionRecord
  readonly token: Token
  /** The write restarts the absolute lifetime, as a login does. */
  readonly restart?: boolean
  readonly sent: Sent
}

/** An index entry outlives its session by this, so that a live session is never missing. */
const INDEX_SLACK_MS = 60_000

/** The times of a session whose record has not been read since it was created: only the store's clock could tell. */
const unknownTimes = { now: Number.NaN, createdAt: Number.NaN, idleDeadline: Number.NaN, absoluteDeadline: Number.NaN }

/** Everything that changes the stored record: each is one versioned write, replayed on conflict. */
export class SessionWriter {
  readonly #options: ResolvedOptions
  readonly #calls: StoreCalls
  readonly #readRecord: ReadRecord

  constructor(options: ResolvedOptions, calls: StoreCalls, readRecord: ReadRecord) {
    this.#options = options
    this.#calls = calls
    this.#readRecord = readRecord
  }

  /** Stores a new session with the data as it stands. */
  async create(state: SessionState, sent: Sent = live(state.writes)): Promise<void> {
    const content = this.#content(sent, this.#options.dataVersion)
    await this.#create(state, (token) => newRecord(token, content))
    settled(state, sent)
  }

  /** Stores the data, with a new secret when `rotate`. */
  write(state: SessionState, rotate: boolean): Promise<WriteOutcome> {
    return this.#replay(state, (attachment) => {
      const sent = live(state.writes)
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
    const outcome = await this.#replay(state, (attachment) => {
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
  async login(state: SessionState): Promise<void> {
    const { login } = state
    if (login === undefined) return
    await this.#loginListed(state, login)
    // Another `login()` may have been called meanwhile, and is still to be made.
    if (state.login === login) {
      state.login = undefined
      state.writes.retained = undefined
    }
    const { attachment } = state
    if (attachment === undefined) return
    const { address } = attachment.token
    channels.login.publish({ address, principal: login.principal, generation: attachment.stored.record.generation })
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
    await this.#replaceOnce(attachment, { record })
  }

  async #loginOnce(
    state: SessionState,
    stamp: LoginStamp,
    announce?: (address: string) => Promise<void>,
  ): Promise<void> {
    const outcome = state.attachment === undefined ? 'gone' : await this.#loginExisting(state, stamp, announce)
    if (outcome === 'written') return
    const sent = live(state.writes)
    const content = this.#content(sent, this.#options.dataVersion)
    await this.#create(state, (token) => newRecord(token, content, stamp), announce)
    settled(state, sent)
  }

  async #loginExisting(
    state: SessionState,
    stamp: LoginStamp,
    announce?: (address: string) => Promise<void>,
  ): Promise<WriteOutcome> {
    if (state.attachment !== undefined) await announce?.(state.attachment.token.address)
    return this.#replay(state, ({ token: old, stored }) => {
      const sent = live(state.writes)
      const content = this.#content(sent, stored.record.dataVersion)
      const token = old.successor()
      return { record: loggedIn(stored, token, content, stamp), token, sent, restart: true }
    })
  }

  async #create(
    state: SessionState,
    build: (token: Token) => SessionRecord,
    announce?: (address: string) => Promise<void>,
  ): Promise<void> {
    const token = mintToken()
    const record = build(token)
    await announce?.(token.address)
    const outcome = await this.#calls.create(token.address, record, fresh(this.#options.lifetime))
    if (outcome !== 'created') {
      throw new SekishoError('ERR_STORE_CONTRACT', `the store answered \`${outcome}\` to a new random address`)
    }
    state.attachment = { token, recognised: 'minted', stored: { record, version: 1, ...unknownTimes } }
    state.lost = undefined
    state.cookieDue = true
    channels.created.publish({ address: token.address, principal: record.principal })
  }

  #rewrite(attachment: Attachment, sent: Sent): Attempt {
    const content = this.#content(sent, attachment.stored.record.dataVersion)
    return { record: rewritten(attachment, content, this.#options.rotation.graceMs), token: attachment.token, sent }
  }

  /**
   * The compare-and-swap loop: on a conflict the record is read again, and while it is still this request's to write,
   * the stored changes are taken over and the write is built anew.
   */
  async #replay(state: SessionState, build: (attachment: Attachment) => Attempt): Promise<WriteOutcome> {
    const pause = patience(this.#options.conflictMs)
    for (;;) {
      const attachment = attached(state)
      const attempt = build(attachment)
      const outcome = await this.#replaceOnce(attachment, attempt)
      if (outcome === 'replaced') {
        this.#stored(state, attachment, attempt)
        return 'written'
      }
      const current = outcome === 'gone' ? outcome : await this.#readAgain(attachment)
      if (typeof current === 'string') return current
      this.#rebase(state, current)
      await pause()
    }
  }

  #replaceOnce(
    { token, stored }: Attachment,
    attempt: Pick<Attempt, 'record' | 'restart'>,
  ): Promise<'replaced' | 'conflict' | 'gone'> {
    const { record, restart = false } = attempt
    const { lifetime } = this.#options
    const writeId = record.writeIds.at(-1) ?? ''
    const { address } = token
    return this.#calls.replace({
      address,
      record,
      version: stored.version,
      lifetime: restart ? fresh(lifetime) : extended(lifetime),
      writeId,
    })
  }

  #stored(state: SessionState, { stored, token: old, recognised }: Attachment, attempt: Attempt): void {
    const { record, token, sent } = attempt
    const version = stored.version + 1
    const { idleMs, absoluteMs } = fresh(this.#options.lifetime)
    const absoluteDeadline = attempt.restart ? stored.now + absoluteMs : stored.absoluteDeadline
    const idleDeadline = Math.max(stored.idleDeadline, stored.now + idleMs)
    const isNew = token !== old
    state.attachment = {
      token,
      recognised: isNew ? 'minted' : recognised,
      stored: { ...stored, record, version, idleDeadline, absoluteDeadline },
    }
    if (isNew) {
      state.cookieDue = true
      state.rotate = false
      if (!attempt.restart) channels.rotated.publish({ address: token.address })
    }
    settled(state, sent)
    channels.saved.publish({ address: token.address, version })
  }

  #rebase(state: SessionState, current: Attachment): void {
    const { address } = current.token
    const data = this.#readRecord(current.stored.record, address)
    if (data === undefined)
      throw new SekishoError('ERR_STORE_UNAVAILABLE', 'the stored session became unreadable while it was written')
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
    const stored = await this.#calls.read(token.address)
    if (stored === undefined) return 'gone'
    const recognised = token.recognise(stored.record, stored.now)
    if (!isSameLineage(before, stored) || (recognised !== 'current' && recognised !== 'previous')) return 'superseded'
    return { token, recognised: was === 'minted' && recognised === 'current' ? was : recognised, stored }
  }

  #content({ text }: Sent, storedVersion: number): Content {
    const { maxBytes, dataVersion } = this.#options
    return { payload: encodeData(text, maxBytes), dataVersion: Math.max(dataVersion, storedVersion) }
  }
}

/** Turns a write that was not made into the error that an explicit `save` or `update` rejects with. */
export function refuse(outcome: WriteOutcome): void {
  if (outcome === 'gone') throw new SessionGoneError()
  if (outcome === 'superseded') throw new SessionSupersededError()
}

/** What was sent is stored. The handler may have gone on meanwhile, except when this was the write before the answer. */
function settled({ writes, committed }: SessionState, sent: Sent): void {
  if (committed && sent.text === sent.before) settle(writes, sent)
  else absorb(writes, sent)
}

function attached(state: SessionState): Attachment {
  if (state.attachment !== undefined) return state.attachment
  throw new SekishoUsageError('ERR_SESSION_COMMITTED', 'the session was ended while it was being written')
}

function isSameLineage(before: StoredSession, now: StoredSession): boolean {
  return now.record.principal === before.record.principal && now.record.generation === before.record.generation
}
