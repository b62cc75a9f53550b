import { SekishoUsageError } from '../errors.ts'
import { Background } from '../lib/background.ts'
import { channels } from '../lib/events-node.ts'
import type { StoreCapabilities, StoredSession } from '../store/contract.ts'
import { StoredAdmin } from './admin.ts'
import type { CommitOptions, Session, SessionAdmin, SessionAnswer, SessionRequest, Sessions } from './contract.ts'
import { failingKeys, type ReadData } from './data.ts'
import { announceLoss, StoredActions, type Write } from './actions.ts'
import type { Members } from './merge.ts'
import type { ResolvedOptions } from './options.ts'
import { confirmationDue } from './record.ts'
import { rotationFits } from './rotation.ts'
import { hasChanges, readData, SessionHandle, stateOf } from './session.ts'
import { forgetIntents, type Attachment, type SessionState } from './state.ts'
import { storeFailure, StoreCalls, within } from './store-calls.ts'
import { Sweeper } from './sweeper.ts'
import { Token, tokenPattern } from './token.ts'
import { SessionWriter } from './writer.ts'

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
    this.#writer = new SessionWriter(options, calls, (stored, token) => this.#readStored(stored, token))
    this.#actions = new StoredActions(options, this.#writer)
    this.#sweeper = new Sweeper(options, calls)
  }

  async open(request: SessionRequest): Promise<Session<Members>> {
    const { transport, codec, store, readMs, schema } = this.#options
    const presented = transport.read(request.headers)
    const { carrier, ambiguous = false, explicit = false } = presented
    const session = new SessionHandle(request, codec, this.#actions)
    if (carrier === undefined && !ambiguous && !explicit) return session
    const state = stateOf(session) as SessionState
    state.presented = presented
    const token = carrier !== undefined && tokenPattern.test(carrier) ? new Token(carrier) : undefined
    if (token === undefined) {
      if (carrier === undefined && !ambiguous) return session
      channels.rejected.publish({ reason: ambiguous ? 'ambiguous' : 'malformed-token', address: undefined })
      return session
    }
    let stored: StoredSession | undefined
    try {
      const answer = store.read(token.address)
      // A deadline only where there is a promise: a store in memory costs no timer.
      stored = answer !== undefined && 'then' in answer ? await within(answer, readMs, 'read') : answer
    } catch (error) {
      throw storeFailure('read', error)
    }
    if (stored === undefined) return session
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
    state.attachment = { token, recognised, stored }
    channels.loaded.publish({ address })
    if (schema !== undefined) await hideFailing(state, schema)
    return session
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
    if (state.turn === undefined) return this.#finish(state, answer, deliverable)
    // Somebody may not have waited for a `save` or `update`. Its failure is theirs to see; here only its end counts.
    return state.turn.then(nothing, nothing).then(() => this.#finish(state, answer, deliverable))
  }

  /** The end of a request. What has to be waited for is returned; what may happen beside the answer is not. */
  #finish(state: SessionState, answer: SessionAnswer, deliverable: boolean): Promise<void> | undefined {
    const ending = this.#ending(state, deliverable)
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
        return this.#write(ending, state, () => this.#answer(state, answer, deliverable))
    }
    const { attachment } = state
    const isHandOff = attachment?.recognised === 'previous' || (state.cookieDue && attachment?.stored.version !== 1)
    if (deliverable && attachment !== undefined && isHandOff) return this.#answerIfCurrent(state, attachment, answer)
    this.#answer(state, answer, deliverable)
  }

  /** A write that the answer waits for; not at all where the store answers at once. */
  #write(write: Write, state: SessionState, answer: () => void): Promise<void> | undefined {
    try {
      const work = this.#actions.flush(write, state)
      if (work !== undefined) return work.then(answer)
      answer()
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  /** A cookie that this commit has not just written may have been overtaken by a login since; then it must not follow that login's. */
  async #answerIfCurrent(state: SessionState, { token, stored }: Attachment, answer: SessionAnswer): Promise<void> {
    const now = await this.#calls.read(token.address)
    this.#answer(state, answer, now?.record.current === stored.record.current)
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
      if (payload !== undefined) return readData(utf8.decode(payload), record.dataVersion, this.#options)
    } catch {
      // Whatever the codec or a migration objects to: the visitor has no session, the record stays.
    }
    channels.rejected.publish({
      reason: payload === undefined ? 'unsealable' : 'malformed-payload',
      address: token.address,
    })
    return undefined
  }

  #ending(state: SessionState, deliverable: boolean): Ending {
    const { attachment } = state
    const isExplicit = state.presented?.explicit === true
    if (state.login !== undefined) return deliverable ? 'login' : 'undeliverable'
    const changed = (state.writes.assigned.size > 0 || state.writes.handed.size > 0) && hasChanges(state.writes)
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

  #answer(state: SessionState, { headers }: SessionAnswer, deliverable: boolean): void {
    const { transport } = this.#options
    const { attachment, cookieDue, ended, used, presented, rotate } = state
    const handsOff = attachment?.recognised === 'previous' && (presented?.explicit !== true || rotate)
    if (deliverable && attachment !== undefined && (cookieDue || handsOff)) {
      const { token, stored } = attachment
      const { previous, principal } = stored.record
      const newest = cookieDue ? token : previous && token.follow(previous.handoff)
      const maxAge = Math.floor((stored.absoluteDeadline - stored.now || this.#options.lifetime.absoluteMs) / 1000)
      const login = cookieDue && principal !== undefined
      if (newest !== undefined) {
        return transport.write(headers, { kind: 'set', carrier: newest.carrier(), maxAge, login }, presented)
      }
    }
    if (deliverable && ended && attachment === undefined) transport.write(headers, { kind: 'expire' }, presented)
    else if (used) transport.write(headers, { kind: 'keep' }, presented)
  }
}

function nothing(): void {}

async function hideFailing(state: SessionState, schema: NonNullable<ResolvedOptions['schema']>): Promise<void> {
  const keys = await failingKeys(schema, state.writes.values)
  if (keys.length === 0 || state.attachment === undefined) return
  for (const key of keys) state.writes.hidden.add(key)
  channels.invalid.publish({ address: state.attachment.token.address, keys })
}
