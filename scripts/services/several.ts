/**
 * Several servers that make one service.
 *
 * @module
 */
import type { Server, Service } from './server.ts'

/** Does to every server what it is told; {@link Service.url}, `port` and `pid` are those of the first. */
export class Several implements Service {
  readonly host = '127.0.0.1'
  readonly #servers: readonly [Server, ...Server[]]

  constructor(servers: readonly Server[]) {
    const [first, ...others] = servers
    if (first === undefined) throw new RangeError('a service has at least one server')
    this.#servers = [first, ...others]
  }

  /** {@inheritDoc Service.url} */
  get url(): string {
    return this.#servers[0].url
  }

  /** {@inheritDoc Service.port} */
  get port(): number {
    return this.#servers[0].port
  }

  /** {@inheritDoc Service.pid} */
  get pid(): number {
    return this.#servers[0].pid
  }

  /** {@inheritDoc Service.stop} */
  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()))
  }

  /** {@inheritDoc Service.kill} */
  async kill(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.kill()))
  }

  /** {@inheritDoc Service.restart} */
  async restart(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.restart()))
  }

  /** {@inheritDoc Service.freeze} */
  freeze(): void {
    for (const server of this.#servers) server.freeze()
  }

  /** {@inheritDoc Service.thaw} */
  thaw(): void {
    for (const server of this.#servers) server.thaw()
  }
}

/** Waits for all of them. When one fails, those that started are stopped, and so are those of the stages before. */
export async function allOrNone<S extends Pick<Service, 'stop'>>(
  starting: readonly Promise<S>[],
  before: readonly Pick<Service, 'stop'>[] = [],
): Promise<S[]> {
  const results = await Promise.allSettled(starting)
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failure = results.find((result) => result.status === 'rejected')
  if (failure === undefined) return started
  await Promise.all([...before, ...started].map((service) => service.stop()))
  throw failure.reason
}
