import type { IncomingMessage, ServerResponse } from 'node:http'
import { getIronSession } from 'iron-session'
import type { Action, Contender, NodeHandler } from '../contract.ts'
import type { Sample } from '../sample.ts'
import { actOnBag } from './bag.ts'
import { secret } from './secret.ts'

const options = { password: secret, cookieName: 'iron', ttl: 1800 }

/** iron-session. */
export const ironSession: Contender = {
  name: 'iron-session',
  family: 'cookie',
  role: 'peer',
  server: 'node',
  node: () => ({ handlers: { create: serving('create'), read: serving('read'), write: serving('write') } }),
}

function serving(action: Action): NodeHandler {
  return async (req: IncomingMessage, res: ServerResponse) => {
    const session = await getIronSession<Sample>(req, res, options)
    const body = actOnBag(session, action)
    if (action !== 'read') await session.save()
    res.end(body)
  }
}
