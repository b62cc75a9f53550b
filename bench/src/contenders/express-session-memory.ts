import session from 'express-session'
import type { Contender } from '../contract.ts'
import type { Sample } from '../sample.ts'
import { actOnBag } from './bag.ts'
import { connectPeer } from './express-parts.ts'
import { secret } from './secret.ts'

/** express-session with its own MemoryStore. */
export const expressSessionMemory: Contender = connectPeer(
  'express-session, MemoryStore',
  'memory',
  () => ({
    middleware: session({
      secret,
      resave: false,
      saveUninitialized: false,
      store: new session.MemoryStore(),
      cookie: { maxAge: 1_800_000, sameSite: 'lax' },
    }),
  }),
  (req, action) => actOnBag((req as unknown as { session: Partial<Sample> }).session, action),
)
