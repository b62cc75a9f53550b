import { optionError, SekishoUsageError } from '../errors.ts'
import { channels } from '../lib/events-node.ts'
import type { Awaitable } from '../store/contract.ts'
import type { CommitOptions, OpenOptions, SessionAnswer, SessionRequest } from './contract.ts'
import { failingKeys, type ReadData } from './data.ts'
import { SealedActions, SealedHandle } from './sealed-actions.ts'
import type { SealedAdmin, SealedSession, SealedSessions } from './sealed-contract.ts'
import {
  decodeContent,
  encodeContent,
  newSealedId,
  revocationAddress,
  SealedAttachment,
  type SealedContent,
} from './sealed-content.ts'
import type { Members } from './merge.ts'
import { RevocationAdmin, Revocations } from './revocation.ts'
import { isNavigation } from './rotation.ts'
import type { ResolvedSealedOptions } from './sealed-options.ts'
import { readData, stateOf } from './session.ts'
import { forgetIntents, type Loss, type SessionState } from './state.ts'
import { StoreCalls } from './store-calls.ts'
import { Sweeper } from './sweeper.ts'
import { changedText } from './write-set.ts'

type SealedState = SessionState<SealedAttachment>

/** A cookie that an answer gets. */
type Seal = 'seal' | 'create' | 'login'

/** A session that gets a new seal, with its data encoded where that was needed to see that it has changed. */
interface Due {
  readonly state: SealedState
  readonly answer: SessionAnswer
  readonly text: string | undefined
}

/** What the end of a request comes to. */
type Ending = Seal | 'nothing' | 'lost' | 'undeliverable'

/** How far the idle deadline of a new seal lies beyond the idle time, as a share of it: docs/decisions/009. */
const SLACK = 0.75
/** So much of the idle time has passed when a page is worth a new seal; every other answer waits for all of the slack. */
const PAGE_AFTER = 0.5

const nobody = { principal: undefined, epoch: undefined, amr: undefined, device: undefined }

/** {@link SealedSessions}: one request's way through open and commit. */
export class CookieSessions implements SealedSessions<Members> {
  readonly name: string
  readonly admin: SealedAdmin
  readonly #options: ResolvedSealedOptions
  readonly #revocations: Revocations | undefined
  readonly #actions: SealedActions
  readonly #sweeper: Sweeper | undefined

