import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { dial, exchange, get, promised, serve } from '../../test/http-server.ts'
import { deferResponse, type Committer } from './deferred-response-node.ts'

const quickCookie: Committer['commit'] = ({ headers }) => void headers.append('Set-Cookie', 'sid=1')

const slowCookie: Committer['commit'] = async ({ headers }) => {
  await sleep(5)
  headers.append('Set-Cookie', 'sid=1')
}

const quickOther: Committer['commit'] = ({ headers }) => void headers.append('Set-Cookie', 'other=1')

const slowOther: Committer['commit'] = async ({ headers }) => {
  await sleep(5)
  headers.append('Set-Cookie', 'other=1')
}

describe('middleware that wraps the same methods', () => {
  test('works below ours', async (t) => {
    const port = await serve(t, (_, res) => {
      res.sendDate = false
      shout(res)
      deferResponse(res, { commit: slowCookie, onError: assert.ifError }).watch()
      res.write('one')
      res.end('two')
    })
    assert.deepEqual(shouted(await exchange(port, get())), ['ONETWO', '1', 'sid=1'])
  })

  test('works above ours, and its hook on writeHead runs once', async (t) => {
    const port = await serve(t, (_, res) => {
      res.sendDate = false
      deferResponse(res, { commit: slowCookie, onError: assert.ifError }).watch()
      shout(res)
      res.write('one')
      res.end('two')
    })
    assert.deepEqual(shouted(await exchange(port, get())), ['ONETWO', '1', 'sid=1'])
  })

  test('works above ours when there is nothing to wait for', async (t) => {
    const port = await serve(t, (_, res) => {
      res.sendDate = false
      deferResponse(res, { commit: quickCookie, onError: assert.ifError }).watch()
      shout(res)
      res.end('one')
    })
    assert.deepEqual(shouted(await exchange(port, get())), ['ONE', '1', 'sid=1'])
  })
})

describe('two who hold the same answer back', () => {
  test('commit once each, with a middleware between them, whoever of them has to wait', async (t) => {
    for (const first of [quickCookie, slowCookie]) {
      for (const second of [quickOther, slowOther]) {
        const asked: string[] = []
        const noting = (name: string, commit: Committer['commit']): Committer => ({
          commit(...given) {
            asked.push(name)
            return commit(...given)
          },
          onError: assert.ifError,
        })
        const port = await serve(t, (_, res) => {
          deferResponse(res, noting('first', first)).watch()
          shout(res)
          deferResponse(res, noting('second', second)).watch()
          res.write('one')
          res.end('two')
        })
        const text = await exchange(port, get())
        assert.deepEqual(shouted(text).slice(0, 2), ['ONETWO', '1'])
        assert.match(text, /Set-Cookie: sid=1\r\n/)
        assert.match(text, /Set-Cookie: other=1\r\n/)
        assert.deepEqual(asked.toSorted(), ['first', 'second'])
      }
    }
  })

  test('pass on what somebody calls by a method that was kept from before the commit', async (t) => {
    const port = await serve(t, (_, res) => {
      deferResponse(res, { commit: quickCookie, onError: assert.ifError }).watch()
      const { end } = res
      deferResponse(res, { commit: quickOther, onError: assert.ifError }).watch()
      res.write('one')
      Reflect.apply(end, res, ['two'])
    })
    const text = await exchange(port, get())
    assert.match(text, /Set-Cookie: sid=1\r\n/)
    assert.match(text, /Set-Cookie: other=1\r\n/)
    assert.match(text, /one[^]*two/)
  })
})

describe('a hook on writeHead above ours', () => {
  test('runs once, before the commit, when the body brings the headers', async (t) => {
    const port = await serve(t, async (_, res) => {
      deferResponse(res, { commit: slowCookie, onError: assert.ifError }).watch()
      hook(res)
      res.write('one')
      await once(res, 'drain')
      res.end('two')
    })
    assert.match(await exchange(port, get()), /X-Hook: 1\r\nSet-Cookie: sid=1\r\n/)
  })

  test('stays when ours has gone', async (t) => {
    const port = await serve(t, async (_, res) => {
      deferResponse(res, { commit: slowCookie, onError: assert.ifError }).watch()
      hook(res)
      const { writeHead } = res
      res.write('one')
      await once(res, 'drain')
      assert.equal(res.writeHead, writeHead)
      assert.throws(() => res.writeHead(200), { code: 'ERR_HTTP_HEADERS_SENT' })
      res.end()
    })
    assert.match(await exchange(port, get()), /^HTTP\/1.1 200 OK/)
  })
})

function hook(res: ServerResponse): void {
  const { writeHead } = res
  let hooks = 0
  res.writeHead = (...args: unknown[]) => {
    hooks += 1
    if (!res.headersSent) res.setHeader('X-Hook', String(hooks))
    return Reflect.apply(writeHead, res, args)
  }
}

/** A middleware in the manner of compression: buffers and transforms the body, and sets headers as late as it can. */
function shout(res: ServerResponse): void {
  const { writeHead, write, end } = res
  let hooks = 0
  let held = ''
  Object.assign(res, {
    writeHead(...args: Parameters<typeof writeHead>) {
      hooks += 1
      res.setHeader('X-Shout', String(hooks))
      return writeHead.apply(res, args)
    },
    write(chunk: string) {
      if (!Reflect.get(res, '_header')) Reflect.get(res, '_implicitHeader').call(res)
      held += chunk.toUpperCase()
      return true
    },
    end(chunk = '') {
      if (held === '') return end.call(res, chunk.toUpperCase(), 'utf8')
      if (!Reflect.get(res, '_header')) Reflect.get(res, '_implicitHeader').call(res)
      write.call(res, held, 'utf8')
      return end.call(res, chunk.toUpperCase(), 'utf8')
    },
  })
}

