import type { Access } from '../auth/access.ts'
import type { Answer as AuthAnswer } from '../auth/outcome.ts'
import type { Visit } from '../auth/visit.ts'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { openSession } from './open-session.ts'
import { contentOf } from './session-content.ts'

/**
 * Opens the session and lets the request in, or not. Where sessions are those of users, the user is found first.
 *
 * @returns The answer to whoever is not let in, or has to log in.
 */
export async function admit(exchange: Exchange, access: Access): Promise<Answer | undefined> {
  const { plan } = exchange
  if (!plan.isPerUser && plan.session !== undefined) await openSession(exchange)
  const answer = plan.isGuarded ? await judge(exchange, access) : undefined
  if (plan.isPerUser && answer === undefined) await openSession(exchange)
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
function describeSession(exchange: Exchange): void {
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
  return { request: exchange, settings: exchange.plan.settings, session: exchange.session?.session }
}

function answerOf({ status, headers, page }: AuthAnswer): Answer {
  const body =
    page === undefined ? undefined : ({ kind: 'text', text: page, type: 'text/html; charset=utf-8' } as const)
  return { status, headers: headers.flat(), body }
}
