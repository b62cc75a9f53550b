import type { KeyRing } from 'sekisho'
import { SessionCrypto } from 'sekisho/apache'
import type { ApacheCipherName } from '../../config/directives/session-crypto.ts'
import type { PassphraseUsage } from '../contract.ts'
import { keyRingOf } from './stretch-node.ts'

/** A cipher and the passphrases to use with it, the sealing one first. */
export interface CryptoTerms {
  readonly cipher: ApacheCipherName
  readonly passphrases: readonly string[]
}

interface Entry {
  readonly cipher: ApacheCipherName
  readonly crypto: SessionCrypto
  passphrases: readonly string[]
}

/**
 * What was made of passphrases: one {@link SessionCrypto} for each list and cipher, with the keys that it has derived, and one
 * key ring for each list. Kept for as long as a configuration names the list.
 */
export class Passphrases {
  #entries: Entry[] = []
  readonly #rings = new Map<string, Promise<KeyRing>>()

  /**
   * Tells which lists a new configuration names. A list that it does not name any more is turned into the one that took its
   * place (same cipher, a passphrase in common), so that what was derived from the passphrases that stay is not lost.
   */
  expect(wanted: readonly CryptoTerms[]): void {
    const isWanted = (entry: Entry): boolean => wanted.some((terms) => isSame(entry, terms))
    for (const terms of wanted) {
      if (this.#find(terms) !== undefined) continue
      const heir = this.#entries.find((entry) => !isWanted(entry) && isRelated(entry, terms))
      if (heir === undefined) continue
      heir.crypto.replace(terms.passphrases)
      heir.passphrases = terms.passphrases
    }
    this.#entries = this.#entries.filter(isWanted)
  }

  /** The crypto for a list and cipher. */
  crypto(terms: CryptoTerms): SessionCrypto {
    const known = this.#find(terms)
    if (known !== undefined) return known.crypto
    const { cipher, passphrases } = terms
    const crypto = new SessionCrypto({ cipher, passphrases, purpose: 'gateway cookie' })
    this.#entries.push({ cipher, passphrases, crypto })
    return crypto
  }

  /** Keys of our own for a list: the first one seals, all of them open. */
  keyRing(passphrases: readonly string[]): Promise<KeyRing> {
    const key = JSON.stringify(passphrases)
    const known = this.#rings.get(key)
    if (known !== undefined) return known
    const made = keyRingOf(passphrases)
    this.#rings.set(key, made)
    return made
  }

  usage(): PassphraseUsage[] {
    return this.#entries.map(({ cipher, crypto }) => ({ cipher, passphrases: crypto.usage() }))
  }

  #find(terms: CryptoTerms): Entry | undefined {
    return this.#entries.find((entry) => isSame(entry, terms))
  }
}

function isSame(a: CryptoTerms, b: CryptoTerms): boolean {
  return a.cipher === b.cipher && JSON.stringify(a.passphrases) === JSON.stringify(b.passphrases)
}

function isRelated(a: CryptoTerms, b: CryptoTerms): boolean {
  return a.cipher === b.cipher && a.passphrases.some((passphrase) => b.passphrases.includes(passphrase))
}
