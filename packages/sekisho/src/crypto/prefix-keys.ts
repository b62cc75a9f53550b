import type { KeyObject } from './node.ts'

/** So many keys are kept in each of two generations; a key takes some 200 octets. */
const GENERATION = 2048

/**
 * The keys derived for the nonce prefixes met lately: 2,048 to 4,096 of them. When the younger generation is full, the
 * older one is forgotten; a key that is used again moves into the younger. Only what has been authenticated may enter, so
 * that forgeries push nothing out.
 */
export class PrefixKeys {
  #young = new Map<string, KeyObject>()
  #old = new Map<string, KeyObject>()

  /** @param prefix The prefix's octets as latin-1. */
  get(prefix: string): KeyObject | undefined {
    const young = this.#young.get(prefix)
    if (young !== undefined) return young
    const old = this.#old.get(prefix)
    if (old !== undefined) this.add(prefix, old)
    return old
  }

  /** Keeps a key. */
  add(prefix: string, key: KeyObject): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(prefix, key)
  }
}
