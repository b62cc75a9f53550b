import cookieSession from 'cookie-session'
import type { Contender } from '../contract.ts'
import type { Sample } from '../sample.ts'
import { actOnBag } from './bag.ts'
import { connectPeer } from './express-parts.ts'
import { secret } from './secret.ts'

/** cookie-session: signed, not encrypted. */
export const cookieSessionPeer: Contender = connectPeer(
  'cookie-session (signed only)',
  'cookie',
  () => ({ middleware: cookieSession({ keys: [secret], maxAge: 1_800_000, sameSite: 'lax' }) }),
  (req, action) => actOnBag((req as unknown as { session: Partial<Sample> }).session, action),
)
