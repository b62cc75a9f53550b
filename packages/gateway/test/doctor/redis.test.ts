import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { Redis } from 'ioredis'
import { startRedis } from '../../../../scripts/services.ts'
import { askRedis } from '../../../../scripts/services/redis.ts'
import { detailsOf, findingOf, grave, type Stage, stageSite } from './stage.ts'

const lines = (url: string) =>
  `Session On
SessionStore redis
SessionRedisURL ${url}
SessionTimeout 1800
SessionCookieName sessionid path=/; HttpOnly
SessionCryptoPassphrase 0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs
`

async function stageRedis(
  t: TestContext,
  options: Parameters<typeof startRedis>[0],
): Promise<{ stage: Stage; port: number }> {
  const server = await startRedis(options)
  t.after(() => server.stop())
  return { stage: await stageSite(t, lines(server.url)), port: server.port }
}

describe('Redis', () => {
  it('that evicts sessions is told to keep them, in its file too', async (t) => {
    const { stage, port } = await stageRedis(t, { appendonly: true, maxmemory: '64mb', policy: 'allkeys-lru' })
    const { severity, found } = await stage.isMended(
      'redis-settings',
      /^Redis evicts sessions when its memory is full: whoever/,
    )
    assert.deepEqual([severity, found], ['error', 'maxmemory-policy allkeys-lru'])
    assert.deepEqual(await askRedis(port, 'CONFIG', 'GET', 'maxmemory-policy'), ['maxmemory-policy', 'noeviction'])
  })

  it('that would evict them, had it a limit, is a warning', async (t) => {
    const { stage } = await stageRedis(t, { policy: 'volatile-lru', appendonly: true })
    const { severity } = await stage.isMended('redis-settings', /though it has no limit now/)
    assert.equal(severity, 'warning')
  })

  it('that keeps nothing on the disk is a note, with the line that changes it', async (t) => {
    const { stage } = await stageRedis(t, {})
    const examination = await stage.doctor()
    assert.deepEqual(grave(examination), [])
    const found = findingOf(examination, 'redis-settings')
    assert.equal(found.code, 'not-durable')
    stage.run(found.command)
    assert.deepEqual((await stage.doctor()).findings, [])
  })

  it('has nothing in it afterwards that was not there before', async (t) => {
    const { stage, port } = await stageRedis(t, { appendonly: true })
    const client = new Redis(port, '127.0.0.1')
    t.after(() => client.disconnect())
    await client.set('somebody', 'else')
    const examination = await stage.doctor()
    assert.deepEqual(grave(examination), [])
    assert.match(detailsOf(examination, 'renewal'), /before a login .* after it .*; the old cookie is not logged in/)
    assert.deepEqual(await client.keys('*'), ['somebody'])
  })

  it('that is a replica takes no writes, and its primary is named', async (t) => {
    const { stage, port } = await stageRedis(t, { appendonly: true })
    const primary = await startRedis()
    t.after(() => primary.stop())
    await askRedis(port, 'REPLICAOF', '127.0.0.1', String(primary.port))
    const { message, fix } = findingOf(await stage.doctor(), 'redis')
    assert.equal(message, 'This Redis is a replica, which takes no writes')
    assert.match(fix ?? '', /which is 127\.0\.0\.1/)
  })

  it('that wants a password is told apart, and the password is not shown', async (t) => {
    const { stage, port } = await stageRedis(t, { appendonly: true })
    await askRedis(port, 'CONFIG', 'SET', 'requirepass', 'hunter2')
    const { code } = findingOf(await stage.doctor(), 'redis')
    assert.equal(code, 'login-refused')
    const other = await stageSite(t, lines(`redis://:hunter2@127.0.0.1:${port}`))
    const examination = await other.doctor()
    assert.deepEqual(grave(examination), [])
    assert.ok(!JSON.stringify(examination).includes('hunter2'))
  })
})
