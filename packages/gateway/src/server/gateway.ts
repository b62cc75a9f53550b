import type { KeyFileWatch } from 'sekisho/keys'
import { plainAddress } from '../auth/address.ts'
import type { Diagnostic } from '../config/diagnostics.ts'
import { KeepAlive, KeepAliveTimeout, MaxKeepAliveRequests, Timeout } from '../config/directives/limits.ts'
import type { Settings } from '../config/settings.ts'
import { servedRequests } from '../lib/gateway-channels.ts'
import type { Arrival } from '../pipeline/exchange.ts'
import { watchKeys } from '../session/state-node.ts'
import type { Connection } from './connection.ts'
import { ConfigFailure, isError } from './config-failure.ts'
import { garbledAnswer } from './garbled.ts'
import { Generation, type GenerationSource } from './generation.ts'
import { canReusePorts, listenFailure } from './listen-failure.ts'
import type { ListenPlan } from './listen-plan.ts'
import { Listener, type ListenerHost, type ListenerSettings } from './listener.ts'
import { LoggedExchange } from './log/logged-exchange.ts'
import type { Surroundings } from './surroundings.ts'

/** A configuration that was found good and waits to be put to work. */
export interface Prepared {
  /** Findings that are no errors. */
  readonly problems: readonly Diagnostic[]
  /** Puts it in the place of the one at work. Requests that have begun end with that. */
  commit(): void
  /** Lets go of it. */
  discard(): Promise<void>
}

