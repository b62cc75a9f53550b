/** The Redis of the sessions goes away and comes back: nobody is logged out, and nobody has to mend anything. */
import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { defineSession } from 'sekisho'
import { nodeListener } from 'sekisho/node'
import { phpRedisRows, redis, sharedWithPhp } from 'sekisho/php'
import { phpSessions } from 'sekisho/php/node'
import { startRedis } from '../../../../scripts/services.ts'
import { serve } from '../http-server.ts'
import { php } from './php-script.ts'
import { Visitor } from './visitor.ts'

const timeoutMs = 500
const errors: unknown[] = []
const quietly = { onError: (error: unknown) => errors.push(error) }

let server: Awaited<ReturnType<typeof startRedis>>
let client: Redis
before(async () => {
  server = await startRedis({ appendonly: true })
  client = new Redis(server.url, { retryStrategy: () => 50 })
  client.on('error', () => {})
})
after(async () => {
  client.disconnect()
  await server.stop()
})

describe('when Redis goes away and comes back', () => {
  test('sessions that are shared with PHP are there again, and were nobody else’s meanwhile', async (t) => {
    const sessions = defineSession<{ n?: number }>({
      name: 'shop',
      ...sharedWithPhp({ rows: phpRedisRows({ client, timeoutMs }), principal: 'user', development: true }),
    })
    const listener = nodeListener(
      sessions,
      (req, res, { principal, data }) => {
        if (req.url === '/write') data.n = (data.n ?? 0) + 1
        res.end(`${principal} ${data.n}`)
      },
      quietly,
    )
    await survives(await serve(t, listener), 'shared')
    await sessions.close()
  })

  test('so are those of PHP’s functions', async (t) => {
    const sessions = phpSessions(
      { 'session.save_handler': 'redis', 'session.use_strict_mode': 0 },
      { modules: [redis({ client, timeoutMs, lockWaitMs: 1000 })], onNotice: () => {} },
    )
    const listener: RequestListener = sessions.node(async (req, res, session) => {
      await session.start()
      if (req.url === '/write') session.vars['n'] = Number(session.vars['n']) + 1
      res.end(`${String(session.vars['user'])} ${String(session.vars['n'])}`)
    }, quietly)
    await survives(await serve(t, listener), 'functions')
  })
})

/** PHP has begun the session; the server then is killed, started again, stopped for a while, and goes on. */
async function survives(port: number, id: string): Promise<void> {
  const save = { 'session.save_handler': 'redis', 'session.save_path': server.url.replace('redis:', 'tcp:') }
  php(save, id, 'session_start(); $_SESSION = ["user" => "hana", "n" => 1];')
  const visitor = new Visitor(port, `PHPSESSID=${id}`)
  assert.equal(await visitor.reads(), 'hana 1')
  await server.kill()
  await isRefused(visitor)
  await server.restart()
  await recovers(visitor, 'hana 1')
  assert.equal((await visitor.visit('/write')).status, 200)
  server.freeze()
  await isRefused(visitor)
  server.thaw()
  await recovers(visitor, /^hana [2-4]$/)
  assert.equal((await visitor.visit('/write')).status, 200)
  assert.match(php(save, id, 'session_start(); echo $_SESSION["user"], " ", $_SESSION["n"];'), /^hana [3-5]$/)
}

async function isRefused(visitor: Visitor): Promise<void> {
  for (const path of ['/read', '/write']) assert.deepEqual(await visitor.visit(path), { status: 503, cookies: 0 })
}

/** Until it is as before, it is a 503; and that not for long. */
async function recovers(visitor: Visitor, expected: string | RegExp): Promise<void> {
  const deadline = performance.now() + 10_000
  let answer = await visitor.visit('/read')
  for (; answer.status !== 200; answer = await visitor.visit('/read')) {
    assert.deepEqual(answer, { status: 503, cookies: 0 })
    assert.ok(performance.now() < deadline, 'it is still refused after 10 s')
    await pause(50)
  }
  assert.equal(answer.cookies, 0)
  const said = await visitor.reads()
  if (typeof expected === 'string') assert.equal(said, expected)
  else assert.match(said, expected)
}
