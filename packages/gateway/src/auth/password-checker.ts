import { AuthFault } from './fault.ts'
import type { PasswordFile, Users } from './files/password-file.ts'
import type { LoginLimiter } from './limit/login-limiter.ts'
import type { Hasher } from './password/hasher.ts'
import { longestPassword } from './password/stored-password.ts'
import { RecentSuccesses, type RecentOptions } from './recent-successes.ts'
import { NoTurnError } from './turns.ts'

/** Somebody who claims to be a user. */
export interface LoginAttempt {
  readonly user: string
  /** Octets, as they were sent. The caller wipes them afterwards. */
  readonly password: Buffer
  /** Where it comes from; undefined: not known, which counts as one place. */
  readonly address: string | undefined
}

/** What a password file says about an attempt. */
export type PasswordVerdict =
  | {
      readonly kind: 'right'
      /** As the file has it, to tell later whether it is still the same. */
      readonly stored: string
    }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'unknown-user' }
  /** Not looked at: too many attempts. */
  | { readonly kind: 'limited'; readonly retryAfter: number }

/** What a checker works with. */
export interface PasswordCheckerOptions {
  readonly hasher: Hasher
  readonly limiter: LoginLimiter
  /** How passwords that were right are remembered. */
  readonly recent?: RecentOptions
}

/**
 * Checks passwords against files: once per some minutes for each user who keeps sending the right one, and never faster than
 * the limits allow for everybody else. An unknown user takes the same work as a known one.
 */
export class PasswordChecker {
  readonly #hasher: Hasher
  readonly #limiter: LoginLimiter
  readonly #recent: RecentSuccesses
  readonly #running = new Map<string, Promise<PasswordVerdict>>()

  constructor({ hasher, limiter, recent }: PasswordCheckerOptions) {
    this.#hasher = hasher
    this.#limiter = limiter
    this.#recent = new RecentSuccesses(recent)
  }

  /** @throws AuthFault when the file cannot be read, or too many logins wait. */
  async check(file: PasswordFile, attempt: LoginAttempt): Promise<PasswordVerdict> {
    const claim = new Claim(file, await file.users(), attempt)
    const name = this.#recent.nameOf(claim.compared, attempt)
    if (claim.usable && this.#recent.has(name)) return { kind: 'right', stored: claim.compared }
    if (!isPossible(attempt.password)) return claim.failed
    return this.#once(`${name} ${attempt.address}`, async () => {
      const verdict = await this.#judge(claim)
      if (verdict.kind === 'right') this.#recent.add(name)
      return verdict
    })
  }

  /** A page brings a dozen requests with the same password at once: they share one hash. */
  #once(name: string, judge: () => Promise<PasswordVerdict>): Promise<PasswordVerdict> {
    const running = this.#running.get(name)
    if (running !== undefined) return running
    const begun = judge().finally(() => this.#running.delete(name))
    this.#running.set(name, begun)
    return begun
  }

  /** Whoever has been allowed is charged already, so that a thousand attempts at once are a thousand. */
  async #judge(claim: Claim): Promise<PasswordVerdict> {
    const { limitName, address } = claim
    if (this.#hasher.isFull) throw overloaded()
    const permission = await this.#limiter.allow(limitName, address)
    if (!permission.allowed) return { kind: 'limited', retryAfter: permission.retryAfter }
    if (await this.#matches(claim)) {
      await this.#limiter.succeeded(limitName, address)
      return { kind: 'right', stored: claim.compared }
    }
    await this.#limiter.failed(limitName, address)
    return claim.failed
  }

  async #matches({ compared, usable, attempt }: Claim): Promise<boolean> {
    try {
      const matches = await this.#hasher.matches(compared, attempt.password)
      return matches && usable
    } catch (error) {
      throw error instanceof NoTurnError ? overloaded(error) : error
    }
  }
}

/** An attempt beside what the file says about its user. */
class Claim {
  readonly attempt: LoginAttempt
  /** What the password is compared with: the user's own, or the costliest of the file where there is none that could match. */
  readonly compared: string
  /** Whether {@link Claim.compared} is the user's own. */
  readonly usable: boolean
  readonly failed: PasswordVerdict
  /** Users of one name in two files are two users. */
  readonly limitName: string
  readonly address: string

  constructor(file: PasswordFile, users: Users, attempt: LoginAttempt) {
    const own = users.stored.get(attempt.user)
    this.attempt = attempt
    this.usable = own !== undefined && !users.unusable.has(attempt.user)
    this.compared = this.usable && own !== undefined ? own : users.costliest
    this.failed = { kind: own === undefined ? 'unknown-user' : 'wrong' }
    this.limitName = `${file.path}:${attempt.user}`
    this.address = attempt.address ?? 'unknown'
  }
}

/** For crypt(3) a password ends at its first zero; what is behind it would not count. */
function isPossible(password: Buffer): boolean {
  return password.length <= longestPassword && !password.includes(0)
}

function overloaded(cause?: unknown): AuthFault {
  return new AuthFault('overloaded', 'Too many logins wait for their passwords to be compared', { cause })
}
