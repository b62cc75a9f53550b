/** A TCP proxy in front of a server, with the faults that networks have. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { promised } from '../http-server.ts'

/** The way that bytes take. */
export type Direction = 'to-server' | 'to-client'

/** What is wrong with the network. It holds for connections that are open as well as for new ones. */
export type Fault =
  /** Nothing. */
  | { readonly kind: 'none' }
  /** What is sent arrives late: every chunk of bytes, or the given share of them (0 to 1). */
  | { readonly kind: 'latency'; readonly ms: number; readonly share?: number }
  /** One direction is dead: what is sent in it arrives when the fault is over. */
  | { readonly kind: 'half-open'; readonly dead: Direction }
  /** Connections are accepted, and nothing arrives in either direction until the fault is over. */
  | { readonly kind: 'blackhole' }
  /** New connections are refused. Open ones live on; see {@link FaultyProxy.reset}. */
  | { readonly kind: 'refuse' }

const wholesome: Fault = { kind: 'none' }

/** Where a proxy leads, and its dice. */
export interface ProxyOptions {
  readonly host: string
  readonly port: number
  /** Gives numbers from 0 to 1, for faults that meet a share (`Math.random`). */
  readonly random?: () => number
}

/** Passes bytes on between its clients and a server. */
export class FaultyProxy {
  readonly host = '127.0.0.1'
  readonly port: number
  readonly #target: ProxyOptions
  readonly #random: () => number
  readonly #links = new Set<Link>()
  #server: Server
  #fault: Fault = wholesome
  #changed = promised<void>()
  #accepted = 0
  #isClosed = false

  private constructor(server: Server, target: ProxyOptions) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    this.#target = target
    this.#random = target.random ?? Math.random
    this.#listen(server)
  }

  /** Starts one on a free port. It is sound at first. */
  static async start(target: ProxyOptions): Promise<FaultyProxy> {
    return new FaultyProxy(await listening(0), target)
  }

  /** How many connections it has accepted so far. */
  get accepted(): number {
    return this.#accepted
  }

  /** Makes the network have this fault from now on, in place of the one before. */
  async become(fault: Fault): Promise<void> {
    const refusedBefore = this.#fault.kind === 'refuse'
    this.#fault = fault
    this.#changed.resolve()
    this.#changed = promised()
    if (fault.kind === 'refuse' && !refusedBefore) this.#server.close()
    if (fault.kind === 'refuse' || !refusedBefore) return
    this.#server = await listening(this.port)
    this.#listen(this.#server)
  }

  /** Makes the network sound again. What a fault held back arrives now. */
  async heal(): Promise<void> {
    await this.become(wholesome)
  }

  /** Breaks every open connection, so that both ends are told of a reset. */
  reset(): void {
    for (const link of this.#links) link.reset()
  }

  /** Ends all connections and listens no more. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.reset()
    this.#changed.resolve()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  #listen(server: Server): void {
    server.on('connection', (client) => {
      if (this.#isClosed) return client.resetAndDestroy()
      this.#accepted += 1
      const link = new Link(client, this.#target, (direction) => this.#passage(direction))
      this.#links.add(link)
      return client.on('close', () => this.#links.delete(link))
    })
  }

  /** Resolves when bytes may go on in this direction. */
  async #passage(direction: Direction): Promise<void> {
    while (this.#holds(direction)) await this.#changed.promise
    const fault = this.#fault
    if (fault.kind === 'latency' && this.#random() < (fault.share ?? 1)) await pause(fault.ms)
  }

  #holds(direction: Direction): boolean {
    const { kind } = this.#fault
    if (this.#isClosed) return false
    return kind === 'blackhole' || (this.#fault.kind === 'half-open' && this.#fault.dead === direction)
  }
}

/** One connection of a client and the one to the server that belongs to it. */
class Link {
  readonly #client: Socket
  readonly #passage: (direction: Direction) => Promise<void>
  #upstream: Socket | undefined

  constructor(client: Socket, target: ProxyOptions, passage: (direction: Direction) => Promise<void>) {
    this.#client = client
    this.#passage = passage
    client.on('error', () => {})
    client.on('close', () => this.#upstream?.destroy())
    void this.#open(target)
  }

  reset(): void {
    this.#client.resetAndDestroy()
    this.#upstream?.resetAndDestroy()
  }

  /** The server hears of the connection when the first bytes could reach it. */
  async #open({ host, port }: ProxyOptions): Promise<void> {
    await this.#passage('to-server')
    if (this.#client.destroyed) return
    const upstream = connect(port, host)
    this.#upstream = upstream
    upstream.setNoDelay()
    this.#client.setNoDelay()
    upstream.on('error', () => this.#client.resetAndDestroy())
    upstream.on('close', () => this.#client.destroy())
    this.#forward('to-server', this.#client, upstream)
    this.#forward('to-client', upstream, this.#client)
  }

  /** Chunks wait in line, so that one that is late makes those behind it late, too. */
  #forward(direction: Direction, from: Socket, to: Socket): void {
    let line = Promise.resolve()
    const next = (act: () => void): void => {
      line = line.then(() => this.#passage(direction)).then(act)
    }
    from.on('data', (chunk: Buffer) => next(() => void (to.writable && to.write(chunk))))
    from.on('end', () => next(() => to.end()))
  }
}

async function listening(port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
