import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { defineSession, type Sessions } from '../index.ts'
import {
  adapterContract,
  type Mounted,
  type TestAdapterOptions,
  type TestAnswer,
  type TestApp,
  type TestData,
  type TestRequest,
} from '../../test/adapter-contract.ts'
import { CountingStore } from '../../test/counting-store.ts'
import { fetchHandler } from './fetch.ts'

async function mount(
  _: TestContext,
  sessions: Sessions<TestData>,
  app: TestApp,
  options: TestAdapterOptions,
): Promise<Mounted> {
  const handle = fetchHandler(
    sessions,
    async (request, session) => {
      const { method, url } = request
      return responseOf(await app(session, { method, path: new URL(url).pathname }))
    },
    options,
  )
  return {
    async send(request) {
      const response = await handle(requestOf(request)).catch(() => new Response('thrown', { status: 500 }))
      const body = request?.method === 'HEAD' ? '' : await response.text() // a runtime leaves it out
      return { status: response.status, headers: response.headers, body }
    },
  }
}

function requestOf({ method = 'GET', path = '/', cookie }: TestRequest = {}): Request {
  return new Request(`http://localhost${path}`, { method, headers: cookie === undefined ? {} : { cookie } })
}

function responseOf({ status = 200, headers = [], body }: TestAnswer): Response {
  const location = headers.find(([name]) => name === 'Location')?.[1]
  if (location !== undefined) return Response.redirect(location, status)
  const content = typeof body === 'object' ? streamOf(body) : body
  return new Response(content, { status, headers: headers.map(([name, value]) => [name, value]) })
}

function streamOf(pieces: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  const text = new ReadableStream<string>({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
  })
  return text.pipeThrough(new TextEncoderStream())
}

adapterContract('fetchHandler', mount, { canLeave: false })

describe('fetchHandler', () => {
  const open = () => {
    const store = new CountingStore()
    return { store, sessions: defineSession<TestData>({ name: 'test', store, development: false }) }
  }
  const quiet = { onError: () => {} }

  test('returns the very response of the handler when its headers can be changed', async () => {
    const response = new Response('x')
    const handle = fetchHandler(open().sessions, (_, session) => {
      session.set('n', 1)
      return response
    })
    assert.equal(await handle(requestOf()), response)
    assert.match(response.headers.getSetCookie().join(), /^__Host-sid=/)
  })

  test('passes on what the runtime gives beside the request', async () => {
    const handle = fetchHandler(open().sessions, (_, __, env: { name: string }, n: number) => {
      return new Response(`${env.name} ${n}`)
    })
    assert.equal(await (await handle(requestOf(), { name: 'env' }, 5)).text(), 'env 5')
  })

  test('copies a response with immutable headers, its several cookies and its body', async () => {
    const upstream = new Response('body', { status: 201, statusText: 'Made', headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2']] }) // prettier-ignore
    const immutable = new Proxy(upstream, {
      get(target, key) {
        if (key === 'headers') return frozen(target.headers)
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const handle = fetchHandler(open().sessions, (_, session) => {
      session.set('n', 1)
      return immutable
    })
    const response = await handle(requestOf())
    assert.deepEqual([response.status, response.statusText, await response.text()], [201, 'Made', 'body'])
    assert.deepEqual(response.headers.getSetCookie().slice(0, 2), ['a=1', 'b=2'])
    assert.match(response.headers.getSetCookie()[2] ?? '', /^__Host-sid=/)
  })

  test('hands on an error and a switch of protocols as they are, and makes no session for them', async () => {
    const { sessions, store } = open()
    const broken = Response.error()
    const handle = fetchHandler(sessions, (_, session) => {
      session.set('n', (session.get('n') ?? 0) + 1)
      return broken
    })
    assert.equal(await handle(requestOf()), broken)
    const upgrade = new Proxy(Response.error(), { get: (target, key) => (key === 'status' ? 101 : Reflect.get(target, key, target)) }) // prettier-ignore
    const switching = fetchHandler(sessions, (_, session) => {
      session.set('n', (session.get('n') ?? 0) + 1)
      return upgrade
    })
    assert.equal(await switching(requestOf()), upgrade)
    assert.deepEqual(store.calls, [])
  })

  test('throws on what the handler throws, and tells nobody else', async () => {
    const failure = new Error('the handler failed')
    const told: unknown[] = []
    const handle = fetchHandler(
      open().sessions,
      () => {
        throw failure
      },
      { onError: (error) => told.push(error) },
    )
    await assert.rejects(handle(requestOf()), failure)
    assert.deepEqual(told, [])
  })

  test('throws on what the handler threw even when the store fails too, which is told', async () => {
    const { sessions, store } = open()
    const told: unknown[] = []
    const first = await fetchHandler(sessions, (_, session) => {
      session.set('n', 1)
      return new Response()
    })(requestOf())
    const [cookie = ''] = (first.headers.getSetCookie()[0] ?? '').split(';')
    const handle = fetchHandler(
      sessions,
      (_, session) => {
        session.set('n', 2)
        throw new Error('the handler failed')
      },
      { onHandlerError: 'commit', onError: (error) => told.push(Reflect.get(error as object, 'code')) },
    )
    store.failing.add('replace')
    await assert.rejects(handle(requestOf({ cookie })), /the handler failed/)
    assert.deepEqual(told, ['ERR_STORE_UNAVAILABLE'])
  })

  test('cancels the body of an answer that it replaces', async () => {
    const { sessions, store } = open()
    store.failing.add('create')
    let cancelled: unknown
    const body = new ReadableStream({
      cancel(reason) {
        cancelled = reason
      },
    })
    const handle = fetchHandler(
      sessions,
      (_, session) => {
        session.set('n', 1)
        return new Response(body)
      },
      quiet,
    )
    assert.equal((await handle(requestOf())).status, 503)
    assert.equal(Reflect.get(cancelled as object, 'code'), 'ERR_STORE_UNAVAILABLE')
  })

  test('leaves a body alone that somebody reads already', async () => {
    const { sessions, store } = open()
    store.failing.add('create')
    const handle = fetchHandler(
      sessions,
      (_, session) => {
        session.set('n', 1)
        const response = new Response('x')
        response.body?.getReader()
        return response
      },
      quiet,
    )
    assert.equal((await handle(requestOf())).status, 503)
  })
})

/** The headers of a fetched response throw at every change. */
function frozen(headers: Headers): Headers {
  return new Proxy(headers, {
    get(target, key) {
      if (key === 'delete' || key === 'set' || key === 'append') {
        return () => {
          throw new TypeError('immutable')
        }
      }
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
