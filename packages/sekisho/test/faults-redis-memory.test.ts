/** The server's memory is used up: it evicts sessions, or takes no more. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Redis } from 'ioredis'
import { startRedis } from '../../../scripts/services.ts'
import type { Sessions } from '../src/session/contract.ts'
import { defineSession } from '../src/session/define.ts'
import { RedisStore } from '../src/store/redis.ts'
import { times, Visitor, type Visit } from './engine/visitor.ts'

interface Data {
  name: string
  filler: string
}

interface Shop {
  readonly redis: Redis
  readonly sessions: Sessions<Data>
}

const filler = 'x'.repeat(4_000)

async function shop(t: TestContext, options: Parameters<typeof startRedis>[0]): Promise<Shop> {
  const server = await startRedis(options)
  t.after(() => server.stop())
  const redis = new Redis(server.url)
  redis.on('error', () => {})
  t.after(() => redis.disconnect())
  const store = new RedisStore({ client: redis })
  return { redis, sessions: defineSession<Data>({ name: 'memory', store, development: false }) }
}

/** A visitor with a session that says whose it is. */
async function arrived(sessions: Sessions<Data>, name: string): Promise<Visitor<Data>> {
  const visitor = new Visitor(sessions)
  await visitor.request((session) => {
    session.set('name', name)
    session.set('filler', filler)
  })
  return visitor
}

/** A request that fails with 503 and leaves the cookie as it is. */
async function fails(visitor: Visitor<Data>, change: (session: Visit<Data>['session']) => void): Promise<void> {
  const visit = await visitor.begin()
  change(visit.session)
  await assert.rejects(visit.commit(), { code: 'ERR_STORE_FULL', status: 503 })
  assert.deepEqual(visit.cookies, [])
}

async function evicts(t: TestContext, policy: string): Promise<void> {
  const { redis, sessions } = await shop(t, { maxmemory: '4mb', policy })
  const visitors: Visitor<Data>[] = []
  for (let name = 0; name < 900; name += 1) visitors.push(await arrived(sessions, String(name)))
  const seen: (string | undefined)[] = []
  for (const visitor of visitors) seen.push(await visitor.see((session) => session.get('name')))
  const evicted = seen.filter((name) => name === undefined).length
  t.diagnostic(`${evicted} of ${visitors.length} sessions evicted by ${policy}`)
  assert.ok(evicted > 0 && evicted < visitors.length, `${evicted} evicted`)
  const strangers = seen.filter((name, index) => name !== undefined && name !== String(index))
  assert.deepEqual(strangers, [], "nobody has somebody else's session")
  assert.match(await redis.info('stats'), /evicted_keys:[1-9]/)
  const loser = visitors[seen.indexOf(undefined)]
  await loser?.request((session) => session.set('name', 'again'))
  assert.equal(await loser?.see((session) => session.get('name')), 'again', 'and may begin anew')
}

test('whose session was evicted by volatile-ttl is nobody, and never somebody else', (t) => evicts(t, 'volatile-ttl'))

test('whose session was evicted by allkeys-random is nobody, and never somebody else', (t) =>
  evicts(t, 'allkeys-random'))

test('a server that takes no more answers writes with 503, while reads and logouts go on', async (t) => {
  const { redis, sessions } = await shop(t, { policy: 'noeviction' })
  const newcomer = new Visitor(sessions)
  const visitors = await Promise.all(times(3, (index) => arrived(sessions, `visitor ${index}`)))
  const [changing = newcomer, entering = newcomer, leaving = newcomer] = visitors
  const before = leaving.twin()
  await redis.config('SET', 'maxmemory', '1')
  await fails(changing, (session) => session.set('name', 'changed'))
  await fails(newcomer, (session) => session.set('name', 'newcomer'))
  await fails(entering, (session) => session.login('alice'))
  for (const [index, visitor] of visitors.entries())
    assert.equal(await visitor.see((session) => session.get('name')), `visitor ${index}`)
  await leaving.request((session) => session.logout())
  assert.equal(leaving.token, undefined, 'the cookie is expired')
  assert.equal(await before.see((session) => session.get('name')), undefined, 'and the session gone')
  await redis.config('SET', 'maxmemory', '0')
  await changing.request((session) => session.set('name', 'changed'))
  await entering.request((session) => session.login('alice'))
  assert.equal(await changing.see((session) => session.get('name')), 'changed')
  assert.equal(await entering.see((session) => session.principal), 'alice')
})
