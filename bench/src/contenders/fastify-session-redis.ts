import cookie from '@fastify/cookie'
import session, { type SessionStore } from '@fastify/session'
import { RedisStore } from 'connect-redis'
import fastify from 'fastify'
import type { Contender } from '../contract.ts'
import type { Sample } from '../sample.ts'
import { actOnBag } from './bag.ts'
import { fastifyApplication } from './fastify-parts.ts'
import { secret } from './secret.ts'
import { callers, newPrefix, nodeRedisClient, removeKeys } from './store-parts.ts'

/** `@fastify/session` with connect-redis, which its own guide names for Redis. */
export const fastifySessionRedis: Contender = {
  name: '@fastify/session, connect-redis',
  family: 'node-redis',
  role: 'peer',
  server: 'fastify',
  needs: 'redis',
  callers,
  async node() {
    const [client, prefix] = [await nodeRedisClient(), newPrefix()]
    const app = fastify()
    await app.register(cookie)
    await app.register(session, {
      secret,
      store: new RedisStore({ client, prefix }) as unknown as SessionStore,
      saveUninitialized: false,
      rolling: false,
      cookie: { secure: false, maxAge: 1_800_000, sameSite: 'lax' },
    })
    app.addHook('onClose', async () => {
      await removeKeys(prefix)
      await client.close()
    })
    return fastifyApplication(app, (request, action) => actOnBag(request.session as unknown as Partial<Sample>, action))
  },
}
