import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { php } from '../../test/php/php-script.ts'
import { iniView, type TriedIni } from '../../test/php/ini-view.ts'
import { redisUrl } from '../../test/services.ts'
import type { SaveHandler } from './handler/contract.ts'
import { redis, type RedisHandlerOptions } from './redis.ts'

const prefix = `php-redis-test-${process.pid}:`
const text = (value: Uint8Array | false): string => Buffer.from(value || []).toString()
const bytes = (value: string): Uint8Array => Buffer.from(value)

let client: Redis
before(() => {
  client = new Redis(redisUrl())
})
after(async () => {
  const keys = await client.keys(`${prefix}*`)
  if (keys.length > 0) await client.del(keys)
  client.disconnect()
})

test('what is written PHP reads, under its key and with its lifetime', async () => {
  await within((handler) => handler.write('shared', bytes('a|i:1;')), {
    ini: iniView({ 'session.gc_maxlifetime': 600 }),
  })
  assert.equal(await client.get(`${prefix}shared`), 'a|i:1;')
  assert.ok(Math.abs((await client.ttl(`${prefix}shared`)) - 600) < 5)
  const seen = php(phpredis(), 'shared', 'session_start(); echo $_SESSION["a"]; $_SESSION["a"] = "x\\xff";')
  assert.equal(seen, '1')
  await within(async (handler) => {
    assert.deepEqual(await handler.read('shared'), Buffer.from('a|s:2:"x\xff";', 'latin1'))
  })
})

test('PHP waits for our lock, and we for its', async () => {
  await within(async (handler) => {
    await handler.read('locked')
    const refused = php(
      { ...phpredis(), 'redis.session.lock_retries': 3 },
      'locked',
      'echo @session_start() && @session_write_close() && isset($_SESSION["in"]) ? "in" : "out";',
    )
    assert.equal(refused, 'out')
    await assert.rejects(
      within((other) => other.read('locked'), { lockWaitMs: 20 }),
      { name: 'SaveHandlerFailure', message: 'Failed to acquire session lock' },
    )
  })
  assert.equal(await client.exists(`${prefix}locked_LOCK`), 0)
  await client.set(`${prefix}locked_LOCK`, 'elsewhere|1', 'PX', 60)
  await within((handler) => handler.read('locked'))
})

test('a lock is only given back by its holder', async () => {
  await within(async (handler) => {
    await handler.read('mine')
    await client.set(`${prefix}mine_LOCK`, 'elsewhere|1', 'PX', 5000)
  })
  assert.equal(await client.get(`${prefix}mine_LOCK`), 'elsewhere|1')
})

test('whoever has lost the lock writes nothing', async () => {
  await within((handler) => handler.write('late', bytes('a|i:1;')))
  await within(async (handler) => {
    await handler.read('late')
    await client.set(`${prefix}late_LOCK`, 'elsewhere|1', 'PX', 5000)
    await assert.rejects(async () => handler.write('late', bytes('a|i:2;')), { message: 'Session lock expired' })
  })
  assert.equal(await client.get(`${prefix}late`), 'a|i:1;')
})

test('what was destroyed meanwhile is not brought back', async () => {
  const ini = iniView()
  await within((handler) => handler.write('gone', bytes('a|i:1;')))
  await within(
    async (handler) => {
      await handler.read('gone')
      await client.del(`${prefix}gone`)
      await handler.write('gone', bytes('a|i:2;'))
    },
    { ini },
  )
  assert.equal(await client.exists(`${prefix}gone`), 0)
  assert.deepEqual(ini.warnings, ['The session was destroyed while this request was running; nothing was written'])
})

test('destroying removes the session and the lock; a use prolongs it; ids that exist are valid', async () => {
  await within((handler) => handler.write('abc', bytes('a|i:1;')))
  await client.expire(`${prefix}abc`, 5)
  await within(async (handler) => handler.updateTimestamp?.('abc', (await handler.read('abc')) as Uint8Array))
  assert.ok((await client.ttl(`${prefix}abc`)) > 1000)
  await within(async (handler) => {
    assert.equal(await handler.validateId?.('abc'), true)
    assert.equal(await handler.validateId?.('abd'), false)
    await handler.read('abc')
    await handler.destroy('abc')
    assert.equal(await handler.gc(1440), false)
  })
  assert.deepEqual(await client.exists(`${prefix}abc`, `${prefix}abc_LOCK`), 0)
})

