import { Agent, type ClientRequest, type RequestOptions } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ProxyError } from './proxy-error.ts'
import type { Target } from './target.ts'

/** How apps are spoken to over TLS; their names are checked. */
export interface AppTls {
  /** Certificates, in PEM, of those whose word counts (default: those of node). */
  readonly ca?: string | Buffer | readonly (string | Buffer)[]
  /** False: any certificate is good (default true). */
  readonly verify?: boolean
}

/** What is remembered of a connection while nobody uses it. */
interface Rest {
  /** When it was last used, in milliseconds since 1970. */
  since: number
  /** How many bytes the app had sent on it by then. */
  bytesRead: number
}

/** A connection for which this long nobody had a use may be about to be closed by the app. */
const freshMs = 1000

/** The connections to one app. */
export class Upstream {
  readonly target: Target
  /** Where it is, as node's requests want to know. Node copies each member three times for every request, so there is none too many. */
  readonly address: Pick<RequestOptions, 'protocol' | 'host' | 'port' | 'socketPath'>
  readonly #kept: Agent
  readonly #single: Agent
  readonly #rests = new WeakMap<Duplex, Rest>()
  readonly #now: () => number
  #restsUntil = 0

  constructor(target: Target, tls: AppTls, now: () => number) {
    this.target = target
    this.address = addressOf(target)
    this.#now = now
    const keepAlive = target.keepMs > 0
    const common = { scheduling: 'lifo', timeout: target.keepMs || undefined } as const
    this.#kept = agentFor(target, tls, { ...common, keepAlive, maxSockets: target.max ?? Number.POSITIVE_INFINITY })
    this.#single = agentFor(target, tls, { keepAlive: false })
    if (keepAlive) this.#watchRests(this.#kept)
  }

  /**
   * The agent for a request. One that cannot be sent twice never gets a connection that was unused for long: the app may be
   * closing it at this moment, and nobody could tell whether the request was heard.
   *
   * @param repeatable Whether the request can be sent again when a kept connection turns out to be closed.
   */
  agent(repeatable: boolean): Agent {
    if (repeatable || this.target.keepMs === 0) return this.#kept
    const next = this.#kept.freeSockets[poolName]?.at(-1)
    const rest = next === undefined ? undefined : this.#rests.get(next)
    return rest !== undefined && this.#now() - rest.since > freshMs ? this.#single : this.#kept
  }

  /** The agent for a request that gets a connection of its own, which nobody uses before or after. */
  get single(): Agent {
    return this.#single
  }

  /** Throws while the app is left alone because it could not be connected to (`retry=`). */
  check(): void {
    if (this.#restsUntil === 0) return
    const leftMs = this.#restsUntil - this.#now()
    if (leftMs > 0) throw new ProxyError('ERR_APP_RESTING', this.target.url, { retryAfter: Math.ceil(leftMs / 1000) })
    this.#restsUntil = 0
  }

  /** Notes that the app could not be connected to. @returns In how many seconds it may be worth to ask again. */
  failed(): number {
    const { retryMs } = this.target
    if (retryMs > 0) this.#restsUntil = this.#now() + retryMs
    return Math.max(1, Math.ceil(retryMs / 1000))
  }

  /** Tells whether a kept connection was closed under a request before the app had answered anything to it. */
  isStale(request: ClientRequest): boolean {
    const { socket, reusedSocket } = request
    if (!reusedSocket || socket === null) return false
    return this.#rests.get(socket)?.bytesRead === socket.bytesRead
  }

  /** Closes all connections. */
  close(): void {
    this.#kept.destroy()
    this.#single.destroy()
  }

  #watchRests(agent: Agent): void {
    const keep = agent.keepSocketAlive
    agent.keepSocketAlive = (socket) => {
      const rest = this.#rests.get(socket)
      const { bytesRead } = socket as Socket
      if (rest === undefined) this.#rests.set(socket, { since: this.#now(), bytesRead })
      else {
        rest.since = this.#now()
        rest.bytesRead = bytesRead
      }
      return keep.call(agent, socket)
    }
  }
}

function addressOf({ secure, host, port, socketPath }: Target): Upstream['address'] {
  return { host, port, ...(secure && { protocol: 'https:' }), ...(socketPath !== undefined && { socketPath }) }
}

/** All connections of an agent go to the same app, so that they need no more of a name. */
const poolName = 'app'

function agentFor(
  target: Target,
  { ca, verify = true }: AppTls,
  options: ConstructorParameters<typeof Agent>[0],
): Agent {
  const trust = ca === undefined ? {} : { ca: Array.isArray(ca) ? [...(ca as string[])] : (ca as string) }
  const agent = target.secure
    ? new SecureAgent({ ...options, ...trust, rejectUnauthorized: verify })
    : new Agent(options)
  agent.getName = () => poolName
  return agent
}
