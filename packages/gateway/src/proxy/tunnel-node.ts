import type { Socket } from 'node:net'

/** What went through a tunnel. */
export interface TunnelTraffic {
  readonly toClient: number
  readonly fromClient: number
}

/** Two connections of which each passes on what the other brings, until one of them ends. */
export class Tunnel {
  readonly #client: Socket
  readonly #app: Socket
  readonly #silenceMs: number
  /** Resolves when both connections are closed. */
  readonly closed: Promise<TunnelTraffic>

  /** @param silenceMs Closed when this long nothing went through, in milliseconds; 0: never. */
  constructor(client: Socket, app: Socket, silenceMs: number) {
    this.#client = client
    this.#app = app
    this.#silenceMs = silenceMs
    const before = { toClient: client.bytesWritten, fromClient: client.bytesRead }
    this.closed = Promise.all([this.#watch(client, app), this.#watch(app, client)]).then(() => ({
      toClient: client.bytesWritten - before.toClient,
      fromClient: client.bytesRead - before.fromClient,
    }))
  }

  /** @param toClient What the client gets first. @param toApp What the app gets first: what the client sent at once. */
  start(toClient: readonly (string | Buffer)[], toApp: Buffer): void {
    for (const part of toClient) if (part.length > 0) this.#client.write(part, 'latin1')
    if (toApp.length > 0) this.#app.write(toApp)
    this.#client.pipe(this.#app)
    this.#app.pipe(this.#client)
  }

  close(): void {
    this.#client.destroy()
    this.#app.destroy()
  }

  #watch(socket: Socket, other: Socket): Promise<void> {
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    socket.setTimeout(this.#silenceMs)
    // What goes through is read on one connection and written on the other, so that both are silent or none is.
    socket.on('timeout', () => this.close())
    socket.on('error', () => socket.destroy())
    return new Promise((resolve) => {
      const close = (): void => {
        other.destroySoon()
        resolve()
      }
      if (socket.closed) close()
      else socket.once('close', close)
    })
  }
}
