import { suite } from 'node:test'
import { ioredisSentinel, nodeRedisSentinel } from '../../../test/redis-clients.ts'
import { redisContract } from '../../../test/redis-contract.ts'

/** The tests share a connection that stands still while a login waits for the replica. */
const slack = 800

suite('keeps the store contract behind Sentinel', { concurrency: 2 }, () => {
  redisContract('a sentinel client of node-redis', () => nodeRedisSentinel(), slack)
  redisContract('a sentinel client of ioredis', () => ioredisSentinel(), slack)
})
