import type { Argument, Link } from './link.ts'

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

/** @returns The link over a cluster client. It has no way to name every master, so it cannot scan. */
export function glideClusterLink(client: GlideClient): Link {
  return {
    run: (_key, command) => client.customCommand(command, asBytes),
    runScript: (sha, key, args) => client.customCommand(['evalsha', sha, '1', key, ...args], asBytes),
    runPair(key, first, second) {
      const options = { ...asBytes, route: { type: 'primarySlotKey', key } }
      return Promise.all([client.customCommand(first, options), client.customCommand(second, options)])
    },
    masters: async () => [],
  }
}
