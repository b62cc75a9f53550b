// oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 takes the promises of its handlers
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test, type TestContext } from 'node:test'
import express from 'express'
import { defineSession, type Session, type Sessions } from '../index.ts'
import type { TestData } from '../../test/adapter-contract.ts'
import { CountingStore } from '../../test/counting-store.ts'
import { promised, send, serve } from '../../test/http-server.ts'
import { withCurrent, type CurrentSessions } from './current-node.ts'
import { sessionMiddleware, sessionOf } from './express-node.ts'
import { fetchHandler } from './fetch.ts'
import { nodeListener } from './node.ts'

function define(t: TestContext, name = 'test'): CurrentSessions<Sessions<TestData>> {
  const cookie = { name: `__Host-${name}` }
  const sessions = withCurrent(
    defineSession<TestData>({ name, store: new CountingStore(), development: false, cookie }),
  )
  t.after(() => sessions.close())
  return sessions
}

/** Visitors who have stored their number each. @returns Their cookies. */
function visitorsOf(sessions: Sessions<TestData>, count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const session = await sessions.open({ headers: {} })
      session.set('n', n)
      const headers = new Headers()
      await sessions.commit(session, { status: 200, headers })
      return (headers.getSetCookie()[0] ?? '').split(';', 1).join()
    }),
  )
}

/** Far from the handler: waits some time, by different means, and compares what it finds each time. */
async function numberSeenBy(
  { current }: CurrentSessions<Sessions<TestData>>,
  session: Session<TestData>,
): Promise<string> {
  assert.equal(current(), session)
  await sleep(Math.random() * 20)
  assert.equal(current(), session)
  await new Promise<void>((resolve, reject) => {
    setTimeout(() => {
      setImmediate(() => (current() === session ? resolve() : reject(new Error('another session'))))
    }, Math.random() * 20)
  })
  current().set('late', (current().get('late') ?? 0) + 1)
  return String(current().get('n'))
}

type Ask = (cookie: string) => Promise<string>

/** A hundred visitors at the same time, twice each. */
async function overlap(sessions: CurrentSessions<Sessions<TestData>>, ask: Ask): Promise<void> {
  const cookies = await visitorsOf(sessions, 100)
  const expected = cookies.map((_, n) => String(n))
  assert.deepEqual(await Promise.all(cookies.map(ask)), expected)
  assert.deepEqual(await Promise.all(cookies.toReversed().map(ask)), expected.toReversed())
  for (const cookie of cookies) assert.equal((await sessions.open({ headers: { cookie } })).get('late'), 2)
}

