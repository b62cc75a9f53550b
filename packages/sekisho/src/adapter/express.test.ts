// oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 takes the promises of its handlers
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test, type TestContext } from 'node:test'
import { createGzip } from 'node:zlib'
import express5, { type Express, type NextFunction, type Request, type Response } from 'express'
// @ts-expect-error Version 4 has no types here: those of 5 serve for what is used of it.
import untypedExpress4 from 'express4'
import { defineSession, type Sessions } from '../index.ts'
import {
  adapterContract,
  type Mounted,
  type TestAdapterOptions,
  type TestAnswer,
  type TestApp,
  type TestData,
} from '../../test/adapter-contract.ts'
import { CountingStore } from '../../test/counting-store.ts'
import { cookieLines, dial, get, promised, send, serve } from '../../test/http-server.ts'
import {
  sessionMiddleware,
  sessionOf,
  type SessionMiddleware,
  type SessionMiddlewareOptions,
  type WithSession,
} from './express-node.ts'

type ExpressModule = typeof express5

const express4: ExpressModule = untypedExpress4

/** Express 5 takes the promise of a handler; before it, a handler hands on what it caught. */
type Wrap = (handler: (req: Request, res: Response) => Promise<void>) => SessionMiddleware

const promising: Wrap = (handler) => handler as unknown as SessionMiddleware
const catching: Wrap = (handler) => (req, res, next) => {
  handler(req as Request, res as Response).catch((error: unknown) => setImmediate(next, error))
}

function mounting(express: ExpressModule, wrap: Wrap) {
  return async (
    t: TestContext,
    sessions: Sessions<TestData>,
    app: TestApp,
    options: TestAdapterOptions,
  ): Promise<Mounted> => {
    const behind = express().set('env', 'test')
    behind.use(sessionMiddleware(sessions, options))
    behind.use(
      wrap(async (req, res) => {
        respond(res, await app(sessionOf(req, sessions), req))
      }),
    )
    const port = await serve(t, behind)
    return {
      send: (request) => send(port, request),
      async leave(request) {
        const socket = await dial(port, get(request?.path, cookieLines(request)))
        await sleep(10)
        socket.destroy()
      },
    }
  }
}

function respond(res: Response, { status = 200, headers = [], body = '' }: TestAnswer): void {
  for (const [name, value] of headers) res.append(name, value)
  res.status(status)
  const location = res.get('Location')
  if (location !== undefined) res.redirect(status, location)
  else if (typeof body === 'string') res.send(body)
  else Readable.from(body, { objectMode: false }).pipe(res)
}

adapterContract('sessionMiddleware on Express 5', mounting(express5, promising), { canLeave: true })
adapterContract('sessionMiddleware on Express 4', mounting(express4, catching), { canLeave: true })

describe('sessionMiddleware on Express 5', () => {
  answerCases(express5)
  errorCases(express5)
  outageCases(express5)
  compositionCases(express5)
  severalCases(express5)

  test('drops the changes of an async handler that rejects', async (t) => {
    const { app, sessions, store, open } = site(t, express5)
    app.get('/', async (req) => {
      sessionOf(req, sessions).set('n', 1)
      await sleep(1)
      throw new Error('the handler failed')
    })
    assert.equal((await send(await open())).status, 500)
    assert.deepEqual(store.calls, [])
  })
})

describe('sessionMiddleware on Express 4', () => {
  answerCases(express4)
  errorCases(express4)
  outageCases(express4)
  compositionCases(express4)
  severalCases(express4)
})

describe('sessionMiddleware', () => {
  test('refuses a property that is no name', () => {
    const sessions = defineSession<TestData>({ name: 'test', store: new CountingStore(), development: false })
    assert.throws(() => sessionMiddleware(sessions, { property: '' }), {
      code: 'ERR_OPTION',
      message: 'option `property` must be a name; received ""',
    })
  })

  test('gives a request a type for those who ask for the session by its property', () => {
    const visits = (req: WithSession<TestData> & WithSession<{ role: string }, 'admin'>): string =>
      `${req.session.get('n') ?? 0} ${req.admin.get('role') ?? 'none'}`
    assert.equal(typeof visits, 'function')
  })
})

