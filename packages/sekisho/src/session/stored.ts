import { optionError, SekishoUsageError } from '../errors.ts'
import { Background } from '../lib/background.ts'
import { channels } from '../lib/events-node.ts'
import type { Awaitable, StoreCapabilities, StoredSession } from '../store/contract.ts'
import { StoredAdmin } from './admin.ts'
import type {
  CommitOptions,
  LockOptions,
  OpenOptions,
  Reservation,
  Session,
  SessionAdmin,
  SessionAnswer,
  SessionRequest,
  Sessions,
} from './contract.ts'
import { failingKeys, type ReadData, type ReadStored } from './data.ts'
import { announceLoss, StoredActions, type Write } from './actions.ts'
import { noChange, tellBrowser, type Delivery } from './browser.ts'
import { SessionLease, type LeaseTerms } from './lease.ts'
import { resolveLock } from './lock-options.ts'
import type { Members } from './merge.ts'
import type { ResolvedOptions } from './options.ts'
import { confirmationDue, inOctets } from './record.ts'
import { rotationFits } from './rotation.ts'
import { readData, SessionHandle, stateOf } from './session.ts'
import { forgetIntents, type Attachment, type SessionState } from './state.ts'
import { StoreCalls } from './store-calls.ts'
import { Sweeper } from './sweeper.ts'
import { mintToken, strangeToTokens, Token, TOKEN_DIGITS } from './token.ts'
import { SessionWriter } from './writer.ts'
import { changedText } from './write-set.ts'

/** What the end of a request comes to. */
type Ending = 'nothing' | 'touch' | 'confirm' | 'write' | 'rotate' | 'create' | 'login' | 'lost' | 'undeliverable'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** {@link Sessions} whose data is in a store: one request's way through open and commit. */
export class StoredSessions implements Sessions<Members> {
  readonly name: string
  readonly capabilities: StoreCapabilities
  readonly admin: SessionAdmin
  readonly #options: ResolvedOptions
  readonly #calls: StoreCalls
  readonly #writer: SessionWriter
  readonly #actions: StoredActions
  readonly #background = new Background()
  readonly #sweeper: Sweeper

  constructor(options: ResolvedOptions) {
    const calls = new StoreCalls(options.store, options)
    this.#calls = calls
    this.#options = options
    this.name = options.name
    this.capabilities = options.store.capabilities
    this.admin = new StoredAdmin(options, calls)
    const readStored: ReadStored = (stored, token) => this.#readStored(stored, token)
    this.#writer = new SessionWriter({ options, calls, readStored, admin: this.admin })
    this.#actions = new StoredActions(options, this.#writer)
    this.#sweeper = new Sweeper(options, calls)
  }

  async open(request: SessionRequest, options?: OpenOptions): Promise<Session<Members>> {
    return this.openNow(request, options)
  }

  openNow(request: SessionRequest, options?: OpenOptions): Awaitable<Session<Members>> {
    const { transport, codec, store, atRest } = this.#options
    const calls = this.#calls
    const presented = transport.read(request.headers)
    const { carrier, ambiguous = false, explicit = false } = presented
    const session = new SessionHandle(request, codec, this.#actions)
    if (carrier === undefined && !ambiguous && !explicit) return session
    const state = stateOf(session) as SessionState
    state.presented = presented
    if (carrier === undefined || carrier.length !== TOKEN_DIGITS || strangeToTokens.test(carrier)) {
      const reason = ambiguous ? 'ambiguous' : 'malformed-token'
      if (carrier !== undefined || ambiguous) channels.rejected.publish({ reason, address: undefined })
      return session
    }
    const token = new Token(carrier)
    if (options?.reserved === true) state.reserved = token
    if (options?.lock !== undefined) return this.#openLocked(session, token, options.lock)
    if (!calls.circuit.isCalm) return this.#openUneasy(session, token)
    let answer: Awaitable<StoredSession | undefined>
    try {
      answer = store.read(token.address, atRest === undefined)
    } catch (error) {
      return this.#unread(session, token, calls.failure('read', error))
    }
    if (answer === undefined || !('then' in answer)) return this.#found(session, token, answer)
    // A deadline only where there is a promise: a store in memory costs no timer.
    return calls.limited('read', answer).then(
      (stored) => this.#found(session, token, stored),
      (error: unknown) => this.#unread(session, token, error),
    )
  }

  async #openLocked(session: SessionHandle, token: Token, option: LockOptions): Promise<SessionHandle> {
    const { store } = this.#options
    const terms = resolveLock(option)
    if (store.locks === undefined) throw optionError('lock', 'absent: this `store` keeps no locks', option)
    const guard: LeaseTerms['guard'] = (verb, call) => this.#calls.guard(verb, call)
    const lease = await SessionLease.take(store.locks, token.address, { ...terms, guard })
    const state = stateOf(session) as SessionState
    try {
      return await this.#openUneasy(session, token)
    } finally {
      if (state.attachment === undefined) this.#background.run(() => lease.release())
      else state.lease = lease
    }
  }

