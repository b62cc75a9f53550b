import type { LoginLimiter, Permission } from '../../auth/limit/login-limiter.ts'
import type { LimitCall, ToPrimary, ToWorker } from './messages.ts'

/** The login limiter of the primary, as a worker sees it. */
export class RemoteLimiter implements LoginLimiter {
  readonly #tell: (message: ToPrimary) => void
  readonly #waiting = new Map<number, (permission: Permission | undefined) => void>()
  #last = 0

  constructor(tell: (message: ToPrimary) => void) {
    this.#tell = tell
  }

  async allow(user: string, address: string): Promise<Permission> {
    return (await this.#ask({ method: 'allow', user, address })) ?? { allowed: true }
  }

  async failed(user: string, address: string): Promise<void> {
    await this.#ask({ method: 'failed', user, address })
  }

  async succeeded(user: string, address: string): Promise<void> {
    await this.#ask({ method: 'succeeded', user, address })
  }

  /** Takes an answer of the primary. */
  answered({ number, permission }: Extract<ToWorker, { kind: 'limited' }>): void {
    this.#waiting.get(number)?.(permission)
    this.#waiting.delete(number)
  }

  #ask(call: LimitCall): Promise<Permission | undefined> {
    this.#last += 1
    const number = this.#last
    return new Promise((resolve) => {
      this.#waiting.set(number, resolve)
      this.#tell({ kind: 'limit', number, call })
    })
  }
}

/** Carries out a call of a worker. @returns What the limiter says, where it says something. */
export async function callLimiter(
  limiter: LoginLimiter,
  { method, user, address }: LimitCall,
): Promise<Permission | undefined> {
  switch (method) {
    case 'allow':
      return limiter.allow(user, address)
    case 'failed':
      await limiter.failed(user, address)
      return undefined
    case 'succeeded':
      await limiter.succeeded(user, address)
      return undefined
    default:
      return method satisfies never
  }
}