interface Site {
  readonly app: Express
  readonly sessions: Sessions<TestData>
  readonly store: CountingStore
  readonly told: unknown[]
  /** @returns The port. */
  open(): Promise<number>
}

/** An application behind the middleware, without routes. */
function site(t: TestContext, express: ExpressModule, options: SessionMiddlewareOptions = {}): Site {
  const told: unknown[] = []
  const made = definition(t)
  const app = express().set('env', 'test')
  app.use(sessionMiddleware(made.sessions, { onError: (error) => told.push(error), ...options }))
  return { ...made, app, told, open: () => serve(t, app) }
}

function definition(t: TestContext, cookie = '__Host-sid'): { sessions: Sessions<TestData>; store: CountingStore } {
  const store = new CountingStore()
  const sessions = defineSession<TestData>({ name: 'test', store, development: false, cookie: { name: cookie } })
  t.after(() => sessions.close())
  return { sessions, store }
}

/** The first visit, which stores `n: 1`. @returns The cookie. */
async function visitorOf(sessions: Sessions<TestData>): Promise<string> {
  const session = await sessions.open({ headers: {} })
  session.set('n', 1)
  const headers = new Headers()
  await sessions.commit(session, { status: 200, headers })
  return (headers.getSetCookie()[0] ?? '').split(';', 1).join()
}

async function valueOf(sessions: Sessions<TestData>, cookie: string): Promise<number | undefined> {
  return (await sessions.open({ headers: { cookie } })).get('n')
}

function temporary(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-express-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

const octets = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 31) % 251)

/** A store whose writes take a while. */
function slow(store: CountingStore): void {
  const create = store.create.bind(store)
  store.create = async (...call) => {
    await sleep(20)
    return create(...call)
  }
}

