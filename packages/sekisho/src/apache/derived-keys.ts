import type { DerivationQueue } from './derivation-queue.ts'
import { createSecretKey, type KeyObject } from './primitives-node.ts'

/** Where derived keys come from. */
export interface KeySource {
  readonly passphrase: Buffer
  /** Octets of a key. */
  readonly octets: number
  readonly queue: DerivationQueue
}

/** The keys that one passphrase gives with different salts. The last used ones are kept; only keys that have proved right are. */
export class DerivedKeys {
  readonly #source: KeySource
  readonly #limit: number
  readonly #kept = new Map<string, KeyObject>()
  readonly #coming = new Map<string, Promise<KeyObject>>()

  /** @param limit How many keys are kept. */
  constructor(source: KeySource, limit: number) {
    this.#source = source
    this.#limit = limit
  }

  /**
   * Opens something with the key for a salt, and keeps the key if that succeeds. Whoever asks for a salt whose key is being
   * derived waits for the same key.
   *
   * @param attempt Tries the key. @returns `undefined` when it is the wrong one.
   */
  async tryKey<T>(salt: Buffer, attempt: (key: KeyObject) => T | undefined): Promise<T | undefined> {
    const name = salt.toString('latin1')
    const key = this.#kept.get(name) ?? (await this.#derive(name, salt))
    const result = attempt(key)
    if (result !== undefined) this.#keep(name, key)
    return result
  }

  /** A key for a salt of our own, before all that clients make wait. */
  async own(salt: Buffer): Promise<KeyObject> {
    const key = await this.#fromQueue(salt, true)
    this.#keep(salt.toString('latin1'), key)
    return key
  }

  #derive(name: string, salt: Buffer): Promise<KeyObject> {
    const coming = this.#coming.get(name)
    if (coming !== undefined) return coming
    const derived = this.#fromQueue(salt, false).finally(() => this.#coming.delete(name))
    this.#coming.set(name, derived)
    return derived
  }

  async #fromQueue(salt: Buffer, isUrgent: boolean): Promise<KeyObject> {
    const { queue, passphrase, octets } = this.#source
    return createSecretKey(await queue.derive({ passphrase, salt, octets }, isUrgent))
  }

  /** A map keeps the order of insertion, so the first one is the one that nobody has used for longest. */
  #keep(name: string, key: KeyObject): void {
    this.#kept.delete(name)
    this.#kept.set(name, key)
    if (this.#kept.size <= this.#limit) return
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined) this.#kept.delete(oldest)
  }
}
