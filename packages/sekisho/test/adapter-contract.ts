/**
 * What every adapter must do, over a real engine and a real memory store. An adapter's test file says how to put an
 * application behind it and how to send it a request; the cases are here.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test, type TestContext } from 'node:test'
import { defineSession, type LockOptions, type Session, type Sessions } from '../src/index.ts'
import { channels } from '../src/lib/events-node.ts'
import { CountingStore } from './counting-store.ts'

/** The session data of the test application. */
export interface TestData {
  n: number
  late: number
}

/** What an application answers, in no framework's words. */
export interface TestAnswer {
  readonly status?: number
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string | AsyncIterable<string>
}

/** An application with a session. */
export type TestApp = (
  session: Session<TestData>,
  request: { readonly method: string; readonly path: string },
) => TestAnswer | Promise<TestAnswer>

/** The options that all adapters have. */
export interface TestAdapterOptions {
  readonly onHandlerError?: 'drop' | 'commit'
  readonly lock?: LockOptions
  readonly onError: (error: unknown) => void
}

/** A request of a test. */
export interface TestRequest {
  readonly method?: string
  readonly path?: string
  readonly cookie?: string | undefined
}

/** What came back. */
export interface Received {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** An application behind an adapter. */
export interface Mounted {
  /** Sends a request. An error that the adapter hands to its runtime is a 500. */
  send(request?: TestRequest): Promise<Received>
  /** Sends a request and leaves before the answer begins; absent where a client's leaving cannot be seen. */
  leave?(request?: TestRequest): Promise<void>
}

/** Puts an application behind an adapter, until the test ends. */
export type Mount = (
  t: TestContext,
  sessions: Sessions<TestData>,
  app: TestApp,
  options: TestAdapterOptions,
) => Promise<Mounted>

interface Site extends Mounted {
  readonly sessions: Sessions<TestData>
  readonly store: CountingStore
  readonly told: unknown[]
  /** Sends a first request that stores `n: 1`. @returns The visitor's cookie. */
  visit(): Promise<string>
  /** The value of `n` that the visitor's session holds. */
  valueOf(cookie: string): Promise<number | undefined>
}

/** Registers the cases for one adapter. */
export function adapterContract(name: string, mount: Mount, { canLeave }: { readonly canLeave: boolean }): void {
  const site: OpenSite = (t, app, options) => open(t, mount, app, options)
  describe(`${name} keeps the contract of adapters`, () => {
    deliveryCases(site)
    bodilessCases(site)
    errorCases(site)
    outageCases(site)
    trustingCases(site)
    lockCases(site)
    if (canLeave) leavingCases(site)
  })
}

type SiteOptions = Omit<TestAdapterOptions, 'onError'>

type OpenSite = (t: TestContext, app: TestApp, options?: SiteOptions) => Promise<Site>

const count: TestApp = (session) => {
  session.set('n', (session.get('n') ?? 0) + 1)
  return { body: String(session.get('n')) }
}

function deliveryCases(site: OpenSite): void {
  test('a visitor who stores nothing costs no store call and gets no cookie', async (t) => {
    const { send, store } = await site(t, (session) => ({ body: `n is ${session.get('n')}` }))
    const { status, headers, body } = await send()
    assert.deepEqual([status, body, headers.getSetCookie()], [200, 'n is undefined', []])
    assert.deepEqual(store.calls, [])
  })

  test('the first value stored sets the cookie, which brings the value back', async (t) => {
    const { send, store } = await site(t, count)
    const first = await send()
    assert.match(first.headers.getSetCookie().join(), /^__Host-sid=[^;]{64}; Path=\/; [^,]*$/)
    assert.match(first.headers.get('cache-control') ?? '', /no-store/)
    const second = await send({ cookie: cookieOf(first) })
    assert.deepEqual([second.body, second.headers.getSetCookie()], ['2', []])
    assert.deepEqual(store.calls, ['create', 'read', 'replace'])
  })

  test('a session that is only read costs one read, and no cookie', async (t) => {
    const { visit, send, store } = await site(t, (session, { path }) =>
      path === '/read' ? { body: String(session.get('n')) } : count(session, { method: 'GET', path }),
    )
    const cookie = await visit()
    store.calls.length = 0
    const { body, headers } = await send({ path: '/read', cookie })
    assert.deepEqual([body, headers.getSetCookie(), store.calls], ['1', [], ['read']])
    assert.match(headers.get('vary') ?? '', /cookie/i)
  })

  test('a streaming answer comes whole, with the change made before it', async (t) => {
    const { send, valueOf } = await site(t, (session) => {
      session.set('n', 5)
      return { body: pieces(() => {}) }
    })
    const answer = await send()
    assert.equal(answer.body, 'one two three')
    assert.equal(await valueOf(cookieOf(answer)), 5)
  })

  test('a change after the first byte is reported, and not kept', async (t) => {
    const late: unknown[] = []
    const listen = (message: unknown) => late.push(Reflect.get(message as object, 'key'))
    channels.late.subscribe(listen)
    t.after(() => channels.late.unsubscribe(listen))
    const { visit, send, store, valueOf } = await site(t, (session, { path }) => {
      if (path === '/visit') return count(session, { method: 'GET', path })
      return { body: pieces(() => session.set('late', 1)) }
    })
    const cookie = await visit()
    store.calls.length = 0
    assert.equal((await send({ path: '/stream', cookie })).body, 'one two three')
    assert.deepEqual([late, store.calls], [['late'], ['read']])
    assert.equal(await valueOf(cookie), 1)
  })

  test('a redirect keeps the data and carries the cookie', async (t) => {
    const { send, valueOf } = await site(t, (session) => {
      session.set('n', 7)
      return { status: 303, headers: [['Location', 'http://localhost/next']] }
    })
    const answer = await send()
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, 'http://localhost/next'])
    assert.equal(await valueOf(cookieOf(answer)), 7)
  })

  test('login gives another cookie, and logout takes it away', async (t) => {
    const { visit, send } = await site(t, async (session, { path }) => {
      if (path === '/login') session.login('ada')
      if (path === '/logout') await session.logout()
      if (path === '/visit') session.set('n', 1)
      return { body: session.principal ?? 'nobody' }
    })
    const before = await visit()
    const login = await send({ path: '/login', cookie: before })
    assert.notEqual(cookieOf(login), before)
    assert.equal((await send({ path: '/who', cookie: cookieOf(login) })).body, 'ada')
    const logout = await send({ path: '/logout', cookie: cookieOf(login) })
    assert.match(logout.headers.getSetCookie().join(), /Max-Age=0|Expires=Thu, 01 Jan 1970/)
    assert.equal((await send({ path: '/who', cookie: cookieOf(login) })).body, 'nobody')
  })

  test("the application's own cookies, Vary and Cache-Control are kept", async (t) => {
    const { send } = await site(t, (session) => {
      session.set('n', 1)
      const own = [['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2'], ['Vary', 'Accept'], ['Cache-Control', 'private']] // prettier-ignore
      return { headers: own as [string, string][], body: 'x' }
    })
    const { headers } = await send()
    assert.deepEqual(headers.getSetCookie().slice(0, 2), ['a=1', 'b=2'])
    assert.match(headers.getSetCookie()[2] ?? '', /^__Host-sid=/)
    assert.match(headers.get('vary') ?? '', /Accept/)
    assert.match(headers.get('cache-control') ?? '', /private/)
    assert.match(headers.get('cache-control') ?? '', /no-store/)
  })
}