function answerCases(express: ExpressModule): void {
  test('carries the cookie with redirect, json, send and render', async (t) => {
    const { app, sessions, open } = site(t, express)
    app.use((req, _, next) => {
      sessionOf(req, sessions).set('n', 1)
      next()
    })
    app.engine('txt', (path, locals, done) => done(null, `${path.endsWith('page.txt')} ${Reflect.get(locals, 'name')}`))
    app.set('views', temporary(t, { 'page.txt': '' })).set('view engine', 'txt')
    app.get('/redirect', (_, res) => res.redirect('/next'))
    app.get('/json', (_, res) => void res.json({ fine: true }))
    app.get('/send', (_, res) => void res.send('sent'))
    app.get('/render', (_, res) => res.render('page', { name: 'Ada' }))
    const port = await open()
    const answers = await Promise.all(['/redirect', '/json', '/send', '/render'].map((path) => send(port, { path })))
    assert.deepEqual(answers.map(({ status }) => status), [302, 200, 200, 200]) // prettier-ignore
    assert.equal(answers[0]?.headers.get('location'), '/next')
    assert.deepEqual(answers.slice(1).map(({ body }) => body), ['{"fine":true}', 'sent', 'true Ada']) // prettier-ignore
    for (const { headers } of answers) assert.match(headers.getSetCookie().join(), /^__Host-sid=[^,]*$/)
  })

  test('keeps the data behind an unchanged ETag, and sends no cookie with the 304', async (t) => {
    const { app, sessions, open } = site(t, express)
    app.get('/', (req, res) => {
      const session = sessionOf(req, sessions)
      session.set('n', (session.get('n') ?? 0) + 1)
      res.send('always the same')
    })
    const url = `http://127.0.0.1:${await open()}/`
    const first = await fetch(url)
    const [cookie = ''] = (first.headers.getSetCookie()[0] ?? '').split(';')
    const etag = first.headers.get('etag') ?? ''
    const second = await fetch(url, { headers: { cookie, 'if-none-match': etag, 'cache-control': 'max-age=0' } })
    assert.deepEqual([second.status, second.headers.getSetCookie(), await second.text()], [304, [], ''])
    assert.equal(await valueOf(sessions, cookie), 2)
  })

  test('waits for a slow store before the first byte of a file or a pipe, and sends every byte', async (t) => {
    const { app, sessions, store, open } = site(t, express)
    slow(store)
    const folder = temporary(t, { 'octets.bin': octets })
    app.use((req, _, next) => {
      sessionOf(req, sessions).set('n', 1)
      next()
    })
    app.get('/file', (_, res) => res.sendFile('octets.bin', { root: folder }))
    app.get('/pipe', (_, res) => void Readable.from(chunksOf(octets)).pipe(res))
    const port = await open()
    for (const path of ['/file', '/pipe']) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`)
      assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), octets)
      assert.match(answer.headers.getSetCookie().join(), /^__Host-sid=/)
    }
  })

  test('lets express.static alone when nobody touched the session', async (t) => {
    const { app, sessions, store, open } = site(t, express)
    app.use(express.static(temporary(t, { 'style.css': 'body{}' })))
    const port = await open()
    const cookie = await visitorOf(sessions)
    store.calls.length = 0
    const anonymous = await send(port, { path: '/style.css' })
    assert.deepEqual([anonymous.body, anonymous.headers.getSetCookie(), store.calls], ['body{}', [], []])
    const known = await send(port, { path: '/style.css', cookie })
    assert.deepEqual([known.body, known.headers.getSetCookie(), store.calls], ['body{}', [], ['read']])
    assert.deepEqual([known.headers.get('vary'), known.headers.get('cache-control')], [null, 'public, max-age=0'])
  })

  test('answers HEAD by the handler of GET, without a cookie', async (t) => {
    const { app, sessions, store, open } = site(t, express)
    app.get('/', (req, res) => {
      sessionOf(req, sessions).set('n', 1)
      res.send('text')
    })
    const { headers, body } = await send(await open(), { method: 'HEAD' })
    assert.deepEqual([headers.get('content-length'), headers.getSetCookie(), body], ['4', [], ''])
    assert.deepEqual(store.calls, [])
  })
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 70_000) yield bytes.subarray(at, at + 70_000)
}

function errorCases(express: ExpressModule): void {
  const failing = ({ app, sessions }: Site, error: Error) => {
    app.get('/', (req, _, next) => {
      sessionOf(req, sessions).set('n', 2)
      next(error)
    })
  }

  test('drops the changes when an error handler of the application answers with 500', async (t) => {
    const all = site(t, express)
    failing(all, new Error('the handler failed'))
    all.app.use((_: Error, req: Request, res: Response, __: NextFunction) => {
      sessionOf(req, all.sessions).set('late', 1)
      res.status(500).send('sorry')
    })
    const cookie = await visitorOf(all.sessions)
    const { status, body } = await send(await all.open(), { cookie })
    assert.deepEqual([status, body], [500, 'sorry'])
    assert.equal(await valueOf(all.sessions, cookie), 1)
    assert.ok(!all.store.calls.includes('replace'))
  })

  test('keeps what an error handler says with a redirect or a 4xx', async (t) => {
    const all = site(t, express)
    failing(all, new Error('not in stock'))
    all.app.get('/refused', (req, _, next) => {
      sessionOf(req, all.sessions).set('n', 3)
      next(Object.assign(new Error('no'), { status: 403 }))
    })
    all.app.use((error: Error, req: Request, res: Response, next: NextFunction) => {
      if (req.path === '/refused') return next(error)
      sessionOf(req, all.sessions).flash('late', 1)
      res.redirect(303, '/cart')
    })
    const cookie = await visitorOf(all.sessions)
    const port = await all.open()
    assert.equal((await send(port, { cookie })).status, 303)
    assert.equal(await valueOf(all.sessions, cookie), 2)
    assert.equal((await send(port, { cookie, path: '/refused' })).status, 403)
    assert.equal(await valueOf(all.sessions, cookie), 3)
  })

  test('leaves the visitor as he was when the handler of a login fails', async (t) => {
    const { app, sessions, open } = site(t, express)
    app.get('/login', (req) => {
      sessionOf(req, sessions).login('ada')
      throw new Error('the handler failed')
    })
    const cookie = await visitorOf(sessions)
    const { status, headers } = await send(await open(), { cookie, path: '/login' })
    assert.deepEqual([status, headers.getSetCookie()], [500, []])
    assert.equal((await sessions.open({ headers: { cookie } })).principal, undefined)
    assert.equal(await valueOf(sessions, cookie), 1)
  })

  test('does not take back what save() has stored before the failure', async (t) => {
    const { app, sessions, open } = site(t, express)
    app.get('/', (req, _, next) => {
      const session = sessionOf(req, sessions)
      session.set('n', 5)
      void session.save().finally(() => setImmediate(() => next(new Error('the handler failed'))))
    })
    const cookie = await visitorOf(sessions)
    assert.equal((await send(await open(), { cookie })).status, 500)
    assert.equal(await valueOf(sessions, cookie), 5)
  })

  test('breaks off an answer whose handler fails in the middle, with the change made before it', async (t) => {
    const { app, sessions, open } = site(t, express)
    app.get('/', (req, res, next) => {
      sessionOf(req, sessions).set('n', 5)
      res.write('half')
      setTimeout(() => next(new Error('the handler failed')), 20)
    })
    const cookie = await visitorOf(sessions)
    const answer = await fetch(`http://127.0.0.1:${await open()}/`, { headers: { cookie } })
    assert.equal(answer.status, 200)
    await assert.rejects(answer.text())
    assert.equal(await valueOf(sessions, cookie), 5)
  })
}

