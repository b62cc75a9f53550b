import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineSession, type Session, type Sessions } from '../index.ts'
import { channels } from '../lib/events-node.ts'
import { MemoryStore } from '../store/memory.ts'
import { chunkedCookieTransport } from './chunked-cookie.ts'
import { headerTransport } from './header.ts'

interface Data {
  n: number
}

const define = (options: object = {}): Sessions<Data> =>
  defineSession<Data>({ name: 'api', store: new MemoryStore(), header: true, development: false, ...options })

interface Answer {
  readonly headers: Headers
  readonly token: string | null
}

async function send(
  sessions: Sessions<Data>,
  sent: HeadersInit,
  handler: (session: Session<Data>) => unknown = () => {},
): Promise<Answer> {
  const session = await sessions.open({ method: 'POST', headers: new Headers(sent) })
  await handler(session)
  const headers = new Headers()
  await sessions.commit(session, { status: 200, headers })
  return { headers, token: headers.get('x-session-token') }
}

const bearer = (token: string | null): HeadersInit => ({ authorization: `Session ${token}` })

async function numberOf(sessions: Sessions<Data>, sent: HeadersInit): Promise<number | undefined> {
  return (await sessions.open({ headers: new Headers(sent) })).get('n')
}

test('gives the token of a login in a header that scripts may read, and no cookie', async () => {
  const sessions = define()
  const { headers, token } = await send(sessions, { authorization: 'Session' }, (session) => session.login('alice'))
  assert.match(token ?? '', /^[\w-]{64}$/)
  assert.deepEqual(headers.getSetCookie(), [])
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(headers.get('access-control-expose-headers'), 'X-Session-Token')
  assert.equal(headers.get('vary'), 'Authorization')
  const kept = await send(sessions, bearer(token), (session) => {
    assert.equal(session.principal, 'alice')
    session.set('n', 1)
  })
  assert.equal(kept.token, null)
  assert.equal(await numberOf(sessions, bearer(token)), 1)
})

test('serves other requests by cookie', async () => {
  const sessions = define()
  const { headers, token } = await send(sessions, {}, (session) => session.set('n', 1))
  assert.equal(token, null)
  const [cookie = ''] = headers.getSetCookie()
  assert.match(cookie, /^__Host-sid=/)
  assert.equal(await numberOf(sessions, { cookie, authorization: 'Basic YTpi' }), 1)
})

test('does not read the cookie where there is a header, good or bad', async () => {
  const sessions = define()
  const [cookie = ''] = (await send(sessions, {}, (session) => session.set('n', 1))).headers.getSetCookie()
  for (const authorization of ['Session', 'Session wrong', `Session ${'A'.repeat(64)}`, 'Session a b', 'session \t']) {
    assert.equal(await numberOf(sessions, { cookie, authorization }), undefined, authorization)
  }
})

test('makes no session for data alone, and tells', async (t) => {
  const sessions = define()
  let told = 0
  const note = (): void => void (told += 1)
  channels.undeliverable.subscribe(note)
  t.after(() => channels.undeliverable.unsubscribe(note))
  assert.equal((await send(sessions, { authorization: 'Session' }, (session) => session.set('n', 1))).token, null)
  assert.equal(told, 1)
  const asked = await send(sessions, { authorization: 'Session' }, (session) => {
    session.ensure()
    session.set('n', 2)
  })
  assert.equal(await numberOf(sessions, bearer(asked.token)), 2)
})

test('never replaces the secret by itself, but when asked', async () => {
  let now = 1_790_000_000_000
  const sessions = define({ store: new MemoryStore({ now: () => now }) })
  const { token } = await send(sessions, { authorization: 'Session' }, (session) => session.login('alice'))
  now += 25 * 60_000
  assert.equal((await send(sessions, { ...bearer(token), 'sec-fetch-mode': 'navigate' })).token, null)
  const next = await send(sessions, bearer(token), (session) => session.rotate())
  assert.notEqual(next.token, null)
  assert.notEqual(next.token, token)
  assert.equal((await send(sessions, bearer(token))).token, null)
  // An answer that was lost is asked for again: the same new secret comes once more.
  assert.equal((await send(sessions, bearer(token), (session) => session.rotate())).token, next.token)
})

test('ends with a logout, without a header for it', async () => {
  const sessions = define()
  const { token } = await send(sessions, { authorization: 'Session' }, (session) => session.login('alice'))
  const { headers } = await send(sessions, bearer(token), (session) => session.logout())
  assert.deepEqual([headers.getSetCookie(), headers.get('x-session-token')], [[], null])
  assert.equal((await sessions.open({ headers: new Headers(bearer(token)) })).principal, undefined)
})

test('works without any cookie, under a name of its own', async () => {
  const sessions = define({ cookie: false, header: { name: 'X-Session' } })
  const { headers, token } = await send(sessions, {}, (session) => session.login('alice'))
  assert.deepEqual(headers.getSetCookie(), [])
  const session = await sessions.open({ headers: { 'x-session': token ?? '' } })
  assert.equal(session.principal, 'alice')
  assert.equal(headers.get('vary'), 'X-Session')
})

test('refuses impossible names, and no transport at all', () => {
  const refused = { code: 'ERR_OPTION' }
  assert.throws(() => define({ header: { name: 'a b' } }), refused)
  assert.throws(() => define({ header: { scheme: 'a:b' } }), refused)
  assert.throws(() => define({ header: undefined, cookie: false }), refused)
})

test('leaves it to the cookie which carriers fit, and takes any where the header carries them', () => {
  const refused = { code: 'ERR_COOKIE_TOO_LARGE' }
  const cookie = chunkedCookieTransport({ application: 'api', development: false }, 1)
  const transport = headerTransport({}, cookie)
  const long = 'x'.repeat(5000)
  assert.throws(() => transport.check?.(long), refused)
  assert.throws(() => transport.check?.(long, { carrier: 'x' }), refused)
  transport.check?.(long, { explicit: true })
  transport.check?.('short')
})
