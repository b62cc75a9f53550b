import { isSealed, type KeyHolder, Vault, type PayloadTimes, type VaultMode } from '../crypto/vault.ts'
import { KeyRing } from '../crypto/keyring.ts'
import { optionError } from '../errors.ts'
import type { SessionRecord, StoredSession } from '../store/contract.ts'
import type { ResolvedShared } from './shared-options.ts'
import type { Token } from './token.ts'

/** A new payload's limit is set by this server's clock, and its deadline by the store's: so far they may be apart. */
const CLOCK_SLACK_MS = 24 * 60 * 60 * 1000

/** Encryption of session data in the store. */
export interface EncryptionOptions {
  /** The keys: the first one encrypts, all of them decrypt. */
  readonly keyRing: KeyRing
  /**
   * `keyring`: whoever has the keys can read the store. `carrier`: the visitor's secret is part of every key, so that a
   * copy of the store opens nothing, not even with the server's keys; nobody but the visitor can then bring data back
   * (default `keyring`).
   */
  readonly mode?: VaultMode
  /** Accepts data that is not encrypted, while older sessions live on. An attacker who can write to the store can then forge data (default `false`). */
  readonly acceptPlain?: boolean
}

/** How payloads become what the store keeps, and back. */
export interface AtRest {
  /** The record as the store shall keep it, its payload sealed for the holder of the current secret. */
  seal(record: SessionRecord, token: Token, times: PayloadTimes | undefined): SessionRecord
  /** The payload; `undefined` when it was not written for this record, its user and its times. */
  open(stored: StoredSession, token: Token): Uint8Array | undefined
  /** The payload without a visitor; `undefined` in the mode `carrier` too, where nobody else can open it. */
  openAlone(stored: StoredSession, address: string): Uint8Array | undefined
}

/** Checks the option and makes what it asks for. */
export function resolveEncryption(
  option: EncryptionOptions | undefined,
  { name, lifetime }: Pick<ResolvedShared, 'name' | 'lifetime'>,
): AtRest | undefined {
  if (option === undefined) return undefined
  const { keyRing, mode = 'keyring', acceptPlain = false } = option
  if (!(keyRing instanceof KeyRing)) throw optionError('encryption.keyRing', 'a KeyRing', keyRing)
  if (mode !== 'keyring' && mode !== 'carrier') throw optionError('encryption.mode', "'keyring' or 'carrier'", mode)
  const vault = new Vault(keyRing, mode, name)
  const longestMs = lifetime.absoluteMs + CLOCK_SLACK_MS
  return {
    seal(record, token, times) {
      const holder = holderOf(record, token)
      if (holder === undefined) throw new TypeError('the hand-off of the record does not belong to its secret')
      const context = {
        address: token.address,
        principal: record.principal,
        times: times ?? { notAfter: Date.now() + longestMs },
      }
      return { ...record, payload: vault.seal(record.payload, holder, context) }
    },
    open({ record, createdAt, absoluteDeadline }, token) {
      if (!isSealed(record.payload)) return acceptPlain ? record.payload : undefined
      const holder = holderOf(record, token)
      const context = { address: token.address, principal: record.principal, times: { createdAt, absoluteDeadline } }
      return holder && vault.open(record.payload, holder, context)
    },
    openAlone({ record, createdAt, absoluteDeadline }, address) {
      if (!isSealed(record.payload)) return acceptPlain ? record.payload : undefined
      if (mode === 'carrier') return undefined
      const context = { address, principal: record.principal, times: { createdAt, absoluteDeadline } }
      return vault.open(record.payload, nobody, context)
    },
  }
}

/** Has no part in keys of the mode `keyring`. */
const nobody: KeyHolder = {
  deriveKey() {
    throw new TypeError('only the visitor can open this')
  },
}

/** The token of the secret in use: the presented one, or the one that was handed off to it. */
function holderOf({ current, previous }: SessionRecord, token: Token): Token | undefined {
  return token.verifier === current ? token : previous && token.follow(previous.handoff)
}
