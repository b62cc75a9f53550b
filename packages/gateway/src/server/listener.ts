import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server as PlainServer, type ServerResponse } from 'node:http'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2'
import { Server as NetServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Arrival } from '../pipeline/exchange.ts'
import { responseForUpgrade, wantsUpgrade } from '../proxy/client-side-node.ts'
import type { ClientAnswer, ClientMessage } from '../proxy/contract.ts'
import { type Connection, Connections } from './connection.ts'
import type { Certificate } from './certificates.ts'
import { addressText, type ListenPlan } from './listen-plan.ts'
import { waitsForApp } from './silence.ts'

/** How a listener treats connections, in milliseconds where it is about time. */
export interface ListenerSettings {
  /** How long a connection may stand still. */
  readonly timeoutMs: number
  readonly keepAlive: boolean
  readonly keepAliveTimeoutMs: number
  /** Requests of one connection; 0 for any number. */
  readonly requestsPerConnection: number
}

/** What a listener hands on. */
export interface ListenerHost {
  /**
   * Of TLS: the certificate for a name that a client asks for, or for none.
   *
   * @param localAddress The address that the client came to; undefined: not known.
   */
  certificate(name?: string, localAddress?: string): Certificate | undefined
  serve(arrival: Arrival, connection: Connection): void
  /** A request that no parser could read. @returns What to write before the connection is closed. */
  garbled(error: NodeJS.ErrnoException, secure: boolean): string
  /** @param message For the log. */
  mishap(message: string): void
}

/** The largest head of a request that Node reads; what the configuration allows is less. */
const maxHeaderSize = 128 * 1024
/** How often a listener that stops looks whether anything is left to wait for. */
const sweepMs = 500

type Server = PlainServer | Http2SecureServer

/** One address, its socket, and the connections that came over it. */
export class Listener {
  readonly plan: ListenPlan
  readonly #host: ListenerHost
  readonly #server: Server
  readonly #connections = new Connections()
  readonly #sockets = new Set<Socket>()
  readonly #sessions = new Set<ServerHttp2Session>()
  #stopping = false

  constructor(plan: ListenPlan, host: ListenerHost) {
    this.plan = plan
    this.#host = host
    this.#server = plan.tls ? this.#secure() : createServer({ ...common, optimizeEmptyRequests: true })
    this.#listen(this.#server)
  }

