import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { it } from 'node:test'
import { RawApp } from '../../test/proxy/apps.ts'
import { Gateway } from '../../test/proxy/gateway.ts'
import type { ForwardResult } from './contract.ts'

/** An app, a gateway, and a client of HTTP/2. */
class Scene {
  readonly app: RawApp
  readonly gateway: Gateway
  readonly session: ClientHttp2Session
  readonly #server: ReturnType<typeof createServer>

  private constructor(app: RawApp, gateway: Gateway, server: ReturnType<typeof createServer>) {
    this.app = app
    this.gateway = gateway
    this.#server = server
    this.session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  }

  static async open(options: Parameters<typeof Gateway.open>[1] = {}): Promise<Scene> {
    const app = await RawApp.open()
    const gateway = await Gateway.open(app.url, options)
    const server = createServer()
    server.on('request', (request, response) => void gateway.serve(request, response))
    server.on('checkContinue', (request, response) => void gateway.serve(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Scene(app, gateway, server)
  }

  ask(headers: OutgoingHttpHeaders, endStream = true): ClientHttp2Stream {
    return this.session.request({ ':authority': 'shop.example', ...headers }, { endStream })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.session.destroy()
    this.#server.close()
    await this.gateway[Symbol.asyncDispose]()
    await this.app[Symbol.asyncDispose]()
  }
}

async function headOf(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders> {
  const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders]
  return head
}

async function textOf(stream: ClientHttp2Stream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

it('speaks HTTP/1 to the app: :authority as Host, one cookie field, no pseudo fields', async () => {
  await using scene = await Scene.open({ preserveHost: true })
  const stream = scene.ask({ ':path': '/a?b', 'x-one': '1', cookie: ['a=1', 'b=2'], te: 'trailers' })
  const connection = await scene.app.connection()
  assert.equal(
    await connection.heard('\r\n\r\n'),
    'GET /a?b HTTP/1.1\r\nHost: shop.example\r\nx-one: 1\r\ncookie: a=1; b=2\r\nTE: trailers\r\nConnection: TE\r\n\r\n',
  )
  connection.send(
    'HTTP/1.1 200 Fine\r\nConnection: X-Once\r\nX-Once: 1\r\nKeep-Alive: timeout=9\r\nSet-Cookie: a=1\r\nX-Two: 2\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok',
  )
  const head = await headOf(stream)
  const { date: _, ...rest } = head
  assert.deepEqual(Object.entries(rest), [
    [':status', 200],
    ['set-cookie', ['a=1', 'b=2']],
    ['x-two', '2'],
    ['content-length', '2'],
  ])
  assert.equal(await textOf(stream), 'ok')
  assert.equal(((await scene.gateway.ended()) as ForwardResult).outcome, 'complete')
})

it('escapes bytes beyond ASCII in a path', async () => {
  await using scene = await Scene.open()
  scene.ask({ ':path': '/\xe9?\xff' }).on('error', () => undefined)
  assert.match(await (await scene.app.connection()).heard('\r\n\r\n'), /^GET \/%E9\?%FF HTTP/)
})

it('refuses a Host that differs from the :authority', async () => {
  await using scene = await Scene.open()
  assert.equal((await headOf(scene.ask({ ':path': '/', host: 'other.example' })))[':status'], 400)
  assert.equal(scene.app.connections.length, 0)
})

it('sends a body of unknown length in chunks, and trailers both ways', async () => {
  await using scene = await Scene.open()
  const stream = scene.session.request({ ':path': '/', ':method': 'POST' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '5' }))
  stream.end('hello')
  const connection = await scene.app.connection()
  assert.match(
    await connection.heard('x-sum: 5\r\n\r\n'),
    /\r\nTransfer-Encoding: chunked\r\n[^]*\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 5\r\n\r\n$/,
  )
  connection.send(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n2\r\nok\r\n0\r\nX-End: 1\r\n\r\n',
  )
  const trailers = once(stream, 'trailers')
  const head = await headOf(stream)
  assert.equal(head['transfer-encoding'], undefined)
  assert.equal(await textOf(stream), 'ok')
  assert.equal(((await trailers) as [IncomingHttpHeaders])[0]['x-end'], '1')
})

it('passes on answers below 200', async () => {
  await using scene = await Scene.open()
  const stream = scene.ask({ ':path': '/', ':method': 'POST', expect: '100-continue', 'content-length': '2' }, false)
  const hints = once(stream, 'headers')
  const connection = await scene.app.connection()
  await connection.heard('\r\n\r\n')
  connection.send('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n')
  const [hint] = (await hints) as [IncomingHttpHeaders]
  assert.deepEqual([hint[':status'], hint['link']], [103, '</a>, </b>'])
  const continued = once(stream, 'continue')
  connection.send('HTTP/1.1 100 Continue\r\n\r\n')
  await continued
  stream.end('hi')
  await connection.heard(/hi$/)
  connection.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  assert.equal(await textOf(stream), 'ok')
})

it('passes on 304 and answers to HEAD', async () => {
  await using scene = await Scene.open()
  for (const [number, method] of ['GET', 'HEAD'].entries()) {
    const stream = scene.ask({ ':path': `/${number}`, ':method': method })
    const connection = await scene.app.connection()
    await connection.heard(`/${number} HTTP`)
    connection.send(`HTTP/1.1 ${method === 'GET' ? '304 Not Modified' : '200 OK'}\r\nContent-Length: 9\r\n\r\n`)
    const head = await headOf(stream)
    assert.equal(head['content-length'], '9')
    assert.equal(await textOf(stream), '')
    await scene.gateway.ended(number + 1)
  }
})

it('resets the stream, and no other, when the app dies in the middle of an answer', async () => {
  await using scene = await Scene.open()
  const stream = scene.ask({ ':path': '/' })
  const connection = await scene.app.connection()
  await connection.heard('\r\n\r\n')
  connection.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n')
  await headOf(stream)
  connection.socket.destroySoon()
  await assert.rejects(textOf(stream), { code: 'ERR_HTTP2_STREAM_ERROR' })
  assert.equal(stream.rstCode, constants.NGHTTP2_INTERNAL_ERROR)
  assert.equal(((await scene.gateway.ended()) as ForwardResult).outcome, 'app-failed')
  assert.equal(scene.session.closed, false)
})

it('closes the connection to the app at once when the client resets the stream', async () => {
  await using scene = await Scene.open()
  for (const [number, answer] of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'].entries()) {
    const stream = scene.ask({ ':path': '/', ':method': 'POST' }, false)
    stream.on('error', () => undefined)
    stream.write('hello')
    const connection = await scene.app.connection(number)
    await connection.heard('hello')
    connection.send(answer)
    if (answer !== '') await headOf(stream)
    stream.close(constants.NGHTTP2_CANCEL)
    await connection.closed()
    assert.equal(((await scene.gateway.ended(number + 1)) as ForwardResult).outcome, 'client-gone')
  }
})

it('can still answer with its own head when that of the app cannot be sent', async () => {
  await using scene = await Scene.open()
  const stream = scene.ask({ ':path': '/' })
  const connection = await scene.app.connection()
  await connection.heard('\r\n\r\n')
  connection.send('HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 0\r\n\r\n')
  const head = await headOf(stream)
  assert.equal(head[':status'], 502)
  assert.equal(head['content-type'], undefined)
})
