/** The contract over stores that were written for express-session, and what such stores do that they should not. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, suite, test } from 'node:test'
import connectPgSimple from 'connect-pg-simple'
import { RedisStore } from 'connect-redis'
import session from 'express-session'
import pg from 'pg'
import { createClient, type RedisClientType } from 'redis'
import type { Awaitable, SessionStore } from '../src/store/contract.ts'
import { fromConnectStore, type ConnectStore, type ConnectStoreOptions } from '../src/store/rows.ts'
import { storeContract } from '../src/store/testing.ts'
import { long, newAddress, newWriteId, record } from '../src/store/testing/samples.ts'
import { postgresUrl, redisUrl } from './services.ts'

let now = Date.now()
const options: ConnectStoreOptions = { shared: false, durable: 'process', now: () => now }
const prefix = `rows-${randomBytes(6).toString('hex')}`

suite("express-session's MemoryStore", () => contractOver(() => new session.MemoryStore()))

suite('connect-pg-simple', () => {
  const pool = new pg.Pool({ connectionString: postgresUrl(), max: 4 })
  const tableName = prefix.replace('-', '_')
  const PgStore = connectPgSimple(session)
  after(async () => {
    await pool.query(`DROP TABLE IF EXISTS ${tableName}`)
    await pool.end()
  })
  contractOver(async () => {
    await pool.query(`DROP TABLE IF EXISTS ${tableName}`)
    return new PgStore({ pool, tableName, createTableIfMissing: true, pruneSessionInterval: false })
  })
})

suite('connect-redis', () => {
  const client: RedisClientType = createClient({ url: redisUrl() })
  const connected = client.connect()
  after(async () => {
    await new RedisStore({ client, prefix }).clear()
    await client.close()
  })
  let opened = 0
  contractOver(async () => {
    await connected
    opened += 1
    return new RedisStore({ client, prefix: `${prefix}-${opened}:` })
  })

  test('lets Redis drop a session when it is dead, and not before', async () => {
    const store = fromConnectStore(new RedisStore({ client, prefix }), { shared: false })
    const address = newAddress()
    await store.create(address, record(), { idleMs: 100_000, absoluteMs: 50_000 })
    const first = await client.ttl(prefix + address)
    await store.touch(address, { idleMs: 100_000, absoluteMs: 200_000 })
    const second = await client.ttl(prefix + address)
    assert.ok(first >= 49 && first <= 51, `${first} seconds`)
    assert.ok(second >= 99 && second <= 101, `${second} seconds`)
  })
})

/** @param open A store without sessions. */
function contractOver(open: () => Awaitable<ConnectStore>): void {
  const stores = new WeakMap<object, ConnectStore>()
  const opened = (store: ConnectStore): SessionStore => {
    const sessions = fromConnectStore(store, options)
    stores.set(sessions, store)
    return sessions
  }
  storeContract(test, {
    open: async () => opened(await open()),
    reopen: (store) => opened(stores.get(store) ?? assert.fail()),
    wait: (ms) => void (now += ms),
  })
}

test('says what it guarantees, and who says that only one process uses it gets more', () => {
  const careful = quietly(() => fromConnectStore(new session.MemoryStore()))
  assert.deepEqual(careful.capabilities, { durable: 'no', shared: true, fenced: false, sweeps: false })
  assert.equal(careful.principals, undefined)
  const sure = fromConnectStore(new session.MemoryStore(), { shared: false, durable: 'machine' })
  assert.deepEqual(sure.capabilities, { durable: 'machine', shared: false, fenced: true, sweeps: false })
  assert.ok(sure.principals !== undefined)
})

test('refuses what is no connect store', () => {
  for (const store of [undefined, {}, { get() {}, set() {} }]) {
    assert.throws(() => fromConnectStore(store as unknown as ConnectStore), {
      code: 'ERR_OPTION',
      message: /`store` must be a connect store with/,
    })
  }
})

const broken = new Error('connection refused')

