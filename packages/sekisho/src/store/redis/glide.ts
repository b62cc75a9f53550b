import type { Argument, Link, Master } from './link.ts'
import { listOf, textOf, wholeNumberOf } from './reply.ts'

/** Glide's `Decoder.Bytes`. */
const asBytes = { decoder: 0 }

/** A client of Valkey GLIDE, by the method that is used. */
export interface GlideClient {
  customCommand(command: readonly Argument[], options?: object): Promise<unknown>
}

/** @returns The link over a client of one server. Its commands share one connection, in their order. */
export function glideLink(client: GlideClient): Link {
  return {
    run: (_key, command) => client.customCommand(command, asBytes),
    runScript: (sha, key, args) => client.customCommand(['evalsha', sha, '1', key, ...args], asBytes),
    runPair: (_key, first, second) =>
      Promise.all([client.customCommand(first, asBytes), client.customCommand(second, asBytes)]),
    masters: undefined,
  }
}

/** @returns The link over a cluster client. */
export function glideClusterLink(client: GlideClient): Link {
  return {
    ...glideLink(client),
    runPair(key, first, second) {
      const options = { ...asBytes, route: { type: 'primarySlotKey', key } }
      return Promise.all([client.customCommand(first, options), client.customCommand(second, options)])
    },
    masters: () => mastersBySlots(client),
  }
}

/** It names no masters itself, but knows every one by the address that the cluster gives it. */
async function mastersBySlots(client: GlideClient): Promise<Master[]> {
  const ranges = listOf(await client.customCommand(['cluster', 'slots'], asBytes))
  const masters = new Map<string, Master>()
  for (const range of ranges) {
    const [name, number] = listOf(listOf(range)[2])
    const [host, port] = [textOf(name), wholeNumberOf(number)]
    const options = { ...asBytes, route: { type: 'routeByAddress', host, port } }
    masters.set(`${host}:${port}`, { run: (command) => client.customCommand(command, options) })
  }
  return [...masters.values()]
}
