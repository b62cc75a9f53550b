import session from 'express-session'
import fileStore from 'session-file-store'
import type { Contender } from '../contract.ts'
import type { Sample } from '../sample.ts'
import { temporaryDirectory } from '../temporary.ts'
import { actOnBag } from './bag.ts'
import { connectPeer } from './express-parts.ts'
import { secret } from './secret.ts'

const FileStore = fileStore(session)

/** express-session with session-file-store. */
export const expressSessionFile: Contender = connectPeer(
  'express-session, session-file-store',
  'file',
  () => {
    const { directory, remove } = temporaryDirectory()
    const store = new FileStore({ path: directory, ttl: 1800, reapInterval: -1, logFn: () => {} })
    const cookie = { maxAge: 1_800_000, sameSite: 'lax' } as const
    return {
      middleware: session({ secret, resave: false, saveUninitialized: false, store, cookie }),
      close: remove,
    }
  },
  (req, action) => actOnBag((req as unknown as { session: Partial<Sample> }).session, action),
)
