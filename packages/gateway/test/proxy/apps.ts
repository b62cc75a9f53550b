import { once } from 'node:events'
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer as createRawServer, type Server as NetServer, type Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import type { Certificate } from './certificate.ts'
import { Conversation } from './conversation.ts'
import { soon } from './waiting.ts'

/** An app of node's own. Dispose of it. */
export class App {
  readonly server: HttpServer
  readonly port: number

  private constructor(server: HttpServer, port: number) {
    this.server = server
    this.port = port
  }

  static async open(listener: RequestListener): Promise<App> {
    const server = createServer({ keepAliveTimeout: 60_000 }, listener)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new App(server, (server.address() as AddressInfo).port)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }
}

/** An app that says on its connections exactly what the test tells it to. Dispose of it. */
export class RawApp {
  readonly port: number
  readonly connections: Conversation[] = []
  readonly #server: NetServer

  private constructor(server: NetServer, event: 'connection' | 'secureConnection') {
    this.#server = server
    const address = server.address()
    this.port = typeof address === 'object' && address !== null ? address.port : 0
    server.on(event, (socket: Socket) => {
      this.connections.push(new Conversation(socket))
      server.emit('taken')
    })
  }

  /** @param path Of a Unix socket (default: a free port). */
  static async open(path?: string): Promise<RawApp> {
    const server = createRawServer({ noDelay: true })
    server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path })
    await once(server, 'listening')
    return new RawApp(server, 'connection')
  }

  static async openSecure(certificate: Certificate): Promise<RawApp> {
    const server = createSecureServer({ ...certificate, noDelay: true })
    server.on('tlsClientError', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new RawApp(server, 'secureConnection')
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Waits for the connection with this number, from 0. */
  async connection(number = 0): Promise<Conversation> {
    for (;;) {
      const connection = this.connections[number]
      if (connection !== undefined) return connection
      await soon(once(this.#server, 'taken'), () => `connection ${number} to the app`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.connections) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
