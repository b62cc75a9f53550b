import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test, type TestContext } from 'node:test'
import { defineSession, type Session, type Sessions } from '../index.ts'
import {
  adapterContract,
  type Mounted,
  type TestAdapterOptions,
  type TestAnswer,
  type TestApp,
  type TestData,
} from '../../test/adapter-contract.ts'
import { CountingStore } from '../../test/counting-store.ts'
import { cookieLines, dial, exchange, get, promised, send, serve } from '../../test/http-server.ts'
import { nodeListener, type NodeListenerOptions, type NodeSessionHandler } from './node.ts'

async function mount(
  t: TestContext,
  sessions: Sessions<TestData>,
  app: TestApp,
  options: TestAdapterOptions,
): Promise<Mounted> {
  const port = await serve(
    t,
    nodeListener(
      sessions,
      async ({ method = '', url = '' }, res, session) => respond(res, await app(session, { method, path: url })),
      options,
    ),
  )
  return {
    send: (request) => send(port, request),
    async leave(request) {
      const socket = await dial(port, get(request?.path, cookieLines(request)))
      await sleep(10)
      socket.destroy()
    },
  }
}

function respond(res: ServerResponse, { status = 200, headers = [], body = '' }: TestAnswer): void {
  res.statusCode = status
  for (const [name, value] of headers) res.appendHeader(name, value)
  if (typeof body === 'string') res.end(body)
  else Readable.from(body, { objectMode: false }).pipe(res)
}

adapterContract('nodeListener', mount, { canLeave: true })

describe('nodeListener', () => {
  test('runs the handler within the event of the request where the store answers at once', async (t) => {
    const sessions = defineSession({ name: 'test', store: new CountingStore(), development: false })
    t.after(() => sessions.close())
    let hasRun = false
    const listener = nodeListener(sessions, (_, res) => {
      hasRun = true
      res.end()
    })
    const port = await serve(t, (req, res) => {
      listener(req, res)
      assert.ok(hasRun)
    })
    await send(port, {})
    assert.ok(hasRun)
  })

  async function listen(
    t: TestContext,
    handler: NodeSessionHandler<Session<TestData>>,
    options: NodeListenerOptions = {},
  ): Promise<{ port: number; store: CountingStore; told: unknown[] }> {
    const store = new CountingStore()
    const sessions = defineSession<TestData>({ name: 'test', store, development: false })
    t.after(() => sessions.close())
    const told: unknown[] = []
    const onError = (error: unknown) => void told.push(error)
    return { port: await serve(t, nodeListener(sessions, handler, { onError, ...options })), store, told }
  }

  test('answers a clean 500 for a handler that throws before the first byte, and tells why', async (t) => {
    const failure = new Error('the handler failed')
    const { port, told } = await listen(t, (_, res, session) => {
      session.set('n', 1)
      res.setHeader('Set-Cookie', 'a=1').setHeader('Content-Length', 3).setHeader('ETag', '"1"')
      throw failure
    })
    const { status, headers, body } = await send(port)
    assert.deepEqual([status, body], [500, 'Internal Server Error\n'])
    assert.deepEqual([headers.get('etag'), headers.getSetCookie()], [null, []])
    assert.deepEqual(told, [failure])
  })

  test('gives the cookie with the 500 when the changes of a failed handler are kept', async (t) => {
    const handler: NodeSessionHandler<Session<TestData>> = async (_, __, session) => {
      session.set('n', 1)
      throw new Error('the handler failed')
    }
    const { port } = await listen(t, handler, { onHandlerError: 'commit' })
    const { status, headers } = await send(port)
    assert.equal(status, 500)
    assert.match(headers.getSetCookie().join(), /^__Host-sid=/)
  })

  test('breaks off an answer whose handler throws in the middle', async (t) => {
    const { port, told } = await listen(t, async (_, res) => {
      res.write('half')
      await sleep(10)
      throw new Error('the handler failed')
    })
    const bytes = await exchange(port, get())
    assert.match(bytes, /half/)
    assert.doesNotMatch(bytes, /\r\n0\r\n/)
    assert.equal(told.length, 1)
  })

  test('lets an answer go that was complete before its handler threw', async (t) => {
    const { port, told } = await listen(t, (_, res, session) => {
      session.set('n', 1)
      res.end('whole')
      throw new Error('the handler failed')
    })
    const { status, body } = await send(port)
    assert.deepEqual([status, body], [200, 'whole'])
    assert.equal(told.length, 1)
  })

  test('lets a handler answer after it has returned', async (t) => {
    const { port } = await listen(t, (_, res, session) => {
      setTimeout(() => {
        session.set('n', 1)
        res.end('later')
      }, 10)
    })
    const { body, headers } = await send(port)
    assert.equal(body, 'later')
    assert.match(headers.getSetCookie().join(), /^__Host-sid=/)
  })

  test('keeps the data of a session though the client left before the handler began', async (t) => {
    const { promise, resolve } = promised<void>()
    const { port, store } = await listen(t, (_, res, session) => {
      session.set('n', (session.get('n') ?? 0) + 1)
      if (res.destroyed) return resolve()
      res.end()
    })
    const [cookie = ''] = ((await send(port)).headers.getSetCookie()[0] ?? '').split(';')
    const read = store.read.bind(store)
    store.read = (address) => sleep(30).then(() => read(address))
    store.calls.length = 0
    const socket = await dial(port, get('/', [`Cookie: ${cookie}`]))
    await sleep(10)
    socket.destroy()
    await promise
    await sleep(5)
    assert.deepEqual(store.calls, ['read', 'replace'])
  })
})
