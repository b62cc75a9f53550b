import assert from 'node:assert/strict'
import { it } from 'node:test'
import { RawApp } from '../../test/proxy/apps.ts'
import type { Conversation } from '../../test/proxy/conversation.ts'
import { Gateway } from '../../test/proxy/gateway.ts'
import { RawClient } from '../../test/proxy/raw-client.ts'
import { Scene } from '../../test/proxy/scene.ts'
import type { ForwardResult } from './contract.ts'

const handshake = [
  'GET /chat HTTP/1.1',
  'Host: a',
  'Connection: keep-alive, Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
].join('\r\n')
const agreed =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3p\r\n\r\n'

/** Makes a tunnel. @returns Its end at the app. */
async function tunnel(scene: Scene): Promise<Conversation> {
  const connection = await scene.asked(handshake)
  connection.send(agreed)
  await scene.client.heard('\r\n\r\n')
  return connection
}

it('makes a tunnel of a connection when the app agrees, and passes bytes both ways', async () => {
  await using scene = await Scene.open({ onAnswer: ({ rawHeaders }) => void rawHeaders.push('Set-Cookie', 'a=1') })
  const { client, gateway } = scene
  const connection = await tunnel(scene)
  assert.match(
    connection.text,
    /^GET \/chat HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: .+\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n$/,
  )
  assert.equal(
    client.text,
    'HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3p\r\nSet-Cookie: a=1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  client.send('\x81ping')
  await connection.heard('\x81ping')
  connection.send('\x81pong')
  await client.heard('\x81pong')
  assert.equal(gateway.proxy.tunnels, 1)
  client.socket.end()
  await connection.closed()
  const { outcome, status, bytes, bytesFromClient } = (await gateway.ended()) as ForwardResult
  assert.deepEqual([outcome, status, bytes, bytesFromClient], ['complete', 101, client.text.length, 5])
  assert.equal(gateway.proxy.tunnels, 0)
})

it('loses nothing that is said together with the handshake', async () => {
  await using scene = await Scene.open()
  const { client } = scene
  const connection = await scene.asked(`${handshake}early`)
  connection.send(`${agreed}hello`)
  await client.heard('\r\n\r\nhello')
  await connection.heard('\r\n\r\nearly')
})

it('asks the app no longer when the client has gone before there is a tunnel', async () => {
  await using scene = await Scene.open()
  const { gateway, client } = scene
  const connection = await scene.asked(handshake)
  client.socket.end()
  await connection.closed()
  assert.equal(((await gateway.ended()) as ForwardResult).outcome, 'client-gone')
})

it('closes one end of a tunnel when the other is closed', async () => {
  for (const side of ['client', 'app'] as const) {
    await using scene = await Scene.open()
    const { client } = scene
    const connection = await tunnel(scene)
    if (side === 'client') client.socket.resetAndDestroy()
    else connection.socket.resetAndDestroy()
    await Promise.all([client.closed(), connection.closed()])
  }
})

it('closes a tunnel that is silent for longer than the target allows, and no other', async () => {
  await using scene = await Scene.open({ parameters: { timeout: '400ms' } })
  const { client } = scene
  const connection = await tunnel(scene)
  for (const beat of ['1', '2', '3']) {
    await new Promise((resolve) => setTimeout(resolve, 180))
    connection.send(beat)
    await client.heard(beat)
  }
  await Promise.all([client.closed(), connection.closed()])
})

it('passes on the answer of an app that refuses, and closes the connection', async () => {
  await using scene = await Scene.open()
  const { gateway, client } = scene
  const connection = await scene.asked(handshake)
  connection.send('HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n')
  assert.match(
    await client.closed(),
    /^HTTP\/1\.1 403 Forbidden\r\n[^]*Connection: close\r\n[^]*\r\n2\r\nno\r\n0\r\n\r\n$/,
  )
  assert.equal(((await gateway.ended()) as ForwardResult).status, 403)
})

it('answers an upgrade itself when leave is not given, and tells the app nothing more', async () => {
  const onAnswer = (): void => {
    throw Object.assign(new Error('the store is down'), { status: 503 })
  }
  await using scene = await Scene.open({ onAnswer })
  const { client } = scene
  const connection = await scene.asked(handshake)
  connection.send(agreed)
  assert.match(await client.closed(), /^HTTP\/1\.1 503 Service Unavailable\r\n[^]*the store is down$/)
  await connection.closed()
})

it('answers an upgrade itself when the head of the tunnel could not be sent', async () => {
  await using scene = await Scene.open({ onAnswer: ({ rawHeaders }) => void rawHeaders.push('X', 'a\r\nX-Evil: 1') })
  const connection = await scene.asked(handshake)
  connection.send(agreed)
  assert.match(await scene.client.closed(), /^HTTP\/1\.1 502 Bad Gateway\r\n/)
  await connection.closed()
})

it('answers an upgrade itself when the app cannot be asked', async () => {
  const app = await RawApp.open()
  await app[Symbol.asyncDispose]()
  await using gateway = await Gateway.open(app.url)
  using client = await RawClient.open(gateway.port)
  client.send(handshake)
  assert.match(await client.closed(), /^HTTP\/1\.1 503 Service Unavailable\r\n/)
})

it('asks for no upgrade that the target does not allow', async () => {
  const cases: readonly (readonly [upgrade: string, offered: string, passed: string | undefined])[] = [
    ['none', 'websocket', undefined],
    ['websocket', 'other', undefined],
    ['websocket', 'other, WebSocket', 'WebSocket'],
    ['other', 'other', 'other'],
    ['any', 'other/1, websocket', 'other/1, websocket'],
  ]
  for (const [upgrade, offered, passed] of cases) {
    await using scene = await Scene.open({ parameters: { upgrade } })
    const { app, client } = scene
    client.send(handshake.replace('Upgrade: websocket', `Upgrade: ${offered}`))
    const connection = await app.connection()
    const heard = await connection.heard('\r\n\r\n')
    assert.equal(/\r\nUpgrade: (.+)\r\n/.exec(heard)?.[1], passed)
    connection.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    assert.match(await client.closed(), /^HTTP\/1\.1 200 OK\r\n[^]*ok$/)
  }
})

it('does not tunnel what an app makes of an ordinary request with an Upgrade field', async () => {
  await using scene = await Scene.open()
  const { app, client } = scene
  client.send(
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n',
  )
  const connection = await app.connection()
  assert.doesNotMatch(await connection.heard('\r\n\r\n'), /upgrade|http2/i)
  connection.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')
  assert.match(await client.closed(), /^HTTP\/1\.1 502 Bad Gateway\r\n/)
})

it('closes its tunnels with itself', async () => {
  await using scene = await Scene.open()
  const { client, gateway } = scene
  const connection = await tunnel(scene)
  await gateway.proxy.close()
  await Promise.all([client.closed(), connection.closed()])
})
