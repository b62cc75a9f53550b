import { SekishoError } from 'sekisho'
import type { Access } from '../auth/access.ts'
import { type Awaitable, goOn } from '../lib/awaitable.ts'
import { ProxyError } from '../proxy/proxy-error.ts'
import { type Answer, isError, redirection, refusal } from './answer.ts'
import type { CookieRelief } from './cookie-relief.ts'
import { errorPage } from './error-document.ts'
import { type Arrival, Exchange, type Origin } from './exchange.ts'
import { answerWithFile } from './files.ts'
import { type ForwardTools, forward } from './forward.ts'
import { admit, runHandler } from './guard.ts'
import { leadsToFile, matchFile, matchSections, type SiteMatching } from './match.ts'
import { receive } from './receive.ts'
import type { FindRedirect } from './redirect-rules.ts'
import { requestTarget } from './request-target.ts'
import { send, type Sending } from './send.ts'
import { changeRequest } from './tell-app.ts'
import { setVariables } from './variables.ts'

/** What the requests of a site are served with. */
export interface PipelineTools extends SiteMatching, ForwardTools {
  readonly access: Access
  readonly relief: CookieRelief
}

/** What the gateway answers, and to which request: an internal redirect leads to another one. */
interface Landing {
  readonly at: Exchange
  readonly answer: Answer
}

/** So many internal redirects, one after another, are followed. */
const mostRedirects = 10

/** Serves the requests of a site, phase by phase. */
export class Pipeline {
  readonly #tools: PipelineTools

  constructor(tools: PipelineTools) {
    this.#tools = tools
  }

  /**
   * Serves one request. What fails is answered and logged.
   *
   * @param begun Is told of the exchange before anything has been done about it.
   * @returns When the client has the answer, or has gone.
   */
  async serve(arrival: Arrival, begun: (exchange: Exchange) => void): Promise<Exchange> {
    const { exchange, answer } = receive(arrival, this.#tools)
    begun(exchange)
    try {
      const landing = answer === undefined ? await this.#travel(exchange) : { at: exchange, answer }
      if (landing !== undefined) await this.#conclude(landing)
    } catch (error) {
      await this.#apologize(exchange, error)
    }
    return exchange
  }

  /** @returns What the gateway answers itself; undefined when an app has answered. */
  #travel(exchange: Exchange): Awaitable<Landing | undefined> {
    setVariables(exchange, exchange.plan.serverVariableRules)
    matchSections(exchange, this.#tools)
    if (!leadsToFile(exchange)) return this.#enter(exchange)
    return matchFile(exchange, this.#tools).then(() => this.#enter(exchange))
  }

  #enter(exchange: Exchange): Awaitable<Landing | undefined> {
    const { plan, routed } = exchange
    const moved = routed === undefined ? redirected(exchange, plan.redirectOfServer) : undefined
    return goOn(moved ?? tooLarge(exchange) ?? this.#admit(exchange), (refused) => {
      const answer = refused ?? redirected(exchange, plan.redirectOfSections)
      return answer === undefined ? this.#handle(exchange) : { at: exchange, answer }
    })
  }

  #admit(exchange: Exchange): Awaitable<Answer | undefined> {
    const { session, isGuarded, variableRules } = exchange.plan
    setVariables(exchange, variableRules)
    return session === undefined && !isGuarded ? undefined : admit(exchange, this.#tools.access)
  }

