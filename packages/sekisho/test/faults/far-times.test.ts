/** Sessions that live beyond 2038, and beyond what 32 bits can count in seconds. */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { defineSession } from '../../src/session/define.ts'
import { openTried, type TriedKind } from './opening.ts'

/** A hundred years, in seconds. */
const century = 100 * 365.25 * 86_400
/** What browsers keep a cookie for at most, in seconds (RFC 6265bis section 5.5). */
const longestCookie = 400 * 86_400
/** An answer may take so long, in milliseconds. */
const slackMs = 60_000

async function livesForACentury(t: TestContext, kind: TriedKind): Promise<void> {
  const { store } = await openTried(t, kind)
  const sessions = defineSession<{ n: number }>({
    name: 'far',
    store,
    lifetime: { idle: century, absolute: century },
    cookie: { persistent: true },
    storeTimeout: { readMs: slackMs, writeMs: slackMs },
    development: false,
  })
  const session = await sessions.open({ headers: new Headers() })
  session.login('alice')
  session.set('n', 1)
  const answer = new Response()
  await sessions.commit(session, answer)
  const [line = ''] = answer.headers.getSetCookie()
  assert.equal(/Max-Age=(\d+)/.exec(line)?.[1], String(longestCookie))

  const headers = new Headers({ cookie: line.split(';')[0] ?? '' })
  const again = await sessions.open({ headers })
  assert.equal(again.get('n'), 1)
  assert.equal(again.principal, 'alice')
  const ends = Date.now() + century * 1000
  for (const deadline of [again.meta.idleDeadline, again.meta.absoluteDeadline]) {
    assert.ok(deadline !== undefined && deadline > ends - slackMs, `${deadline} is before ${ends}`)
  }
  again.set('n', 2)
  await sessions.commit(again, new Response())

  assert.equal(await store.sweep(10), 0, 'nothing is dead')
  assert.equal((await sessions.open({ headers })).get('n'), 2)
  const [listed, ...others] = await sessions.admin.list('alice')
  assert.deepEqual([listed?.address, others], [again.meta.address, []])
  assert.ok((listed?.absoluteDeadline ?? 0) > ends - slackMs)
}

describe('a session of a hundred years is alive, swept by nobody, and in the list of its user', () => {
  test('in memory', (t) => livesForACentury(t, 'memory'))

  test('in files', (t) => livesForACentury(t, 'file'))

  test('in SQLite', (t) => livesForACentury(t, 'sqlite'))

  test('in PostgreSQL', (t) => livesForACentury(t, 'postgres'))

  test('in MariaDB', (t) => livesForACentury(t, 'mysql'))

  test('in Redis', (t) => livesForACentury(t, 'redis'))
})