function bodilessCases(site: OpenSite): void {
  test('HEAD keeps the data of a session, carries no cookie, and makes no session', async (t) => {
    const { send, visit, valueOf, store } = await site(t, count)
    const cookie = await visit()
    const { body, headers } = await send({ method: 'HEAD', cookie })
    assert.deepEqual([body, headers.getSetCookie()], ['', []])
    assert.equal(await valueOf(cookie), 2)
    store.calls.length = 0
    assert.deepEqual((await send({ method: 'HEAD' })).headers.getSetCookie(), [])
    assert.deepEqual(store.calls, [])
  })

  test('304 keeps the data of a session, carries no cookie, and makes no session', async (t) => {
    const { send, visit, valueOf, store } = await site(t, (session, { path, method }) => {
      const { body } = count(session, { path, method }) as TestAnswer
      return path === '/visit' ? { body: String(body) } : { status: 304 }
    })
    const cookie = await visit()
    const { status, headers } = await send({ cookie })
    assert.deepEqual([status, headers.getSetCookie()], [304, []])
    assert.equal(await valueOf(cookie), 2)
    store.calls.length = 0
    assert.deepEqual((await send()).headers.getSetCookie(), [])
    assert.deepEqual(store.calls, [])
  })
}

const failing: TestApp = (session, { path, method }) => {
  const answer = count(session, { path, method })
  if (path === '/visit') return answer
  throw new Error('the handler failed')
}