  constructor(options: ResolvedSealedOptions) {
    const { revocations: store } = options
    const calls = store && new StoreCalls(store, options)
    this.#options = options
    this.name = options.name
    this.#revocations = store && calls && new Revocations(store, calls)
    this.#sweeper = calls && new Sweeper(options, calls)
    this.#actions = new SealedActions(options, this.#revocations)
    this.admin = new RevocationAdmin(this.#revocations, options.lifetime)
  }

  async open(request: SessionRequest, options?: OpenOptions): Promise<SealedSession<Members>> {
    return this.openNow(request, options)
  }

  openNow(request: SessionRequest, options?: OpenOptions): Awaitable<SealedSession<Members>> {
    if (options?.lock !== undefined)
      throw optionError('lock', 'absent: a sealed session cannot be locked', options.lock)
    const { transport, codec, schema, sealer } = this.#options
    const presented = transport.read(request.headers)
    const session = new SealedHandle(request, codec, this.#actions)
    const { carrier, ambiguous = false } = presented
    if (carrier === undefined && !ambiguous && presented.chunks === undefined) return session
    const state = stateOf(session) as SealedState
    state.presented = presented
    const opened = carrier === undefined ? undefined : sealer.open(carrier)
    if (opened === undefined) {
      channels.rejected.publish({ reason: ambiguous ? 'ambiguous' : 'unsealable', address: undefined })
      return session
    }
    const attachment = new SealedAttachment(decodeContent(opened.plaintext), opened.newest, Date.now())
    if (attachment.isOver) {
      channels.expired.publish({ address: attachment.token.address })
      return session
    }
    if (this.#revocations !== undefined || schema !== undefined) return this.#openChecked(session, attachment)
    this.#attach(state, attachment)
    return session
  }

  /** What may be refused by the list of the ended, and hidden by the schema. */
  async #openChecked(session: SealedHandle, attachment: SealedAttachment): Promise<SealedHandle> {
    const { schema } = this.#options
    const state = stateOf(session) as SealedState
    const outcome = await this.#revocations?.find(attachment.content)
    if (outcome === undefined) this.#attach(state, attachment)
    else this.#refuse(state, { address: attachment.token.address, outcome })
    if (schema !== undefined && state.attachment !== undefined) {
      const keys = await failingKeys(schema, state.writes.values)
      state.writes.hidden = new Set(keys)
      if (keys.length > 0) channels.invalid.publish({ address: attachment.token.address, keys })
    }
    return session
  }

  commit(
    session: SealedSession<Members>,
    answer: SessionAnswer,
    options: CommitOptions = {},
  ): Promise<void> | undefined {
    const state = stateOf(session) as SealedState
    if (state.committed) throw new SekishoUsageError('ERR_SESSION_COMMITTED', 'this session has been committed already')
    if (options.changes === 'drop') forgetIntents(state)
    const { status } = answer
    const deliverable =
      options.deliverable !== false && state.request.method !== 'HEAD' && status >= 200 && status !== 304
    state.committed = true
    if (state.turn === undefined) return this.#finish(state, answer, deliverable)
    // Somebody may not have waited for a `logout`. Its failure is theirs to see; here only its end counts.
    return state.turn.then(nothing, nothing).then(() => this.#finish(state, answer, deliverable))
  }

  async close(): Promise<void> {
    await this.#sweeper?.stop()
    await this.#options.revocations?.close?.()
  }

  #finish(state: SealedState, answer: SessionAnswer, deliverable: boolean): Promise<void> | undefined {
    const text = state.login === undefined ? changedText(state.writes) : undefined
    const ending = this.#ending(state, text !== undefined, deliverable)
    if (ending === 'undeliverable') channels.undeliverable.publish({ address: state.attachment?.token.address })
    else if (ending === 'lost' && state.lost !== undefined) announce(state.lost)
    else if (ending !== 'nothing' && ending !== 'lost') return this.#seal(ending, { state, answer, text })
    this.#answer(state, answer, deliverable)
  }

  #attach(state: SealedState, attachment: SealedAttachment): void {
    const data = this.#readData(attachment)
    if (data === undefined) return
    state.writes.values = data.values
    state.writes.baseText = data.text
    state.attachment = attachment
    // The address is a hash, which only a listener is worth.
    if (channels.loaded.hasSubscribers) channels.loaded.publish({ address: attachment.token.address })
  }

  /** A copy, or a request that began before the logout. */
  #refuse(state: SealedState, lost: Loss): void {
    state.lost = lost
    channels.replay.publish({ address: lost.address, reason: 'revoked' })
  }

  #readData(attachment: SealedAttachment): ReadData | undefined {
    const { text, dataVersion } = attachment.content
    try {
      return readData(text, dataVersion, this.#options)
    } catch {
      // Sealed by us, so the codec or a migration has changed: the visitor has no session, the operator has an event.
      channels.rejected.publish({ reason: 'malformed-payload', address: attachment.token.address })
      return undefined
    }
  }

