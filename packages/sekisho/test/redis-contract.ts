import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { SessionStore } from '../src/store/contract.ts'
import { RedisStore } from '../src/store/redis.ts'
import { storeContract } from '../src/store/testing.ts'
import type { Connect, Connected } from './redis-clients.ts'

/**
 * Runs the conformance suite through two clients of one kind, each test with a prefix of its own.
 *
 * @param slack How many milliseconds late an answer may be on a busy machine.
 */
export function redisContract(kind: string, connect: Connect, slack: number = 300): void {
  describe(`a Redis store over ${kind}`, { concurrency: 14 }, () => {
    const prefixes = new Map<SessionStore, string>()
    const clients: Connected[] = []
    before(async () => void clients.push(await connect(), await connect()))
    after(async () => {
      await Promise.all(Array.from(prefixes.keys(), removeSessions))
      await Promise.all(clients.map(({ close }) => close()))
    })

    const opened = (turn: number, prefix: string): SessionStore => {
      const client = clients[turn]?.client
      if (client === undefined) throw new Error('not connected')
      const store = new RedisStore({ client, prefix })
      prefixes.set(store, prefix)
      return store
    }
    storeContract(test, {
      slack,
      open: () => opened(0, `test:${randomUUID()}:`),
      reopen: (store) => opened(1, prefixes.get(store) ?? ''),
    })
  })
}

/** What a test has left behind. Principals and locks end by themselves, and nobody else knows the prefix. */
async function removeSessions(store: SessionStore): Promise<void> {
  let cursor: string | undefined
  do {
    const page = await store.transfer?.scan(cursor, 1000)
    for (const { address } of page?.sessions ?? []) await store.delete(address)
    cursor = page?.next
  } while (cursor !== undefined)
}
