import type { Contender } from '../contract.ts'
import { overNode } from '../plain.ts'
import { lifetimeMs } from './floor-parts.ts'
import { hashedRows, type Row, type Rows } from './floor-rows.ts'
import { callers, ioredisClient, newPrefix, nodeRedisClient, removeKeys } from './store-parts.ts'

/** The least that a session in Redis can cost through ioredis. */
export const floorIoredis: Contender = {
  ...floor('ioredis'),
  node: async () => overNode(hashedRows(ioredisRows())),
}

/** The same through node-redis. */
export const floorNodeRedis: Contender = {
  ...floor('node-redis'),
  node: async () => overNode(hashedRows(await nodeRedisRows())),
}

function floor(family: 'ioredis' | 'node-redis'): Omit<Contender, 'node'> {
  return { name: `floor: hashed token, ${family}`, family, role: 'floor', server: 'node', needs: 'redis', callers }
}

function ioredisRows(): Rows {
  const [client, prefix] = [ioredisClient(), newPrefix()]
  return {
    create: (digest, data) => client.set(prefix + digest, digest + data, 'PX', lifetimeMs, 'NX'),
    read: (digest) => client.get(prefix + digest).then(rowOf),
    write: (digest, data) => client.set(prefix + digest, digest + data, 'PX', lifetimeMs, 'XX'),
    async close() {
      await removeKeys(prefix)
      await client.quit()
    },
  }
}

async function nodeRedisRows(): Promise<Rows> {
  const [client, prefix] = [await nodeRedisClient(), newPrefix()]
  const expiration = { type: 'PX', value: lifetimeMs } as const
  return {
    create: (digest, data) => client.set(prefix + digest, digest + data, { expiration, condition: 'NX' }),
    read: (digest) => client.get(prefix + digest).then(rowOf),
    write: (digest, data) => client.set(prefix + digest, digest + data, { expiration, condition: 'XX' }),
    async close() {
      await removeKeys(prefix)
      await client.close()
    },
  }
}

/** A value is the hash, which is 64 digits, and then the data. */
function rowOf(value: string | null): Row | undefined {
  return value === null ? undefined : { verifier: value.slice(0, 64), data: value.slice(64) }
}
