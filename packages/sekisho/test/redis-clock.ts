import type { Redis } from 'ioredis'
import type { RedisClient } from '../src/store/redis.ts'

/**
 * A client through which the server's clock can be moved on: the time that the scripts ask for is shifted inside of them, and
 * leases are shortened. Everything else is the server's own doing.
 */
export class ShiftedClock {
  readonly #redis: Redis
  readonly #prefix: string
  #offset = 0

  /** @param prefix The prefix of the store whose clock it is. */
  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.#prefix = prefix
  }

  /** The client for the store. */
  get client(): RedisClient {
    const unknown = async (): Promise<never> => {
      throw new Error('NOSCRIPT each call brings its source')
    }
    const shifted = (source: string, ...rest: string[]): unknown =>
      this.#redis.callBuffer('eval', this.#shift(source), ...rest)
    return { evalshaBuffer: unknown, evalBuffer: shifted, pipeline: unknown, callBuffer: unknown } as RedisClient
  }

  /** Moves the clock on. */
  async pass(ms: number): Promise<void> {
    this.#offset += ms
    for (const key of await this.#redis.keys(`${this.#prefix}lock:*`)) {
      const left = (await this.#redis.pttl(key)) - ms
      await (left > 0 ? this.#redis.pexpire(key, Math.ceil(left)) : this.#redis.del(key))
    }
  }

  #shift(source: string): string {
    const clock = `
local function shifted()
  local time = redis.call('TIME')
  local ms = time[1] * 1000 + math.floor(time[2] / 1000) + ${this.#offset}
  return { math.floor(ms / 1000), (ms % 1000) * 1000 }
end
`
    return clock + source.replaceAll("redis.call('TIME')", 'shifted()')
  }
}
