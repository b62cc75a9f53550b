import { describe } from 'node:test'
import { startRedis } from '../../../../scripts/services.ts'
import { sessionsSuite } from './sessions-suite.ts'

describe('commands about sessions in Redis', () =>
  sessionsSuite(async (t) => {
    // A server of its own: the sessions of everybody are to end.
    const redis = await startRedis()
    t.after(() => redis.stop())
    return { lines: `SessionStore redis\nSessionRedisURL ${redis.url}`, id: 'redis' }
  }))
