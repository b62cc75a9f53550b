import assert from 'node:assert/strict'
import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test, type TestContext } from 'node:test'
import { SekishoError, SekishoUsageError } from '../errors.ts'
import { dial, exchange, get, promised, serve, textOf } from '../../test/http-server.ts'
import { deferResponse, type Committer } from './deferred-response-node.ts'

type Handler = (req: IncomingMessage, res: ServerResponse) => unknown

const outage = new SekishoError('ERR_STORE_UNAVAILABLE', 'the store is down')

/** Fails after a moment, with a cookie put into the answer already. */
const failing: Committer['commit'] = async ({ headers }) => {
  await sleep(5)
  headers.append('Set-Cookie', 'sid=1')
  throw outage
}

/** Serves `handler` behind `commit` and asks once. @returns The bytes of the answer, and what `onError` was told. */
async function refused(
  t: TestContext,
  handler: Handler,
  { commit = failing, request = get() }: { commit?: Committer['commit']; request?: string } = {},
): Promise<{ bytes: string; told: unknown[] }> {
  const told: unknown[] = []
  const port = await serve(t, async (req, res) => {
    res.sendDate = false
    deferResponse(res, { commit, onError: (error) => told.push(error) }).watch()
    await handler(req, res)
  })
  return { bytes: await exchange(port, request), told }
}

const unavailable = [
  'HTTP/1.1 503 Service Unavailable',
  'content-type: text/plain; charset=utf-8',
  'cache-control: no-store',
  'retry-after: 5',
  'content-length: 20',
  'Connection: close',
  '',
  '',
].join('\r\n')

describe('a commit that fails', () => {
  test('is a clean 503: nothing of the answer leaves, neither its cookies nor ours', async (t) => {
    const { bytes, told } = await refused(t, (_, res) => {
      res.setHeader('Set-Cookie', 'theme=dark').setHeader('ETag', '"1"')
      res.writeHead(201, 'Made', { 'Content-Encoding': 'gzip', 'Content-Length': 6 })
      res.write('secret')
      res.end()
    })
    assert.equal(bytes, `${unavailable}Service Unavailable\n`)
    assert.deepEqual(told, [outage])
  })

  test('has no body for HEAD', async (t) => {
    const { bytes } = await refused(t, (_, res) => res.end('x'), { request: get().replace('GET', 'HEAD') })
    assert.equal(bytes, unavailable)
  })

  test('is the same for an answer that would have had no body, and for HTTP/1.0', async (t) => {
    const { bytes } = await refused(t, (_, res) => res.writeHead(302, { Location: '/' }).end())
    assert.equal(bytes, `${unavailable}Service Unavailable\n`)
    const old = await refused(t, (_, res) => res.end('x'), { request: 'GET / HTTP/1.0\r\n\r\n' })
    assert.equal(old.bytes, `${unavailable}Service Unavailable\n`)
  })

  test('may fail at once, or by throwing', async (t) => {
    const rejected = await refused(t, (_, res) => res.end('x'), { commit: () => Promise.reject(outage) })
    assert.equal(rejected.bytes, `${unavailable}Service Unavailable\n`)
    const commit = () => {
      throw outage
    }
    const thrown = await refused(t, (_, res) => res.end('x'), { commit })
    assert.equal(thrown.bytes, `${unavailable}Service Unavailable\n`)
    assert.deepEqual(thrown.told, [outage])
  })

  test('answers with the status of the error, and with 500 for a mistake of the calling code', async (t) => {
    const tooLarge = new SekishoError('ERR_COOKIE_TOO_LARGE', 'too large')
    const large = await refused(t, (_, res) => res.end('x'), { commit: () => Promise.reject(tooLarge) })
    assert.match(large.bytes, /^HTTP\/1.1 500 Internal Server Error\r\n(?![^]*retry-after)/)
    const mistake = new SekishoUsageError('ERR_VALUE', 'a function cannot be kept')
    const value = await refused(t, (_, res) => res.end('x'), { commit: () => Promise.reject(mistake) })
    assert.match(value.bytes, /^HTTP\/1.1 500 [^]*\r\n\r\nInternal Server Error\n$/)
    const odd = await refused(t, (_, res) => res.end('x'), { commit: () => Promise.reject(new Error('odd')) })
    assert.match(odd.bytes, /^HTTP\/1.1 503 /)
  })

  test('replaces an answer whose trailers or strict length were announced', async (t) => {
    const { bytes } = await refused(t, (_, res) => {
      res.strictContentLength = true
      res.setHeader('Trailer', 'X-Sum')
      res.writeHead(200, { 'Content-Length': 3 })
      res.addTrailers({ 'X-Sum': '1' })
      res.end('one')
    })
    assert.equal(bytes, `${unavailable}Service Unavailable\n`)
  })

  test('leaves the connection open for the next request', async (t) => {
    let asked = 0
    const port = await serve(t, (_, res) => {
      asked += 1
      deferResponse(res, { commit: asked === 1 ? failing : () => undefined, onError: () => {} }).watch()
      res.end('fine')
    })
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    t.after(() => agent.destroy())
    const [first] = (await once(http.get({ port, agent }), 'response')) as [IncomingMessage]
    const { localPort } = first.socket
    assert.equal(await textOf(first), 'Service Unavailable\n')
    const [second] = (await once(http.get({ port, agent }), 'response')) as [IncomingMessage]
    assert.equal(second.socket.localPort, localPort)
    assert.equal(await textOf(second), 'fine')
  })
})

