/**
 * Clients that leave in the middle.
 *
 *     SEKISHO_LONG=1   2000 of them, instead of 60
 *
 * @module
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { nodeListener } from '../../src/adapter/node.ts'
import type { Session } from '../../src/session/contract.ts'
import { defineSession } from '../../src/session/define.ts'
import type { SessionStore } from '../../src/store/contract.ts'
import { cookieLines, dial, get, send, serve } from '../http-server.ts'
import { seededRandom, until } from './experiment.ts'
import { openTried, type TriedKind } from './opening.ts'

const crowd = process.env['SEKISHO_LONG'] === '1' ? 2000 : 60
/** Seconds: a lock that is not given back holds up everybody else until the test has failed. */
const lease = 600

interface Data {
  words: string[]
}
type Handler = (req: IncomingMessage, res: ServerResponse, session: Session<Data>) => unknown

/** Every path adds itself to the words of the session, and then answers in its own way. */
const answers: Readonly<Record<string, (res: ServerResponse) => unknown>> = {
  '/at-once': (res) => res.end('done'),
  /** Answers when the client has left. */
  '/never': async (res) => {
    await once(res, 'close')
    res.end('too late')
  },
  /** Begins its answer, and goes on with it when the client has left. */
  '/half': async (res) => {
    res.write('the first half')
    await once(res, 'close')
    res.end('the second half')
  },
  '/soon': async (res) => {
    await pause(20)
    res.write('the first half')
    await pause(20)
    res.end('the second half')
  },
}

/** An application that serves a store, and what it has seen. */
interface App {
  readonly port: number
  readonly errors: unknown[]
  /** Makes a session. @returns Its cookie. */
  arrive(): Promise<string>
  /** What the session holds; waits for its lock. */
  words(cookie: string): Promise<string[]>
}

async function start(t: TestContext, store: SessionStore): Promise<App> {
  const sessions = defineSession<Data>({
    name: 'abort',
    store,
    storeTimeout: { readMs: 60_000, writeMs: 60_000 },
    sweep: false,
    development: false,
  })
  const errors: unknown[] = []
  const handler: Handler = async (req, res, session) => {
    const [path = ''] = (req.url ?? '').split('?')
    if (path === '/words') return res.end(JSON.stringify(session.get('words') ?? []))
    session.set('words', [...(session.get('words') ?? []), path])
    return answers[path]?.(res)
  }
  const port = await serve(
    t,
    nodeListener(sessions, handler, {
      onError: (error) => errors.push(error),
      lock: ({ url = '' }) => (url.endsWith('?lock') ? { wait: 30, lease } : undefined),
    }),
  )
  return {
    port,
    errors,
    async arrive() {
      const { headers } = await send(port, { path: '/at-once' })
      return headers.getSetCookie()[0]?.split(';')[0] ?? ''
    },
    async words(cookie) {
      const { status, body } = await send(port, { path: '/words?lock', cookie })
      assert.equal(status, 200, 'the lock is free')
      return JSON.parse(body) as string[]
    },
  }
}

/** Sends a request, and leaves after that wait. */
async function leave(port: number, path: string, cookie: string, wait: () => Promise<unknown>): Promise<void> {
  const socket = await dial(port, get(path, cookieLines({ cookie })))
  await wait()
  socket.destroy()
}

async function survivesAborts(t: TestContext, kind: TriedKind): Promise<void> {
  const { store } = await openTried(t, kind)
  const app = await start(t, store)
  const random = seededRandom(t)
  await keepsWhatWasChanged(app)
  await makesNoSession(app, store)
  await survivesCrowd(app, random)
  assert.deepEqual(app.errors, [], 'a client that leaves is no error')
}

/** A change is kept whether or not anybody heard the answer, and the lock of the session is given back. */
async function keepsWhatWasChanged(app: App): Promise<void> {
  const cookie = await app.arrive()
  await leave(app.port, '/never?lock', cookie, () => pause(200))
  await until(async () => (await app.words(cookie)).includes('/never'), 'the change of a request without a client')
  const half = await dial(app.port, get('/half?lock', cookieLines({ cookie })))
  await once(half, 'data')
  half.destroy()
  assert.deepEqual(await app.words(cookie), ['/at-once', '/never', '/half'])
}

/** A session whose cookie reaches nobody is not made. */
async function makesNoSession(app: App, store: SessionStore): Promise<void> {
  await leave(app.port, '/never', '', () => pause(200))
  // The next request of another visitor comes after whatever the one before has left to do.
  await app.arrive()
  await pause(200)
  const { sessions } = (await store.transfer?.scan(undefined, 1000)) ?? { sessions: [] }
  assert.equal(sessions.length, 2, 'the two whose cookies arrived')
}

/** Clients that leave at any time: nothing is half done, and no lock is held. */
async function survivesCrowd(app: App, random: () => number): Promise<void> {
  // Whoever changes a session without the lock takes it from whoever has it: a session is always used in the same way.
  const visitors = await Promise.all(
    ['', '', '', '?lock', '?lock', '?lock'].map(async (lock) => ({ lock, cookie: await app.arrive() })),
  )
  const one = async (_: unknown, index: number): Promise<void> => {
    const { lock = '', cookie = '' } = visitors[index % visitors.length] ?? {}
    await pause(random() * 300)
    await leave(app.port, `/soon${lock}`, cookie, () => pause(random() * 60))
  }
  await Promise.all(Array.from({ length: crowd }, one))
  for (const { lock, cookie } of visitors) {
    // Requests without a client and without a lock may still be at work, and replace the words as a whole.
    await until(async () => {
      const { status } = await send(app.port, { path: `/at-once${lock}`, cookie })
      return status === 200 && (await app.words(cookie)).at(-1) === '/at-once'
    }, 'a change of somebody who stays')
  }
}

describe(
  'when clients leave in the middle, what they changed is kept, no session is made for nobody, and no lock stays',
  { concurrency: 2 },
  () => {
    test('over memory', (t) => survivesAborts(t, 'memory'))

    test('over files', (t) => survivesAborts(t, 'file'))

    test('over SQLite', (t) => survivesAborts(t, 'sqlite'))

    test('over PostgreSQL', (t) => survivesAborts(t, 'postgres'))

    test('over MariaDB', (t) => survivesAborts(t, 'mysql'))

    test('over Redis', (t) => survivesAborts(t, 'redis'))
  },
)
