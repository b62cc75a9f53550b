import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, it } from 'node:test'
import { RawApp } from '../../test/proxy/apps.ts'
import { type Certificate, selfSigned } from '../../test/proxy/certificate.ts'
import { Gateway } from '../../test/proxy/gateway.ts'
import { RawClient, say } from '../../test/proxy/raw-client.ts'
import { ProxyError } from './proxy-error.ts'

const last = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const handshake = 'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
const agreed = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'
let certificate: Certificate

before(() => {
  certificate = selfSigned('IP:127.0.0.1')
})

it('speaks TLS to an app whose certificate is trusted, and keeps the connection', async () => {
  await using app = await RawApp.openSecure(certificate)
  await using gateway = await Gateway.open(`https://127.0.0.1:${app.port}/`, {
    proxy: { tls: { ca: certificate.cert } },
  })
  using client = await RawClient.open(gateway.port)
  for (const path of ['/one', '/two']) {
    client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
    const connection = await app.connection()
    assert.match(await connection.heard(path), new RegExp(`\r\nHost: 127\\.0\\.0\\.1:${app.port}\r\n`))
    connection.send(ok)
    await client.heard(path === '/one' ? /ok$/ : /ok[^]+ok$/)
  }
  assert.equal(app.connections.length, 1)
})

it('sends a request again when the app had closed the kept connection, over TLS as well', async () => {
  await using app = await RawApp.openSecure(certificate)
  await using gateway = await Gateway.open(`https://127.0.0.1:${app.port}/`, {
    proxy: { tls: { ca: certificate.cert } },
  })
  using client = await RawClient.open(gateway.port)
  client.send('GET /one HTTP/1.1\r\nHost: a\r\n\r\n')
  const kept = await app.connection()
  await kept.heard('/one')
  kept.send(ok)
  await gateway.ended()
  client.send('GET /two HTTP/1.1\r\nHost: a\r\n\r\n')
  await kept.heard('/two')
  kept.socket.end()
  const other = await app.connection(1)
  await other.heard('/two')
  other.send(ok)
  await client.heard(/ok[^]+ok$/)
})

it('speaks to no app whose certificate it does not trust, unless told to', async () => {
  await using app = await RawApp.openSecure(certificate)
  const url = `https://127.0.0.1:${app.port}/`
  await using strict = await Gateway.open(url)
  assert.match(await say(strict.port, last), /^HTTP\/1\.1 502 Bad Gateway\r\n/)
  const error = await strict.ended()
  assert.equal(error instanceof ProxyError && error.code, 'ERR_APP_TLS')
  await using lenient = await Gateway.open(url, { proxy: { tls: { verify: false } } })
  const heard = say(lenient.port, last)
  const connection = await app.connection()
  await connection.heard('\r\n\r\n')
  connection.send(ok)
  assert.match(await heard, /ok$/)
})

it('speaks to no app whose certificate is for another name', async () => {
  const other = selfSigned('DNS:app.example')
  await using app = await RawApp.openSecure(other)
  await using gateway = await Gateway.open(`https://127.0.0.1:${app.port}/`, { proxy: { tls: { ca: [other.cert] } } })
  assert.match(await say(gateway.port, last), /^HTTP\/1\.1 502 Bad Gateway\r\n/)
})

it('opens a tunnel to an app over TLS', async () => {
  await using app = await RawApp.openSecure(certificate)
  await using gateway = await Gateway.open(`wss://127.0.0.1:${app.port}/`, { proxy: { tls: { ca: certificate.cert } } })
  using client = await RawClient.open(gateway.port)
  client.send(handshake)
  const connection = await app.connection()
  await connection.heard('\r\n\r\n')
  connection.send(`${agreed}hello`)
  await client.heard('hello')
  client.send('bye')
  await connection.heard('bye')
})

it('speaks to an app over a Unix socket, and tells it the host of the URL', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-proxy-'))
  try {
    const path = join(folder, 'app.sock')
    await using gateway = await Gateway.open(`unix:${path}|http://app.example/`)
    assert.match(await say(gateway.port, last), /^HTTP\/1\.1 503 Service Unavailable\r\n/)
    await using app = await RawApp.open(path)
    const heard = say(gateway.port, last)
    const connection = await app.connection()
    assert.match(await connection.heard('\r\n\r\n'), /\r\nHost: app\.example\r\n/)
    connection.send(ok)
    assert.match(await heard, /ok$/)
    using client = await RawClient.open(gateway.port)
    client.send(handshake)
    // The connection of the first answer is kept.
    const other = await app.connection(1)
    await other.heard('\r\n\r\n')
    other.send(`${agreed}hello`)
    await client.heard('hello')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
