/**
 * PHP's sessions behind node:http and Express, over real connections.
 */
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test, type TestContext } from 'node:test'
import { type PhpHandler, phpSessions } from '../../src/php/adapter/sessions-node.ts'
import type { PhpSessionOptions } from '../../src/php/functions/create.ts'
import type { PhpSession } from '../../src/php/functions/php-session.ts'
import { SaveHandlerFailure } from '../../src/php/handler/contract.ts'
import { type MemorySessions, memorySessions } from '../../src/php/handler/memory.ts'
import { exchange, get, send, serve } from '../http-server.ts'
import { type Directives, prefixed } from './directives.ts'
import { expressVersions } from './express-versions.ts'
import { store, storedIn } from './uploads.ts'

interface Served {
  readonly port: number
  readonly memory: MemorySessions
  readonly errors: unknown[]
}

/** Serves a handler with sessions in memory. */
async function site(
  t: TestContext,
  handler: PhpHandler,
  {
    ini = {},
    onHandlerError = 'commit',
    ...options
  }: { ini?: Directives; onHandlerError?: 'drop' | 'commit' } & PhpSessionOptions = {},
): Promise<Served> {
  const memory = memorySessions()
  const errors: unknown[] = []
  const directives = prefixed({ save_handler: 'memory', gc_probability: 0, ...ini })
  const sessions = phpSessions(directives, { modules: [memory], onNotice: () => {}, ...options })
  const port = await serve(t, sessions.node(handler, { onHandlerError, onError: (error) => errors.push(error) }))
  return { port, memory, errors }
}

/** A handler that counts visits and does the rest. */
function counting(answer: (res: Parameters<PhpHandler>[1], session: PhpSession) => unknown): PhpHandler {
  return async (_req, res, session) => {
    await session.start()
    session.vars['n'] = Number(session.vars['n'] ?? 0) + 1
    await answer(res, session)
  }
}

test('writes what is still active before the end of the answer goes out', async (t) => {
  const { port, memory } = await site(
    t,
    counting((res, session) => res.end(`visit ${String(session.vars['n'])}`)),
  )
  const first = await send(port)
  const [cookie = ''] = first.headers.getSetCookie()
  const [pair = ''] = cookie.split(';')
  assert.equal((await send(port, { cookie: pair })).body, 'visit 2')
  assert.deepEqual(Object.values(storedIn(memory)), ['n|i:2;'])
})

test('keeps what is changed after the first byte of a stream', async (t) => {
  const { port, memory } = await site(
    t,
    counting(async (res, session) => {
      res.writeHead(200, { 'Content-Type': 'text/plain' })
      res.write('first ')
      await new Promise((resolve) => setTimeout(resolve, 5))
      session.vars['late'] = true
      res.end('last')
    }),
  )
  assert.equal((await send(port)).body, 'first last')
  assert.deepEqual(Object.values(storedIn(memory)), ['n|i:1;late|b:1;'])
})

test('answers 503 when the storage fails, with no cookie and nothing of what was prepared', async (t) => {
  for (const verb of ['open', 'read', 'write'] as const) {
    const { port, memory, errors } = await site(
      t,
      counting((res) => {
        res.writeHead(200, { 'Set-Cookie': 'theme=dark' })
        res.end('fine')
      }),
    )
    const { create } = memory
    memory.create = (settings) => {
      const handler = create.call(memory, settings)
      handler[verb] = () => {
        throw new SaveHandlerFailure('the disk is gone')
      }
      return handler
    }
    const { status, body, headers } = await send(port)
    assert.deepEqual([status, body, headers.getSetCookie()], [503, 'Service Unavailable\n', []], verb)
    assert.equal((errors[0] as { code?: string }).code, 'ERR_STORE_UNAVAILABLE')
  }
})

