import assert from 'node:assert/strict'
import { once } from 'node:events'
import { it } from 'node:test'
import { App, RawApp } from '../../test/proxy/apps.ts'
import { Gateway } from '../../test/proxy/gateway.ts'
import { promised } from '../../test/proxy/waiting.ts'
import { RawClient, say } from '../../test/proxy/raw-client.ts'
import { Scene } from '../../test/proxy/scene.ts'
import type { ForwardResult } from './contract.ts'
import { ProxyError } from './proxy-error.ts'

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const last = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** An app that says something in answer to the first request, and then perhaps goes away. */
async function answeredWith(
  answer: string,
  then: 'ends' | 'dies' | 'stays',
  request = last,
): Promise<readonly [string, RawClient, unknown]> {
  await using scene = await Scene.open()
  const { gateway, client } = scene
  const connection = await scene.asked(request)
  if (answer !== '') connection.send(answer)
  if (/\r\n\r\n./s.test(answer)) await client.heard('\r\n\r\n')
  if (then === 'ends') connection.socket.end()
  if (then === 'dies') connection.socket.resetAndDestroy()
  return [await client.closed(), client, await gateway.ended()]
}

function codeOf(end: unknown): string | undefined {
  return end instanceof ProxyError ? end.code : undefined
}

it('closes the client’s connection when the app dies in the middle of an answer with a length', async () => {
  const [heard, , end] = await answeredWith('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', 'dies', get)
  assert.match(heard, /\r\nContent-Length: 9\r\n[^]*\r\n\r\nhalf$/)
  assert.equal((end as ForwardResult).outcome, 'app-failed')
  assert.equal((end as ForwardResult).bytes, 4)
  assert.ok((end as ForwardResult).error instanceof Error)
})

it('never writes the last chunk of an answer in chunks that broke off', async () => {
  for (const then of ['ends', 'dies'] as const) {
    const [heard] = await answeredWith('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', then, get)
    assert.match(heard, /\r\n\r\n4\r\nhalf\r\n$/)
  }
})

it('resets the connection of a client that could take its end for the end of the answer', async () => {
  const [heard, client] = await answeredWith(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    'ends',
    'GET / HTTP/1.0\r\n\r\n',
  )
  assert.match(heard, /half$/)
  assert.equal((client.error as NodeJS.ErrnoException | undefined)?.code, 'ECONNRESET')
})

it('answers 502 when the app says nothing, or nothing that is HTTP', async () => {
  const answers: readonly [string, string][] = [
    ['', 'ERR_APP_CLOSED'],
    ['HTTP/1.1 200 OK\r\nContent-Le', 'ERR_APP_CLOSED'],
    ['SSH-2.0-OpenSSH_9.2\r\n', 'ERR_APP_ANSWER'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n', 'ERR_APP_ANSWER'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n', 'ERR_APP_ANSWER'],
    [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, 'ERR_APP_ANSWER'],
    ['HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', 'ERR_APP_ANSWER'],
  ]
  for (const [answer, code] of answers) {
    const [heard, , end] = await answeredWith(answer, 'ends')
    assert.match(heard, /^HTTP\/1\.1 502 Bad Gateway\r\n/)
    assert.equal(codeOf(end), code, answer.slice(0, 60))
  }
})

it('names the app and what to look at in an error', async () => {
  const [heard] = await answeredWith('', 'ends')
  assert.match(heard, /the app at http:\/\/127\.0\.0\.1:\d+ closed the connection before it answered$/)
})

it('answers 503 with Retry-After when nobody listens', async () => {
  const app = await RawApp.open()
  await app[Symbol.asyncDispose]()
  await using gateway = await Gateway.open(app.url)
  assert.match(await say(gateway.port, last), /^HTTP\/1\.1 503 Service Unavailable\r\nRetry-After: 1\r\n/)
  assert.equal(codeOf(await gateway.ended()), 'ERR_APP_UNREACHABLE')
})

it('answers 502 when the host cannot be resolved', async () => {
  await using gateway = await Gateway.open('http://nobody.invalid/')
  assert.match(await say(gateway.port, last), /^HTTP\/1\.1 502 Bad Gateway\r\n/)
  assert.equal(codeOf(await gateway.ended()), 'ERR_APP_UNKNOWN_HOST')
})

