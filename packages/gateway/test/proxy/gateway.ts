import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { responseForUpgrade, wantsUpgrade } from '../../src/proxy/client-side-node.ts'
import type { ClientAnswer, ClientMessage, ForwardOptions, ForwardResult } from '../../src/proxy/contract.ts'
import { clientFields } from '../../src/proxy/fields.ts'
import { Proxy, type ProxyOptions } from '../../src/proxy/proxy-node.ts'
import { originTarget, requestProblem } from '../../src/proxy/request-problem.ts'
import { parseTarget } from '../../src/proxy/target.ts'
import { soon } from './waiting.ts'

export interface GatewayOptions extends Partial<Omit<ForwardOptions, 'target' | 'path' | 'headers'>> {
  /** `timeout=5` and the like. */
  readonly parameters?: Readonly<Record<string, string>>
  readonly proxy?: ProxyOptions
}

/** How a request ended: what the proxy told, or the error that it threw. */
export type End = ForwardResult | Error

/** A server with the proxy behind it and nothing else of the gateway. Dispose of it. */
export class Gateway {
  readonly proxy: Proxy
  readonly ends: End[] = []
  readonly port: number
  readonly #server: Server
  readonly #options: GatewayOptions
  readonly #target: ForwardOptions['target']

  private constructor(server: Server, app: string, options: GatewayOptions) {
    this.#server = server
    this.#options = options
    this.#target = parseTarget(app, new Map(Object.entries(options.parameters ?? {})))
    this.proxy = new Proxy(options.proxy)
    this.port = (server.address() as AddressInfo).port
  }

  /** @param app The target, as ProxyPass has it. */
  static async open(app: string, options: GatewayOptions = {}): Promise<Gateway> {
    const server = createServer({ shouldUpgradeCallback: wantsUpgrade })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const gateway = new Gateway(server, app, options)
    const serve = (request: IncomingMessage, response: ServerResponse): void => void gateway.serve(request, response)
    server.on('request', serve)
    server.on('checkContinue', serve)
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      void gateway.serve(request, responseForUpgrade(request, socket), head)
    })
    return gateway
  }

  /** Serves a request of any server. @param head For an upgrade. */
  async serve(request: ClientMessage, response: ClientAnswer, head?: Buffer): Promise<void> {
    const problem = requestProblem(request)
    if (problem !== undefined) {
      refuse(response, problem.status)
      return
    }
    const options: ForwardOptions = {
      onAnswer: () => undefined,
      ...this.#options,
      target: this.#target,
      path: originTarget(request.url ?? '/'),
      headers: clientFields(request.rawHeaders),
    }
    this.#end(await this.#passOn(request, response, options, head).catch((error: unknown) => error as Error), response)
  }

  async #passOn(
    request: ClientMessage,
    response: ClientAnswer,
    options: ForwardOptions,
    head?: Buffer,
  ): Promise<ForwardResult> {
    if (head === undefined) return await this.proxy.forward(request, response, options)
    return await this.proxy.upgrade(request as IncomingMessage, response as ServerResponse, { ...options, head })
  }

  #end(end: End, response: ClientAnswer): void {
    if (end instanceof Error) {
      const { status = 500, retryAfter } = end as Error & { status?: number; retryAfter?: number }
      response.statusCode = status
      if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter)
      response.end(`gateway: ${end.message}`)
    }
    this.ends.push(end)
    this.#server.emit('ended')
  }

  /** Waits until so many requests have ended. @returns How the last of them did. */
  async ended(number = 1): Promise<End> {
    while (this.ends.length < number) await soon(once(this.#server, 'ended'), () => `the end of request ${number}`)
    return this.ends[number - 1] as End
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy.close()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

function refuse(response: ClientAnswer, status: number): void {
  response.statusCode = status
  if ('shouldKeepAlive' in response) response.shouldKeepAlive = false
  response.end('gateway: refused')
}
