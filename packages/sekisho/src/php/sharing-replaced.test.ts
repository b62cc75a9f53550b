/** Ids that PHP has replaced by the recipe of its manual: `destroyed` and `new_session_id` in the old session. */
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { Redis } from 'ioredis'
import { defined, idIn, SharedSite, visit, type Data } from '../../test/php/shared-site.ts'
import { regenerate } from '../../test/php/recipe.ts'
import { redisUrl } from '../../test/services.ts'
import type { Session } from '../index.ts'
import { phpRedisRows } from './redis.ts'
import { sharedWithPhp } from './sharing.ts'

let site: SharedSite
beforeEach(() => {
  site = new SharedSite()
})

const user = { principal: 'user' }
const whoAndCart = ({ principal, data }: Session<Data>) => [principal, data.cart]

describe('an id that PHP has replaced by the recipe of its manual', () => {
  test('leads to the session under its new id, of which the browser is told', async () => {
    site.php('old', '$_SESSION["user"] = "hana"; $_SESSION["cart"] = ["tea"];')
    const next = site.php('old', regenerate())
    const { result, cookie } = await visit(site.sessions(user), 'old', whoAndCart)
    assert.deepEqual(result, ['hana', ['tea']])
    assert.match(cookie ?? '', new RegExp(`^PHPSESSID=${next}; Path=/; HttpOnly; SameSite=Lax`))
  })

  test('is good for changes too: they are in the new session, and the old record stays what it was', async () => {
    site.php('old', '$_SESSION["n"] = 1;')
    const next = site.php('old', regenerate())
    await visit(site.sessions(user), 'old', ({ data }) => {
      data.n = 2
    })
    assert.equal(site.php(next, 'echo $_SESSION["n"], isset($_SESSION["destroyed"]) ? "marked" : "";'), '2')
    assert.equal(site.php('old', 'echo $_SESSION["n"];'), '1')
  })

  test('is dead after its grace, also for a process that has followed it before', async () => {
    site.php('old', '$_SESSION["user"] = "hana";')
    site.php('old', regenerate({ secondsAgo: 2 }))
    const sessions = site.sessions({ ...user, forwardFor: 3 })
    assert.equal((await visit(sessions, 'old', ({ principal }) => principal)).result, 'hana')
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const late = await visit(sessions, 'old', ({ principal, meta }) => [principal, meta.address])
    assert.deepEqual(late, { result: [undefined, undefined], cookie: undefined })
    const elsewhere = site.sessions({ ...user, forwardFor: 3 })
    assert.equal((await visit(elsewhere, 'old', ({ principal }) => principal)).result, undefined)
  })

  test('is good for as long as the application says, and for nothing at once with 0', async () => {
    site.php('old', '$_SESSION["user"] = "hana";')
    site.php('old', regenerate({ secondsAgo: 200 }))
    const seen = async (forwardFor?: number) =>
      (await visit(site.sessions({ ...user, ...(forwardFor !== undefined && { forwardFor }) }), 'old', whoAndCart))
        .result[0]
    assert.deepEqual([await seen(300), await seen(), await seen(0)], ['hana', undefined, undefined])
    assert.throws(() => site.sharing({ forwardFor: -1 }), { code: 'ERR_OPTION', message: /`forwardFor`/ })
  })

  test('leads nowhere when somebody has logged in with the change: who had planted it is nobody', async () => {
    site.php('planted', '$_SESSION["cart"] = ["tea"];')
    const next = site.php('planted', regenerate({ next: '$_SESSION["user"] = "hana";' }))
    const sessions = site.sessions(user)
    const { result, cookie } = await visit(sessions, 'planted', whoAndCart)
    assert.deepEqual([result, cookie], [[undefined, undefined], undefined])
    assert.equal((await visit(sessions, next, whoAndCart)).result[0], 'hana')
  })

  test('leads nowhere where nobody has said which variable the user is in: it cannot be told who has logged in', async () => {
    site.php('old', '$_SESSION["cart"] = ["tea"];')
    site.php('old', regenerate())
    const { result } = await visit(site.sessions({ forwardFor: 60 }), 'old', ({ data }) => data.cart)
    assert.equal(result, undefined)
  })

  test('is followed from one to the next, and never past a login', async () => {
    site.php('first', '$_SESSION["cart"] = ["tea"];')
    const second = site.php('first', regenerate())
    const third = site.php(second, regenerate())
    const sessions = site.sessions(user)
    const { result, cookie } = await visit(sessions, 'first', whoAndCart)
    assert.deepEqual([result, idIn(cookie)], [[undefined, ['tea']], third])
    site.php(third, regenerate({ next: '$_SESSION["user"] = "hana";' }))
    assert.deepEqual((await visit(sessions, 'first', whoAndCart)).result, [undefined, undefined])
  })

  test('leads nowhere once the new session has ended, on either side', async () => {
    const sessions = site.sessions(user)
    for (const logout of ['PHP', 'ours']) {
      const old = `old${logout}`
      site.php(old, '$_SESSION["user"] = "hana";')
      const next = site.php(old, regenerate())
      if (logout === 'PHP') site.php(next, 'session_destroy();')
      else await visit(sessions, old, (session) => session.logout())
      assert.equal(site.exists(next), false)
      assert.equal((await visit(sessions, old, ({ principal }) => principal)).result, undefined)
    }
  })

  test('that comes with a login of ours is dead at once, and the session has a third id', async () => {
    site.php('old', '$_SESSION["cart"] = ["tea"];')
    const next = site.php('old', regenerate())
    const sessions = site.sessions(user, { cart: { beforeLogin: 'keep' } })
    const { cookie } = await visit(sessions, 'old', (session) => session.login('hana'))
    const id = idIn(cookie)
    assert.deepEqual([site.exists(next), ['old', next].includes(id)], [false, false])
    assert.deepEqual((await visit(sessions, id, whoAndCart)).result, ['hana', ['tea']])
    for (const dead of ['old', next]) assert.equal((await visit(sessions, dead, whoAndCart)).result[0], undefined)
  })

  test('while a request of ours works loses nothing of it', async () => {
    site.php('old', '$_SESSION["user"] = "hana"; $_SESSION["n"] = 1;')
    let next = ''
    const { cookie } = await visit(site.sessions(user), 'old', ({ data }) => {
      data.n = 2
      next = site.php('old', regenerate({ next: '$_SESSION["php"] = true;' }))
    })
    assert.equal(site.php(next, 'echo $_SESSION["n"], $_SESSION["php"] ? "both" : "";'), '2both')
    assert.equal(idIn(cookie), next)
  })

  test('while a request of ours logs out takes nobody along', async () => {
    site.php('old', '$_SESSION["user"] = "hana";')
    let next = ''
    await visit(site.sessions(user), 'old', (session) => {
      assert.equal(session.principal, 'hana')
      next = site.php('old', regenerate())
      return session.logout()
    })
    assert.equal(site.exists(next), false)
  })

  test('is not handed on to a browser whose new id a login has replaced since', async () => {
    site.php('old', '$_SESSION["cart"] = ["tea"];')
    const next = site.php('old', regenerate())
    const sessions = site.sessions(user)
    const late = await visit(sessions, 'old', async ({ data }) => {
      assert.deepEqual(data.cart, ['tea'])
      await visit(site.sessions(user), next, (session) => session.login('hana'))
    })
    assert.equal(late.cookie, undefined)
  })

  test('leads on in Redis as well', async () => {
    const client = new Redis(redisUrl())
    const prefix = `php-replaced-test-${process.pid}:`
    try {
      const marks = `destroyed|i:${Math.floor(Date.now() / 1000) - 10};new_session_id|s:3:"new";`
      await client.setex(`${prefix}old`, 60, `n|i:1;${marks}`)
      await client.setex(`${prefix}new`, 60, 'n|i:1;')
      const sessions = defined(sharedWithPhp({ rows: phpRedisRows({ client, prefix }), ...user, development: true }))
      const { cookie } = await visit(sessions, 'old', ({ data }) => {
        data.n = 2
      })
      assert.equal(idIn(cookie), 'new')
      assert.match((await client.get(`${prefix}new`)) ?? '', /^n\|i:2;sekisho\|/)
    } finally {
      await client.del(`${prefix}old`, `${prefix}new`)
      client.disconnect()
    }
  })

  test('whose marks nobody understands is no session', async () => {
    for (const marks of [
      '["destroyed" => "now", "new_session_id" => "next"]',
      '["destroyed" => time(), "new_session_id" => 5]',
    ]) {
      site.php('odd', `$_SESSION = ${marks} + ["user" => "hana"];`)
      assert.equal((await visit(site.sessions(user), 'odd', ({ principal }) => principal)).result, undefined)
    }
  })

  test('and that a login of `phpSessions` has left behind is what it was before, until its grace is over', async () => {
    const left = (id: string, secondsAgo: number) => {
      const marks = `["destroyed" => time() - ${secondsAgo}, "sekisho_replaced" => true]`
      site.php(id, `$_SESSION = ${marks} + ["cart" => ["tea"]];`)
      return visit(site.sessions(user), id, ({ data }) => data.cart)
    }
    assert.deepEqual((await left('late', 50)).result, ['tea'])
    assert.equal((await left('tooLate', 61)).result, undefined)
  })
})