test('behaves as PHP in its versions: the page goes out, and the log has a warning', async (t) => {
  const said: string[] = []
  const { port, memory } = await site(
    t,
    counting((res) => res.end('fine')),
    { php: '8.4', onNotice: ({ message }) => said.push(message) },
  )
  const { create } = memory
  memory.create = (settings) => Object.assign(create.call(memory, settings), { write: () => false })
  const { status, body } = await send(port)
  assert.deepEqual([status, body], [200, 'fine'])
  assert.match(said[0] ?? '', /^Failed to write session data \(memory\)/)
})

test('breaks a stream off when its session could not be kept', async (t) => {
  const { port, memory, errors } = await site(
    t,
    counting(async (res) => {
      await new Promise<void>((resolve) => res.write('first', () => resolve()))
      res.end('last')
    }),
  )
  const { create } = memory
  memory.create = (settings) => Object.assign(create.call(memory, settings), { write: () => false })
  const text = await exchange(port, get())
  assert.ok(text.includes('first') && !text.includes('last'), text)
  assert.equal(errors.length, 1)
})

test('a write after the end of a stream is the error that it is without a session', async (t) => {
  const seen: unknown[] = []
  const { port } = await site(
    t,
    counting(async (res) => {
      res.on('error', (error: { code?: string }) => seen.push(error.code))
      await new Promise<void>((resolve) => res.write('first ', () => resolve()))
      res.end('last')
      res.write('too late')
    }),
  )
  assert.equal((await send(port)).body, 'first last')
  assert.deepEqual(seen, ['ERR_STREAM_WRITE_AFTER_END'])
})

test('requests of one session come one after the other, and each counts', async (t) => {
  const { port, memory } = await site(
    t,
    counting(async (res) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      res.end()
    }),
  )
  store(memory, 'known', 'n|i:0;')
  await Promise.all(Array.from({ length: 20 }, () => send(port, { cookie: 'PHPSESSID=known' })))
  assert.deepEqual(storedIn(memory), { known: 'n|i:20;' })
})

test('writes the session of a handler that throws, or drops the changes where that is wanted', async (t) => {
  for (const [onHandlerError, kept] of [
    ['commit', ['n|i:1;']],
    ['drop', []],
  ] as const) {
    const broken = counting(() => {
      throw new Error('the page fails')
    })
    const { port, memory } = await site(t, broken, { onHandlerError })
    const { status, headers } = await send(port)
    assert.deepEqual([status, Object.values(storedIn(memory))], [500, kept])
    // The id of what was stored is told to the browser, though the head was made anew.
    assert.equal(headers.getSetCookie().length, 1)
  }
})

test('a handler that throws in the middle of a stream leaves no changes where they are to be dropped', async (t) => {
  const broken = counting((res) => {
    res.write('the beginning')
    throw new Error('the page fails')
  })
  const { port, memory, errors } = await site(t, broken, { onHandlerError: 'drop' })
  store(memory, 'known', 'n|i:1;')
  await assert.rejects(send(port, { cookie: 'PHPSESSID=known' }))
  assert.deepEqual([storedIn(memory), errors.length], [{ known: 'n|i:1;' }, 1])
})

test('a value that cannot be kept is an error of the page, and what was stored stays', async (t) => {
  const { port, memory } = await site(t, async (_req, res, session) => {
    await session.start()
    session.vars['a|b'] = 1
    res.end('fine')
  })
  store(memory, 'known', 'login|s:5:"alice";')
  const { status } = await send(port, { cookie: 'PHPSESSID=known' })
  assert.deepEqual([status, storedIn(memory)], [500, { known: 'login|s:5:"alice";' }])
})

test('a client that leaves keeps nobody from its session', async (t) => {
  let left: () => void = () => {}
  const gone = new Promise<void>((resolve) => {
    left = resolve
  })
  const { port, memory } = await site(t, async (req, res, session) => {
    await session.start()
    session.vars['n'] = 1
    if (req.url === '/hang') {
      res.once('close', left)
      return
    }
    res.end('here')
  })
  store(memory, 'known', 'n|i:0;')
  const hanging = fetch(`http://127.0.0.1:${port}/hang`, {
    headers: { cookie: 'PHPSESSID=known' },
    signal: AbortSignal.timeout(200),
  })
  await assert.rejects(hanging)
  await gone
  assert.equal((await send(port, { cookie: 'PHPSESSID=known' })).body, 'here')
})