function shouted(bytes: string): (string | undefined)[] {
  const body = bytes.slice(bytes.indexOf('\r\n\r\n')).replaceAll(/\r\n[0-9a-f]*/g, '')
  return [body, /^X-Shout: (.*)$/m.exec(bytes)?.[1], /^Set-Cookie: (.*)$/m.exec(bytes)?.[1]]
}

describe('a connection', () => {
  test('streams 50 MB behind a slow commit, byte for byte and in bounded memory', async (t) => {
    const expected = createHash('sha256')
    let produced = 0
    let producedBefore = 0
    let peak = 0
    let answering: ServerResponse | undefined
    function* chunks(): Generator<Buffer> {
      for (let n = 0; n < 800; n += 1) {
        const chunk = Buffer.alloc(65_536, n)
        expected.update(chunk)
        produced += chunk.length
        peak = Math.max(peak, answering?.writableLength ?? 0)
        yield chunk
      }
    }
    const port = await serve(t, (_, res) => {
      answering = res
      const commit = async () => {
        await sleep(20)
        producedBefore = produced
      }
      deferResponse(res, { commit, onError: assert.ifError }).watch()
      Readable.from(chunks(), { objectMode: false, highWaterMark: 65_536 }).pipe(res)
    })
    const received = createHash('sha256')
    const [message] = (await once(http.get({ port, agent: false }), 'response')) as [IncomingMessage]
    await pipeline(message, received)
    assert.equal(produced, 52_428_800)
    assert.equal(received.digest('hex'), expected.digest('hex'))
    assert.ok(producedBefore <= 4 * 65_536, `${producedBefore} bytes were asked for before the commit`)
    assert.ok(peak <= 4 * 65_536, `${peak} bytes were held at the peak`)
  })

  test('answers pipelined requests in their order, though the second is committed first', async (t) => {
    const port = await serve(t, (req, res) => {
      deferResponse(res, { commit: () => sleep(req.url === '/1' ? 30 : 1), onError: assert.ifError }).watch()
      res.write(`${req.url} begins,`)
      res.end(`${req.url} ends`)
    })
    const bytes = await exchange(port, get('/1', []) + get('/2'))
    assert.match(bytes, /^HTTP[^]*\/1 begins,[^]*\/1 ends[^]*HTTP[^]*\/2 begins,[^]*\/2 ends/)
  })

  test('that the client closes before the first byte commits what cannot be delivered', async (t) => {
    const { promise, resolve } = promised<unknown[]>()
    const port = await serve(t, (_, res) => {
      const commit: Committer['commit'] = ({ headers }, options) => {
        headers.append('Set-Cookie', 'sid=1')
        resolve([headers.get('Set-Cookie'), res.getHeader('Set-Cookie'), options])
        return undefined
      }
      deferResponse(res, { commit, onError: assert.ifError }).watch()
    })
    const socket = await dial(port, get())
    socket.destroy()
    assert.deepEqual(await promise, ['sid=1', undefined, { deliverable: false }])
  })

  test('that closes before the first byte reports a commit that fails', async (t) => {
    const { promise, resolve } = promised<unknown>()
    const port = await serve(t, (_, res) => {
      deferResponse(res, { commit: () => Promise.reject(new Error('store down')), onError: resolve }).watch()
    })
    const socket = await dial(port, get())
    socket.destroy()
    assert.match(String(await promise), /store down/)
  })

  test('that closes during the commit lets the callbacks know', async (t) => {
    const { promise, resolve } = promised<unknown>()
    const codes: unknown[] = []
    const tell = (error?: Error | null) => codes.push(Reflect.get(error ?? {}, 'code'))
    const port = await serve(t, async (_, res) => {
      const socket = res.socket
      deferResponse(res, { commit: () => sleep(40), onError: assert.ifError }).watch()
      res.write('x', tell)
      res.end('y', () => tell(new Error('as Node: with or without an error')))
      await once(res, 'close')
      await sleep(60)
      assert.equal(res.writableEnded, true)
      resolve(res.listenerCount('close') + (socket?.listenerCount('drain') ?? 0))
    })
    const socket = await dial(port, get())
    await sleep(10)
    socket.destroy()
    await promise
    assert.deepEqual(codes, ['ERR_STREAM_DESTROYED', undefined])
  })

  test('may break at any moment, 200 times, and every commit is still asked for once', async (t) => {
    const seen = { requests: 0, commits: 0 }
    const port = await serve(t, (_, res) => {
      seen.requests += 1
      const commit: Committer['commit'] = () => {
        seen.commits += 1
        return seen.commits % 3 === 0 ? undefined : sleep(Math.random() * 4)
      }
      deferResponse(res, { commit, onError: assert.ifError }).watch()
      setTimeout(() => Readable.from(['one', 'two', Buffer.alloc(100_000)]).pipe(res), Math.random() * 4)
    })
    const abort = async () => {
      const socket = await dial(port, get())
      await sleep(Math.random() * 10)
      socket.destroy()
    }
    // On a busy machine many leave before their request has been read, and do not count.
    while (seen.requests < 200) await Promise.all(Array.from({ length: 20 }, abort))
    for (let wait = 0; seen.commits < seen.requests && wait < 200; wait += 1) await sleep(10)
    assert.equal(seen.commits, seen.requests)
  })
})
