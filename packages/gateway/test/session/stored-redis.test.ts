import { Redis } from 'ioredis'
import { redisUrl } from './services.ts'
import { storedSuite } from './stored-suite.ts'

/** A database of the server that no other test uses. */
const database = 11

storedSuite(async (t) => {
  const url = redisUrl()
  url.pathname = `/${database}`
  const client = new Redis(url.href)
  await client.flushdb()
  t.after(async () => {
    await client.flushdb()
    client.disconnect()
  })
  return {
    directives: `SessionStore redis\nSessionRedisURL ${url.href}`,
    dump: async () => {
      const keys = (await client.keys('*')).toSorted().filter((key) => key.startsWith('sekisho:session:'))
      const values = await Promise.all(keys.map((key) => client.getBuffer(key)))
      return keys.map((key, index) => `${key} ${values[index]?.toString('latin1')}`).join('\n')
    },
  }
})
