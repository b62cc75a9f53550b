/** Clients that leave while a handler works: what it changes is kept, and its lock is given back in time. */
import assert from 'node:assert/strict'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { test, type TestContext } from 'node:test'
import { memorySessions, type PhpSession } from 'sekisho/php'
import { phpSessions, type PhpNodeSessions } from 'sekisho/php/node'
import { dial, get, promised, send, serve } from '../http-server.ts'
import { expressVersions } from './express-versions.ts'
import { store, storedIn } from './uploads.ts'

const cookie = 'PHPSESSID=known'

/** What a handler does before its client leaves, and afterwards. */
interface Deeds {
  before?(session: PhpSession, res: ServerResponse): void
  afterwards(session: PhpSession, res: ServerResponse): unknown
}

/** A site with one session, whose page `/` a client has asked for and left. */
class Site {
  readonly sessions: PhpNodeSessions
  readonly said: string[] = []
  readonly #memory = memorySessions()
  readonly #begun = promised<void>()
  readonly #left = promised<void>()
  readonly #done = promised<void>()

  constructor() {
    store(this.#memory, 'known', 'n|i:1;')
    const ini = { 'session.save_handler': 'memory', 'session.gc_probability': 0 }
    const onNotice = ({ code }: { code: string }) => this.said.push(code)
    this.sessions = phpSessions(ini, { modules: [this.#memory], onNotice })
  }

  get stored(): string | undefined {
    return storedIn(this.#memory)['known']
  }

  /** The page; `/other` only looks at the session. */
  async page(req: IncomingMessage, res: ServerResponse, session: PhpSession, deeds: Deeds): Promise<void> {
    await session.start()
    if (req.url === '/other') return void res.end(JSON.stringify(session.vars))
    session.vars['step'] = 'begun'
    res.once('close', () => this.#left.resolve())
    deeds.before?.(session, res)
    this.#begun.resolve()
    await this.#left.promise
    await new Promise((resolve) => setTimeout(resolve, 20))
    try {
      await deeds.afterwards(session, res)
    } finally {
      setTimeout(() => this.#done.resolve(), 20)
    }
  }

  /** Asks for the page and leaves. @returns The port, once `until` is over: when the page is done, unless it says otherwise. */
  async visit(t: TestContext, listener: RequestListener, until: Promise<void> = this.#done.promise): Promise<number> {
    const port = await serve(t, listener)
    const socket = await dial(port, get('/', [`Cookie: ${cookie}`]))
    await this.#begun.promise
    socket.destroy()
    await until
    return port
  }
}

/** Sets a variable as one does whose work took until now. */
function pay(session: PhpSession): void {
  session.vars['paid'] = true
}

const whole = 'n|i:1;step|s:5:"begun";paid|b:1;'

test('what a handler changes when its client has left is kept', async (t) => {
  const site = new Site()
  const listener = site.sessions.node((...args) => site.page(...args, { afterwards: pay }))
  await site.visit(t, listener)
  assert.deepEqual([site.stored, site.said], [whole, []])
})

test('also in the middle of a stream', async (t) => {
  const site = new Site()
  const deeds: Deeds = { before: (_, res) => res.write('the beginning'), afterwards: pay }
  await site.visit(
    t,
    site.sessions.node((...args) => site.page(...args, deeds)),
  )
  assert.deepEqual([site.stored, site.said], [whole, []])
})

test('a handler that gives no promise is done when it ends its answer', async (t) => {
  const site = new Site()
  const afterwards: Deeds['afterwards'] = (session, res) => {
    pay(session)
    res.end()
  }
  await site.visit(
    t,
    site.sessions.node((...args) => void site.page(...args, { afterwards })),
  )
  assert.deepEqual([site.stored, site.said], [whole, []])
})

test('a handler that fails when its client has left stores nothing where changes are to be dropped', async (t) => {
  const site = new Site()
  const afterwards: Deeds['afterwards'] = (session) => {
    pay(session)
    throw new Error('the charge failed')
  }
  const listener = site.sessions.node((...args) => site.page(...args, { afterwards }), {
    onHandlerError: 'drop',
    onError: () => {},
  })
  await site.visit(t, listener)
  assert.equal(site.stored, 'n|i:1;')
})

test('a handler that takes too long keeps nobody waiting, and a notice says what is lost', async (t) => {
  const site = new Site()
  const goOn = promised<void>()
  const done = promised<void>()
  const afterwards = async (session: PhpSession): Promise<void> => {
    await goOn.promise
    pay(session)
    assert.equal(await session.destroy(), false)
    setTimeout(done.resolve, 20)
  }
  const listener = site.sessions.node((...args) => site.page(...args, { afterwards }), { finishWithin: 0.1 })
  const port = await site.visit(t, listener, Promise.resolve())
  const { body } = await send(port, { path: '/other', cookie })
  assert.deepEqual([JSON.parse(body), site.said], [{ n: 1, step: 'begun' }, []])
  goOn.resolve()
  await done.promise
  assert.deepEqual([site.stored, site.said], ['n|i:1;step|s:5:"begun";', ['destroy-inactive', 'changed-late']])
})

test('a handler that takes too long and changes nothing more loses nothing, and there is no notice', async (t) => {
  const site = new Site()
  const listener = site.sessions.node((...args) => site.page(...args, { afterwards: () => {} }), { finishWithin: 0 })
  await site.visit(t, listener)
  assert.deepEqual([site.stored, site.said], ['n|i:1;step|s:5:"begun";', []])
})

test('a time that is none is refused', () => {
  const { sessions } = new Site()
  assert.throws(() => sessions.node(() => {}, { finishWithin: -1 }), { code: 'ERR_OPTION', message: /finishWithin/ })
  assert.throws(() => sessions.express({ finishWithin: Number.NaN }), { code: 'ERR_OPTION', message: /finishWithin/ })
})

for (const [version, make] of expressVersions) {
  /** The site as an application, which drops the changes of handlers that fail. */
  const appOf = (site: Site, deeds: Deeds): RequestListener => {
    const app = make()
    app.set('env', 'test')
    app.use(site.sessions.express({ onHandlerError: 'drop', finishWithin: 5 }))
    app.use((req: IncomingMessage, res: ServerResponse, next: (error: unknown) => void) => {
      void site.page(req, res, site.sessions.of(req), deeds).then(undefined, next)
    })
    return app
  }

  test(`Express ${version}: what a handler changes until it answers is kept, though its client has left`, async (t) => {
    const site = new Site()
    const afterwards: Deeds['afterwards'] = (session, res) => {
      pay(session)
      res.end()
    }
    await site.visit(t, appOf(site, { afterwards }))
    assert.deepEqual([site.stored, site.said], [whole, []])
  })

  test(`Express ${version}: a handler that fails when its client has left stores nothing, where changes are to be dropped`, async (t) => {
    const site = new Site()
    const afterwards: Deeds['afterwards'] = (session) => {
      pay(session)
      throw new Error('the charge failed')
    }
    await site.visit(t, appOf(site, { afterwards }))
    assert.equal(site.stored, 'n|i:1;')
  })

  test(`Express ${version}: a handler that fails in the middle of a stream stores nothing, where changes are to be dropped`, async (t) => {
    const site = new Site()
    const app = make()
    app.set('env', 'test')
    app.use(site.sessions.express({ onHandlerError: 'drop' }))
    app.use((req: IncomingMessage, res: ServerResponse, next: (error: unknown) => void) => {
      const session = site.sessions.of(req)
      const work = async (): Promise<void> => {
        await session.start()
        if (req.url === '/other') return void res.end(JSON.stringify(session.vars))
        pay(session)
        res.write('the beginning')
        throw new Error('the page fails')
      }
      void work().then(undefined, next)
    })
    const port = await serve(t, app)
    await assert.rejects(send(port, { cookie }))
    const { body } = await send(port, { path: '/other', cookie })
    assert.deepEqual([JSON.parse(body), site.stored], [{ n: 1 }, 'n|i:1;'])
  })
}
