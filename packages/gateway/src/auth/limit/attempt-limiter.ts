import { createHash } from 'node:crypto'
import { Buckets, type Rate } from './buckets.ts'
import type { LoginLimiter, Permission } from './login-limiter.ts'
import { networkOf } from './network.ts'

/** How many attempts are allowed, and what is remembered of them. */
export interface AttemptLimits {
  /**
   * Wrong passwords from one address, whoever they are for (default: 50 at once, then one in 6 seconds). Right ones do not
   * count, so an office behind one address is not held up by its size.
   */
  readonly address?: Rate
  /**
   * Wrong passwords for one user, from all addresses where that user has not logged in before (default: 10 at once, then one in
   * 30 seconds: 2,880 a day). Whoever attacks a user takes these away from the user too, but only away from home, and only
   * while the attack lasts.
   */
  readonly user?: Rate
  /** Wrong passwords for one user from one address where that user has logged in before (default: like `user`). */
  readonly home?: Rate
  /** For how many users, addresses and pairs of both this is remembered, each (default 20,000: some megabytes). */
  readonly most?: number
}

/** What happens at the limits, for the log. */
export interface LimitNotice {
  /** Whose attempts are used up. */
  readonly what: 'user' | 'address'
  readonly user: string
  readonly address: string
}

/** What an {@link AttemptLimiter} takes beside its limits. */
export interface AttemptLimiterOptions extends AttemptLimits {
  /** Is told when a wrong password was the last one for now. */
  onExhausted?(notice: LimitNotice): void
  /** The time in milliseconds, from any start (default: `performance.now()`). */
  now?(): number
}

/**
 * Limits attempts to log in, in the memory of one process: per user and per address, IPv6 by its /64. An attempt that is refused
 * costs nothing, so nobody is locked out longer by trying on.
 */
export class AttemptLimiter implements LoginLimiter {
  readonly #addresses: Buckets
  readonly #users: Buckets
  readonly #homes: Buckets
  /** Pairs of user and address that a login has succeeded from. */
  readonly #known = new Set<string>()
  readonly #most: number
  readonly #onExhausted: (notice: LimitNotice) => void
  readonly #now: () => number

  constructor(options: AttemptLimiterOptions = {}) {
    const perUser = { burst: 10, everyMs: 30_000 }
    const { address = { burst: 50, everyMs: 6000 }, user = perUser, home = user, most = 20_000 } = options
    this.#addresses = new Buckets(address, most)
    this.#users = new Buckets(user, most)
    this.#homes = new Buckets(home, most)
    this.#most = most
    this.#onExhausted = options.onExhausted ?? (() => undefined)
    this.#now = options.now ?? (() => performance.now())
  }

  /** How many users, addresses and pairs are remembered now. */
  get size(): number {
    return this.#addresses.size + this.#users.size + this.#homes.size + this.#known.size
  }

  async allow(user: string, address: string): Promise<Permission> {
    const now = this.#now()
    const charged = this.#charged(user, address)
    const wait = Math.max(...charged.map(({ buckets, name }) => buckets.wait(name, now)))
    if (wait > 0) return { allowed: false, retryAfter: Math.ceil(wait / 1000) }
    for (const { buckets, name } of charged) buckets.take(name, now)
    return { allowed: true }
  }

  async failed(user: string, address: string): Promise<void> {
    for (const { what, buckets, name } of this.#charged(user, address))
      if (buckets.wait(name, this.#now()) > 0) this.#onExhausted({ what, user, address })
  }

  async succeeded(user: string, address: string): Promise<void> {
    for (const { buckets, name } of this.#charged(user, address)) buckets.giveBack(name, this.#now())
    this.#remember(pairOf(user, networkOf(address)))
  }

  #charged(user: string, address: string): readonly Charged[] {
    const network = networkOf(address)
    const pair = pairOf(user, network)
    return [
      this.#known.has(pair)
        ? { what: 'user', buckets: this.#homes, name: pair }
        : { what: 'user', buckets: this.#users, name: short(user) },
      { what: 'address', buckets: this.#addresses, name: network },
    ]
  }

  /** Those that have not logged in for longest are forgotten. */
  #remember(pair: string): void {
    this.#known.delete(pair)
    this.#known.add(pair)
    const [oldest] = this.#known
    if (this.#known.size > this.#most && oldest !== undefined) this.#known.delete(oldest)
  }
}

interface Charged {
  readonly what: 'user' | 'address'
  readonly buckets: Buckets
  readonly name: string
}

function pairOf(user: string, network: string): string {
  return short(`${network} ${user}`)
}

/** A name is as long as whoever sends it likes. */
function short(name: string): string {
  return createHash('sha256').update(name).digest('base64').slice(0, 22)
}
