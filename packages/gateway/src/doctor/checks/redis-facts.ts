import type { Redis } from 'ioredis'

/** What INFO says, by name. */
export type RedisFacts = ReadonlyMap<string, string>

/** Asks a server about itself. */
export async function redisFacts(client: Redis): Promise<RedisFacts> {
  const lines = (await client.info()).split('\r\n').filter((line) => line.includes(':'))
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}

export function isReplica(facts: RedisFacts): boolean {
  return facts.get('role') === 'slave'
}