function outageCases(express: ExpressModule): void {
  test("hands an outage to the application's error handlers where that is asked for", async (t) => {
    const { app, sessions, store, told, open } = site(t, express, { onUnavailable: 'next' })
    let handled = 0
    app.get('/', () => void (handled += 1))
    app.use((error: Error, req: Request, res: Response, next: NextFunction) => {
      if (res.headersSent) return next(error)
      res.status(Number(Reflect.get(error, 'status'))).send(`closed, ${'session' in req}`)
    })
    const cookie = await visitorOf(sessions)
    store.failing.add('read')
    const { status, body, headers } = await send(await open(), { cookie })
    assert.deepEqual([status, body, headers.getSetCookie()], [503, 'closed, false', []])
    assert.deepEqual([handled, told], [0, []])
  })

  test('keeps the data of a session though the client left before the handler began', async (t) => {
    const { app, sessions, store, open } = site(t, express)
    const { promise, resolve } = promised<boolean>()
    app.get('/', (req, res) => {
      sessionOf(req, sessions).set('n', 2)
      resolve(res.destroyed)
      res.send('nobody reads this')
    })
    const cookie = await visitorOf(sessions)
    const read = store.read.bind(store)
    store.read = (address) => sleep(30).then(() => read(address))
    const socket = await dial(await open(), get('/', cookieLines({ cookie })))
    await sleep(10)
    socket.destroy()
    assert.equal(await promise, true)
    await sleep(5)
    assert.deepEqual(store.calls, ['create', 'read', 'replace'])
  })

  test('gives the error its 503 where the application has no error handler', async (t) => {
    const { sessions, store, open } = site(t, express, { onUnavailable: 'next' })
    const cookie = await visitorOf(sessions)
    store.failing.add('read')
    assert.equal((await send(await open(), { cookie })).status, 503)
  })

  test('says nothing more when somebody in front has answered before the store failed', async (t) => {
    const { sessions, store } = definition(t)
    const { promise, resolve } = promised<unknown>()
    const cookie = await visitorOf(sessions)
    store.read = async () => {
      await sleep(20)
      throw new Error('the store fails')
    }
    const app = express().set('env', 'test')
    app.use((_, res, next) => {
      res.status(408).send('too slow')
      next()
    })
    app.use(sessionMiddleware(sessions, { onError: resolve }))
    const { status, body } = await send(await serve(t, app), { cookie })
    assert.deepEqual([status, body], [408, 'too slow'])
    assert.equal(Reflect.get((await promise) as object, 'code'), 'ERR_STORE_UNAVAILABLE')
  })
}