it('answers 504 when a connection takes too long', async () => {
  await using app = await RawApp.open()
  await using gateway = await Gateway.open(`https://127.0.0.1:${app.port}/`, {
    parameters: { connectiontimeout: '50ms' },
  })
  assert.match(await say(gateway.port, last), /^HTTP\/1\.1 504 Gateway Timeout\r\n/)
  assert.equal(codeOf(await gateway.ended()), 'ERR_APP_CONNECT_TIMEOUT')
  await (await app.connection()).closed()
})

it('answers 504 when the app is silent, and closes the connection to it', async () => {
  await using app = await RawApp.open()
  await using gateway = await Gateway.open(app.url, { parameters: { timeout: '50ms' } })
  assert.match(await say(gateway.port, last), /^HTTP\/1\.1 504 Gateway Timeout\r\n/)
  assert.equal(codeOf(await gateway.ended()), 'ERR_APP_TIMEOUT')
  await (await app.connection()).closed()
})

it('answers 504 when the app neither continues nor refuses a body that it was asked about', async () => {
  await using app = await RawApp.open()
  await using gateway = await Gateway.open(app.url, { parameters: { timeout: '50ms' } })
  const heard = await say(
    gateway.port,
    'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
  )
  assert.match(heard, /^HTTP\/1\.1 504 Gateway Timeout\r\n/)
})

it('breaks an answer off when the app falls silent in its middle', async () => {
  await using scene = await Scene.open({ parameters: { timeout: '150ms' } })
  const { gateway, client } = scene
  const connection = await scene.asked(get)
  connection.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
  assert.match(await client.closed(), /half$/)
  const end = (await gateway.ended()) as ForwardResult
  assert.equal(codeOf(end.error), 'ERR_APP_TIMEOUT')
  await connection.closed()
})

it('does not blame the app for a client that sends slowly', async () => {
  await using scene = await Scene.open({ parameters: { timeout: '150ms' } })
  const { app, client } = scene
  client.send('POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nh')
  const connection = await app.connection()
  await connection.heard(/\r\n\r\nh$/)
  await new Promise((resolve) => setTimeout(resolve, 500))
  client.send('i')
  await connection.heard(/\r\n\r\nhi$/)
  connection.send(ok)
  assert.match(await client.closed(), /^HTTP\/1\.1 200 OK\r\n[^]*ok$/)
})

it('does not blame the app while the answer waits for leave', async () => {
  const onAnswer = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500))
  await using scene = await Scene.open({ parameters: { timeout: '150ms' }, onAnswer })
  const connection = await scene.asked(last)
  connection.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
  await new Promise((resolve) => setTimeout(resolve, 350))
  connection.send('other')
  assert.match(await scene.client.closed(), /\r\n\r\nhalfother$/)
})

it('notices a silence that begins while the answer waits for leave', async () => {
  const onAnswer = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 400))
  await using scene = await Scene.open({ parameters: { timeout: '150ms' }, onAnswer })
  const { gateway } = scene
  const connection = await scene.asked(get)
  connection.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
  assert.match(await scene.client.closed(), /\r\n\r\nhalf$/)
  assert.equal(codeOf(((await gateway.ended()) as ForwardResult).error), 'ERR_APP_TIMEOUT')
})