function errorCases(site: OpenSite): void {
  test('what a handler changed before it threw is dropped', async (t) => {
    const { send, visit, valueOf } = await site(t, failing)
    const cookie = await visit()
    assert.equal((await send({ cookie })).status, 500)
    assert.equal(await valueOf(cookie), 1)
    assert.deepEqual((await send()).headers.getSetCookie(), [])
  })

  test('what a handler changed before it threw is kept where that is asked for', async (t) => {
    const { send, visit, valueOf } = await site(t, failing, { onHandlerError: 'commit' })
    const cookie = await visit()
    assert.equal((await send({ cookie })).status, 500)
    assert.equal(await valueOf(cookie), 2)
  })
}

function outageCases(site: OpenSite): void {
  test('a store that cannot be read is a 503: the cookie is left alone and the handler is not called', async (t) => {
    let called = 0
    const { send, visit, store, told, valueOf } = await site(t, (session, request) => {
      called += 1
      return count(session, request)
    })
    const cookie = await visit()
    store.failing.add('read')
    assertUnavailable(await send({ cookie }), 'Service Unavailable\n')
    assertUnavailable(await send({ method: 'HEAD', cookie }), '')
    assert.deepEqual([called, told.length], [1, 2])
    store.failing.clear()
    assert.equal(await valueOf(cookie), 1)
  })

  test('a store that cannot be written is a 503: nothing of the answer leaves', async (t) => {
    const { send, visit, store, told, valueOf } = await site(t, (session, request) => ({
      headers: [['Set-Cookie', 'a=1'], ['ETag', '"1"']], // prettier-ignore
      ...(count(session, request) as TestAnswer),
    }))
    const cookie = await visit()
    store.failing.add('replace').add('create')
    const answer = await send({ cookie })
    assertUnavailable(answer, 'Service Unavailable\n')
    assert.equal(answer.headers.get('etag'), null)
    assertUnavailable(await send(), 'Service Unavailable\n')
    assert.deepEqual(told.map((error) => Reflect.get(error as object, 'code')), ['ERR_STORE_UNAVAILABLE', 'ERR_STORE_UNAVAILABLE']) // prettier-ignore
    store.failing.clear()
    assert.equal(await valueOf(cookie), 1)
  })
}

/** A handler that does not catch what `update` rejects with. */
const trusting: TestApp = async (session, request) => {
  if (request.path === '/visit') return count(session, request)
  await session.update('n', (n) => (n ?? 0) + 1)
  return { body: 'stored' }
}

function trustingCases(site: OpenSite): void {
  test('a store that fails in the middle of a handler is a 503, and the cookie is left alone', async (t) => {
    const { send, visit, store, valueOf } = await site(t, trusting)
    const cookie = await visit()
    store.failing.add('replace')
    const { status, headers } = await send({ cookie })
    assert.deepEqual([status, headers.getSetCookie()], [503, []])
    store.failing.clear()
    assert.equal(await valueOf(cookie), 1)
  })

  test('a session that ends in the middle of a handler is a 409, and the cookie is left alone', async (t) => {
    let revoke = async (_address: string | undefined): Promise<unknown> => false
    const { send, visit, sessions } = await site(t, async (session, request) => {
      await revoke(session.meta.address)
      return trusting(session, request)
    })
    const cookie = await visit()
    revoke = (address = '') => sessions.admin.revoke(address)
    const { status, headers } = await send({ cookie })
    assert.deepEqual([status, headers.getSetCookie()], [409, []])
  })
}