function compositionCases(express: ExpressModule): void {
  test('works with middleware that rewrites the answer, in front and behind', async (t) => {
    for (const place of ['front', 'behind']) {
      const { sessions, store } = definition(t)
      slow(store)
      const app = express().set('env', 'test')
      if (place === 'front') app.use(zipped)
      app.use(sessionMiddleware(sessions))
      if (place === 'behind') app.use(zipped)
      app.get('/', (req, res) => {
        sessionOf(req, sessions).set('n', 1)
        res.send('a page '.repeat(10_000))
      })
      const answer = await fetch(`http://127.0.0.1:${await serve(t, app)}/`)
      assert.equal(answer.headers.get('content-encoding'), 'gzip')
      assert.equal(await answer.text(), 'a page '.repeat(10_000))
      assert.match(answer.headers.getSetCookie().join(), /^__Host-sid=[^,]*$/)
      assert.deepEqual(store.calls, ['create'])
    }
  })

  test('reads the body of a form, whether its parser stands in front or behind', async (t) => {
    for (const place of ['front', 'behind']) {
      const { sessions } = definition(t)
      const app = express().set('env', 'test')
      if (place === 'front') app.use(express.urlencoded({ extended: false }))
      app.use(sessionMiddleware(sessions))
      if (place === 'behind') app.use(express.urlencoded({ extended: false }))
      app.post('/', (req, res) => {
        sessionOf(req, sessions).set('n', Number(req.body.n))
        res.redirect(303, '/')
      })
      const url = `http://127.0.0.1:${await serve(t, app)}/`
      const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ n: '7' }), redirect: 'manual' })
      const [cookie = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';')
      assert.equal(await valueOf(sessions, cookie), 7)
    }
  })

  test('opens one session for a request, though mounted for the application, a router and a sub-application', async (t) => {
    const { app, sessions, store, open } = site(t, express)
    const cookie = await visitorOf(sessions)
    store.calls.length = 0
    const middleware = sessionMiddleware(sessions)
    const router = express.Router()
    const inner = express().set('env', 'test')
    inner.use(sessionMiddleware(sessions))
    inner.get('/page', (req, res) => {
      const session = sessionOf(req, sessions)
      session.set('n', (session.get('n') ?? 0) + 1)
      assert.equal(Reflect.get(req, 'session'), session)
      res.send(String(session.get('n')))
    })
    router.use('/inner', middleware, inner)
    app.use('/outer', middleware, router)
    const { body } = await send(await open(), { path: '/outer/inner/page', cookie })
    assert.deepEqual([body, store.calls], ['2', ['read', 'replace']])
  })

  test('serves only the part of an application for which it is mounted', async (t) => {
    const { sessions, store } = definition(t)
    const app = express().set('env', 'test')
    app.use('/members', sessionMiddleware(sessions))
    app.get('/members', (req, res) => void res.send(String(sessionOf(req, sessions).get('n'))))
    app.get('/', (req, res) => void res.send(String('session' in req)))
    const port = await serve(t, app)
    const cookie = await visitorOf(sessions)
    store.calls.length = 0
    assert.equal((await send(port, { cookie })).body, 'false')
    assert.deepEqual(store.calls, [])
    assert.equal((await send(port, { path: '/members', cookie })).body, '1')
  })

  test('explains a handler that has no session, and one that replaces it', async (t) => {
    const { sessions } = definition(t)
    const app = express().set('env', 'test')
    const errors: unknown[] = []
    app.get('/without', (req, res) => void res.send(sessionOf(req, sessions).principal))
    app.use(sessionMiddleware(sessions))
    app.get('/replacing', (req) => void Reflect.set(req, 'session', null))
    app.use((error: Error, _: Request, res: Response, __: NextFunction) => {
      errors.push({ code: Reflect.get(error, 'code'), message: error.message })
      res.status(500).end()
    })
    const port = await serve(t, app)
    await send(port, { path: '/without' })
    await send(port, { path: '/replacing' })
    assert.deepEqual(errors, [
      {
        code: 'ERR_ARGUMENT',
        message: 'this request has no session of `test`; mount `sessionMiddleware` before the handler',
      },
      {
        code: 'ERR_ARGUMENT',
        message: '`req.session` cannot be replaced; change the session with set, delete, deleteAll or logout',
      },
    ])
  })

  test('refuses a name that something else has on the request', async (t) => {
    const { sessions } = definition(t)
    const app = express().set('env', 'test')
    const errors: unknown[] = []
    app.use((req, _, next) => {
      Reflect.set(req, 'session', {})
      next()
    })
    app.use(sessionMiddleware(sessions))
    app.use((error: Error, _: Request, res: Response, __: NextFunction) => {
      errors.push(error.message)
      res.status(500).end()
    })
    await send(await serve(t, app))
    assert.deepEqual(errors, ['option `property` must be a name that nothing else has on the request; received "session"']) // prettier-ignore
  })
}