  /** While the store fails, or many calls wait for it, it may not be asked. */
  async #openUneasy(session: SessionHandle, token: Token): Promise<SessionHandle> {
    let stored: StoredSession | undefined
    try {
      stored = await this.#calls.read(token.address)
    } catch (error) {
      return this.#unread(session, token, error)
    }
    return this.#found(session, token, stored)
  }

  /** A visitor whose session cannot be read: the answer says so or, where that is wanted, is one for nobody. */
  #unread(session: SessionHandle, { address }: Token, error: unknown): SessionHandle {
    if (this.#options.onStoreFailure !== 'anonymous') throw error
    const state = stateOf(session) as SessionState
    state.lost = { address, outcome: 'unavailable' }
    return session
  }

  /** The session with what the store has for its token, if that is for the bearer of its secret. */
  #found(session: SessionHandle, token: Token, stored: StoredSession | undefined): Awaitable<SessionHandle> {
    if (stored === undefined) return session
    const state = stateOf(session) as SessionState
    const { address } = token
    const recognised = token.recognise(stored.record, stored.now)
    if (recognised === 'unknown-secret' || recognised === 'grace-over') {
      state.lost = { address, outcome: 'superseded' }
      channels.replay.publish({ address, reason: recognised })
      return session
    }
    const data = this.#readStored(stored, token)
    if (data === undefined) return session
    state.writes.values = data.values
    state.writes.baseText = data.text
    const isForeign = stored.record.text !== undefined && this.#options.store.textual !== true
    state.attachment = { token, recognised, stored: isForeign ? inOctets(stored) : stored }
    state.reserved = undefined
    channels.loaded.publish({ address })
    const { schema } = this.#options
    return schema === undefined ? session : hideFailing(state, schema).then(() => session)
  }

  commit(session: Session<Members>, answer: SessionAnswer, options: CommitOptions = {}): Promise<void> | undefined {
    const state = stateOf(session) as SessionState
    if (state.committed) throw new SekishoUsageError('ERR_SESSION_COMMITTED', 'this session has been committed already')
    if (options.changes === 'drop') forgetIntents(state)
    // HEAD and 304 describe another answer, 1xx is none: their cookies are not kept, so what needs one waits.
    const { status } = answer
    const deliverable =
      options.deliverable !== false && state.request.method !== 'HEAD' && status >= 200 && status !== 304
    state.committed = true
    if (state.turn === undefined && state.lease === undefined) return this.#finish(state, answer, deliverable)
    return this.#finishLater(state, answer, deliverable)
  }

  async #finishLater(state: SessionState, answer: SessionAnswer, deliverable: boolean): Promise<void> {
    const { lease } = state
    try {
      // Somebody may not have waited for a `save` or `update`. Its failure is theirs to see; here only its end counts.
      await state.turn?.then(nothing, nothing)
      await this.#finish(state, answer, deliverable)
    } finally {
      if (lease !== undefined) this.#background.run(() => lease.release())
    }
  }

  /** The end of a request. What has to be waited for is returned; what may happen beside the answer is not. */
  #finish(state: SessionState, answer: SessionAnswer, deliverable: boolean): Promise<void> | undefined {
    const { writes } = state
    // A login may have to wait, while the handler goes on: its data is encoded when it is written.
    const isLooked = writes.assigned.size === 0 && writes.handed.size === 0
    const text = isLooked || state.login !== undefined ? undefined : changedText(writes)
    const ending = this.#ending(state, text !== undefined, deliverable)
    switch (ending) {
      case 'nothing':
        break
      case 'undeliverable':
        channels.undeliverable.publish({ address: state.attachment?.token.address })
        break
      case 'lost':
        announceLoss(state)
        break
      case 'touch':
      case 'confirm': {
        const { attachment } = state
        if (attachment !== undefined) this.#background.run(() => this.#writer[ending](attachment))
        break
      }
      default:
        this.#sweeper.start()
        return this.#write(ending, state, text, { answer, deliverable })
    }
    const { attachment, cookieDue, ended, used, presented } = state
    if (deliverable && (cookieDue || ended || attachment?.recognised === 'previous')) return this.#tell(state, answer)
    if (used) this.#options.transport.write(answer.headers, noChange, presented)
  }

  /** The browser is to learn of a new secret, or that there is none any more. */
  #tell(state: SessionState, answer: SessionAnswer): Promise<void> | undefined {
    const { attachment, cookieDue } = state
    const isHandOff = attachment?.recognised === 'previous' || (cookieDue && attachment?.stored.version !== 1)
    if (attachment !== undefined && isHandOff) return this.#answerIfCurrent(state, attachment, answer)
    tellBrowser(this.#options, state, { answer, deliverable: true })
  }

  /**
   * A write that the answer waits for; not at all where the store answers at once.
   *
   * @param text The data, where it was encoded to see that it has changed.
   */
  #write(write: Write, state: SessionState, text: string | undefined, delivery: Delivery): Promise<void> | undefined {
    try {
      const work = this.#actions.flush(write, state, text)
      if (work !== undefined) return work.then(() => tellBrowser(this.#options, state, delivery))
      tellBrowser(this.#options, state, delivery)
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  /** A cookie that this commit has not just written may have been overtaken by a login since; then it must not follow that login's. */
  async #answerIfCurrent(state: SessionState, { token, stored }: Attachment, answer: SessionAnswer): Promise<void> {
    const now = await this.#calls.read(token.address)
    const deliverable = now?.record.current === stored.record.current
    tellBrowser(this.#options, state, { answer, deliverable })
  }

  reserve(): Reservation {
    const token = mintToken()
    return { carrier: token.carrier(), address: token.address }
  }

  async close(): Promise<void> {
    await this.#sweeper.stop()
    await this.#background.settled()
    await this.#options.store.close?.()
  }

  #readStored(stored: StoredSession, token: Token): ReadData | undefined {
    const { atRest } = this.#options
    const { record } = stored
    const payload = atRest === undefined ? record.payload : atRest.open(stored, token)
    try {
      const text = payload && (record.text ?? utf8.decode(payload))
      if (text !== undefined) return readData(text, record.dataVersion, this.#options)
    } catch {
      // Whatever the codec or a migration objects to: the visitor has no session, the record stays.
    }
    channels.rejected.publish({
      reason: payload === undefined ? 'unsealable' : 'malformed-payload',
      address: token.address,
    })
    return undefined
  }

  #ending(state: SessionState, changed: boolean, deliverable: boolean): Ending {
    const { attachment } = state
    const isExplicit = state.presented?.explicit === true
    if (state.login !== undefined) return deliverable ? 'login' : 'undeliverable'
    if (attachment === undefined) {
      if (!state.ensure && !(changed && Object.keys(state.writes.values).length > 0)) return 'nothing'
      if (state.lost !== undefined) return 'lost'
      return deliverable && (state.ensure || !isExplicit) ? 'create' : 'undeliverable'
    }
    const { record, now, createdAt, idleDeadline, absoluteDeadline } = attachment.stored
    const { lifetime, rotation } = this.#options
    const aged = !isExplicit && now - (record.rotatedAt ?? createdAt) >= rotation.everyMs
    if (deliverable && (aged || state.rotate) && rotationFits(state, attachment, rotation.everyMs)) return 'rotate'
    if (changed) return 'write'
    if (record.previous !== undefined && confirmationDue(attachment)) return 'confirm'
    // The idle deadline has fallen behind by a touch interval, and moving it would make a difference.
    return idleDeadline - now <= lifetime.idleMs && idleDeadline < absoluteDeadline ? 'touch' : 'nothing'
  }
}

function nothing(): void {}

async function hideFailing(state: SessionState, schema: NonNullable<ResolvedOptions['schema']>): Promise<void> {
  const keys = await failingKeys(schema, state.writes.values)
  if (keys.length === 0 || state.attachment === undefined) return
  state.writes.hidden = new Set(keys)
  channels.invalid.publish({ address: state.attachment.token.address, keys })
}