describe('the handler of an answer that was replaced', () => {
  test('sees its callbacks called, and later calls ignored', async (t) => {
    const called: unknown[] = []
    const { promise, resolve } = promised<void>()
    const { bytes } = await refused(t, async (_, res) => {
      res.on('error', assert.ifError)
      res.write('1', (error) => called.push(['write', error]))
      await once(res, 'drain')
      assert.equal(res.headersSent, true)
      assert.equal(res.writableEnded, true)
      assert.equal(res.statusCode, 503)
      assert.throws(() => res.setHeader('X-A', '1'), { code: 'ERR_HTTP_HEADERS_SENT' })
      res.write('2', (error) => called.push(['later write', error]))
      res.flushHeaders()
      res.end('3', () => {
        called.push(['end'])
        resolve()
      })
    })
    await promise
    assert.equal(bytes, `${unavailable}Service Unavailable\n`)
    assert.deepEqual(called, [['write', undefined], ['later write', undefined], ['end']]) // prettier-ignore
  })

  test('is let run to its end when it waits for drain, whatever it writes', async (t) => {
    const { promise, resolve } = promised<string>()
    await refused(t, async (_, res) => {
      for (let n = 0; n < 50; n += 1) if (!res.write('x')) await once(res, 'drain')
      res.end()
      resolve('done')
    })
    assert.equal(await promise, 'done')
  })

  test('is freed of its pipe and of its pipeline', async (t) => {
    let read = 0
    function* endless(): Generator<string> {
      for (;;) {
        read += 1
        yield 'x'.repeat(1000)
      }
    }
    const piped = Readable.from(endless())
    await refused(t, (_, res) => piped.pipe(res))
    await sleep(10)
    assert.equal(piped.listenerCount('data'), 0)
    const { promise, resolve } = promised<unknown>()
    await refused(t, (_, res) => pipeline(Readable.from(endless()), res).then(resolve, resolve))
    await promise
    assert.ok(read < 1000, `${read} chunks were read in vain`)
  })

  test('does not get through a middleware that wraps our methods either', async (t) => {
    const { bytes } = await refused(t, async (_, res) => {
      const { writeHead, end } = res
      res.writeHead = (...args: unknown[]) => {
        res.setHeader('X-Above', '1')
        return Reflect.apply(writeHead, res, args)
      }
      res.end = (...args: unknown[]) => Reflect.apply(end, res, args)
      res.write('1')
      await once(res, 'drain')
      res.end('2')
    })
    assert.equal(bytes, `${unavailable}Service Unavailable\n`)
  })

  test('may have gone with its client: the error is told, and nothing else happens', async (t) => {
    const { promise, resolve } = promised<unknown>()
    const port = await serve(t, (_, res) => {
      const commit = async () => {
        await sleep(30)
        throw outage
      }
      deferResponse(res, { commit, onError: resolve }).watch()
      res.end('x')
    })
    const socket = await dial(port, get())
    await sleep(5)
    socket.destroy()
    assert.equal(await promise, outage)
  })
})
