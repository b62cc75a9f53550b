import { optionError, SekishoUsageError } from '../errors.ts'
import { isAddress } from '../lib/address.ts'
import { channels } from '../lib/events-node.ts'
import type { PrincipalIndex, SessionRecord, SessionStore } from '../store/contract.ts'
import { revocationAddress, type SealedAttachment, type SealedContent } from './sealed-content.ts'
import type { ResolvedLifetime } from './lifetime.ts'
import type { SealedAdmin } from './sealed-contract.ts'
import type { StoreCalls } from './store-calls.ts'
import { newWriteId } from './token.ts'

/** A tombstone outlives what it forbids by this, for servers whose clocks differ. */
const SLACK_MS = 60_000

/** The generation of a tombstone whose session was replaced by a login, rather than ended. */
const REPLACED = 1

/** How a session has ended; `undefined`: it has not. */
type Ended = 'gone' | 'superseded' | undefined

/**
 * Which sealed sessions have been ended before their time. One small record per ended session, in any store, for as long
 * as the session could have lived; and the epochs of principals for ending all sessions of a user.
 */
export class Revocations {
  readonly #store: SessionStore
  readonly #calls: StoreCalls

  constructor(store: SessionStore, calls: StoreCalls) {
    this.#store = store
    this.#calls = calls
  }

  /** Why the session may not be used any more: it or all its user's sessions were ended, or a login has replaced it. */
  async find({ id, principal, epoch = 0 }: Pick<SealedContent, 'id' | 'principal' | 'epoch'>): Promise<Ended> {
    const ended = await this.#ended(revocationAddress(id))
    if (ended !== undefined || principal === undefined || this.#store.principals === undefined) return ended
    return (await this.epochOf(principal)) === epoch ? undefined : 'gone'
  }

  /** Ends a session for the time that is left to it. @returns How it had ended before, if it had. */
  async end({ token, content }: SealedAttachment, outcome: 'gone' | 'superseded'): Promise<Ended> {
    const isFirst = await this.add(token.address, content.absoluteDeadline - Date.now(), outcome)
    return isFirst ? undefined : this.#ended(token.address)
  }

  /** Ends whatever session has this address, for so long. @returns Whether it had not ended before. */
  async add(address: string, remainingMs: number, outcome: 'gone' | 'superseded'): Promise<boolean> {
    const lives = Math.max(1, remainingMs) + SLACK_MS
    return (await this.#calls.create(address, tombstone(outcome), { idleMs: lives, absoluteMs: lives })) === 'created'
  }

  /** The principal's epoch, which a login writes into the sealed session. */
  async epochOf(principal: string): Promise<number | undefined> {
    const { principals } = this.#store
    return principals && this.#calls.guard('read', () => principals.epoch(principal))
  }

  /** Ends every session of a user that was sealed before. */
  async addAll(principal: string): Promise<void> {
    const principals = this.#principals()
    await this.#calls.guard('index', () => principals.raiseEpoch(principal))
  }

  async #ended(address: string): Promise<Ended> {
    const stored = await this.#calls.read(address)
    if (stored === undefined) return undefined
    return stored.record.generation === REPLACED ? 'superseded' : 'gone'
  }

  #principals(): PrincipalIndex {
    if (this.#store.principals !== undefined) return this.#store.principals
    throw new SekishoUsageError(
      'ERR_OPTION',
      'option `revocations` must be a store with `principals` to end all sessions of a user',
    )
  }
}

/** Ending sealed sessions from outside of a request. */
export class RevocationAdmin implements SealedAdmin {
  readonly #revocations: Revocations | undefined
  readonly #lifetime: ResolvedLifetime

  constructor(revocations: Revocations | undefined, lifetime: ResolvedLifetime) {
    this.#revocations = revocations
    this.#lifetime = lifetime
  }

  async revoke(address: string): Promise<void> {
    const revocations = this.#store()
    if (!isAddress(address)) return
    // How long the session has left is only known to its cookie.
    await revocations.add(address, this.#lifetime.absoluteMs, 'gone')
    channels.destroyed.publish({ address, by: 'revoke' })
  }

  revokeAll(principal: string): Promise<void> {
    return this.#store().addAll(principal)
  }

  #store(): Revocations {
    if (this.#revocations !== undefined) return this.#revocations
    throw optionError('revocations', 'a session store, to end sealed sessions before their time', undefined)
  }
}

function tombstone(outcome: 'gone' | 'superseded'): SessionRecord {
  const generation = outcome === 'superseded' ? REPLACED : 0
  return { generation, current: '', dataVersion: 0, writeIds: [newWriteId()], payload: new Uint8Array() }
}
