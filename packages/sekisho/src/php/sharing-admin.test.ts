/** What the administration of sessions does where PHP keeps them, and no index by user. */
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { Redis } from 'ioredis'
import { defined, SharedSite, visit } from '../../test/php/shared-site.ts'
import { redisUrl } from '../../test/services.ts'
import { defineSession } from '../index.ts'
import { phpRedisRows } from './redis.ts'
import { sharedWithPhp } from './sharing.ts'

const noIndex = { code: 'ERR_OPTION', message: /`store` must keep an index by principal/ }

let site: SharedSite
beforeEach(() => {
  site = new SharedSite()
})

test('what needs an index by user is refused as a mistake of the configuration, and touches no session', async () => {
  site.php('abc', '$_SESSION["user"] = "hana";')
  const { admin } = site.sessions({ principal: 'user' })
  await assert.rejects(admin.list('hana'), noIndex)
  await assert.rejects(admin.count('hana'), noIndex)
  await assert.rejects(admin.limit('hana', 1), noIndex)
  await assert.rejects(admin.revokeAll('hana'), noIndex)
  assert.equal(site.php('abc', 'echo $_SESSION["user"];'), 'hana')
})

test('a number of sessions for each user, and locks of routes, are refused where they are asked for', async () => {
  const sharing = site.sharing({ principal: 'user' })
  assert.throws(() => defineSession({ name: 'shop', ...sharing, sessionsPerPrincipal: 3 }), {
    code: 'ERR_OPTION',
    message: /`sessionsPerPrincipal` must be absent: this `store` keeps no index by principal/,
  })
  const headers = { cookie: 'PHPSESSID=abc' }
  await assert.rejects(async () => defined(sharing).open({ headers }, { lock: {} }), {
    code: 'ERR_OPTION',
    message: /`store` keeps no locks/,
  })
})

test('the store says so beforehand', () => {
  const files = site.sharing()
  assert.deepEqual([files.store.principals, files.store.locks, files.store.transfer], [undefined, undefined, undefined])
  const { capabilities } = defined(files)
  assert.deepEqual(capabilities, { durable: 'process', shared: true, fenced: true, sweeps: true })
  const client = new Redis(redisUrl(), { lazyConnect: true })
  const inRedis = sharedWithPhp({ rows: phpRedisRows({ client }) })
  assert.deepEqual([inRedis.store.principals, inRedis.store.locks], [undefined, undefined])
  assert.deepEqual(defined(inRedis).capabilities, { durable: 'no', shared: true, fenced: true, sweeps: false })
})

test('a single session can be looked at and ended by the process that has served it, and by no other', async () => {
  site.php('abc', '$_SESSION["user"] = "hana"; $_SESSION["n"] = 1;')
  const [sessions, elsewhere] = [site.sessions({ principal: 'user' }), site.sessions({ principal: 'user' })]
  const { result: address = '' } = await visit(sessions, 'abc', ({ meta }) => meta.address)
  assert.deepEqual((await sessions.admin.inspect(address))?.data, { n: 1 })
  assert.deepEqual([await elsewhere.admin.inspect(address), await elsewhere.admin.revoke(address)], [undefined, false])
  assert.equal(await sessions.admin.revoke(address, { principal: 'taro' }), false)
  assert.equal(site.exists('abc'), true)
  assert.equal(await sessions.admin.revoke(address, { principal: 'hana' }), true)
  assert.equal(site.exists('abc'), false)
})