test('a start when the request is over is an error, and locks nothing', async (t) => {
  const seen: unknown[] = []
  const { port } = await site(t, (_req, res, session) => {
    res.end('done')
    res.once('close', () => session.start().catch((error: unknown) => seen.push((error as { code?: string }).code)))
  })
  await exchange(port, get())
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(seen, ['ERR_ARGUMENT'])
})

test('links and forms carry the id while the page goes by in pieces; its length is not announced', async (t) => {
  const ini = { use_trans_sid: 1, use_only_cookies: 0, use_cookies: 0 }
  const page = '<a href="next">é</a>'
  const { port } = await site(
    t,
    async (_req, res, session) => {
      session.id('abc')
      await session.start({ use_strict_mode: 0 })
      res.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': Buffer.byteLength(page) })
      const octets = Buffer.from(page)
      for (let at = 0; at < octets.length; at += 3) res.write(octets.subarray(at, at + 3))
      res.end()
    },
    { ini },
  )
  const { body, headers } = await send(port)
  assert.equal(Buffer.from(body, 'latin1').toString(), '<a href="next?PHPSESSID=abc">é</a>')
  assert.equal(headers.get('content-length'), null)
})

test('what is no page is not rewritten, except by the versions of PHP', async (t) => {
  const ini = { use_trans_sid: 1, use_only_cookies: 0, use_cookies: 0, use_strict_mode: 0 }
  const json = '{"html":"<a href=x>"}'
  for (const [php, wanted] of [
    ['safe', json],
    ['8.4', '{"html":"<a href=x?PHPSESSID=abc>"}'],
  ] as const) {
    const handler: PhpHandler = async (_req, res, session) => {
      session.id('abc')
      await session.start()
      res.setHeader('Content-Type', 'application/json').end(json)
    }
    const { port } = await site(t, handler, { ini, php })
    assert.equal((await send(port)).body, wanted)
  }
})

for (const [version, make] of expressVersions) {
  test(`Express ${version}: handlers find the session, and it is written at the end`, async (t) => {
    const memory = memorySessions()
    const sessions = phpSessions({ 'session.save_handler': 'memory' }, { modules: [memory] })
    const app = make()
    app.use(sessions.express())
    app.use(sessions.express()) // once more, as for a router of its own
    app.get('/', (req: IncomingMessage, res: { json(value: unknown): unknown }, next) => {
      const session = sessions.of(req)
      assert.equal((req as { session?: unknown }).session, session)
      session.start().then(() => {
        session.vars['seen'] = true
        return res.json({ id: session.id() })
      }, next)
    })
    const port = await serve(t, app)
    const { body, headers } = await send(port)
    const { id } = JSON.parse(body) as { id: string }
    assert.deepEqual(headers.getSetCookie(), [`PHPSESSID=${id}; path=/; HttpOnly; SameSite=Lax`])
    assert.deepEqual(storedIn(memory), { [id]: 'seen|b:1;' })
  })

  test(`Express ${version}: an error of a handler answers, and the session is written`, async (t) => {
    const memory = memorySessions()
    const sessions = phpSessions({ 'session.save_handler': 'memory', 'session.auto_start': 1 }, { modules: [memory] })
    const app = make()
    app.set('env', 'test')
    app.use(sessions.express({ property: 'php' }))
    app.get('/', (req: IncomingMessage) => {
      sessions.of(req).vars['seen'] = 1
      throw new Error('the page fails')
    })
    const port = await serve(t, app)
    assert.equal((await send(port)).status, 500)
    assert.deepEqual(Object.values(storedIn(memory)), ['seen|i:1;'])
  })
}