test('takes every way to fail for a failure, and never for an empty session', async () => {
  const ways: ConnectStore['get'][] = [
    (_id, callback) => callback(broken),
    (_id, callback) => setImmediate(callback, broken),
    () => {
      throw broken
    },
    async () => {
      throw broken
    },
    (_id, callback) => {
      callback(broken)
      callback(null, undefined)
    },
    (_id, callback) => {
      callback(broken)
      throw new Error('and once more')
    },
  ]
  for (const get of ways) {
    const store = fromConnectStore({ ...memory(), get }, { shared: false })
    await assert.rejects(store.read(newAddress()), broken)
    await assert.rejects(store.replace(newAddress(), record(), 1, long, newWriteId()), broken)
    await assert.rejects(store.create(newAddress(), record(), long), broken)
  }
})

test('takes a failing write for a failure', async () => {
  const ways: ConnectStore['set'][] = [
    (_id, _session, callback) => callback(broken),
    async () => {
      throw broken
    },
    () => {
      throw broken
    },
  ]
  for (const set of ways) {
    const store = fromConnectStore({ ...memory(), set }, { shared: false })
    await assert.rejects(store.create(newAddress(), record(), long), broken)
  }
  const missing = Object.assign(new Error('no such directory'), { code: 'ENOENT' })
  const homeless = fromConnectStore(
    { ...memory(), set: (_id, _session, callback) => callback(missing) },
    { shared: false },
  )
  await assert.rejects(homeless.create(newAddress(), record(), long), missing)
})

test('takes every way to have nothing for no session', async () => {
  const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' })
  const ways: ConnectStore['get'][] = [
    (_id, callback) => callback(null),
    (_id, callback) => callback(undefined, null),
    (_id, callback) => callback(null, false),
    (_id, callback) => callback(missing),
    (_id, callback) => callback(null, { cookie: {}, user: 'somebody else’s' }),
    async (_id, callback) => setImmediate(callback, null, undefined),
  ]
  for (const get of ways) {
    const store = fromConnectStore({ ...memory(), get }, { shared: false })
    assert.equal(await store.read(newAddress()), undefined)
    assert.equal(await store.touch(newAddress(), long), 'gone')
  }
})

test('waits for the callback of a store whose promise resolves first, and heeds the first of two answers', async () => {
  const kept = memory()
  const store = fromConnectStore(
    {
      ...kept,
      async get(id, callback) {
        setTimeout(() => {
          kept.get(id, (...answer) => {
            callback(...answer)
            callback(null, undefined)
            callback(broken)
          })
        }, 5)
      },
    },
    { shared: false },
  )
  const address = newAddress()
  await store.create(address, record(), long)
  assert.equal((await store.read(address))?.version, 1)
})

test('does not wait for ever for a store that never answers, nor let it block the session', async () => {
  const kept = memory()
  let isHanging = true
  const get: ConnectStore['get'] = (id, callback) => (isHanging ? undefined : kept.get(id, callback))
  const store = fromConnectStore({ ...kept, get }, { shared: false, timeoutMs: 50 })
  const address = newAddress()
  await assert.rejects(store.touch(address, long), { code: 'ERR_STORE_TIMEOUT' })
  isHanging = false
  assert.equal(await store.create(address, record(), long), 'created')
  assert.equal(await store.touch(address, long), 'touched')
})

test('hands each session over with the cookie by which stores tell its end', async () => {
  const given: { cookie: { originalMaxAge: number; maxAge: number; expires: Date } }[] = []
  const kept = memory()
  const set: ConnectStore['set'] = (id, value, callback) => {
    given.push(value as never)
    kept.set(id, value, callback)
  }
  const store = fromConnectStore({ ...kept, set }, { shared: false })
  await store.create(newAddress(), record(), { idleMs: 1_800_000, absoluteMs: 60_000 })
  const [{ cookie }] = given as [(typeof given)[0]]
  assert.deepEqual([cookie.originalMaxAge, cookie.maxAge], [60_000, 60_000])
  assert.ok(Math.abs(cookie.expires.getTime() - Date.now() - 60_000) < 5000)
})

function memory(): ConnectStore {
  const store = new session.MemoryStore()
  return {
    get: (id, callback) => store.get(id, callback),
    set: (id, value, callback) => store.set(id, value as session.SessionData, callback),
    destroy: (id, callback) => store.destroy(id, callback),
  }
}

/** For stores that are unfenced on purpose. */
function quietly<T>(make: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return make()
  } finally {
    process.emitWarning = emitWarning
  }
}