  /**
   * Begins to take connections.
   *
   * @param options `reusePort`: other processes of the same site listen at the same address, and the system spreads connections.
   * @throws What the system says: the address is in use, or not for this user.
   */
  async open({ reusePort }: { readonly reusePort: boolean }): Promise<void> {
    const { host, port } = this.plan
    this.#server.listen({ port, ...(host !== undefined && { host }), backlog: 1024, reusePort })
    await once(this.#server, 'listening')
  }

  /** Takes effect for connections and requests to come. */
  configure({ timeoutMs, keepAlive, keepAliveTimeoutMs, requestsPerConnection }: ListenerSettings): void {
    const server = this.#server as PlainServer
    server.timeout = timeoutMs
    server.headersTimeout = timeoutMs
    server.requestTimeout = 0
    server.keepAliveTimeout = keepAliveTimeoutMs
    server.maxRequestsPerSocket = keepAlive ? requestsPerConnection : 1
    const certificate = this.plan.tls ? this.#host.certificate() : undefined
    if (certificate !== undefined) (this.#server as Http2SecureServer).setSecureContext(certificate.options)
  }

  /**
   * Takes no more connections, lets those that are there finish what they do, and resolves when all are closed. A connection that
   * does nothing was promised the time of KeepAliveTimeout, and a request may be on its way over it: it keeps that time, but
   * not more than half of what there is. Tunnels, which never finish, are cut off as soon as nothing else is left.
   *
   * @param milliseconds After which what is left is cut off; undefined: never, and tunnels stay.
   */
  async stop(milliseconds?: number): Promise<void> {
    this.#stopping = true
    const closed = once(this.#server, 'close')
    for (const { running } of this.#all()) for (const { response } of running) lastOf(response)
    // What has been waiting to be taken is taken before: the event loop looks for it first.
    await new Promise((resolve) => setImmediate(resolve))
    // Node's own way of closing a server ends idle connections at once, and with them what is just being sent over one.
    NetServer.prototype.close.call(this.#server)
    for (const session of this.#sessions) session.close()
    const timers = milliseconds === undefined ? [] : this.#limitTo(milliseconds)
    await closed
    for (const timer of timers) clearTimeout(timer)
  }

  #limitTo(milliseconds: number): NodeJS.Timeout[] {
    const { keepAliveTimeout } = this.#server as PlainServer
    const sweep = setInterval(() => {
      if (this.#hasOnlyTunnels()) this.#cutOff()
    }, sweepMs)
    const idle = setTimeout(() => this.#closeIdle(), Math.min(keepAliveTimeout, milliseconds / 2))
    return [sweep, idle, setTimeout(() => this.#cutOff(), milliseconds)]
  }

  #secure(): Http2SecureServer {
    const host = this.#host
    return createSecureServer({
      ...common,
      ...host.certificate()?.options,
      allowHTTP1: true,
      settings: { maxConcurrentStreams: 128, maxHeaderListSize: maxHeaderSize },
      // Node calls it as a method of the connection.
      SNICallback(this: unknown, name, done) {
        const certificate = host.certificate(name, this instanceof TLSSocket ? this.localAddress : undefined)
        if (certificate === undefined) done(new Error(`no certificate for ${name}`))
        else done(null, certificate.context)
      },
    })
  }

  #listen(server: Server): void {
    const anyServer = server as PlainServer
    Object.assign(server, { shouldUpgradeCallback: wantsUpgrade })
    const serve = (request: ClientMessage, response: ClientAnswer): void => this.#serve({ request, response })
    anyServer.on('request', serve)
    anyServer.on('checkContinue', serve)
    anyServer.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head))
    anyServer.on('connect', (_, carrier: Socket | ServerResponse) => refuseConnect(carrier))
    anyServer.on('clientError', (error, socket) => this.#garbled(error, socket as Socket))
    anyServer.on('timeout', (carrier: Socket | ServerHttp2Session) => this.#silent(carrier))
    anyServer.on('error', (error) => this.#host.mishap(`${addressText(this.plan)}: ${error.message}`))
    server.on(this.plan.tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    if (this.plan.tls) server.on('session', (session: ServerHttp2Session) => this.#begun(session))
  }

  #begun(session: ServerHttp2Session): void {
    this.#sessions.add(session)
    session.once('close', () => this.#sessions.delete(session))
    session.on('error', (error) => this.#host.mishap(`HTTP/2: ${error.message}`))
    if (this.#stopping) session.close()
  }

  #serve(arrival: Omit<Arrival, 'connection'>): void {
    const connection = this.#connections.of(arrival.request)
    connection.requests += 1
    if (this.#stopping) lastOf(arrival.response)
    this.#host.serve({ ...arrival, connection }, connection)
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#serve({ request, response: responseForUpgrade(request, socket), upgrade: { head } })
  }

  /** What cannot be read is answered once, and ends the connection. */
  #garbled(error: NodeJS.ErrnoException, socket: Socket): void {
    const running = this.#connections.at(socket)?.running.size ?? 0
    if (!socket.writable || error.code === 'ECONNRESET' || running > 0) {
      socket.destroy()
      return
    }
    socket.end(this.#host.garbled(error, this.plan.tls), () => socket.destroySoon())
  }

  /** Nothing went over a connection for a while: that is its end, unless it is an app that is waited for. */
  #silent(carrier: Socket | ServerHttp2Session): void {
    const connection = this.#connections.at(carrier)
    if (connection !== undefined && waitsForApp(connection)) return
    if ('goaway' in carrier) carrier.close()
    else carrier.destroy()
  }

  #closeIdle(): void {
    ;(this.#server as PlainServer).closeIdleConnections()
    // Those over which nothing ever came are not idle for Node. What becomes idle from now on ends with its answer.
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
  }

  #hasOnlyTunnels(): boolean {
    const isTunnel = (socket: Socket): boolean => {
      const running = [...(this.#connections.at(socket)?.running ?? [])]
      return running.length > 0 && running.every(({ isUpgraded }) => isUpgraded)
    }
    return this.#sessions.size === 0 && [...this.#sockets].every(isTunnel)
  }

  #cutOff(): void {
    for (const session of this.#sessions) session.destroy()
    for (const socket of this.#sockets) socket.destroy()
  }

  *#all(): Generator<Connection> {
    for (const socket of this.#sockets) {
      const connection = this.#connections.at(socket)
      if (connection !== undefined) yield connection
    }
  }
}

const common = { noDelay: true, maxHeaderSize, connectionsCheckingInterval: 5000 }

const notAllowed =
  'HTTP/1.1 405 Method Not Allowed\r\nAllow: GET,HEAD,POST,OPTIONS\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

/** CONNECT is for proxies that a client has chosen. HTTP/2 brings an answer along, HTTP/1 the bare socket. */
function refuseConnect(carrier: Socket | ServerResponse): void {
  if (!('writeHead' in carrier)) carrier.end(notAllowed)
  else carrier.writeHead(405, { Allow: 'GET,HEAD,POST,OPTIONS' }).end()
}

/** Behind this answer the connection ends. In HTTP/2 the session sees to that. */
function lastOf(response: ClientAnswer): void {
  if ('shouldKeepAlive' in response && !response.headersSent) (response as ServerResponse).shouldKeepAlive = false
}
