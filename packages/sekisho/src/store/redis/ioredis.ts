import { gathering } from './gathering-node.ts'
import type { Argument, Command, Link, Master } from './link.ts'

/** A client of ioredis or iovalkey, by the methods that are used: one `…Buffer` per command, which answers in bytes. */
export interface IoredisClient {
  pipeline(commands: readonly Command[]): { exec(): Promise<readonly (readonly [unknown, unknown])[] | null> }
  evalshaBuffer(...rest: Argument[]): Promise<unknown>
  /** The connection, while there is one. */
  readonly stream?: unknown
  readonly [method: `${string}Buffer`]: (...rest: Argument[]) => Promise<unknown>
}

/** A cluster of ioredis or iovalkey, by the methods that are used. */
export interface IoredisCluster extends IoredisClient {
  nodes(role: 'master'): readonly IoredisClient[]
}

/** @returns The link over a client, also one that asks sentinels for its server. */
export function ioredisLink(client: IoredisClient): Link {
  const gather = gathering(client)
  return {
    run: (_key, command) => send(client, command),
    runScript(sha, key, args) {
      gather()
      return client.evalshaBuffer(sha, '1', key, ...args)
    },
    runPair: (_key, first, second) => sendPair(client, first, second),
    masters: undefined,
  }
}

/** @returns The link over a cluster, which finds the server by the key in the command. */
export function ioredisClusterLink(cluster: IoredisCluster): Link {
  return {
    ...ioredisLink(cluster),
    masters: async () => cluster.nodes('master').map((node): Master => ({ run: (command) => send(node, command) })),
  }
}

/** By the command's own method, because `callBuffer` loses the command's name when auto-pipelining is on. */
function send(client: IoredisClient, [name, ...rest]: Command): Promise<unknown> {
  const method = client[`${name}Buffer`]
  if (method === undefined) return Promise.reject(new TypeError(`the client has no method \`${name}Buffer\``))
  return method.apply(client, rest)
}

async function sendPair(client: IoredisClient, first: Command, second: Command): Promise<readonly [unknown, unknown]> {
  const replies = (await client.pipeline([first, second]).exec()) ?? []
  const failed = replies.find(([error]) => error !== null && error !== undefined)
  if (failed !== undefined) throw failed[0]
  return [replies[0]?.[1], replies[1]?.[1]]
}
