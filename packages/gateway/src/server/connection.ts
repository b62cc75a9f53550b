import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest, ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { plainAddress } from '../auth/address.ts'
import type { ClientConnection, Exchange } from '../pipeline/exchange.ts'
import type { ClientMessage } from '../proxy/contract.ts'

/** What a connection is looked up by: its socket, and in HTTP/2 its session. */
type Carrier = Socket | ServerHttp2Session

/** A connection of a client, and the requests that run on it. */
export class Connection implements ClientConnection {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
  readonly tls: Readonly<Record<string, string>> | undefined
  readonly running: Set<Exchange> = new Set()
  requests = 0

  constructor(socket: Socket) {
    this.remoteAddress = plainAddress(socket.remoteAddress ?? '')
    this.remotePort = socket.remotePort ?? 0
    this.localAddress = plainAddress(socket.localAddress ?? '')
    this.localPort = socket.localPort ?? 0
    this.tls = socket instanceof TLSSocket ? tlsFacts(socket) : undefined
  }
}

/** The connections of one listener. */
export class Connections {
  readonly #known = new WeakMap<Carrier, Connection>()

  /** The connection that a request came over. */
  of(request: ClientMessage): Connection {
    const carrier = carrierOf(request)
    const known = this.#known.get(carrier)
    if (known !== undefined) return known
    // In HTTP/2 the session shows its socket behind a proxy, which gives what is asked for here.
    const connection = new Connection('socket' in carrier ? (carrier.socket as Socket) : carrier)
    this.#known.set(carrier, connection)
    return connection
  }

  /** The connection over a socket or session; undefined when no request came over it yet. */
  at(carrier: Carrier): Connection | undefined {
    return this.#known.get(carrier)
  }
}

function carrierOf(request: ClientMessage): Carrier {
  if ('stream' in request) return (request as Http2ServerRequest).stream.session as ServerHttp2Session
  return (request as IncomingMessage).socket
}

/** What TLS agreed on, by the names of mod_ssl. */
function tlsFacts(socket: TLSSocket): Readonly<Record<string, string>> {
  const { servername } = socket as { servername?: string | false }
  return {
    HTTPS: 'on',
    SSL_PROTOCOL: socket.getProtocol() ?? '',
    SSL_CIPHER: socket.getCipher().standardName,
    ...(typeof servername === 'string' && { SSL_TLS_SNI: servername }),
  }
}
