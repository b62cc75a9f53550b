import { suite } from 'node:test'
import { glide, ioredis, iovalkey, nodeRedis, nodeRedisTls } from '../../test/redis-clients.ts'
import { redisContract } from '../../test/redis-contract.ts'

suite('keeps the store contract', { concurrency: 2 }, () => {
  redisContract('node-redis', () => nodeRedis())
  redisContract('node-redis over TLS', () => nodeRedisTls())
  redisContract('ioredis', () => ioredis())
  redisContract('iovalkey', () => iovalkey())
  redisContract('Valkey GLIDE', () => glide())
})
