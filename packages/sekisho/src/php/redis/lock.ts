import { SekishoError } from '../../errors.ts'
import { pause } from '../../lib/pause.ts'
import { newHolder } from './holder-node.ts'
import { textOf, type PhpRedisServer, type SessionKeys } from './server.ts'

/** The script of phpredis, letter for letter, so that the server keeps one of it. */
const releaseScript = 'if redis.call("get",KEYS[1]) == ARGV[1] then return redis.call("del",KEYS[1]) else return 0 end'

/** How a lock is taken. */
export interface LockTimes {
  /** For how many milliseconds it is waited for. */
  readonly waitMs: number
  /** Milliseconds after which the server takes it back, so that the lock of a process that was killed goes by itself. */
  readonly expireMs: number
  /** Between two tries, in milliseconds; give or take half of it. */
  readonly everyMs: number
}

/** phpredis' lock of one session: a key that only its holder deletes, and that always ends by itself. */
export class SessionLock {
  /** What the key holds. */
  readonly holder: string = newHolder()
  readonly #server: PhpRedisServer
  readonly #keys: SessionKeys

  constructor(server: PhpRedisServer, keys: SessionKeys) {
    this.#server = server
    this.#keys = keys
  }

  /** @returns Whether it could be had in time. */
  async take({ waitMs, expireMs, everyMs }: LockTimes): Promise<boolean> {
    const deadline = performance.now() + waitMs
    for (;;) {
      if (await this.#try(expireMs)) return true
      if (performance.now() >= deadline) return false
      await pause(everyMs * (0.5 + Math.random()))
    }
  }

  /** Gives it back; somebody else's stays. */
  async release(): Promise<void> {
    const { lock } = this.#keys
    await this.#server.script('release a lock', { text: releaseScript, keys: [lock], args: [this.holder] })
  }

  /**
   * A try that got no answer may have taken the lock, or may take it yet, when a server that hung goes on. So it is given back behind
   * it, on the same connection as a rule; where that fails as well, the lock ends by itself.
   */
  async #try(expireMs: number): Promise<boolean> {
    const { lock } = this.#keys
    try {
      const command = ['set', lock, this.holder, 'NX', 'PX', String(expireMs)] as const
      return textOf(await this.#server.run('take a lock', lock, command)) === 'OK'
    } catch (error) {
      void this.release().catch(() => {})
      throw error
    }
  }
}

/** What is thrown when a lock was not given back in time. */
export function lockedError(waitMs: number): SekishoError {
  return new SekishoError(
    'ERR_STORE_LOCKED',
    `the session was not unlocked within ${waitMs} ms: another request, of PHP or of ours, still works with it; let it close its session earlier, or wait longer`,
  )
}
