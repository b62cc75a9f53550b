import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { beforeEach, test } from 'node:test'
import { Redis } from 'ioredis'
import { defined, idIn, SharedSite, visit } from '../../test/php/shared-site.ts'
import { redisUrl } from '../../test/services.ts'
import { phpRedisRows } from './redis.ts'
import { sharedWithPhp } from './sharing.ts'

let site: SharedSite
beforeEach(() => {
  site = new SharedSite()
})

test('an id that PHP does not know is not adopted, and one that it would refuse is nobody’s', async () => {
  for (const id of ['unknown', '../../etc/passwd', 'a_b', '%00']) {
    const { cookie } = await visit(site.sessions(), id, ({ data }) => {
      data.n = 1
    })
    assert.notEqual(idIn(cookie), id)
  }
})

test('a login gives the session a new id and removes the old one; PHP knows the user', async () => {
  site.php('planted', '$_SESSION["cart"] = ["tea"]; $_SESSION["evil"] = new stdClass;')
  const sessions = site.sessions({ principal: 'user' }, { cart: { beforeLogin: 'keep' } })
  const { cookie } = await visit(sessions, 'planted', async (session) => {
    await session.login('hana')
  })
  const id = idIn(cookie)
  assert.deepEqual(readdirSync(site.directory), [`sess_${id}`])
  const says = 'echo $_SESSION["user"], $_SESSION["cart"][0], isset($_SESSION["evil"]) ? "kept" : "dropped";'
  assert.equal(site.php(id, says), 'hanateadropped')
  const seen = await visit(sessions, id, ({ principal }) => principal)
  assert.equal(seen.result, 'hana')
})

test('a rotation gives a new id too, and keeps everything', async () => {
  site.php('abc', '$_SESSION["cart"] = ["tea"]; $_SESSION["when"] = new DateTimeImmutable("2026-01-01");')
  const { cookie } = await visit(site.sessions(), 'abc', (session) => session.rotate())
  assert.deepEqual(readdirSync(site.directory), [`sess_${idIn(cookie)}`])
  assert.equal(site.php(idIn(cookie), 'echo $_SESSION["cart"][0], $_SESSION["when"]->format("Y");'), 'tea2026')
})

test('who has logged in to PHP is logged in here, and who has logged out there is not', async () => {
  const sessions = site.sessions({ principal: { name: 'user_id', type: 'int' } })
  site.php('abc', '$_SESSION["user_id"] = 7;')
  assert.equal((await visit(sessions, 'abc', ({ principal }) => principal)).result, '7')
  await visit(sessions, 'abc', ({ data }) => {
    assert.equal('user_id' in data, false)
    data.n = 1
  })
  assert.equal(site.php('abc', 'echo gettype($_SESSION["user_id"]); unset($_SESSION["user_id"]);'), 'integer')
  assert.equal((await visit(sessions, 'abc', ({ principal }) => principal)).result, undefined)
})

test('PHP may regenerate the id: what the engine keeps goes along', async () => {
  const sessions = site.sessions({ principal: 'user' })
  const { cookie } = await visit(sessions, undefined, async (session) => session.login('hana', { amr: ['pwd'] }))
  const moved = site.php(idIn(cookie), 'session_regenerate_id(true); echo session_id();')
  const { result } = await visit(sessions, moved, ({ principal, meta }) => [principal, meta.amr])
  assert.deepEqual(result, ['hana', ['pwd']])
  assert.equal((await visit(sessions, idIn(cookie), ({ meta }) => meta.address)).result, undefined)
})

test('a logout on either side is one on both', async () => {
  const sessions = site.sessions()
  site.php('abc', '$_SESSION["n"] = 1;')
  const { cookie } = await visit(sessions, 'abc', (session) => session.logout())
  assert.match(cookie ?? '', /^PHPSESSID=; Path=\/; .*Max-Age=0/)
  assert.deepEqual(readdirSync(site.directory), [])
  site.php('abd', '$_SESSION["n"] = 1;')
  site.php('abd', 'session_destroy();')
  assert.equal((await visit(sessions, 'abd', ({ meta }) => meta.address)).result, undefined)
})

test('a request that writes after PHP has logged the user out brings nothing back', async () => {
  site.php('abc', '$_SESSION["n"] = 1;')
  const sessions = site.sessions()
  await visit(sessions, 'abc', ({ data }) => {
    data.n = 2
    site.php('abc', 'session_destroy();')
  })
  assert.deepEqual(readdirSync(site.directory), [])
})

test('a login in Redis moves the key, and waits for the lock of PHP', async () => {
  const client = new Redis(redisUrl())
  const prefix = `php-sharing-test-${process.pid}:`
  try {
    await client.setex(`${prefix}abc`, 60, 'cart|a:1:{i:0;s:3:"tea";}')
    await client.set(`${prefix}abc_LOCK`, 'php|1', 'PX', 300)
    const rows = phpRedisRows({ client, prefix })
    const sessions = defined(sharedWithPhp({ rows, principal: 'user', development: true }), {
      cart: { beforeLogin: 'keep' },
    })
    const { cookie } = await visit(sessions, 'abc', (session) => session.login('hana'))
    assert.deepEqual(await client.keys(`${prefix}*`), [`${prefix}${idIn(cookie)}`])
    assert.match((await client.get(`${prefix}${idIn(cookie)}`)) ?? '', /^cart\|a:1:.*user\|s:4:"hana";sekisho\|/)
    assert.ok((await client.ttl(`${prefix}${idIn(cookie)}`)) > 1300)
    await visit(sessions, idIn(cookie), (session) => session.logout())
    assert.deepEqual(await client.keys(`${prefix}*`), [])
  } finally {
    client.disconnect()
  }
})
