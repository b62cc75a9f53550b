/** Sealed sessions behind the adapters. */
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { test, type TestContext } from 'node:test'
import { withCurrent } from '../../src/adapter/current-node.ts'
import { sessionMiddleware, sessionOf } from '../../src/adapter/express-node.ts'
import { fetchHandler } from '../../src/adapter/fetch.ts'
import { nodeListener } from '../../src/adapter/node.ts'
import { KeyRing } from '../../src/crypto/keyring.ts'
import { defineSealedSession } from '../../src/session/define.ts'
import type { SealedSession, SealedSessions } from '../../src/session/sealed-contract.ts'
import type { Received, TestRequest } from '../adapter-contract.ts'
import { CountingStore } from '../counting-store.ts'
import { send, serve } from '../http-server.ts'

interface Data {
  n: number
  name: string
}

/** An application behind an adapter. */
type Send = (request?: TestRequest) => Promise<Received>
type Mount = (t: TestContext, sessions: SealedSessions<Data>, told: unknown[]) => Promise<Send>

async function app(session: SealedSession<Data>, path: string): Promise<string> {
  if (path === '/count') session.set('n', (session.get('n') ?? 0) + 1)
  if (path === '/login') session.login('ada')
  if (path === '/logout') await session.logout()
  if (path === '/large') session.set('name', 'x'.repeat(9000))
  if (path === '/fail') {
    session.set('n', 100)
    throw new Error('the handler failed')
  }
  return `${session.principal ?? 'nobody'} ${session.get('n') ?? 0}`
}

const overFetch: Mount = async (_, sessions, told) => {
  const handler = fetchHandler(
    sessions,
    async (request, session) => new Response(await app(session, new URL(request.url).pathname)),
    { onError: (error) => void told.push(error) },
  )
  return async ({ method = 'GET', path = '/', cookie } = {}) => {
    const request = new Request(`https://shop.example${path}`, {
      method,
      headers: cookie === undefined ? {} : { cookie },
    })
    const { status, headers, ...response } = await handler(request).then(
      async (answer) => ({ status: answer.status, headers: answer.headers, body: await answer.text() }),
      () => ({ status: 500, headers: new Headers(), body: '' }),
    )
    return { status, headers, body: response.body }
  }
}

const overNode: Mount = async (t, sessions, told) => {
  const answer = async (req: IncomingMessage, res: ServerResponse, session: SealedSession<Data>): Promise<void> => {
    res.end(await app(session, req.url ?? '/'))
  }
  const port = await serve(t, nodeListener(sessions, answer, { onError: (error) => void told.push(error) }))
  return (request) => send(port, request)
}

const overExpress: Mount = async (t, sessions, told) => {
  const middleware = sessionMiddleware(sessions, { onError: (error) => void told.push(error) })
  const port = await serve(t, (req, res) => {
    middleware(req, res, () => {
      app(sessionOf(req, sessions), req.url ?? '/').then(
        (body) => res.end(body),
        () => Object.assign(res, { statusCode: 500 }).end(),
      )
    })
  })
  return (request) => send(port, request)
}

const overCurrent: Mount = async (t, sessions, told) => {
  const current = withCurrent(sessions)
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    res.end(await app(current.current(), req.url ?? '/'))
  }
  const port = await serve(t, nodeListener(current, answer, { onError: (error) => void told.push(error) }))
  return (request) => send(port, request)
}

function cookieOf({ headers }: Received): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.slice(0, cookie.indexOf(';')))
    .join('; ')
}

/** A visitor's way through an application, whatever carries it. */
async function visits(t: TestContext, mount: Mount): Promise<void> {
  const store = new CountingStore()
  const sessions = defineSealedSession<Data>({
    name: 'shop',
    keyRing: new KeyRing(['a secret of at least 32 octets, for tests']),
    revocations: store,
    development: false,
  })
  t.after(() => sessions.close())
  const told: unknown[] = []
  const ask = await mount(t, sessions, told)
  const unknown = await ask()
  assert.deepEqual([unknown.body, unknown.headers.getSetCookie(), store.calls], ['nobody 0', [], []])
  const first = await ask({ path: '/count' })
  assert.match(first.headers.get('cache-control') ?? '', /no-store/)
  const second = await ask({ path: '/count', cookie: cookieOf(first) })
  assert.equal(second.body, 'nobody 2')
  const head = await ask({ path: '/count', method: 'HEAD', cookie: cookieOf(second) })
  assert.deepEqual(head.headers.getSetCookie(), [])
  const failed = await ask({ path: '/fail', cookie: cookieOf(second) })
  assert.deepEqual([failed.status, failed.headers.getSetCookie()], [500, []])
  told.length = 0
  const large = await ask({ path: '/large', cookie: cookieOf(second) })
  assert.deepEqual([large.status, large.headers.getSetCookie()], [500, []])
  assert.deepEqual(told.map((error) => (error as { code?: unknown }).code), ['ERR_COOKIE_TOO_LARGE']) // prettier-ignore
  const login = await ask({ path: '/login', cookie: cookieOf(second) })
  assert.equal((await ask({ cookie: cookieOf(login) })).body, 'ada 0')
  store.failing.add('read')
  const outage = await ask({ path: '/count', cookie: cookieOf(login) })
  assert.deepEqual([outage.status, outage.headers.getSetCookie()], [503, []])
  store.failing.clear()
  const logout = await ask({ path: '/logout', cookie: cookieOf(login) })
  assert.match(logout.headers.getSetCookie().join(), /Max-Age=0/)
  assert.equal((await ask({ cookie: cookieOf(login) })).body, 'nobody 0')
}

test('sealed sessions work behind a fetch handler', (t) => visits(t, overFetch))
test('sealed sessions work behind a listener of node:http', (t) => visits(t, overNode))
test('sealed sessions work behind the middleware for Express', (t) => visits(t, overExpress))
test('sealed sessions work as the current session of a request', (t) => visits(t, overCurrent))