test('no session can be the lock of another one', async () => {
  await within(async (holder) => {
    await holder.read('abc')
    await within(async (handler) => {
      assert.equal(await handler.validateId?.('abc_LOCK'), false)
      await assert.rejects(async () => handler.read('abc_LOCK'), { name: 'SaveHandlerFailure' })
    })
  })
})

test('without locking nobody waits, and a session that stores nothing leaves nothing', async () => {
  await within(
    async (handler) => {
      await handler.read('free')
      await within((other) => other.read('free'), { locking: false })
      assert.equal(await client.exists(`${prefix}free_LOCK`), 0)
      await handler.write('free', bytes(''))
    },
    { locking: false },
  )
  assert.equal(await client.exists(`${prefix}free`), 0)
  await within((handler) => handler.read('old'), { ini: iniView({}, { allocatesAtStart: true }) })
  assert.equal(await client.get(`${prefix}old`), '')
})

test('the settings of phpredis and the prefix of a save path are honoured', async () => {
  const ini = iniView({ 'redis.session.locking_enabled': '0' })
  const other = `${prefix}other:`
  await within(
    async (handler) => {
      await handler.read('set')
      assert.equal(await client.exists(`${prefix}set_LOCK`), 0)
    },
    { ini },
  )
  await within((handler) => handler.write('set', bytes('a|i:1;')), {
    savePath: `tcp://127.0.0.1:6379?weight=1&prefix=${encodeURIComponent(other)}`,
  })
  assert.equal(await client.get(`${other}set`), 'a|i:1;')
  const hurried = iniView({
    'redis.session.lock_wait_time': '1000',
    'redis.session.lock_retries': '5',
    'redis.session.lock_expire': '7',
  })
  await within(
    async (holder) => {
      await holder.read('hurry')
      assert.ok((await client.pttl(`${prefix}hurry_LOCK`)) <= 7000)
      await assert.rejects(
        within((handler) => handler.read('hurry'), { ini: hurried }),
        /Failed to acquire/,
      )
    },
    { ini: hurried },
  )
})

test('node-redis serves as well, and a cluster is refused with the reason', async () => {
  const other = createClient({ url: redisUrl() })
  await other.connect()
  try {
    const handler = redis({ client: other, prefix }).create(iniView())
    await handler.open('', 'PHPSESSID')
    await handler.write('node', bytes('a|i:1;\0\xff'))
    assert.equal(text(await handler.read('node')), 'a|i:1;\0\xff')
    await handler.close()
  } finally {
    other.destroy()
  }
  assert.throws(() => redis({ client: new Redis.Cluster([], { lazyConnect: true }) }), {
    code: 'ERR_OPTION',
    message: /PHP keeps no locks in a cluster/,
  })
})

test('a server that is away is a failure whose reason names neither the id nor the data', async () => {
  const away = new Redis(1, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
  away.on('error', () => undefined)
  const handler = redis({ client: away, prefix, timeoutMs: 500 }).create(iniView())
  await handler.open('', 'PHPSESSID')
  await assert.rejects(
    async () => handler.write('secretid', bytes('secretdata')),
    (error: Error) => {
      assert.equal(error.name, 'SaveHandlerFailure')
      assert.match(error.message, /redis (could not|did not answer)/)
      assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /secret/)
      assert.doesNotMatch(String((error.cause as Error).cause), /secret/)
      return true
    },
  )
  away.disconnect()
})

interface Settings extends Partial<RedisHandlerOptions> {
  readonly ini?: TriedIni
  readonly savePath?: string
}

/** One request. */
async function within<T>(work: (handler: SaveHandler) => T | Promise<T>, settings: Settings = {}): Promise<T> {
  const { ini = iniView(), savePath = '', ...options } = settings
  const handler = redis({ client, prefix, lockWaitMs: 2000, ...options }).create(ini)
  await handler.open(savePath, 'PHPSESSID')
  try {
    return await work(handler)
  } finally {
    await handler.close()
  }
}

function phpredis(): Record<string, string | number> {
  const { hostname, port } = new URL(redisUrl())
  return {
    'session.save_handler': 'redis',
    'session.save_path': `tcp://${hostname}:${port}?prefix=${encodeURIComponent(prefix)}`,
    'redis.session.locking_enabled': 1,
    'redis.session.lock_expire': 30,
  }
}