  #ending(state: SealedState, changed: boolean, deliverable: boolean): Ending {
    const { attachment, request, writes } = state
    if (state.login !== undefined) return deliverable ? 'login' : 'undeliverable'
    if (attachment === undefined) {
      if (!state.ensure && !(changed && Object.keys(writes.values).length > 0)) return 'nothing'
      if (state.lost !== undefined && !mayBeginAnew(state, state.lost)) return 'lost'
      return deliverable ? 'create' : 'undeliverable'
    }
    if (changed) return deliverable ? 'seal' : 'undeliverable'
    if (!deliverable) return 'nothing'
    return !attachment.newest || this.#isDue(attachment, request) ? 'seal' : 'nothing'
  }

  /** Whether the idle deadline is to be moved, and moving it would make a difference. */
  #isDue({ content, now }: SealedAttachment, { headers }: SessionRequest): boolean {
    const { idleMs } = this.#options.lifetime
    if (content.idleDeadline >= content.absoluteDeadline) return false
    const unused = now - (content.idleDeadline - (1 + SLACK) * idleMs)
    return unused >= SLACK * idleMs || (unused >= PAGE_AFTER * idleMs && isNavigation(headers))
  }

  #seal(ending: Seal, due: Due): Promise<void> | undefined {
    if (this.#revocations !== undefined) return this.#sealUnlessRevoked(this.#revocations, ending, due)
    const content = this.#content(ending, due, undefined)
    this.#send(content, this.#carrier(content, due.state), due)
  }

  /** Revocations are asked once more, because a logout may have been faster than this request. */
  async #sealUnlessRevoked(revocations: Revocations, ending: Seal, { state, answer }: Due): Promise<void> {
    const { attachment, login } = state
    this.#sweeper?.start()
    const outcome = attachment && (await revocations.find(attachment.content))
    if (attachment !== undefined && outcome !== undefined && login === undefined) {
      return this.#drop(state, { address: attachment.token.address, outcome }, answer)
    }
    const epoch = login && (await revocations.epochOf(login.principal))
    // Encoded anew: the handler may have gone on since.
    const due = { state, answer, text: undefined }
    const content = this.#content(ending, due, epoch)
    const carrier = this.#carrier(content, state)
    // The last step that can fail: a login that cannot be completed leaves the visitor as he was.
    if (attachment !== undefined && outcome === undefined && login !== undefined) {
      await revocations.end(attachment, 'superseded')
    }
    this.#send(content, carrier, due)
  }

  #drop(state: SealedState, lost: Loss, answer: SessionAnswer): void {
    state.attachment = undefined
    announce(lost)
    this.#answer(state, answer, false)
  }

  #content(ending: Seal, due: Due, epoch: number | undefined): SealedContent {
    const { codec, dataVersion, lifetime } = this.#options
    const { attachment, login, writes } = due.state
    const text = due.text ?? codec.stringify(writes.values)
    const now = Date.now()
    const idleDeadline = now + (1 + SLACK) * lifetime.idleMs
    const { content } = attachment ?? {}
    // What a newer server has written is read as it stands, and keeps its number.
    const layout = Math.max(dataVersion, content?.dataVersion ?? 0)
    if (ending === 'seal' && content !== undefined) return { ...content, idleDeadline, dataVersion: layout, text }
    const absoluteDeadline = now + lifetime.absoluteMs
    const fresh = { id: newSealedId(), createdAt: now, idleDeadline, absoluteDeadline, dataVersion: layout, text }
    if (login === undefined) return { ...fresh, ...nobody, generation: 0 }
    return { ...fresh, ...login, epoch, generation: (content?.generation ?? 0) + 1 }
  }

  /** Throws for what no answer could carry, before anything has happened. */
  #carrier(content: SealedContent, { presented }: SealedState): string {
    const { transport, sealer } = this.#options
    const carrier = sealer.seal(encodeContent(content))
    transport.check(carrier, presented)
    return carrier
  }

  #send(content: SealedContent, carrier: string, { state, answer }: Due): undefined {
    const { transport } = this.#options
    const { login, attachment, presented } = state
    const maxAge = Math.floor((content.absoluteDeadline - Date.now()) / 1000)
    transport.write(answer.headers, { kind: 'set', carrier, maxAge, login: login !== undefined }, presented)
    if (login !== undefined) tell('login', content)
    else tell(attachment === undefined ? 'created' : 'saved', content)
  }

  #answer({ ended, used, presented }: SealedState, { headers }: SessionAnswer, deliverable: boolean): void {
    const { transport } = this.#options
    if (deliverable && ended) transport.write(headers, { kind: 'expire' }, presented)
    else if (used) transport.write(headers, { kind: 'keep' }, presented)
  }
}

/**
 * Whether a request whose session has ended may begin a new one. After a login never: its answer may come after that
 * login's. After a logout or a revocation with a page, which hardly overlaps with the next login: otherwise its visitor
 * could keep nothing, a token of the login form included, for as long as the browser sends the dead cookie.
 */
function mayBeginAnew({ request }: SealedState, { outcome }: Loss): boolean {
  return outcome === 'gone' && isNavigation(request.headers)
}

/** What became of the session whose seal was sent. The address is a hash, which only a listener is worth. */
function tell(event: 'created' | 'saved' | 'login', { id, principal, generation }: SealedContent): void {
  if (!channels[event].hasSubscribers) return
  const address = revocationAddress(id)
  if (event === 'saved') channels.saved.publish({ address, version: 0 })
  else if (event === 'created') channels.created.publish({ address, principal })
  else if (principal !== undefined) channels.login.publish({ address, principal, generation })
}

function announce({ address, outcome }: Loss): void {
  channels[outcome].publish({ address })
}

function nothing(): void {}
