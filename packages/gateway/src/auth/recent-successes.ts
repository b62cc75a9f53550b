import { createHmac, createSecretKey, randomBytes } from 'node:crypto'

/** How long and how many passwords are remembered as right. */
export interface RecentOptions {
  /**
   * Seconds (default 300, as in Apache's mod_authn_socache). A stored password that changes counts at once, whatever this is;
   * it bounds for how long a memory dump holds something that is quicker to guess at than the stored hash.
   */
  readonly seconds?: number
  /** How many (default 10,000). */
  readonly most?: number
  /** The time in milliseconds, from any start (default: `performance.now()`). */
  now?(): number
}

/** What is remembered of a login. */
export interface Credentials {
  readonly user: string
  readonly password: Buffer
}

/**
 * Remembers passwords that were right, so that a browser that sends one with every request costs one hash now and then. Kept is
 * a keyed hash of user, password and stored password; the key is random and lives as long as the process.
 */
export class RecentSuccesses {
  readonly #key = createSecretKey(randomBytes(32))
  readonly #ends = new Map<string, number>()
  readonly #milliseconds: number
  readonly #most: number
  readonly #now: () => number

  constructor({ seconds = 300, most = 10_000, now = () => performance.now() }: RecentOptions = {}) {
    this.#milliseconds = seconds * 1000
    this.#most = most
    this.#now = now
  }

  /** How many are remembered, those that are over included. */
  get size(): number {
    return this.#ends.size
  }

  /** The name under which credentials are remembered, as far as the stored password is still the same. */
  nameOf(stored: string, { user, password }: Credentials): string {
    const hmac = createHmac('sha256', this.#key)
    for (const part of [Buffer.from(stored), Buffer.from(user), password]) hmac.update(`${part.length}:`).update(part)
    return hmac.digest('base64')
  }

  has(name: string): boolean {
    const end = this.#ends.get(name)
    if (end === undefined) return false
    if (end > this.#now()) return true
    this.#ends.delete(name)
    return false
  }

  add(name: string): void {
    this.#ends.delete(name)
    this.#ends.set(name, this.#now() + this.#milliseconds)
    this.#dropOld()
  }

  /** All are remembered equally long, so the first ones are the first to be over. */
  #dropOld(): void {
    for (const [name, end] of this.#ends) {
      if (end > this.#now() && this.#ends.size <= this.#most) return
      this.#ends.delete(name)
    }
  }
}
