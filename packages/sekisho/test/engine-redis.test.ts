import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { Redis } from 'ioredis'
import { RedisStore } from '../src/store/redis.ts'
import { engineSuite } from './engine/suite.ts'
import { ShiftedClock } from './redis-clock.ts'
import { redisUrl } from './services.ts'

const redis = new Redis(redisUrl())
after(() => redis.quit())

engineSuite(test, () => {
  const prefix = `test:${randomUUID()}:`
  const clock = new ShiftedClock(redis, prefix)
  return {
    store: new RedisStore({ client: clock.client, clientKind: 'ioredis', prefix }),
    scale: 1,
    pass: (ms) => clock.pass(ms),
    dump: () => contents(prefix),
    close: async () => void (await removed(prefix)),
  }
})

/** All keys below a prefix and their values. */
async function contents(prefix: string): Promise<string> {
  const keys = await redis.keys(`${prefix}*`)
  const values = await Promise.all(keys.map(async (key) => (await valueOf(key)).toString('latin1')))
  return [...keys, ...values].join('\n')
}

async function valueOf(key: string): Promise<Buffer> {
  if ((await redis.type(key)) === 'zset') return Buffer.from((await redis.zrange(key, '0', '-1')).join('\n'))
  return (await redis.getBuffer(key)) ?? Buffer.alloc(0)
}

async function removed(prefix: string): Promise<void> {
  const keys = await redis.keys(`${prefix}*`)
  if (keys.length > 0) await redis.del(keys)
}
