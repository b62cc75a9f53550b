/**
 * The contenders that come from npm. Loaded only when their packages are there.
 *
 * @module
 */
import { bareExpress } from './contenders/bare-express.ts'
import { bareFastify } from './contenders/bare-fastify.ts'
import { cookieSessionPeer } from './contenders/cookie-session.ts'
import { expressSessionFile } from './contenders/express-session-file.ts'
import { expressSessionMemory } from './contenders/express-session-memory.ts'
import { expressSessionPostgres, expressSessionRedis } from './contenders/express-session-stores.ts'
import { fastifySecureSession } from './contenders/fastify-secure-session.ts'
import { fastifySessionRedis } from './contenders/fastify-session-redis.ts'
import { fastifySession } from './contenders/fastify-session.ts'
import { ironSession } from './contenders/iron-session.ts'
import { remixCookie } from './contenders/remix-cookie.ts'
import { remixFile } from './contenders/remix-file.ts'
import { remixMemory } from './contenders/remix-memory.ts'
import { sekishoExpressPostgres, sekishoExpressRedis } from './contenders/sekisho-express.ts'
import type { Contender } from './contract.ts'

/** All of them. */
export const peers: readonly Contender[] = [
  bareExpress,
  bareFastify,
  cookieSessionPeer,
  fastifySecureSession,
  ironSession,
  remixCookie,
  expressSessionMemory,
  fastifySession,
  remixMemory,
  expressSessionFile,
  remixFile,
  expressSessionRedis,
  sekishoExpressRedis,
  fastifySessionRedis,
  expressSessionPostgres,
  sekishoExpressPostgres,
]
