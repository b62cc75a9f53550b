import connectPgSimple from 'connect-pg-simple'
import { RedisStore } from 'connect-redis'
import session, { type Store } from 'express-session'
import type { Awaitable, Contender } from '../contract.ts'
import type { Sample } from '../sample.ts'
import { actOnBag } from './bag.ts'
import { connectPeer, type ConnectMiddleware } from './express-parts.ts'
import { secret } from './secret.ts'
import { callers, endPg, newPrefix, nodeRedisClient, pgPool, removeKeys } from './store-parts.ts'

/** express-session with connect-redis, which takes node-redis alone. */
export const expressSessionRedis: Contender = {
  ...peer('express-session, connect-redis', 'node-redis', async () => {
    const [client, prefix] = [await nodeRedisClient(), newPrefix()]
    return middleware(new RedisStore({ client, prefix }), async () => {
      await removeKeys(prefix)
      await client.close()
    })
  }),
  needs: 'redis',
  callers,
}

/** express-session with connect-pg-simple. */
export const expressSessionPostgres: Contender = {
  ...peer('express-session, connect-pg-simple', 'pg', () => {
    const [pool, prefix] = [pgPool(), newPrefix()]
    const PgStore = connectPgSimple(session)
    const table = { tableName: `${prefix}session`, createTableIfMissing: true }
    return middleware(new PgStore({ pool, pruneSessionInterval: false, ...table }), () => endPg(pool, prefix))
  }),
  needs: 'postgres',
  callers,
}

function peer(name: string, family: Contender['family'], make: () => Awaitable<ConnectMiddleware>): Contender {
  return connectPeer(name, family, make, (req, action) =>
    actOnBag((req as unknown as { session: Partial<Sample> }).session, action),
  )
}

function middleware(store: Store, close: () => Awaitable<void>): ConnectMiddleware {
  const cookie = { maxAge: 1_800_000, sameSite: 'lax' } as const
  return { middleware: session({ secret, resave: false, saveUninitialized: false, store, cookie }), close }
}
