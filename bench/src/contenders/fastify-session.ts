import cookie from '@fastify/cookie'
import session from '@fastify/session'
import fastify from 'fastify'
import type { Contender } from '../contract.ts'
import type { Sample } from '../sample.ts'
import { actOnBag } from './bag.ts'
import { fastifyApplication } from './fastify-parts.ts'
import { secret } from './secret.ts'

/** `@fastify/session` with its own store in memory. */
export const fastifySession: Contender = {
  name: '@fastify/session, memory',
  family: 'memory',
  role: 'peer',
  server: 'fastify',
  async node() {
    const app = fastify()
    await app.register(cookie)
    await app.register(session, {
      secret,
      saveUninitialized: false,
      rolling: false,
      cookie: { secure: false, maxAge: 1_800_000, sameSite: 'lax' },
    })
    return fastifyApplication(app, (request, action) => actOnBag(request.session as unknown as Partial<Sample>, action))
  },
}
