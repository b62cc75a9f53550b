import { optionError } from '../errors.ts'
import { KeyRing } from './keyring.ts'
import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from './node.ts'

/**
 * Signs texts for one purpose with keys of a ring: the first one signs, all of them are believed. HMAC-SHA256 under a subkey of
 * the purpose, base64url.
 *
 * @example
 * ```ts
 * const signer = new Signer(keyRing, 'unsubscribe link')
 * const link = `/unsubscribe?user=${user}&by=${signer.sign(user)}`
 * ```
 */
export class Signer {
  readonly #keyRing: KeyRing
  readonly #purpose: string
  /** Objects: octets are made into one for every signature, which takes ten times as long as signing. */
  #keys: readonly KeyObject[] = []
  #revision = -1

  /**
   * @param keyRing The keys.
   * @param purpose Nothing that is signed for another one passes.
   * @throws SekishoUsageError `ERR_OPTION`.
   */
  constructor(keyRing: KeyRing, purpose: string) {
    if (!(keyRing instanceof KeyRing)) throw optionError('keyRing', 'a KeyRing', keyRing)
    if (typeof purpose !== 'string' || purpose === '') throw optionError('purpose', 'a text that is not empty', purpose)
    this.#keyRing = keyRing
    this.#purpose = purpose
  }

  /** @returns The signature of a text, 43 characters. */
  sign(text: string): string {
    const [newest] = this.#current()
    return newest === undefined ? '' : signature(newest, text)
  }

  /** Whether a signature is one of this text; compared in constant time. */
  believes(text: string, given: string): boolean {
    return this.#current().some((key) => isEqual(signature(key, text), given))
  }

  /** A ring never is without a key. */
  #current(): readonly KeyObject[] {
    if (this.#revision === this.#keyRing.revision) return this.#keys
    this.#revision = this.#keyRing.revision
    this.#keys = this.#keyRing.subkeys(this.#purpose).map(({ key }) => createSecretKey(key))
    return this.#keys
  }
}

function signature(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

function isEqual(mine: string, theirs: string): boolean {
  const [a, b] = [Buffer.from(mine), Buffer.from(theirs)]
  return a.length === b.length && timingSafeEqual(a, b)
}
