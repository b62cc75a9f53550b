import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ClientAnswer, ClientMessage, ForwardOptions, ForwardResult } from './contract.ts'
import { Forwarding } from './forwarding-node.ts'
import type { Target } from './target.ts'
import type { Tunnel } from './tunnel-node.ts'
import { type AppTls, Upstream } from './upstream-node.ts'

export interface ProxyOptions {
  /** For targets with `https:` and `wss:`. */
  readonly tls?: AppTls
  /** The clock, in milliseconds since 1970 (default `Date.now`). */
  readonly now?: () => number
}

/** Passes requests on to apps, with the connections to them. One for all sites, and for all configurations one after another. */
export class Proxy {
  readonly #options: Required<ProxyOptions>
  readonly #upstreams = new Map<string, Upstream>()
  readonly #tunnels = new Set<Tunnel>()

  constructor({ tls = {}, now = Date.now }: ProxyOptions = {}) {
    this.#options = { tls, now }
  }

  /**
   * Passes a request on and its answer back.
   *
   * @returns What happened, once the client has the answer or is gone.
   * @throws ProxyError when there is no answer of the app, and whatever `onAnswer` rejects with; in both cases nothing was
   * sent, and the caller answers with the error's `status`.
   */
  async forward(request: ClientMessage, response: ClientAnswer, options: ForwardOptions): Promise<ForwardResult> {
    return await new Forwarding(this.#upstream(options.target), { request, response, options }).run()
  }

  /**
   * Passes a request on that wants the connection for something else, such as a WebSocket, when the target allows that
   * (`upgrade=`). Otherwise, and when the app refuses, it is answered like any other, and the connection closed.
   *
   * @param response As `responseForUpgrade` makes it.
   * @param head What the client sent behind the head of its request.
   * @returns What happened, once the tunnel is closed or the answer sent. @throws As {@link Proxy.forward}.
   */
  async upgrade(
    request: IncomingMessage,
    response: ServerResponse,
    { head, ...options }: ForwardOptions & { readonly head: Buffer },
  ): Promise<ForwardResult> {
    const upgrade = { head, opened: (tunnel: Tunnel) => this.#keep(tunnel) }
    return await new Forwarding(this.#upstream(options.target), { request, response, options, upgrade }).run()
  }

  /** How many tunnels are open: they end by themselves only when a client or an app wants them to. */
  get tunnels(): number {
    return this.#tunnels.size
  }

  /** Closes all connections to apps, whatever goes on on them, and all tunnels. */
  async close(): Promise<void> {
    const closing = [...this.#tunnels].map((tunnel) => {
      tunnel.close()
      return tunnel.closed
    })
    for (const upstream of this.#upstreams.values()) upstream.close()
    this.#upstreams.clear()
    await Promise.all(closing)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #upstream(target: Target): Upstream {
    let upstream = this.#upstreams.get(target.key)
    if (upstream === undefined) {
      upstream = new Upstream(target, this.#options.tls, this.#options.now)
      this.#upstreams.set(target.key, upstream)
    }
    return upstream
  }

  #keep(tunnel: Tunnel): void {
    this.#tunnels.add(tunnel)
    void tunnel.closed.then(() => this.#tunnels.delete(tunnel))
  }
}
