/** A process that holds the lock of a session until it is killed. Its one argument is a {@link Holding}. */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { nodeRedis } from '../../test/redis-clients.ts'
import type { Awaitable, LeaseLock, SessionStore } from '../store/contract.ts'
import { FileStore } from '../store/file-node.ts'
import { RedisStore } from '../store/redis.ts'
import { SqliteStore } from '../store/sqlite.ts'
import { SessionLease } from './lease.ts'

/** A store that several processes can open. */
export interface Place {
  readonly kind: 'file' | 'sqlite' | 'redis'
  /** A directory, or the beginning of the keys. */
  readonly name: string
}

/** What a worker holds. */
export interface Holding extends Place {
  readonly address: string
  readonly leaseMs: number
}

/** A store that is open. */
export interface Opened {
  readonly locks: LeaseLock
  close(): Awaitable<unknown>
}

/** Calls the store as it is, without a deadline. */
export const unguarded = <T>(_: string, call: () => Awaitable<T>): Awaitable<T> => call()

/** Opens a store of this process's own on the place. */
export async function openPlace({ kind, name }: Place): Promise<Opened> {
  if (kind === 'file') return opened(new FileStore({ directory: name }))
  if (kind === 'redis') {
    const { client, close } = await nodeRedis()
    return { ...opened(new RedisStore({ client, prefix: name })), close }
  }
  const database = new DatabaseSync(join(name, 'sessions.db'))
  const store = new SqliteStore({ database })
  await store.ensureSchema()
  return { ...opened(store), close: () => database.close() }
}

function opened(store: SessionStore): Opened {
  if (store.locks === undefined) throw new Error('the store keeps no locks')
  return { locks: store.locks, close: () => store.close?.() }
}

async function hold({ address, leaseMs, ...place }: Holding): Promise<void> {
  const { locks } = await openPlace(place)
  const lease = await SessionLease.take(locks, address, { waitMs: 10_000, leaseMs, guard: unguarded })
  writeSync(1, 'held\n')
  setInterval(() => {
    if (lease.lost) writeSync(1, 'lost\n')
  }, 20)
}

if (process.argv[1]?.endsWith('lease.worker.ts') === true) await hold(JSON.parse(process.argv[2] ?? '') as Holding)