  async #handle(exchange: Exchange): Promise<Landing | undefined> {
    const { plan, routed, found } = exchange
    if (plan.handler !== undefined) return { at: exchange, answer: await runHandler(exchange, this.#tools.access) }
    if (routed === undefined && found !== undefined) return this.#handleFile(exchange)
    const answer = routed === undefined ? refusal(404) : await forward(exchange, routed, this.#tools)
    return answer === undefined ? undefined : { at: exchange, answer }
  }

  async #handleFile(exchange: Exchange): Promise<Landing | undefined> {
    changeRequest(exchange)
    const outcome = await answerWithFile(exchange)
    return 'index' in outcome ? this.#follow({ exchange }, outcome.index) : { at: exchange, answer: outcome }
  }

  /** An internal redirect: another path of the site answers, in the same session. */
  async #follow(origin: Origin, uri: string): Promise<Landing | undefined> {
    const { exchange, error } = origin
    const target = requestTarget(uri)
    if (typeof target === 'number' || depthOf(exchange) >= mostRedirects) return { at: exchange, answer: refusal(500) }
    const inner = new Exchange(exchange.arrival, { ...target, host: exchange.host, uri }, origin)
    inner.setEnvironment('REDIRECT_URL', exchange.path)
    inner.setEnvironment('REDIRECT_STATUS', String(error?.status ?? 200))
    return this.#travel(inner)
  }

  /** Sends an answer of the gateway's own: for an error, what ErrorDocument says. */
  async #conclude({ at, answer }: Landing): Promise<void> {
    const page = errorPage(at, answer)
    if (page.kind === 'answer') return this.#send(at, page.answer)
    const landing = await this.#follow({ exchange: at, error: answer }, page.uri)
    if (landing === undefined) return
    if (isError(landing.answer)) return this.#send(at, answer, { additional: landing.answer.status })
    return send(landing.at, { ...landing.answer, status: answer.status }, { lasting: answer.headers })
  }

  async #send(exchange: Exchange, answer: Answer, sending: Sending = {}): Promise<void> {
    if (answer.status !== 431) return send(exchange, answer, sending)
    const lines = this.#tools.relief.lines(exchange.header('cookie'), exchange.scheme === 'https')
    return send(exchange, answer, { ...sending, lasting: lines.flatMap((line) => ['Set-Cookie', line]) })
  }

  /** Something failed that no phase has an answer to. What a failing store holds is left as it is, and so is the cookie. */
  async #apologize(exchange: Exchange, error: unknown): Promise<void> {
    const answer = answerFor(error)
    report(exchange, error, answer)
    exchange.session = undefined
    if (exchange.response.headersSent) exchange.response.destroy()
    if (exchange.isGone || exchange.response.headersSent) return
    try {
      await this.#conclude({ at: exchange, answer })
    } catch (second) {
      report(exchange, second, answer)
      if (!exchange.response.headersSent) await send(exchange, answer)
    }
  }
}

function redirected(exchange: Exchange, find: FindRedirect | undefined): Answer | undefined {
  const found = find?.(exchange)
  if (found === undefined) return undefined
  return found.location === undefined ? refusal(found.status) : redirection(found.status, found.location)
}

/** A body whose length is told at the start is refused at the start. */
function tooLarge({ plan, request, origin }: Exchange): Answer | undefined {
  const most = plan.limits.body
  const length = Number(request.headers['content-length'] ?? 0)
  return most > 0 && length > most && origin === undefined ? refusal(413, [], { close: true }) : undefined
}

function depthOf({ origin }: Exchange): number {
  return origin === undefined ? 0 : 1 + depthOf(origin.exchange)
}

/** Errors of the session engine say which status they mean. */
function answerFor(error: unknown): Answer {
  const status = error instanceof SekishoError || error instanceof ProxyError ? (error.status ?? 500) : 500
  const headers = ['Cache-Control', 'no-store']
  return refusal(status, status === 503 ? [...headers, 'Retry-After', '5'] : headers)
}

function report({ plan, client, path, method }: Exchange, error: unknown, { status }: Answer): void {
  const module = error instanceof SekishoError ? 'session' : 'core'
  const reasons = causesOf(error).join(': ')
  const detail = status === 500 && error instanceof Error && !(error instanceof SekishoError) ? `\n${error.stack}` : ''
  plan.log.write({ level: 'error', module, message: `${method} ${path}: ${status}: ${reasons}${detail}`, client })
}

function causesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  return [error.message, ...(error.cause === undefined ? [] : causesOf(error.cause))]
}
