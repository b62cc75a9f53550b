import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { Redis } from 'ioredis'
import { channels } from '../src/lib/events-node.ts'
import { RedisStore, type RedisStoreOptions } from '../src/store/redis.ts'
import { redisUrl } from './services.ts'

/** A store of its own on the shared server, and the server itself. */
export interface Fixture {
  readonly redis: Redis
  readonly store: RedisStore
  readonly prefix: string
  /** The key of a session. */
  key(address: string): string
}

/**
 * Opens a store with a prefix of its own; what it made is removed when the test ends.
 *
 * @param server A server of the test's own, on which nothing is removed: it goes as a whole.
 */
export function fixture(
  t: TestContext,
  options: Partial<RedisStoreOptions> = {},
  server?: { readonly url: string },
): Fixture {
  const redis = new Redis(server?.url ?? redisUrl())
  redis.on('error', () => {})
  const prefix = `test:${randomUUID()}:`
  t.after(async () => {
    const keys = server === undefined && redis.status === 'ready' ? await redis.keys(`${prefix}*`) : []
    if (keys.length > 0) await redis.del(keys)
    redis.disconnect()
  })
  const store = new RedisStore({ client: redis, prefix, ...options })
  return { redis, store, prefix, key: (address) => `${prefix}session:{${address}}` }
}

/** What is published on a channel until the test ends. */
export function heard<E extends keyof typeof channels>(
  t: TestContext,
  event: E,
): { address?: string; error?: unknown }[] {
  const messages: { address?: string; error?: unknown }[] = []
  const listen = (message: unknown): void => void messages.push(message as { address?: string; error?: unknown })
  channels[event].subscribe(listen)
  t.after(() => channels[event].unsubscribe(listen))
  return messages
}
