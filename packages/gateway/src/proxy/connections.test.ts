import assert from 'node:assert/strict'
import { it } from 'node:test'
import { RawApp } from '../../test/proxy/apps.ts'
import type { Conversation } from '../../test/proxy/conversation.ts'
import { Gateway } from '../../test/proxy/gateway.ts'
import { RawClient, say } from '../../test/proxy/raw-client.ts'
import { Scene } from '../../test/proxy/scene.ts'
import type { ForwardResult } from './contract.ts'
import { ProxyError } from './proxy-error.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

function request(path: string, method = 'GET'): string {
  const body = method === 'GET' ? '' : 'Content-Length: 2\r\n'
  return `${method} ${path} HTTP/1.1\r\nHost: a\r\n${body}\r\n${body === '' ? '' : 'hi'}`
}

/** Serves one request, after which the connection to the app is kept. */
async function keepOne(scene: Scene): Promise<Conversation> {
  const connection = await scene.asked(request('/first'))
  connection.send(ok)
  await scene.gateway.ended()
  await scene.client.heard(/ok$/)
  return connection
}

it('sends a request again over a new connection when the app had closed the kept one', async () => {
  for (const method of ['GET', 'DELETE'] as const) {
    await using scene = await Scene.open()
    const { app, gateway, client } = scene
    const kept = await keepOne(scene)
    client.send(`${method} /second HTTP/1.1\r\nHost: a\r\n\r\n`)
    await kept.heard('/second')
    kept.socket.resetAndDestroy()
    const other = await app.connection(1)
    assert.match(await other.heard('\r\n\r\n'), new RegExp(`^${method} /second HTTP/1\\.1\r\nHost: `))
    other.send(ok)
    await client.heard(/ok[^]+ok$/)
    assert.equal(((await gateway.ended(2)) as ForwardResult).retried, true)
  }
})

it('sends a body again that it has itself', async () => {
  await using scene = await Scene.open({ body: Buffer.from('kept body') })
  const { app, gateway, client } = scene
  client.send(request('/first', 'PUT'))
  const kept = await app.connection()
  await kept.heard('kept body')
  kept.send(ok)
  await gateway.ended()
  client.send(request('/second', 'PUT'))
  await kept.heard(/second[^]+kept body/)
  kept.socket.destroy()
  const other = await app.connection(1)
  assert.match(await other.heard('kept body'), /^PUT \/second /)
  other.send(ok)
  await client.heard(/ok[^]+ok$/)
})

it('sends nothing again that an app may have acted upon', async () => {
  const cases: readonly (readonly [method: string, said: string])[] = [
    ['POST', ''],
    ['PUT', ''],
    ['GET', 'HTTP/1.1 20'],
  ]
  for (const [method, said] of cases) {
    await using scene = await Scene.open()
    const { app, gateway, client } = scene
    const kept = await keepOne(scene)
    client.send(request('/second', method))
    await kept.heard(method === 'GET' ? '/second' : /hi$/)
    if (said !== '') kept.send(said)
    kept.socket.destroySoon()
    await client.heard('502 Bad Gateway')
    const error = await gateway.ended(2)
    assert.equal(error instanceof ProxyError && error.code, 'ERR_APP_CLOSED')
    assert.equal(app.connections.length, 1)
  }
})

it('sends a request again once, not over and over', async () => {
  await using scene = await Scene.open()
  const { app, client } = scene
  const kept = await keepOne(scene)
  client.send(request('/second'))
  await kept.heard('/second')
  kept.socket.destroy()
  const other = await app.connection(1)
  await other.heard('/second')
  other.socket.destroy()
  await client.heard('502 Bad Gateway')
  assert.equal(app.connections.length, 2)
})

it('gives a request that cannot be sent twice no connection that was unused for long', async () => {
  let now = 1_000_000
  await using scene = await Scene.open({ proxy: { now: () => now } })
  const { app, gateway, client } = scene
  const kept = await keepOne(scene)
  client.send(request('/soon', 'POST'))
  await kept.heard('/soon')
  kept.send(ok)
  await gateway.ended(2)
  now += 1001
  client.send(request('/late', 'POST'))
  const other = await app.connection(1)
  await other.heard('/late')
  other.send(ok)
  await gateway.ended(3)
  client.send(request('/get'))
  await kept.heard('/get')
})

it('takes nothing for an answer that an app says unasked', async () => {
  await using scene = await Scene.open()
  const { app, client } = scene
  const kept = await keepOne(scene)
  kept.send('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned')
  await kept.closed()
  client.send(request('/second'))
  const other = await app.connection(1)
  await other.heard('/second')
  other.send(ok)
  assert.doesNotMatch(await client.heard(/ok[^]+ok$/), /poisoned/)
})

it('does not keep connections when that is not wanted', async () => {
  await using scene = await Scene.open({ parameters: { disablereuse: 'On' } })
  const connection = await keepOne(scene)
  assert.match(connection.text, /\r\nConnection: close\r\n/)
  await connection.closed()
})

it('closes a kept connection after its time', async () => {
  await using scene = await Scene.open({ parameters: { ttl: '40ms' } })
  const connection = await keepOne(scene)
  await connection.closed()
})

it('closes a kept connection before the app does, when it says how long it waits', async () => {
  await using scene = await Scene.open()
  const connection = await scene.asked(request('/'))
  connection.send('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok')
  await connection.closed()
})

it('lets requests wait for one of as many connections as there may be', async () => {
  await using app = await RawApp.open()
  await using gateway = await Gateway.open(app.url, { parameters: { max: '1' } })
  using one = await RawClient.open(gateway.port)
  using two = await RawClient.open(gateway.port)
  one.send(request('/one'))
  const connection = await app.connection()
  await connection.heard('/one')
  two.send(request('/two'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  connection.send(ok)
  await connection.heard('/two')
  connection.send(ok)
  await two.heard(/ok$/)
  assert.equal(app.connections.length, 1)
})

it('answers 503 when all connections are in use for too long, and serves the next once one is free', async () => {
  await using app = await RawApp.open()
  await using gateway = await Gateway.open(app.url, { parameters: { max: '1', connectiontimeout: '250ms' } })
  using one = await RawClient.open(gateway.port)
  one.send(request('/one'))
  const connection = await app.connection()
  await connection.heard('/one')
  const refused = await say(gateway.port, 'GET /two HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  assert.match(refused, /^HTTP\/1\.1 503 Service Unavailable\r\nRetry-After: 1\r\n[^]*\(max=\)$/)
  connection.send(ok)
  await one.heard(/ok$/)
  one.send(request('/three'))
  await connection.heard('/three')
  assert.doesNotMatch(connection.text, /\/two/)
})

it('leaves an app alone for a while that it could not connect to', async () => {
  const closed = await RawApp.open()
  await closed[Symbol.asyncDispose]()
  let now = 1_000_000
  await using gateway = await Gateway.open(closed.url, { parameters: { retry: '5' }, proxy: { now: () => now } })
  const ask = (): Promise<string> => say(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  assert.match(await ask(), /^HTTP\/1\.1 503 [^]*\r\nRetry-After: 5\r\n[^]*see whether it runs/)
  now += 2000
  assert.match(await ask(), /^HTTP\/1\.1 503 [^]*\r\nRetry-After: 3\r\n[^]*left alone for a while/)
  now += 3000
  assert.match(await ask(), /^HTTP\/1\.1 503 [^]*\r\nRetry-After: 5\r\n[^]*see whether it runs/)
})