/** The gateway in one process: listeners, and the configuration at work. */
export class Gateway {
  readonly #surroundings: Surroundings
  readonly #listeners = new Map<string, Listener>()
  readonly #retiring = new Set<Promise<void>>()
  readonly #keys: KeyFileWatch
  #generation: Generation | undefined

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
    this.#keys = watchKeys(surroundings.state, (error) => this.#tell(messageOf(error)))
  }

  /** The configuration at work. */
  get generation(): Generation | undefined {
    return this.#generation
  }

  /**
   * Makes a configuration ready: all it names is opened, and its addresses are bound. Requests go on being served by the one
   * at work.
   *
   * @throws ConfigFailure when it cannot be used; nothing has changed then.
   */
  async prepare(source: GenerationSource): Promise<Prepared> {
    const { generation, problems } = await Generation.make(source, this.#surroundings)
    if (generation === undefined) throw new ConfigFailure(problems.filter(isError), source.config.sources)
    const fresh = await this.#bind(generation).catch(async (error: unknown) => {
      await generation.retire()
      throw error
    })
    return {
      problems,
      commit: () => this.#commit(generation, fresh),
      discard: async () => {
        await stopAll(fresh.listeners)
        await generation.retire()
      },
    }
  }

  /** Opens log files anew, for whoever has renamed them. */
  reopenLogs(): void {
    for (const error of this.#surroundings.logs.reopen()) this.#tell(`a log could not be opened anew: ${error.message}`)
  }

  /**
   * Takes no more connections, finishes what runs, and lets go of everything.
   *
   * @param milliseconds How long what runs may take; what is left then is cut off.
   */
  async drain(milliseconds: number): Promise<void> {
    await Promise.all([...this.#listeners.values()].map((listener) => listener.stop(milliseconds)))
    // Tunnels are connections of nobody's listener any more.
    await this.#surroundings.proxy.close()
    if (this.#generation !== undefined) this.#retire(this.#generation)
    await Promise.all(this.#retiring)
    this.#keys.close()
    await this.#surroundings.close()
  }

  async #bind(generation: Generation): Promise<Bound> {
    const missing = generation.listening.filter(({ key }) => !this.#listeners.has(key))
    const link: Link = { first: generation, isAtWork: false }
    const listeners: Listener[] = []
    try {
      for (const plan of missing) {
        const listener = new Listener(plan, this.#host(plan, link))
        await listener.open({ reusePort: this.#surroundings.workers > 1 && canReusePorts })
        listeners.push(listener)
      }
      return { listeners, link }
    } catch (error) {
      await stopAll(listeners)
      throw listenFailure(error, missing[listeners.length], generation.config)
    }
  }

  #commit(generation: Generation, { listeners, link }: Bound): void {
    const before = this.#generation
    this.#generation = generation
    link.isAtWork = true
    for (const listener of listeners) this.#listeners.set(listener.plan.key, listener)
    const wanted = new Set(generation.listening.map(({ key }) => key))
    for (const [key, listener] of this.#listeners) {
      if (wanted.has(key)) listener.configure(settingsAt(listener.plan, generation))
      else this.#letGo(key, listener)
    }
    if (before !== undefined) this.#retire(before, generation)
  }

  /** An address that is not in the configuration any more: what runs there is finished. */
  #letGo(key: string, listener: Listener): void {
    this.#listeners.delete(key)
    this.#await(listener.stop())
  }

  #retire(generation: Generation, successor?: Generation): void {
    this.#await(this.#putToRest(generation, successor))
  }

  async #putToRest(generation: Generation, successor: Generation | undefined): Promise<void> {
    await generation.retire()
    if (successor === undefined || successor !== this.#generation) return
    await this.#surroundings.logs.keepOnly(successor.logPaths)
  }

  #await(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => this.#tell(messageOf(error)))
      .finally(() => this.#retiring.delete(watched))
    this.#retiring.add(watched)
  }

  #tell(message: string): void {
    this.#generation?.log.write({ level: 'error', module: 'core', message })
  }

  #host({ host, port, tls }: ListenPlan, link: Link): ListenerHost {
    const current = (): Generation => (link.isAtWork ? (this.#generation ?? link.first) : link.first)
    return {
      serve: (arrival, connection) => void this.#serve(current(), arrival, connection),
      certificate(name = '', localAddress = host) {
        const { matcher, certificates } = current()
        const server = matcher.server({ host: name, port, localAddress: localAddress && plainAddress(localAddress) })
        return certificates.of(server.settings) ?? certificates.first
      },
      garbled: (error) => garbledAnswer(error, { relief: current().relief, secure: tls }),
      mishap: (message) => current().log.write({ level: 'info', module: 'core', message }),
    }
  }

  async #serve(generation: Generation, arrival: Arrival, connection: Connection): Promise<void> {
    generation.enter()
    const began = servedRequests.hasSubscribers ? performance.now() : undefined
    try {
      const exchange = await generation.pipeline.serve(arrival, (begun) => connection.running.add(begun))
      connection.running.delete(exchange)
      exchange.plan.writeAccess?.(new LoggedExchange(exchange, generation.relief))
    } catch (error) {
      arrival.response.destroy()
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
      generation.log.write({ level: 'crit', module: 'core', message })
    } finally {
      generation.leave()
      if (began !== undefined) servedRequests.publish({ milliseconds: performance.now() - began })
    }
  }
}

/** What listeners answer with: a configuration that is not at work yet, and later whichever is. */
interface Link {
  readonly first: Generation
  isAtWork: boolean
}

/** Listeners that wait for their configuration to be put to work. */
interface Bound {
  readonly listeners: readonly Listener[]
  readonly link: Link
}

/** Nothing runs on them that anybody would miss. */
async function stopAll(listeners: readonly Listener[]): Promise<void> {
  await Promise.all(listeners.map((listener) => listener.stop(0)))
}

/** What holds for connections is said by the server that answers for no particular name. */
function settingsAt({ host, port }: ListenPlan, { matcher }: Generation): ListenerSettings {
  const settings: Settings = matcher.server({ host: '', port, localAddress: host }).settings
  return {
    timeoutMs: settings.get(Timeout) * 1000,
    keepAlive: settings.get(KeepAlive),
    keepAliveTimeoutMs: settings.get(KeepAliveTimeout) * 1000,
    requestsPerConnection: settings.get(MaxKeepAliveRequests),
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
