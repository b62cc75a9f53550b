import { suite } from 'node:test'
import { glideCluster, ioredisCluster, iovalkeyCluster, nodeRedisCluster } from '../../../test/redis-clients.ts'
import { redisContract } from '../../../test/redis-contract.ts'

suite('keeps the store contract on a Cluster', { concurrency: 2 }, () => {
  redisContract('a cluster client of node-redis', () => nodeRedisCluster())
  redisContract('a cluster client of ioredis', () => ioredisCluster())
  redisContract('a cluster client of iovalkey', () => iovalkeyCluster())
  redisContract('a cluster client of Valkey GLIDE', () => glideCluster())
})
