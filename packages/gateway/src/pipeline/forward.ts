import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Awaitable, goOn } from '../lib/awaitable.ts'
import type { AnswerHead, ForwardOptions, ForwardResult } from '../proxy/contract.ts'
import { ProxyError } from '../proxy/proxy-error.ts'
import type { Proxy } from '../proxy/proxy-node.ts'
import { reverseFields } from '../proxy/reverse.ts'
import type { Routed } from '../proxy/routes.ts'
import { type Answer, refusal } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { removeField } from './header-list.ts'
import { finishFields } from './finish-head.ts'
import { hearApp } from './hear-app.ts'
import { titleOf } from './pages.ts'
import { fieldsForApp, type TellTools } from './tell-app.ts'

/** What passing on works with. */
export interface ForwardTools extends TellTools {
  readonly proxy: Proxy
}

/** Lets an app answer. @returns What the gateway answers in its place; undefined when the app has answered. */
export async function forward(exchange: Exchange, routed: Routed, tools: ForwardTools): Promise<Answer | undefined> {
  const { plan, error } = exchange
  const options: ForwardOptions = {
    target: routed.target,
    path: routed.path,
    headers: fieldsForApp(exchange, tools),
    method: error === undefined ? undefined : exchange.method,
    body: exchange.body ?? (error === undefined ? undefined : Buffer.alloc(0)),
    maxBody: plan.limits.body > 0 ? plan.limits.body : undefined,
    preserveHost: plan.preserveHost,
    isInternal: (name) => tools.internal.isForbidden(name) || name === plan.session?.policy.header,
    onAnswer: (head) => complete(exchange, head, tools),
  }
  try {
    note(exchange, await pass(exchange, options, tools.proxy))
    return undefined
  } catch (failure) {
    if (!(failure instanceof ProxyError) || exchange.response.headersSent) throw failure
    return answerFor(exchange, failure)
  }
}

function pass({ arrival, isUpgraded }: Exchange, options: ForwardOptions, proxy: Proxy): Promise<ForwardResult> {
  const { request, response, upgrade } = arrival
  if (!isUpgraded || upgrade === undefined) return proxy.forward(request, response, options)
  return proxy.upgrade(request as IncomingMessage, response as ServerResponse, { ...options, head: upgrade.head })
}

/** Completes the head of an app's answer: what it says about the session, where it redirects to, and the rules of Header. */
function complete(exchange: Exchange, head: AnswerHead, tools: ForwardTools): Awaitable<void> {
  const { plan, origin, varied } = exchange
  const rules = plan.alwaysRules.length + plan.answerRules.length + plan.reverses.length + (varied?.size ?? 0)
  if (plan.session !== undefined || origin !== undefined || rules > 0) return completeWith(exchange, head, tools)
  for (const name of tools.internal.sessions) removeField(head.rawHeaders, name)
  exchange.sent = { status: head.status, bytes: 0, fields: head.rawHeaders, isComplete: false }
  return undefined
}

function completeWith(exchange: Exchange, head: AnswerHead, { internal }: ForwardTools): Awaitable<void> {
  return goOn(hearApp(exchange, head, internal), () => finish(exchange, head))
}

function finish(exchange: Exchange, head: AnswerHead): Awaitable<void> {
  const { plan, error, scheme } = exchange
  reverseFields(head.rawHeaders, plan.reverses, `${scheme}://${exchange.header('host') ?? exchange.host}`)
  if (error !== undefined && head.status >= 200 && head.status < 300) {
    head.status = error.status
    head.statusMessage = titleOf(error.status)
  }
  const own = [...head.rawHeaders]
  const always = [...(error?.headers ?? [])]
  return goOn(finishFields(exchange, { status: head.status, always, own, isError: false }), (fields) => {
    head.rawHeaders.splice(0, head.rawHeaders.length, ...fields)
    exchange.sent = { status: head.status, bytes: 0, fields, isComplete: false }
  })
}

function note(exchange: Exchange, { outcome, status = 0, bytes, error }: ForwardResult): void {
  const { fields } = exchange.sent
  exchange.sent = { status, bytes, fields, isComplete: outcome === 'complete' }
  if (outcome !== 'app-failed') return
  const { plan, client, path } = exchange
  const message = `the answer of the app to ${exchange.method} ${path} broke off: ${error?.message ?? ''}`
  plan.log.write({ level: 'error', module: 'proxy', message, client })
}

function answerFor({ plan, client, method, path }: Exchange, error: ProxyError): Answer {
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  const message = `${method} ${path}: ${error.message}${cause}`
  plan.log.write({ level: 'error', module: 'proxy', message, client, kind: `${error.code} ${error.message}` })
  const headers = error.retryAfter === undefined ? [] : ['Retry-After', String(error.retryAfter)]
  return refusal(error.status, headers, { close: error.status === 413 })
}
