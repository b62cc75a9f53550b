import type { SiteMatcher } from '../config/match.ts'
import { originTarget, requestProblem } from '../proxy/request-problem.ts'
import { type Answer, refusal } from './answer.ts'
import { approachOf } from './approach.ts'
import { type Arrival, Exchange } from './exchange.ts'
import type { Plans } from './plan.ts'
import { hostName, requestTarget } from './request-target.ts'

/** What requests are matched with. */
export interface Matching {
  readonly matcher: SiteMatcher
  readonly plans: Plans
}

/** The methods that are answered to `OPTIONS *`. */
const methods: readonly string[] = ['Allow', 'GET,HEAD,POST,OPTIONS']

/**
 * Looks what a request is, and whose. What cannot be understood gets an exchange as well, so that it is answered and logged by
 * the server that it came to.
 */
export function receive(arrival: Arrival, matching: Matching): { exchange: Exchange; answer: Answer | undefined } {
  const { request } = arrival
  const problem = requestProblem(request)
  if (problem !== undefined) {
    const allow = problem.status === 405 ? methods : []
    const exchange = unplaced(arrival, matching)
    exchange.plan.log.write({ level: 'info', module: 'core', message: problem.reason, client: exchange.client })
    return { exchange, answer: refusal(problem.status, allow, { close: true }) }
  }
  const host = hostOf(arrival)
  const target = originTarget(request.url ?? '/')
  if (target === '*') {
    const exchange = unplaced(arrival, matching, host)
    return { exchange, answer: { status: 200, headers: methods, body: { kind: 'octets', octets: Buffer.alloc(0) } } }
  }
  const parsed = requestTarget(target)
  if (typeof parsed === 'number') return { exchange: unplaced(arrival, matching, host), answer: refusal(parsed) }
  const exchange = new Exchange(arrival, { ...parsed, host, uri: target })
  place(exchange, matching)
  return { exchange, answer: tooLarge(exchange) }
}

/** A request that no section can be matched with gets what the server says for all. */
function unplaced(arrival: Arrival, matching: Matching, host = ''): Exchange {
  const exchange = new Exchange(arrival, { path: '/', query: undefined, host, uri: '/' })
  place(exchange, matching)
  return exchange
}

function place(exchange: Exchange, { matcher, plans }: Matching): void {
  exchange.server = matcher.server(exchange).settings
  exchange.plan = plans.of(exchange.server, exchange.server)
  const { proxies } = exchange.plan
  if (proxies !== undefined)
    exchange.approach = approachOf(exchange.rawHeaders, exchange.connection.remoteAddress, proxies)
}

/** The name that was asked for; of HTTP/1.0, that may be in the target alone, or missing. */
function hostOf({ request }: Arrival): string {
  const { ':authority': authority, host } = request.headers
  const asked = (authority as string | undefined) ?? host ?? /^https?:\/\/([^/?]*)/i.exec(request.url ?? '')?.[1]
  return asked === undefined ? '' : hostName(asked)
}

/** Limits of the request's head; those of Node lie above them. */
function tooLarge({ plan, method, target, rawHeaders, protocol }: Exchange): Answer | undefined {
  const { line, fields, fieldSize } = plan.limits
  if (method.length + target.length + protocol.length + 2 > line) return refusal(414, [], { close: true })
  if (fields > 0 && rawHeaders.length > 2 * fields) return refusal(431, [], { close: true })
  for (let at = 0; at < rawHeaders.length; at += 2)
    if ((rawHeaders[at]?.length ?? 0) + (rawHeaders[at + 1]?.length ?? 0) + 2 > fieldSize)
      return refusal(431, [], { close: true })
  return undefined
}
