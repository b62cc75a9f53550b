import type { Argument, Link, Master } from './link.ts'

/** Answers as bytes whatever the connection's own mapping says: 36 is `$`, the type of all binary strings. */
const asBytes = { typeMapping: { 36: Buffer } }

type Words = readonly Argument[]

/** A client or a pool of node-redis, by the methods that are used. */
export interface NodeRedisClient {
  sendCommand(command: Words, options: object): Promise<unknown>
  multi(): NodeRedisBatch<[command: Words]>
}

/** A cluster of node-redis, by the members that are used. */
export interface NodeRedisCluster {
  readonly masters: readonly unknown[]
  nodeClient(master: unknown): Promise<NodeRedisClient> | NodeRedisClient
  sendCommand(key: string, isReadonly: boolean, command: Words, options: object): Promise<unknown>
  multi(): NodeRedisBatch<[key: string, isReadonly: boolean, command: Words]>
}

/** A sentinel client of node-redis, by the methods that are used. */
export interface NodeRedisSentinel {
  sendCommand(isReadonly: boolean, command: Words, options: object): Promise<unknown>
  multi(): NodeRedisBatch<[isReadonly: boolean, command: Words]>
}

interface NodeRedisBatch<A extends readonly unknown[]> {
  addCommand(...command: A): NodeRedisBatch<A>
  execAsPipeline(): Promise<readonly unknown[]>
}

/** @returns The link over a client or a pool. */
export function nodeRedisLink(client: NodeRedisClient): Link {
  return {
    run: (_key, command) => client.sendCommand(command, asBytes),
    runScript: (sha, key, args) => client.sendCommand(['evalsha', sha, '1', key, ...args], asBytes),
    runPair: (_key, first, second) => pairOf(client.multi().addCommand(first).addCommand(second)),
    masters: undefined,
  }
}

/** @returns The link over a cluster. */
export function nodeRedisClusterLink(cluster: NodeRedisCluster): Link {
  return {
    run: (key, command) => cluster.sendCommand(key, false, command, asBytes),
    runScript: (sha, key, args) => cluster.sendCommand(key, false, ['evalsha', sha, '1', key, ...args], asBytes),
    runPair: (key, first, second) =>
      pairOf(cluster.multi().addCommand(key, false, first).addCommand(key, false, second)),
    masters: () =>
      Promise.all(
        cluster.masters.map(async (master): Promise<Master> => {
          const client = await cluster.nodeClient(master)
          return { run: (command) => client.sendCommand(command, asBytes) }
        }),
      ),
  }
}

/** @returns The link over a sentinel client, whose `_execute` is leased one of its connections for each batch. */
export function nodeRedisSentinelLink(sentinel: NodeRedisSentinel): Link {
  return {
    run: (_key, command) => sentinel.sendCommand(false, command, asBytes),
    runScript: (sha, key, args) => sentinel.sendCommand(false, ['evalsha', sha, '1', key, ...args], asBytes),
    runPair: (_key, first, second) => pairOf(sentinel.multi().addCommand(false, first).addCommand(false, second)),
    masters: undefined,
  }
}

async function pairOf(batch: NodeRedisBatch<never>): Promise<readonly [unknown, unknown]> {
  const [first, second] = await batch.execAsPipeline()
  return [first, second]
}
