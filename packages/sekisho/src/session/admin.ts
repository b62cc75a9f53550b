import { isSealed } from '../crypto/vault.ts'
import { SekishoUsageError, shown } from '../errors.ts'
import { channels } from '../lib/events-node.ts'
import type { PrincipalIndex, SessionRecord, StoredSession } from '../store/contract.ts'
import type { SessionAdmin, SessionContent, SessionSummary } from './contract.ts'
import { lastUsedAt, type ResolvedLifetime } from './lifetime.ts'
import type { Members } from './merge.ts'
import type { ResolvedOptions } from './options.ts'
import { readData } from './session.ts'
import type { StoreCalls } from './store-calls.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** {@link SessionAdmin} over a store and its index by principal. */
export class StoredAdmin implements SessionAdmin {
  readonly #index: PrincipalIndex | undefined
  readonly #lifetime: ResolvedLifetime
  readonly #calls: StoreCalls
  readonly #options: ResolvedOptions

  constructor(options: ResolvedOptions, calls: StoreCalls) {
    const { store, lifetime } = options
    this.#index = store.principals
    this.#lifetime = lifetime
    this.#calls = calls
    this.#options = options
  }

  async list(principal: string): Promise<SessionSummary[]> {
    const summaries = await this.#summaries(principal)
    return summaries.toSorted((a, b) => b.lastUsedAt - a.lastUsedAt || b.createdAt - a.createdAt)
  }

  async count(principal: string): Promise<number> {
    return (await this.#summaries(principal)).length
  }

  async limit(principal: string, most: number): Promise<number> {
    if (!Number.isSafeInteger(most) || most < 0)
      throw new SekishoUsageError('ERR_ARGUMENT', `\`most\` must be a whole number from 0; received ${shown(most)}`)
    const due = (await this.#summaries(principal)).toSorted(byLogin).slice(most)
    let ended = 0
    for (const { address } of due) {
      if (await this.#deleteIf(address, (record) => record.principal === principal)) ended += 1
    }
    return ended
  }

  async inspect(address: string): Promise<SessionContent | undefined> {
    const stored = await this.#calls.read(address)
    if (stored === undefined) return undefined
    const { payload, text } = stored.record
    const bytes = text === undefined ? payload.length : Buffer.byteLength(text)
    return { bytes, encrypted: isSealed(payload), data: this.#dataOf(address, stored) }
  }

  async revoke(address: string, { principal }: { readonly principal?: string | undefined } = {}): Promise<boolean> {
    if (principal === undefined) return this.#delete(address)
    return this.#deleteIf(address, (record) => record.principal === principal)
  }

  async revokeAll(principal: string, { except }: { readonly except?: string | undefined } = {}): Promise<number> {
    const index = this.#principals()
    const epoch = await this.#calls.guard('index', () => index.raiseEpoch(principal))
    const older = (record: SessionRecord): boolean => record.principal === principal && (record.epoch ?? 0) < epoch
    let ended = 0
    for (;;) {
      const before = ended
      for (const address of await this.#addresses(principal)) {
        if (address !== except && (await this.#deleteIf(address, older))) ended += 1
      }
      if (ended === before) return ended
    }
  }

  #dataOf(address: string, stored: StoredSession): Members | undefined {
    const { atRest } = this.#options
    const { payload, text, dataVersion } = stored.record
    const opened = atRest === undefined ? payload : atRest.openAlone(stored, address)
    if (opened === undefined) return undefined
    try {
      return readData(text ?? utf8.decode(opened), dataVersion, this.#options).values
    } catch {
      // Encrypted, where this definition encrypts nothing; or what a visitor would meet as no session.
      return undefined
    }
  }

  async #summaries(principal: string): Promise<SessionSummary[]> {
    const summaries: SessionSummary[] = []
    for (const address of await this.#addresses(principal)) {
      const stored = await this.#calls.read(address)
      if (stored?.record.principal === principal) summaries.push(summaryOf(address, principal, stored, this.#lifetime))
    }
    return summaries
  }

  /** Ends a session of which this is true. A conflict may be a login of somebody else, so it is looked at again. */
  async #deleteIf(address: string, due: (record: SessionRecord) => boolean): Promise<boolean> {
    for (;;) {
      const stored = await this.#calls.read(address)
      if (stored === undefined || !due(stored.record)) return false
      if (await this.#delete(address, stored.version)) return true
    }
  }

  async #delete(address: string, version?: number): Promise<boolean> {
    const deleted = (await this.#calls.delete(address, version)) === 'deleted'
    if (deleted) channels.destroyed.publish({ address, by: 'revoke' })
    return deleted
  }

  async #addresses(principal: string): Promise<readonly string[]> {
    const index = this.#principals()
    return this.#calls.guard('read', () => index.list(principal))
  }

  #principals(): PrincipalIndex {
    if (this.#index !== undefined) return this.#index
    throw new SekishoUsageError(
      'ERR_OPTION',
      'option `store` must keep an index by principal for `admin.list` and `admin.revokeAll`; this one has no `principals`',
    )
  }
}

/** The latest login first; the order of logins in the same millisecond is the same for everybody who asks. */
function byLogin(a: SessionSummary, b: SessionSummary): number {
  return b.authenticatedAt - a.authenticatedAt || b.createdAt - a.createdAt || (a.address < b.address ? -1 : 1)
}

function summaryOf(
  address: string,
  principal: string,
  stored: StoredSession,
  lifetime: ResolvedLifetime,
): SessionSummary {
  const { record, createdAt, absoluteDeadline } = stored
  const { amr = [], device } = record
  const authenticatedAt = record.authenticatedAt ?? createdAt
  const used = lastUsedAt(stored, lifetime)
  return { address, principal, createdAt, authenticatedAt, lastUsedAt: used, absoluteDeadline, amr, device }
}
