import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { Redis } from 'ioredis'
import { fixture, heard, type Fixture } from '../../../test/redis-fixture.ts'
import { redisUrl } from '../../../test/services.ts'
import { RedisStore } from '../redis.ts'
import { fullRecord, long, newAddress, newWriteId, record, stored } from '../testing/samples.ts'

test('lets a key end when its grace is over, whatever has moved its deadlines', async (t) => {
  const { redis, store, key } = fixture(t, { graceMs: 12_345 })
  const address = await stored(store, record(), { idleMs: 60_000, absoluteMs: 600_000 })
  const steps = [
    async () => 'created',
    () => store.touch(address, { idleMs: 120_000 }),
    () => store.touch(address, { idleMs: 1000 }),
    () => store.replace(address, fullRecord(), 1, { idleMs: 180_000 }, newWriteId()),
    () => store.replace(address, record(), 2, { idleMs: 1, absoluteMs: 50_000 }, newWriteId()),
    () => store.touch(address, { idleMs: 1, absoluteMs: 90_000 }),
  ]
  for (const step of steps) {
    await step()
    const live = await store.read(address)
    assert.ok(live)
    const due = Math.min(live.idleDeadline, live.absoluteDeadline)
    // SET counts from its own look at the clock, a moment after the look that the deadlines come from.
    const late = Number(await redis.call('pexpiretime', key(address))) - (due + 12_345)
    assert.ok(late >= -1 && late < 1000, `${late} ms late`)
  }
})

test('leaves no key without an end but epochs', async (t) => {
  const { redis, store, prefix } = fixture(t)
  const addresses = await everything(store)
  const keys = await redis.keys(`${prefix}*`)
  const kinds = new Map<string, number>()
  for (const key of keys) {
    const kind = key.slice(prefix.length, key.indexOf(':{'))
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    assert.equal((await redis.pttl(key)) === -1, kind === 'epoch', key)
  }
  assert.deepEqual(Object.fromEntries(kinds), { session: addresses.length, principal: 1, epoch: 1, lock: 1 })
})

test('lets the list of a principal end with its last entry', async (t) => {
  const { redis, store, prefix } = fixture(t, { graceMs: 0 })
  await store.principals.add('alice', newAddress(), 100)
  await store.principals.add('alice', newAddress(), 300)
  const [key = ''] = await redis.keys(`${prefix}principal:*`)
  await pause(150)
  await store.principals.add('alice', newAddress(), 100)
  assert.equal(await redis.zcard(key), 2, 'what is over goes when the next one comes')
  await pause(400)
  assert.equal(await redis.exists(key), 0)
})

test('takes one round trip for each verb', async (t) => {
  const { redis, store, prefix } = fixture(t)
  await everything(store)
  const commands = await monitored(t, prefix)
  const address = newAddress()
  const verbs: [string, () => unknown][] = [
    ['create', () => store.create(address, record(), long)],
    ['read', () => store.read(address)],
    ['replace', () => store.replace(address, record(), 1, long, newWriteId())],
    ['a refused replace', () => store.replace(address, record(), 1, long, newWriteId())],
    ['touch', () => store.touch(address, long)],
    ['delete', () => store.delete(address)],
    ['epoch', () => store.principals.epoch('alice')],
    ['raiseEpoch', () => store.principals.raiseEpoch('alice')],
    ['add', () => store.principals.add('alice', address, 1000)],
    ['list', () => store.principals.list('alice')],
    ['remove', () => store.principals.remove('alice', address)],
    ['acquire', () => store.locks.acquire(address, 'me', 1000)],
    ['renew', () => store.locks.renew(address, 'me', 1000)],
    ['release', () => store.locks.release(address, 'me')],
  ]
  for (const [verb, run] of verbs) {
    await run()
    await redis.echo(`${prefix}${verb}`)
  }
  const expected = verbs.flatMap(([verb]) => ['evalsha', `echo ${prefix}${verb}`])
  await until(() => commands.length >= expected.length)
  assert.deepEqual(commands, expected)
})

test('goes on when the server forgets its scripts at any time', async (t) => {
  const { redis, store } = fixture(t)
  const forgetting = new AbortController()
  const forgetful = (async () => {
    while (!forgetting.signal.aborted) await redis.call('script', 'flush')
  })()
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const address = await stored(store)
      for (let version = 1; version <= 10; version += 1) {
        assert.equal(await store.replace(address, record(), version, long, newWriteId()), 'replaced')
        assert.equal((await store.read(address))?.version, version + 1)
        assert.equal(await store.touch(address, long), 'touched')
      }
      assert.equal(await store.delete(address, 11), 'deleted')
    }),
  )
  forgetting.abort()
  await forgetful
})

test('takes what is no record under its key for none, and says so', async (t) => {
  const { redis, store, key } = fixture(t)
  const rejected = heard(t, 'rejected')
  for (const [kind, spoil] of spoilers({ redis, store, key })) {
    const address = await stored(store, fullRecord())
    await spoil(address)
    assert.equal(await store.read(address), undefined, kind)
    assert.equal(rejected.filter((event) => event.address === address).length, 1, kind)
    assert.equal(await store.replace(address, record(), 1, long, newWriteId()), 'gone', kind)
    assert.equal(await store.touch(address, long), 'gone', kind)
    assert.equal(await store.delete(address), 'gone', kind)
    assert.equal(await store.create(address, record(), long), 'created', kind)
    assert.equal((await store.read(address))?.version, 1, kind)
  }
})

