import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request as ask } from 'node:http'
import { it } from 'node:test'
import { App, RawApp } from '../../test/proxy/apps.ts'
import { Gateway } from '../../test/proxy/gateway.ts'
import { RawClient, say } from '../../test/proxy/raw-client.ts'
import { heardBy, heardOf, Scene } from '../../test/proxy/scene.ts'

const empty = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

it('sends a body with the length that the client gave', async () => {
  assert.equal(
    await heardBy('POST / HTTP/1.1\r\nHost: a\r\ncontent-length: 5\r\nX: 1\r\n\r\nhello', { until: 'hello' }),
    'POST / HTTP/1.1\r\nHost: APP\r\ncontent-length: 5\r\nX: 1\r\nConnection: keep-alive\r\n\r\nhello',
  )
})

it('sends chunks on in chunks, and the trailers behind them', async () => {
  const heard = await heardBy(
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5;ext=1\r\nhello\r\n0\r\nX-Sum: caf\xe9\r\n\r\n',
    { until: 'X-Sum: caf' },
  )
  assert.match(
    heard,
    /\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: caf\xe9\r\n\r\n$/,
  )
})

it('leaves trailers out that route, frame or authorize, and those that are the gateway’s own', async () => {
  const trailers = 'Host: b\r\nAuthorization: x\r\nX_Forwarded_For: 1\r\nX.User: root\r\nX-Fine: 1\r\n'
  const heard = await heardBy(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${trailers}\r\n`, {
    until: 'X-Fine',
    isInternal: (name) => name === 'x-user',
  })
  assert.match(heard, /\r\n\r\n0\r\nX-Fine: 1\r\n\r\n$/)
})

it('says that there is no body where none is and the app might wait for one', async () => {
  assert.match(await heardBy('POST / HTTP/1.1\r\nHost: a\r\n\r\n'), /\r\nContent-Length: 0\r\n/)
  assert.match(await heardBy('PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n'), /\r\nContent-Length: 0\r\n/)
  assert.doesNotMatch(await heardBy('DELETE / HTTP/1.1\r\nHost: a\r\n\r\n'), /Content-Length|Transfer/)
})

it('lets the app see a request before its body comes', async () => {
  await using scene = await Scene.open()
  const { client } = scene
  const connection = await scene.asked('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n')
  connection.send('HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\n\r\nno')
  await client.heard('413 Too Much')
})

it('sends another body in place of the client’s', async () => {
  const heard = await heardBy('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', {
    until: 'again',
    body: Buffer.from('once again'),
  })
  assert.match(
    heard,
    /\r\nContent-Length: 10\r\n\r\nonce again$|\r\nContent-Length: 10\r\nConnection: keep-alive\r\n\r\nonce again$/,
  )
  assert.doesNotMatch(heard, /chunked/i)
})

it('passes no more of a body on than is accepted', async () => {
  const answers: string[] = []
  for (const [framing, body] of [
    ['Content-Length: 6', ''],
    ['Transfer-Encoding: chunked', '3\r\nabc\r\n3\r\ndef\r\n'],
  ]) {
    await using app = await RawApp.open()
    await using gateway = await Gateway.open(app.url, { maxBody: 5 })
    answers.push(
      await say(gateway.port, `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${framing}\r\n\r\n${body}`),
    )
    assert.equal(app.connections[0]?.text.includes('def') ?? false, false)
  }
  for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 413 Payload Too Large\r\n/)
  const whole = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n'
  assert.match(await heardBy(whole, { until: '0\r\n\r\n', maxBody: 5 }), /abcde/)
})

it('gives a request whose method has no body, but which has one, a connection of its own', async () => {
  await using scene = await Scene.open()
  const { app, client } = scene
  client.send('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 24\r\n\r\nGET /evil HTTP/1.1\r\nX: 1')
  const first = await app.connection()
  assert.match(await first.heard('X: 1'), /\r\nConnection: close\r\n/)
  first.send(empty)
  await client.heard('\r\n\r\n')
  await first.closed()
})

it('passes trailers of an answer on', async () => {
  const heard = await heardOf(
    'HTTP/1.1 200 OK\r\nDate: now\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\nSet-Cookie: a=1\r\nX-Sum: 2\r\n\r\n',
  )
  assert.equal(
    heard,
    'HTTP/1.1 200 OK\r\nDate: now\r\nTrailer: X-Sum\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n',
  )
})

it('passes on 304 and answers to HEAD with the length that a GET would have', async () => {
  const unchanged = 'HTTP/1.1 304 Not Modified\r\nDate: now\r\nContent-Length: 4711\r\nETag: "a"\r\n'
  assert.equal(await heardOf(`${unchanged}\r\n`), `${unchanged}Connection: close\r\n\r\n`)
  const head = 'HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 4711\r\n'
  const request = 'HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
  assert.equal(await heardOf(`${head}\r\n`, request), `${head}Connection: close\r\n\r\n`)
  const chunked = 'HTTP/1.1 200 OK\r\nDate: now\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n'
  assert.equal(await heardOf(chunked, request), 'HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\n')
})

it('leaves the length out of 204, which must not have one', async () => {
  assert.equal(
    await heardOf('HTTP/1.1 204 No Content\r\nDate: now\r\nContent-Length: 0\r\n\r\n'),
    'HTTP/1.1 204 No Content\r\nDate: now\r\nConnection: close\r\n\r\n',
  )
})

it('uses both connections again after answers without a body', async () => {
  await using scene = await Scene.open()
  const { app, gateway, client } = scene
  const connection = app.connection()
  for (const [number, status] of ['304 Not Modified', '204 No Content', '200 OK'].entries()) {
    client.send(`${number === 2 ? 'HEAD' : 'GET'} /${number} HTTP/1.1\r\nHost: a\r\n\r\n`)
    await (await connection).heard(`/${number} HTTP`)
    ;(await connection).send(
      `HTTP/1.1 ${status}\r\nX-Number: ${number}\r\n${number === 1 ? '' : 'Content-Length: 9\r\n'}\r\n`,
    )
    await client.heard(new RegExp(`X-Number: ${number}\r\n(?:.+\r\n)*\r\n`))
    await gateway.ended(number + 1)
  }
  assert.equal(app.connections.length, 1)
})

it('sends each piece of an answer at once: the head before the body, an event when it happens', async () => {
  await using scene = await Scene.open()
  const { client } = scene
  const connection = await scene.asked('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  connection.send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n')
  await client.heard('\r\n\r\n')
  for (const event of ['data: one', 'data: two']) {
    connection.send(`${(event.length + 2).toString(16)}\r\n${event}\n\n\r\n`)
    await client.heard(event)
  }
})

it('passes on early hints and other answers below 200, without what is the gateway’s own', async () => {
  await using scene = await Scene.open({ isInternal: (name) => name === 'x-session' })
  const { client } = scene
  const connection = await scene.asked('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  connection.send('HTTP/1.1 102 Processing\r\n\r\n')
  await client.heard('102 Processing\r\n\r\n')
  connection.send(
    'HTTP/1.1 103 Early Hints\r\nLink: </a b.css>; rel=preload; title="caf\xe9"\r\nX-Session: 1\r\nConnection: x\r\nLink: </b>\r\n\r\n',
  )
  await client.heard('</b>\r\n\r\n')
  connection.send('HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\n\r\nok')
  assert.equal(
    await client.closed(),
    'HTTP/1.1 102 Processing\r\n\r\n' +
      'HTTP/1.1 103 Early Hints\r\nLink: </a b.css>; rel=preload; title="caf\xe9"\r\nLink: </b>\r\n\r\n' +
      'HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok',
  )
})

it('spares clients of HTTP/1.0 answers below 200', async () => {
  assert.equal(
    await heardOf(
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\n\r\nok',
      'GET / HTTP/1.0\r\n\r\n',
    ),
    'HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok',
  )
})

it('lets the app decide about Expect: 100-continue: the body comes when the app says so', async () => {
  await using scene = await Scene.open()
  const { app, client } = scene
  client.send('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n')
  const connection = await app.connection()
  assert.match(await connection.heard('\r\n\r\n'), /\r\nExpect: 100-continue\r\n/)
  assert.equal(client.text, '')
  connection.send('HTTP/1.1 100 Continue\r\n\r\n')
  assert.equal(await client.heard('\r\n\r\n'), 'HTTP/1.1 100 Continue\r\n\r\n')
  client.send('hello')
  assert.match(await connection.heard('hello'), /\r\n\r\nhello$/)
  connection.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  assert.match(await client.closed(), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*ok$/)
})

it('lets the app refuse before the body, and closes the connection on which the body may still come', async () => {
  await using scene = await Scene.open()
  const { client } = scene
  const connection = await scene.asked(
    'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
  )
  connection.send('HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno')
  assert.match(
    await client.closed(),
    /^HTTP\/1\.1 417 Expectation Failed\r\nContent-Length: 2\r\n[^]*Connection: close\r\n\r\nno$/,
  )
  await connection.closed()
  assert.doesNotMatch(connection.text, /\r\n\r\n./)
})

it('passes on an answer that comes before the body has ended, and what is left of the body', async () => {
  await using scene = await Scene.open()
  const { app, client } = scene
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello')
  const connection = await app.connection()
  await connection.heard('hello')
  connection.send('HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\n\r\nno')
  assert.match(await client.heard(/no$/), /^HTTP\/1\.1 413 Too Much\r\n/)
  client.send('world')
  await connection.heard('helloworld')
  client.send('GET /next HTTP/1.1\r\nHost: a\r\n\r\n')
  const next = await Promise.race([connection.heard('/next'), app.connection(1).then((other) => other.heard('/next'))])
  assert.match(next, /GET \/next HTTP\/1\.1\r\n/)
})

it('goes on with the client’s connection when the app closes its own in the middle of a body', async () => {
  await using app = await App.open((request, response) => {
    response.writeHead(413, { Connection: 'close', 'Content-Length': 2 })
    response.end('no', () => request.socket.destroySoon())
  })
  await using gateway = await Gateway.open(app.url)
  using client = await RawClient.open(gateway.port)
  const half = 'x'.repeat(1_000_000)
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n`)
  await client.heard(/413[^]*no$/)
  client.send(half)
  client.send(`${half}GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  const answers = await client.closed()
  assert.equal(answers.match(/HTTP\/1\.1 413/g)?.length, 2)
})

it('is not in the way of pipelined requests: each gets its own answer, in order', async () => {
  await using app = await App.open((request, response) => {
    const late = request.url === '/0'
    setTimeout(() => response.end(`answer to ${request.url ?? ''};`), late ? 60 : 0)
  })
  await using gateway = await Gateway.open(app.url)
  const requests = ['/0', '/1', '/2'].map(
    (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n${path === '/2' ? 'Connection: close\r\n' : ''}\r\n`,
  )
  const heard = await say(gateway.port, requests.join(''))
  assert.deepEqual(heard.match(/answer to .+?;/g), ['answer to /0;', 'answer to /1;', 'answer to /2;'])
})

it('passes large bodies both ways without losing a byte', async () => {
  const body = randomBytes(8_000_000)
  await using app = await App.open((request, response) => request.pipe(response))
  await using gateway = await Gateway.open(app.url)
  const request = ask({ port: gateway.port, method: 'POST', headers: { 'Content-Length': body.length } })
  request.end(body)
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  const hash = createHash('sha256')
  for await (const chunk of answer) hash.update(chunk as Buffer)
  assert.equal(hash.digest('hex'), createHash('sha256').update(body).digest('hex'))
})