/** Reads, thinks, and writes what it has read and one more. */
const slowCount: TestApp = async (session, request) => {
  if (request.path === '/visit') return count(session, request)
  const n = session.get('n') ?? 0
  await sleep(20)
  session.set('n', n + 1)
  return { body: String(n + 1) }
}

function lockCases(site: OpenSite): void {
  test('requests that use their session exclusively run one after the other', async (t) => {
    const { send, visit, valueOf } = await site(t, slowCount, { lock: { wait: 20, lease: 20 } })
    const cookie = await visit()
    const bodies = await Promise.all(Array.from({ length: 5 }, async () => (await send({ cookie })).body))
    assert.deepEqual(bodies.toSorted(), ['2', '3', '4', '5', '6'])
    assert.equal(await valueOf(cookie), 6)
  })

  test('a request that waits too long for its session is a 503, and the cookie is left alone', async (t) => {
    let [hold, isHeld] = [(): void => {}, (): void => {}]
    const held = new Promise<void>((resolve) => (isHeld = resolve))
    const app: TestApp = async (session, request) => {
      if (request.path !== '/hold') return count(session, request)
      isHeld()
      await new Promise<void>((resolve) => (hold = resolve))
      return count(session, request)
    }
    const { send, visit, told } = await site(t, app, { lock: { wait: 0.02, lease: 20 } })
    const cookie = await visit()
    const first = send({ path: '/hold', cookie })
    await held
    assertUnavailable(await send({ cookie }), 'Service Unavailable\n')
    assert.deepEqual(
      told.map((error) => Reflect.get(error as object, 'code')),
      ['ERR_SESSION_LOCKED'],
    )
    hold()
    assert.equal((await first).body, '2')
  })
}

function leavingCases(site: OpenSite): void {
  test('a client that leaves gives the session back that it used exclusively', async (t) => {
    const { leave, visit, send } = await site(t, slowCount, { lock: { wait: 10, lease: 100 } })
    const cookie = await visit()
    await leave?.({ cookie })
    assert.match((await send({ cookie })).body, /^[23]$/)
  })

  test('a client that leaves keeps the data of a session, and makes no session', async (t) => {
    const { leave, visit, valueOf, store } = await site(t, async (session, { path, method }) => {
      const answer = count(session, { path, method })
      if (path !== '/visit') await sleep(30)
      return answer
    })
    const cookie = await visit()
    await leave?.({ cookie })
    for (let wait = 0; wait < 200 && (await valueOf(cookie)) !== 2; wait += 1) await sleep(10)
    assert.equal(await valueOf(cookie), 2)
    store.calls.length = 0
    await leave?.()
    await sleep(60)
    assert.deepEqual(store.calls, [])
  })
}

async function open(t: TestContext, mount: Mount, app: TestApp, options: SiteOptions = {}): Promise<Site> {
  const store = new CountingStore()
  const sessions = defineSession<TestData>({ name: 'test', store, development: false })
  t.after(() => sessions.close())
  const told: unknown[] = []
  const onError = (error: unknown) => void told.push(error)
  const mounted = await mount(t, sessions, app, { ...options, onError })
  return {
    ...mounted,
    sessions,
    store,
    told,
    visit: async () => cookieOf(await mounted.send({ path: '/visit' })),
    async valueOf(cookie) {
      return (await sessions.open({ headers: { cookie } })).get('n')
    },
  }
}

function cookieOf({ headers }: Received): string {
  const ours = headers.getSetCookie().find((line) => line.startsWith('__Host-sid='))
  assert.ok(ours, 'the answer sets the session cookie')
  return ours.slice(0, ours.indexOf(';'))
}

function assertUnavailable({ status, headers, body }: Received, expected: string): void {
  assert.deepEqual([status, body, headers.getSetCookie()], [503, expected, []])
  assert.equal(headers.get('retry-after'), '5')
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8')
}

/** Three pieces; `meanwhile` happens when the first is out. */
async function* pieces(meanwhile: () => void): AsyncGenerator<string> {
  yield 'one '
  await sleep(5)
  meanwhile()
  yield 'two '
  yield 'three'
}
