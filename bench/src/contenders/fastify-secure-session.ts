import { randomBytes } from 'node:crypto'
import secureSession from '@fastify/secure-session'
import fastify, { type FastifyRequest } from 'fastify'
import { noSession, type Action, type Contender } from '../contract.ts'
import { sample } from '../sample.ts'
import { fastifyApplication } from './fastify-parts.ts'

interface Bag {
  get(key: string): unknown
  set(key: string, value: unknown): void
}

/** `@fastify/secure-session`: libsodium, native code. */
export const fastifySecureSession: Contender = {
  name: '@fastify/secure-session (native)',
  family: 'cookie',
  role: 'peer',
  server: 'fastify',
  async node() {
    const app = fastify()
    const options = {
      key: randomBytes(32),
      expiry: 1800,
      cookie: { path: '/', httpOnly: true, sameSite: 'lax' },
    } as const
    await app.register(secureSession, options)
    return fastifyApplication(app, act)
  },
}

function act(request: FastifyRequest, action: Action): string {
  const session = request.session as unknown as Bag
  if (action === 'create') {
    for (const [key, value] of Object.entries(sample())) session.set(key, value)
    return '1'
  }
  const n = session.get('n')
  if (typeof n !== 'number') return noSession
  if (action === 'write') session.set('n', n + 1)
  return String(action === 'write' ? n + 1 : n)
}
