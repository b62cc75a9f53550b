import type { IncomingMessage } from 'node:http'
import { redirect } from '../answers.ts'
import { answerTo, visitOf } from '../answering.ts'
import { gatewayDoor } from '../door.ts'
import { commonRoutes, type Route } from '../routes.ts'
import { send, serve, type Shop } from '../serving.ts'
import { demoUsers, type User } from '../users.ts'
import type { Answer, Visit } from '../visit.ts'
import { GatewaySession } from './session.ts'

interface GatewayVisit extends Visit {
  readonly session: GatewaySession
  /** Another page of the site led here, not a link on somebody else's. */
  readonly isFromSite: boolean
}

/** The header that `SessionHeader` names: what the shop says in it, the gateway puts into the session, and nobody else sees. */
const sessionHeader = 'x-myapp-session'

const routes: readonly Route<GatewayVisit>[] = [...commonRoutes, { path: '/goodbye', get: sayGoodbye }]

/**
 * Makes a shop without sessions and passwords of its own: both are the gateway's, in front of it, and so shared with every other
 * app there. It believes whoever can reach it, so nobody but the gateway may.
 */
export function createGatewayShop(): Shop {
  return serve((req, res) => {
    void (async () => {
      const visit = gatewayVisit(req)
      const answer = await answerTo(req, visit, routes)
      const { changes } = visit.session
      if (changes !== undefined) res.setHeader(sessionHeader, changes)
      send(res, answer)
    })().catch((error: unknown) => res.destroy(error as Error))
  })
}

function gatewayVisit(req: IncomingMessage): GatewayVisit {
  const { session: said } = req.headers
  const session = new GatewaySession(typeof said === 'string' ? said : undefined)
  return visitOf(req, {
    session,
    isFromSite: req.headers['sec-fetch-site'] === 'same-origin',
    isKnown: session.isStored,
    user: userOf(req.headers['x-remote-user']),
    door: gatewayDoor,
    proof: undefined,
  })
}

/** Whoever the gateway says it is, also somebody whom the shop has never heard of. */
function userOf(said: string | string[] | undefined): User | undefined {
  if (typeof said !== 'string') return undefined
  // A header is octets, and the gateway writes UTF-8.
  const id = Buffer.from(said, 'latin1').toString()
  return demoUsers.find((user) => user.id === id) ?? { id, name: { ja: id, en: id } }
}

/** After a logout: what the visitor had chosen goes as well, all but the language. */
function sayGoodbye({ session, user, isFromSite }: GatewayVisit): Answer {
  if (user !== undefined || !isFromSite) return redirect('/')
  session.remove('cart')
  session.remove('order')
  session.flash('notice', { kind: 'goodbye' })
  return redirect('/')
}