describe('withCurrent', () => {
  test('never shows one request the session of another: nodeListener', async (t) => {
    const sessions = define(t)
    const port = await serve(
      t,
      nodeListener(sessions, async (_, res, session) => res.end(await numberSeenBy(sessions, session))),
    )
    await overlap(sessions, async (cookie) => (await send(port, { cookie })).body)
  })

  test('never shows one request the session of another: fetchHandler', async (t) => {
    const sessions = define(t)
    const handle = fetchHandler(sessions, async (_, session) => new Response(await numberSeenBy(sessions, session)))
    const url = 'http://localhost/'
    await overlap(sessions, async (cookie) => (await handle(new Request(url, { headers: { cookie } }))).text())
  })

  test('never shows one request the session of another: sessionMiddleware', async (t) => {
    const sessions = define(t)
    const app = express()
    app.use(sessionMiddleware(sessions))
    app.use(express.json()) // goes on from an event of the request
    app.get('/', async (req, res) => {
      res.send(await numberSeenBy(sessions, sessionOf(req, sessions)))
    })
    const port = await serve(t, app)
    await overlap(sessions, async (cookie) => (await send(port, { cookie })).body)
  })

  test('knows the session in the events of the request and of its answer', async (t) => {
    const sessions = define(t)
    const seen: (number | undefined)[] = []
    const { promise, resolve } = promised<void>()
    const look = () => void seen.push(sessions.current().get('n'))
    const port = await serve(
      t,
      nodeListener(sessions, (req, res) => {
        req.on('data', look).on('end', () => {
          look()
          res.end()
        })
        res.on('finish', look).on('close', () => {
          look()
          resolve()
        })
      }),
    )
    const [cookie = ''] = (await visitorsOf(sessions, 8)).slice(7)
    await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers: { cookie }, body: 'text' })
    await promise
    assert.deepEqual(seen, [7, 7, 7, 7])
  })

  test('knows the session behind a body parser that goes on from an event', async (t) => {
    const sessions = define(t)
    const app = express().set('env', 'test')
    app.use(sessionMiddleware(sessions))
    app.use((req, _, next) => void req.resume().on('end', () => next()))
    app.post('/', (_, res) => void res.send(String(sessions.current().get('n'))))
    const [cookie = ''] = (await visitorsOf(sessions, 4)).slice(3)
    const port = await serve(t, app)
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers: { cookie }, body: 'text' })
    assert.equal(await answer.text(), '3')
  })

  test('keeps several sessions of one request apart', async (t) => {
    const [shop, admin] = [define(t, 'shop'), define(t, 'admin')]
    const app = express().set('env', 'test')
    app.use(sessionMiddleware(shop))
    app.use(sessionMiddleware(admin, { property: 'admin' }))
    app.get('/', async (req, res) => {
      await sleep(1)
      assert.equal(shop.current(), sessionOf(req, shop))
      assert.equal(admin.current(), sessionOf(req, admin))
      res.send(`${shop.current().get('n')} ${admin.current().get('n')}`)
    })
    const [shopCookie = ''] = (await visitorsOf(shop, 3)).slice(2)
    const [adminCookie = ''] = (await visitorsOf(admin, 6)).slice(5)
    assert.equal((await send(await serve(t, app), { cookie: `${shopCookie}; ${adminCookie}` })).body, '2 5')
  })

  test('says what is wrong outside of a request, also where another kind of session is open', async (t) => {
    const [shop, admin] = [define(t, 'shop'), define(t, 'admin')]
    const message =
      '`current()` of the sessions `shop` was called outside of a request that an adapter serves with them'
    assert.throws(() => shop.current(), { name: 'SekishoUsageError', code: 'ERR_NO_SESSION', message })
    const session = await admin.open({ headers: {} })
    assert.throws(() => admin.run(session, () => shop.current()), { message })
  })

  test('gives a job a session of its own, and its result back', async (t) => {
    const sessions = define(t)
    const session = await sessions.open({ headers: {} })
    const found = await sessions.run(session, async () => {
      await sleep(1)
      return sessions.current()
    })
    assert.equal(found, session)
    assert.throws(() => sessions.current())
  })

  test('passes on what a handler throws', async (t) => {
    const sessions = define(t)
    const failure = new Error('the handler failed')
    const handle = fetchHandler(sessions, () => {
      throw failure
    })
    await assert.rejects(handle(new Request('http://localhost/')), failure)
    const told: unknown[] = []
    const handler = () => {
      throw failure
    }
    const port = await serve(t, nodeListener(sessions, handler, { onError: (error) => told.push(error) }))
    assert.deepEqual([(await send(port)).status, told], [500, [failure]])
  })

  test('is the same door as what it was made from', async (t) => {
    const inner = defineSession<TestData>({ name: 'test', store: new CountingStore(), development: false })
    t.after(() => inner.close())
    const sessions = withCurrent(inner)
    assert.deepEqual(
      [sessions.name, sessions.capabilities, sessions.admin],
      [inner.name, inner.capabilities, inner.admin],
    )
    const [cookie = ''] = await visitorsOf(sessions, 1)
    assert.equal((await inner.open({ headers: { cookie } })).get('n'), 0)
  })

  test('costs nothing where it is not used: the events of a request stay as Node made them', async (t) => {
    const sessions = defineSession<TestData>({ name: 'test', store: new CountingStore(), development: false })
    t.after(() => sessions.close())
    const port = await serve(
      t,
      nodeListener(sessions, (req, res) => res.end(`${Object.hasOwn(req, 'emit')} ${Object.hasOwn(res, 'emit')}`)),
    )
    assert.equal((await send(port)).body, 'false false')
  })
})
