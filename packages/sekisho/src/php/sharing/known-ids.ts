import type { CarrierHandOff } from '../../index.ts'

/** How long a session stays known that nobody asks for any more, at least: longer than any request. */
const keptMs = 30 * 60_000

/** One session of PHP, as this process knows it. */
export interface KnownId {
  /** The id in PHP's cookie, and in the name of the file or key. */
  readonly id: string
  /** What the engine shall find as the verifier of the secret. */
  readonly current: string
  /** Where the request came with an id that PHP has replaced by this one: the secret that it stands for. */
  readonly previous?: CarrierHandOff['previous']
}

/**
 * Which of PHP's ids stands behind an address. The way from the id to the address is a hash, so it is remembered from when a
 * request comes, or a session is made, to the end of the request, and some time longer.
 */
export class KnownIds {
  #young = new Map<string, KnownId>()
  #old = new Map<string, KnownId>()
  #turnedAt = Date.now()

  /** A request has come. What is known stays: a login of this process may have moved the session to another id. */
  meet(address: string, known: KnownId): void {
    if (this.get(address) === undefined) this.set(address, known)
  }

  /** @returns What is known of an address. */
  get(address: string): KnownId | undefined {
    const young = this.#young.get(address)
    if (young !== undefined) return young
    const old = this.#old.get(address)
    if (old !== undefined) this.#young.set(address, old)
    return old
  }

  /** There is no such session: whoever makes up ids shall not fill the memory. */
  forget(address: string): void {
    this.#young.delete(address)
    this.#old.delete(address)
  }

  /** A session has been made, or has moved. */
  set(address: string, known: KnownId): void {
    const now = Date.now()
    if (now - this.#turnedAt >= keptMs) {
      this.#old = this.#young
      this.#young = new Map()
      this.#turnedAt = now
    }
    this.#young.set(address, known)
  }
}