test('reads damaged fields as no record', async (t) => {
  const { redis, store, key } = fixture(t)
  const rejected = heard(t, 'rejected')
  const address = await stored(store, fullRecord())
  await redis.setrange(key(address), 44, 'X')
  assert.equal(await store.read(address), undefined)
  assert.deepEqual(rejected.filter((event) => event.address === address).length, 1)
})

test('fails where an epoch is no number, instead of reading none', async (t) => {
  const { redis, store, prefix } = fixture(t)
  await store.principals.raiseEpoch('alice')
  const [key = ''] = await redis.keys(`${prefix}epoch:*`)
  for (const broken of ['', 'one', '-1', '1.5']) {
    await redis.set(key, broken)
    await assert.rejects(async () => store.principals.epoch('alice'), { code: 'ERR_STORE_UNAVAILABLE' }, broken)
  }
})

test('announces a dead session that is still there', async (t) => {
  const { store } = fixture(t)
  const expired = heard(t, 'expired')
  const address = await stored(store, record(), { idleMs: 1, absoluteMs: 1000 })
  await pause(20)
  assert.equal(await store.read(address), undefined)
  assert.equal(expired.filter((event) => event.address === address).length, 1)
})

test('needs no more rights than the guide lists', async (t) => {
  const guide = await readFile(new URL('../../../../../docs/guide/stores/redis.md', import.meta.url), 'utf8')
  const rights = /ACL SETUSER shop on >password (~\S+) (.*)/.exec(guide)?.[2]?.split(' ') ?? []
  assert.ok(rights.length > 10, 'the guide lists them')
  const { redis, prefix } = fixture(t)
  const username = prefix.slice(0, -1)
  await redis.call('acl', 'setuser', username, 'on', '>password', `~${prefix}*`, ...rights)
  const client = new Redis(redisUrl(), { username, password: 'password', enableReadyCheck: false })
  try {
    const store = new RedisStore({ client, prefix })
    const addresses = await everything(store)
    assert.equal(await store.transfer.estimate(), addresses.length)
    assert.ok((await store.transfer.scan(undefined, 1)).sessions.length > 0)
    await client.call('wait', '0', '1')
  } finally {
    client.disconnect()
    await redis.call('acl', 'deluser', username)
  }
})

type Spoiler = [kind: string, spoil: (address: string) => Promise<unknown>]

function spoilers({ redis, key }: Pick<Fixture, 'redis' | 'store' | 'key'>): Spoiler[] {
  const put = (value: string | Buffer) => (address: string) => redis.set(key(address), value)
  const retyped = (make: (key: string) => Promise<unknown>) => async (address: string) => {
    await redis.del(key(address))
    await make(key(address))
  }
  return [
    ['a list', retyped((name) => redis.rpush(name, 'x'))],
    ['a hash', retyped((name) => redis.hset(name, 'x', '1'))],
    ['nothing', put('')],
    ['a few bytes', put('SKR1')],
    ['other bytes', put(Buffer.alloc(500, 0xff))],
    ['JSON', put(JSON.stringify({ cookie: {}, user: 'x'.repeat(100) }))],
    ['a record cut short', async (address) => redis.set(key(address), await cut(redis, key(address)))],
    ['a record and more', (address) => redis.append(key(address), 'x')],
    ['deadlines that are no numbers', (address) => redis.setrange(key(address), 20, Buffer.alloc(16, 0xff))],
  ]
}

async function cut(redis: Redis, key: string): Promise<Buffer> {
  return ((await redis.getBuffer(key)) ?? Buffer.alloc(0)).subarray(0, -1)
}

/** Uses everything that the store has. @returns The addresses of the sessions that are left. */
async function everything(store: Fixture['store']): Promise<string[]> {
  const addresses = await Promise.all(Array.from({ length: 10 }, () => stored(store, fullRecord())))
  for (const address of addresses) {
    await store.replace(address, record(), 1, long, newWriteId())
    await store.replace(address, record(), 1, long, newWriteId())
    await store.touch(address, long)
    await store.principals.add('alice', address, 60_000)
    const read = await store.read(address)
    if (read !== undefined) await store.transfer.restore(address, { ...read, version: 9 })
  }
  const [first = '', second = ''] = addresses
  await store.delete(first)
  await store.principals.remove('alice', first)
  await store.principals.raiseEpoch('alice')
  await store.locks.acquire(first, 'me', 60_000)
  await store.locks.acquire(second, 'me', 60_000)
  await store.locks.renew(second, 'me', 60_000)
  await store.locks.release(second, 'me')
  await store.principals.list('alice')
  await store.principals.epoch('alice')
  return addresses.slice(1)
}

/** The commands that clients send about keys of this prefix, as they come; what scripts call is not among them. */
async function monitored(t: TestContext, prefix: string): Promise<string[]> {
  const { redis } = fixture(t)
  const monitor = await redis.monitor()
  t.after(() => monitor.disconnect())
  const commands: string[] = []
  monitor.on('monitor', (_time: string, command: string[], source: string) => {
    if (source === 'lua' || !command.some((word) => word.includes(prefix))) return
    const [name = '', word = ''] = command
    commands.push(name === 'echo' ? `echo ${word}` : name)
  })
  return commands
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo() && waited < 5000; waited += 10) await pause(10)
}
