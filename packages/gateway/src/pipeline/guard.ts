import type { Access } from '../auth/access.ts'
import type { Answer as AuthAnswer } from '../auth/outcome.ts'
import type { Visit } from '../auth/visit.ts'
import { type Awaitable, goOn } from '../lib/awaitable.ts'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { openSession } from './open-session.ts'
import { contentOf } from './session-content.ts'

/**
 * Opens the session and lets the request in, or not. Where sessions are those of users, the user is found first.
 *
 * @returns The answer to whoever is not let in, or has to log in.
 */
export function admit(exchange: Exchange, access: Access): Awaitable<Answer | undefined> {
  if (exchange.plan.isGuarded) return admitKnown(exchange, access)
  return goOn(openSession(exchange), () => describeSession(exchange))
}

async function admitKnown(exchange: Exchange, access: Access): Promise<Answer | undefined> {
  const { isPerUser } = exchange.plan
  if (!isPerUser) await openSession(exchange)
  const answer = await judge(exchange, access)
  if (isPerUser && answer === undefined) await openSession(exchange)
  describeSession(exchange)
  return answer
}

async function judge(exchange: Exchange, access: Access): Promise<Answer | undefined> {
  exchange.isJudged = true
  const outcome = await access.admit(visitOf(exchange))
  if (outcome.kind === 'answer') return answerOf(outcome)
  exchange.isJudged = false
  exchange.user = outcome.user
  exchange.authType = outcome.authType
  exchange.authorization = outcome.authorization
  if (outcome.kind === 'replay') {
    exchange.body = outcome.body
    exchange.contentType = outcome.contentType
  }
  return undefined
}

/** For the app, and for conditions and rules of the configuration: what CGI calls HTTP_SESSION. */
function describeSession(exchange: Exchange): undefined {
  const { plan, session } = exchange
  const content =
    plan.session === undefined || session === undefined ? undefined : contentOf(session.session, plan.session)
  if (content !== undefined) exchange.setEnvironment('HTTP_SESSION', content)
}

/** Carries out SetHandler. */
export async function runHandler(exchange: Exchange, access: Access): Promise<Answer> {
  const visit = visitOf(exchange)
  return answerOf(await (exchange.plan.handler === 'form-login-handler' ? access.login(visit) : access.logout(visit)))
}

function visitOf(exchange: Exchange): Visit {
  const { plan, client } = exchange
  return {
    request: exchange,
    settings: plan.settings,
    session: exchange.session?.session,
    log: (notice) => plan.log.write({ ...notice, client, kind: notice.message.slice(0, 9) }),
  }
}

function answerOf({ status, headers, page }: AuthAnswer): Answer {
  const body =
    page === undefined ? undefined : ({ kind: 'text', text: page, type: 'text/html; charset=utf-8' } as const)
  return { status, headers: headers.flat(), body }
}
