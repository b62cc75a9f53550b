import { Redis } from 'ioredis'
import { RedisStore } from 'sekisho/store/redis'
import { PreparedStore } from './prepared-store.ts'

/**
 * Sessions in the Redis of `SessionRedisURL`. A command that the server has not answered is given up when the engine has given it
 * up, and none is kept for later: who waits is told at once.
 *
 * @param url `redis://`, `rediss://` or `unix:/path`.
 * @param onError Is told when the connection breaks.
 */
export function redisStore(url: string, onError: (error: unknown) => void): PreparedStore {
  const client = redisClient(url, onError)
  return new PreparedStore({
    store: new RedisStore({ client }),
    prepare: async () => {
      if (client.status === 'wait' || client.status === 'end') await client.connect()
      await client.ping()
    },
    release: async () => client.disconnect(),
  })
}

/** A client for the Redis of `SessionRedisURL`, which connects with its first command. */
export function redisClient(url: string, onError: (error: unknown) => void): Redis {
  const options = { lazyConnect: true, maxRetriesPerRequest: 1, commandTimeout: 2000, connectTimeout: 5000 }
  const client = url.startsWith('unix:') ? new Redis(url.slice('unix:'.length), options) : new Redis(url, options)
  client.on('error', onError)
  return client
}
