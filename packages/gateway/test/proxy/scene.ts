import { RawApp } from './apps.ts'
import type { Conversation } from './conversation.ts'
import { Gateway, type GatewayOptions } from './gateway.ts'
import { RawClient } from './raw-client.ts'

/** An app, a gateway and a client, of which the first and the last say what they are told to. Dispose of it. */
export class Scene {
  readonly app: RawApp
  readonly gateway: Gateway
  readonly client: RawClient

  private constructor(app: RawApp, gateway: Gateway, client: RawClient) {
    this.app = app
    this.gateway = gateway
    this.client = client
  }

  static async open(options: GatewayOptions = {}): Promise<Scene> {
    const app = await RawApp.open()
    const gateway = await Gateway.open(app.url, options)
    return new Scene(app, gateway, await RawClient.open(gateway.port))
  }

  /** Sends a request. @returns The connection on which the app has heard its head. */
  async asked(request: string): Promise<Conversation> {
    this.client.send(request)
    const connection = await this.app.connection()
    await connection.heard('\r\n\r\n')
    return connection
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client[Symbol.dispose]()
    await this.gateway[Symbol.asyncDispose]()
    await this.app[Symbol.asyncDispose]()
  }
}

/**
 * What an app hears of a request; APP stands for its address.
 *
 * @param options Beside the gateway's: `until`, the text up to which the app listens (default: the end of the head).
 */
export async function heardBy(
  request: string,
  { until = '\r\n\r\n', ...options }: GatewayOptions & { readonly until?: string } = {},
): Promise<string> {
  await using scene = await Scene.open(options)
  const connection = await scene.asked(request)
  const heard = await connection.heard(until)
  connection.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  await scene.client.heard('\r\n\r\n')
  return heard.replaceAll(`127.0.0.1:${scene.app.port}`, 'APP')
}

/** What a client hears of an answer. @param request The last one on its connection (default: a plain one). */
export async function heardOf(
  answer: string,
  request = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
): Promise<string> {
  await using scene = await Scene.open()
  const connection = await scene.asked(request)
  connection.send(answer)
  connection.socket.end()
  return await scene.client.closed()
}