function severalCases(express: ExpressModule): void {
  interface Pair {
    readonly port: number
    readonly shop: ReturnType<typeof definition>
    readonly admin: ReturnType<typeof definition>
    readonly told: unknown[]
  }

  async function pair(t: TestContext): Promise<Pair> {
    const [shop, admin] = [definition(t), definition(t, '__Host-admin')]
    const told: unknown[] = []
    const onError = (error: unknown) => void told.push(Reflect.get(error as object, 'code'))
    const app = express().set('env', 'test')
    app.use(sessionMiddleware(shop.sessions, { onError }))
    app.use(sessionMiddleware(admin.sessions, { onError, property: 'admin' }))
    app.get('/:who', (req, res) => {
      const { who } = req.params
      assert.equal(Reflect.get(req, 'session'), sessionOf(req, shop.sessions))
      assert.equal(Reflect.get(req, 'admin'), sessionOf(req, admin.sessions))
      if (who !== 'admin') sessionOf(req, shop.sessions).set('n', 10)
      if (who !== 'shop') sessionOf(req, admin.sessions).set('n', 20)
      res.cookie('own', '1').send('x')
    })
    return { port: await serve(t, app), shop, admin, told }
  }

  test('commits two sessions of one request once each, and keeps all cookies', async (t) => {
    const { port, shop, admin } = await pair(t)
    slow(shop.store)
    slow(admin.store)
    const { headers, body } = await send(port, { path: '/both' })
    const cookies = headers.getSetCookie().map((line) => line.split(';', 1).join())
    assert.deepEqual([body, cookies.length, cookies[0]], ['x', 3, 'own=1'])
    assert.deepEqual([shop.store.calls, admin.store.calls], [['create'], ['create']])
    const both = cookies.join('; ')
    assert.deepEqual([await valueOf(shop.sessions, both), await valueOf(admin.sessions, both)], [10, 20])
  })

  test('writes only the session that changed', async (t) => {
    const { port, shop, admin } = await pair(t)
    await send(port, { path: '/shop' })
    assert.deepEqual([shop.store.calls, admin.store.calls], [['create'], []])
    await send(port, { path: '/admin' })
    assert.deepEqual([shop.store.calls, admin.store.calls], [['create'], ['create']])
  })

  test('answers 503 without any cookie when one of two stores fails, and drops what the other had to write yet', async (t) => {
    const { port, shop, admin, told } = await pair(t)
    admin.store.failing.add('create')
    const first = await send(port, { path: '/both' })
    assert.deepEqual([first.status, first.headers.getSetCookie(), told], [503, [], ['ERR_STORE_UNAVAILABLE']])
    assert.deepEqual(shop.store.calls, [])
    admin.store.failing.clear()
    shop.store.failing.add('create')
    const second = await send(port, { path: '/both' })
    assert.deepEqual([second.status, second.headers.getSetCookie(), told.length], [503, [], 2])
    assert.equal(second.body, 'Service Unavailable\n')
  })
}

/** A middleware that compresses, by the means that such middleware has: wrapped `writeHead`, `write` and `end`. */
function zipped(_: IncomingMessage, res: ServerResponse, next: () => void): void {
  const [writeHead, write, end] = [res.writeHead, res.write, res.end] as ((...args: unknown[]) => unknown)[]
  const gzip = createGzip()
  let begun = false
  const begin = () => {
    if (begun) return
    begun = true
    res.setHeader('Content-Encoding', 'gzip')
    res.removeHeader('Content-Length')
  }
  const relay = async (): Promise<void> => {
    for await (const chunk of gzip) {
      if (write?.call(res, chunk) === false) await once(res, 'drain')
    }
    end?.call(res)
  }
  let relaying = false
  const feed = (chunk: unknown) => {
    if (!relaying) void relay()
    relaying = true
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) return gzip.write(chunk)
    return true
  }
  const wrapped = {
    writeHead(...args: unknown[]) {
      begin()
      return writeHead?.apply(res, args)
    },
    write: (chunk: unknown) => feed(chunk),
    end(chunk: unknown) {
      feed(chunk)
      gzip.end()
      return res
    },
  }
  Object.assign(res, wrapped)
  next()
}
