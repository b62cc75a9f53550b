import { type Awaitable, goOn } from '../lib/awaitable.ts'
import type { SessionKeeper, VisitorSession } from '../session/contract.ts'
import type { Exchange, OpenSession } from './exchange.ts'
import type { SessionPlan } from './plan.ts'

/**
 * Opens the session of a request, where there is one. The page of an error and the index of a directory share the session of the
 * request that they are for, whatever else their sections say about it, as long as it is in the same cookie.
 *
 * @throws SekishoError with a `status` of 503 when the store fails.
 */
export function openSession(exchange: Exchange): Awaitable<void> {
  const plan = exchange.plan.session
  if (plan === undefined || !plan.covers(exchange.path)) return undefined
  exchange.session = sharedWith(exchange, plan)
  if (exchange.session !== undefined) return undefined
  return goOn(open(exchange, plan.keeper), (session) => {
    exchange.session = { keeper: plan.keeper, cookie: plan.policy.cookie.name, session }
    mention(exchange, session, plan)
  })
}

function sharedWith({ origin }: Exchange, plan: SessionPlan): OpenSession | undefined {
  for (let at = origin?.exchange; at !== undefined; at = at.origin?.exchange)
    if (at.session?.cookie === plan.policy.cookie.name) return at.session
  return undefined
}

function open(exchange: Exchange, keeper: SessionKeeper): Awaitable<VisitorSession> {
  return keeper.open({
    method: exchange.method,
    cookie: exchange.header('cookie'),
    secure: exchange.scheme === 'https',
    headers: exchange.request.headers as Readonly<Record<string, string | undefined>>,
    user: exchange.user,
  })
}

/** For whoever looks for the reason why somebody has to log in again. */
function mention(exchange: Exchange, { beginning }: VisitorSession, { policy }: SessionPlan): void {
  if (beginning !== 'expired' && beginning !== 'not-found' && beginning !== 'several') return
  const { plan, path, client } = exchange
  if (!plan.log.takes('info', 'session')) return
  const { cookie, idleSeconds } = policy
  const messages = {
    expired: `session expired: ${path} (sessions live ${idleSeconds ?? 'without a limit of'} seconds without a request)`,
    'not-found': `session not found: ${path} (the cookie ${cookie.name} is of no session here)`,
    several: `session not found: ${path} (several cookies ${cookie.name} that differ)`,
  }
  plan.log.write({ level: 'info', module: 'session', message: messages[beginning], client, kind: beginning })
}
