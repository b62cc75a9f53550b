import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A request as the app got it. */
export interface RecordedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly rawHeaders: readonly string[]
  readonly body: string
}

/** Answers a request; what it does not end is ended with an empty body. */
export type AppHandler = (
  request: RecordedRequest,
  response: ServerResponse,
  incoming: IncomingMessage,
) => void | Promise<void>

/** An app behind the gateway that keeps what it was asked. Dispose of it. */
export class RecordingApp {
  readonly url: string
  readonly requests: RecordedRequest[] = []
  /** Changed at any time; what it was made with, at first. */
  handler: AppHandler
  readonly #server: Server
  readonly #upgraded = new Set<Socket>()

  private constructor(server: Server, handler: AppHandler) {
    this.#server = server
    this.handler = handler
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    // A client that goes away before the end of its request is nobody's mistake.
    server.on('request', (request, response) => void this.#serve(request, response).catch(() => response.destroy()))
  }

  static async start(handler: AppHandler = (_, response) => void response.end('ok')): Promise<RecordingApp> {
    const server = createServer({ keepAliveTimeout: 60_000 })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new RecordingApp(server, handler)
  }

  /** The request that came last. */
  get last(): RecordedRequest {
    const last = this.requests.at(-1)
    if (last === undefined) throw new Error('the app was asked nothing')
    return last
  }

  /** Lets connections be upgraded: what comes over them goes back, and the request is kept. */
  echoUpgrades(): void {
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.#record(request, '')
      this.#upgraded.add(socket)
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      if (head.length > 0) socket.write(head)
      socket.pipe(socket)
      socket.on('error', () => socket.destroy())
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
    const recorded = this.#record(request, Buffer.concat(parts).toString())
    await this.handler(recorded, response, request)
    if (!response.writableEnded) response.end()
  }

  #record({ method = '', url = '', headers, rawHeaders }: IncomingMessage, body: string): RecordedRequest {
    const recorded = { method, url, headers, rawHeaders, body }
    this.requests.push(recorded)
    return recorded
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#upgraded) socket.destroy()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
