import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionStore } from 'sekisho'
import { csrfGuard } from 'sekisho/csrf'
import { nodeListener } from 'sekisho/node'
import { answerTo, type Guest, visitOf } from './answering.ts'
import { type OwnSession, shopSessions } from './data.ts'
import { ownDoor } from './door.ts'
import { ownRoutes } from './routes.ts'
import { send, serve, type Shop } from './serving.ts'
import { createUsers, type Users } from './users.ts'
import type { OwnVisit, Services } from './visit.ts'

/** What a shop is made of. */
export interface ShopOptions {
  /** Where sessions are kept. */
  readonly store: SessionStore
  /** Those who may sign in (default: the two of the demo). */
  readonly users?: Users
  /** Whether the shop is served over plain http, as on a developer's machine. */
  readonly development: boolean
}

/** Makes a shop that keeps its own sessions. */
export async function createShop({ store, development, users }: ShopOptions): Promise<Shop> {
  const sessions = shopSessions(store, development)
  const services: Services = { users: users ?? (await createUsers()), admin: sessions.admin, csrf: csrfGuard() }
  const withSession = nodeListener(sessions, async (req: IncomingMessage, res: ServerResponse, session) => {
    send(res, await answerTo(req, ownVisit(req, session, services), ownRoutes))
  })
  const { server, close } = serve(withSession)
  return {
    server,
    async close() {
      await close()
      await sessions.close()
    },
  }
}

function ownVisit(req: IncomingMessage, session: OwnSession, services: Services): OwnVisit {
  const { csrf, users } = services
  return visitOf<Guest & Pick<OwnVisit, 'session' | 'services'>>(req, {
    session,
    services,
    isKnown: session.meta.address !== undefined,
    user: users.find(session.principal),
    door: ownDoor,
    proof: {
      token: () => csrf.token(session),
      holds: (token) => csrf.checkToken(session, token) === undefined,
    },
  })
}
