/**
 * A throw-away Redis master with replicas, watched by sentinels.
 *
 * @module
 */
import { askRedis, launchRedis, persistence } from './redis.ts'
import { freePort, type Server } from './server.ts'
import { allOrNone, Several } from './several.ts'
import { Workplace } from './workplace.ts'

/** How a set is set up. */
export interface RedisSentinelOptions {
  /** Whether a write is in a file on the disk before it is acknowledged (default `false`). */
  readonly appendonly?: boolean
  /** (default `1`) */
  readonly replicas?: number
  /** (default `1`) */
  readonly sentinels?: 1 | 3
  /** Milliseconds without an answer after which a sentinel calls the master dead (default `1000`). */
  readonly downAfterMs?: number
}

/** The name by which sentinels know the master. */
export const masterName = 'sekisho'

/** Starts a master, its replicas and the sentinels. Resolves when they all know one another. */
export async function startRedisSentinel(options: RedisSentinelOptions = {}): Promise<RedisSentinel> {
  const { replicas = 1, sentinels = 1, downAfterMs = 1_000 } = options
  const master = await startData(options)
  const followers = await allOrNone(
    Array.from({ length: replicas }, () => startData(options, master)),
    [master],
  )
  const data = [master, ...followers]
  const watch = { master, downAfterMs, quorum: Math.ceil((sentinels + 1) / 2) }
  const watchers = await allOrNone(
    Array.from({ length: sentinels }, () => startSentinel(watch)),
    data,
  )
  await allOrNone(
    watchers.map((sentinel) => untilAcquainted(sentinel, { replicas, sentinels })),
    [...data, ...watchers],
  )
  return new RedisSentinel(watchers, data)
}

/** Sentinels and what they watch. As a {@link Several} it is reached through its first sentinel. */
export class RedisSentinel extends Several {
  readonly sentinels: readonly Server[]
  /** The first of them begins as the master. */
  readonly nodes: readonly Server[]
  /** The name by which the sentinels know the master. */
  readonly name: string = masterName

  constructor(sentinels: readonly Server[], nodes: readonly Server[]) {
    super([...sentinels, ...nodes])
    this.sentinels = sentinels
    this.nodes = nodes
  }

  /**
   * The master that the sentinels tell of: the majority of those that answer decides.
   *
   * @returns `undefined` when none answers.
   */
  async master(): Promise<Server | undefined> {
    const answers = await Promise.all(this.sentinels.map(masterPort))
    const votes = (port: number | undefined): number => answers.filter((answer) => answer === port).length
    const [most] = answers.filter((answer) => answer !== undefined).toSorted((a, b) => votes(b) - votes(a))
    return this.nodes.find(({ port }) => port === most)
  }
}

async function masterPort(sentinel: Server): Promise<number | undefined> {
  try {
    const [, port] = await askRedis(sentinel.port, 'sentinel', 'get-master-addr-by-name', masterName)
    return Number(port)
  } catch {
    return undefined
  }
}

async function startData(options: RedisSentinelOptions, master?: Server): Promise<Server> {
  const port = await freePort()
  const replication = master === undefined ? {} : { replicaof: `127.0.0.1 ${master.port}` }
  const server = await launchRedis({
    place: new Workplace('redis'),
    port,
    settings: { port, ...persistence(options), ...replication, 'repl-diskless-sync-delay': 0 },
  })
  if (master !== undefined) await server.untilLogSays(/MASTER <-> REPLICA sync: Finished with success/)
  return server
}

async function startSentinel(watch: { master: Server; downAfterMs: number; quorum: number }): Promise<Server> {
  const port = await freePort()
  return launchRedis({
    place: new Workplace('redis-sentinel'),
    port,
    settings: {
      port,
      'sentinel monitor': `${masterName} 127.0.0.1 ${watch.master.port} ${watch.quorum}`,
      'sentinel down-after-milliseconds': `${masterName} ${watch.downAfterMs}`,
      'sentinel failover-timeout': `${masterName} 5000`,
    },
    arguments: ['--sentinel'],
    ready: /\+monitor master/,
  })
}

async function untilAcquainted(sentinel: Server, { replicas, sentinels }: { replicas: number; sentinels: number }) {
  const times = (words: string, count: number): RegExp => new RegExp(`(${words}[^]*){${count}}`)
  await sentinel.untilLogSays(times('\\+slave slave ', replicas))
  await sentinel.untilLogSays(times('\\+sentinel sentinel ', sentinels - 1))
  return sentinel
}