it('closes the connection to the app at once when the client goes away', async () => {
  const beginnings: readonly (readonly [request: string, answer: string])[] = [
    [get, ''],
    [get, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'],
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf', ''],
    [
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf',
      'HTTP/1.1 413 Too Much\r\nContent-Length: 4\r\n\r\nhalf',
    ],
  ]
  for (const [request, answer] of beginnings) {
    await using scene = await Scene.open()
    const { app, gateway, client } = scene
    client.send(request)
    const connection = await app.connection()
    await connection.heard(/\r\n\r\n(?:half)?$/)
    connection.send(answer)
    if (answer !== '') await client.heard('half')
    client.socket.destroy()
    await connection.closed()
    const { outcome, status } = (await gateway.ended()) as ForwardResult
    const complete = answer.includes('413')
    assert.deepEqual(
      [outcome, status],
      [complete ? 'complete' : 'client-gone', answer === '' ? undefined : Number(answer.slice(9, 12))],
    )
  }
})

it('asks no app when the client is gone already', async () => {
  await using app = await RawApp.open()
  await using gateway = await Gateway.open(app.url)
  await using front = await App.open((request, response) => {
    request.socket.destroy()
    response.on('close', () => void gateway.serve(request, response))
  })
  using client = await RawClient.open(front.port)
  client.send(get)
  assert.equal(((await gateway.ended()) as ForwardResult).outcome, 'client-gone')
  assert.equal(app.connections.length, 0)
})

it('waits for leave before it sends anything, and sends the head as it was changed', async () => {
  const leave = promised()
  const asked = promised()
  await using scene = await Scene.open({
    async onAnswer(head) {
      assert.deepEqual(head, {
        status: 200,
        statusMessage: 'OK',
        rawHeaders: ['X-Session', 'a=1', 'Content-Length', '2'],
      })
      head.status = 201
      head.statusMessage = 'Made'
      head.rawHeaders.splice(0, 2, 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2')
      asked.resolve()
      await leave.promise
    },
  })
  const { client } = scene
  const connection = await scene.asked(last)
  connection.send('HTTP/1.1 200 OK\r\nX-Session: a=1\r\nContent-Length: 2\r\n\r\nok')
  await asked.promise
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(client.text, '')
  leave.resolve()
  assert.match(
    await client.closed(),
    /^HTTP\/1\.1 201 Made\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n[^]*\r\n\r\nok$/,
  )
})

it('sends nothing of an answer without leave, throws the error, and keeps the connection of a short answer', async () => {
  const failure = Object.assign(new Error('the store is down'), { status: 503 })
  let failing = true
  await using scene = await Scene.open({
    async onAnswer() {
      if (failing) throw failure
    },
  })
  const { app, gateway, client } = scene
  const connection = app.connection()
  for (const number of [1, 2]) {
    client.send(`GET /${number} HTTP/1.1\r\nHost: a\r\n\r\n`)
    await (await connection).heard(`/${number} HTTP`)
    ;(await connection).send('HTTP/1.1 200 OK\r\nX-Secret: 1\r\nContent-Length: 6\r\n\r\nsecret')
    await client.heard(number === 1 ? 'the store is down' : /secret$/)
    failing = false
  }
  assert.equal(await gateway.ended(), failure)
  assert.match(client.text, /^HTTP\/1\.1 503 Service Unavailable\r\n[^]*the store is downHTTP\/1\.1 200 OK\r\nX-Secret/)
  assert.equal(app.connections.length, 1)
})

it('closes the connection of a long answer that is not sent', async () => {
  const onAnswer = (): void => {
    throw Object.assign(new Error('no'), { status: 503 })
  }
  await using scene = await Scene.open({ onAnswer })
  const connection = await scene.asked(last)
  connection.send('HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nsecret')
  assert.match(await scene.client.closed(), /^HTTP\/1\.1 503 [^]*no$/)
  await connection.closed()
})

it('answers 502 when the app dies while its answer waits for leave', async () => {
  const closed = promised()
  await using scene = await Scene.open({ onAnswer: () => closed.promise })
  const connection = await scene.asked(last)
  connection.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
  connection.socket.destroySoon()
  await once(connection.socket, 'close')
  setTimeout(() => closed.resolve(), 20)
  assert.match(await scene.client.closed(), /^HTTP\/1\.1 502 Bad Gateway\r\n/)
})

it('can still answer with its own head when that of the app cannot be sent', async () => {
  await using scene = await Scene.open({
    onAnswer: ({ rawHeaders }) => void rawHeaders.push('X-Bad', 'line\r\nbreak'),
  })
  const connection = await scene.asked(last)
  connection.send('HTTP/1.1 200 Fine\r\nX-App: 1\r\nContent-Length: 2\r\n\r\nok')
  assert.match(await scene.client.closed(), /^HTTP\/1\.1 502 Bad Gateway\r\n(?!X-App)/)
})
