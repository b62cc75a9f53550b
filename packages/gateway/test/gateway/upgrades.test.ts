import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { it } from 'node:test'
import { RecordingApp } from './app.ts'
import { serveSite } from './harness.ts'

const handshake = (path: string, headers = '') =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers}\r\n`

async function heard(socket: Socket, end: RegExp): Promise<string> {
  let text = ''
  while (!end.test(text)) {
    const [part] = (await once(socket, 'data')) as [Buffer]
    text += part.toString('latin1')
  }
  return text
}

it('passes a WebSocket on with the session, and refuses one as it refuses a page', async () => {
  await using app = await RecordingApp.start()
  app.echoUpgrades()
  await using site = await serveSite(`
ProxyPass / ${app.url}/
Session On
SessionEnv On
SessionCookieName s path=/
Header always set X-Seen 1
<Location /closed>
Require all denied
</Location>
<Location /static>
ProxyPass !
</Location>`)
  const socket = connect(site.port, '127.0.0.1')
  socket.write(handshake('/socket', 'Cookie: s=cart=tea\r\nSession: admin=1\r\n'))
  const opened = await heard(socket, /\r\n\r\n/)
  assert.match(opened, /^HTTP\/1\.1 101 Switching Protocols\r\n[^]*X-Seen: 1\r\n/)
  assert.deepEqual([app.last.url, app.last.headers['session']], ['/socket', 'cart=tea'])
  socket.write('ping')
  assert.equal(await heard(socket, /ping/), 'ping')
  socket.destroy()
  assert.match(await site.raw(handshake('/closed')), /^HTTP\/1\.1 403 Forbidden\r\n[^]*X-Seen: 1\r\n/)
  assert.match(await site.raw(handshake('/static')), /^HTTP\/1\.1 404 /)
  const offer = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n'
  assert.match(await site.raw(offer), /^HTTP\/1\.1 200 OK\r\n[^]*\r\nok$|2\r\nok/)
  assert.equal(app.requests.length, 2)
})

it('ends a WebSocket that stays open, when the gateway ends', async () => {
  await using app = await RecordingApp.start()
  app.echoUpgrades()
  await using site = await serveSite(`ProxyPass / ${app.url}/`, { drainMs: 500 })
  const socket = connect(site.port, '127.0.0.1')
  socket.write(handshake('/'))
  await heard(socket, /\r\n\r\n/)
  const closed = once(socket, 'close')
  await site.stop()
  await closed
})
