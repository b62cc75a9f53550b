import assert from 'node:assert/strict'
import { it } from 'node:test'
import { heardBy, heardOf, Scene } from '../../test/proxy/scene.ts'

it('sends the fields of a request in their order and case, the Host of the app among them', async () => {
  assert.equal(
    await heardBy('GET /a?b HTTP/1.1\r\nx-One: 1\r\nHOST: shop\r\nX-Two:  2 \r\nx-one: 3\r\nAccept: */*\r\n\r\n'),
    'GET /a?b HTTP/1.1\r\nx-One: 1\r\nHOST: APP\r\nX-Two: 2\r\nx-one: 3\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n',
  )
})

it('keeps the Host of the client when that is wanted', async () => {
  const heard = await heardBy('GET / HTTP/1.1\r\nHost: shop.example:81\r\n\r\n', { preserveHost: true })
  assert.match(heard, /\r\nHost: shop\.example:81\r\n/)
})

it('gives a request of HTTP/1.0 without Host the one of the app', async () => {
  assert.match(await heardBy('GET / HTTP/1.0\r\n\r\n', { preserveHost: true }), /^GET \/ HTTP\/1\.1\r\nHost: APP\r\n/)
})

it('leaves out what is for one connection only, and what Connection names', async () => {
  const heard = await heardBy(
    [
      'GET / HTTP/1.1',
      'Host: a',
      'Connection: close, X-Once , x-twice',
      'X-Once: 1',
      'X-TWICE: 1',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: keep-alive',
      'Proxy-Authorization: Basic YTpi',
      'Proxy: http://evil/',
      'TE: gzip',
      'HTTP2-Settings: AAMAAABk',
      'Upgrade: h2c',
      'X-Stays: 1\r\n\r\n',
    ].join('\r\n'),
  )
  assert.equal(heard, 'GET / HTTP/1.1\r\nHost: APP\r\nX-Stays: 1\r\nConnection: keep-alive\r\n\r\n')
})

it('tells the app when the client takes trailers', async () => {
  const heard = await heardBy('GET / HTTP/1.1\r\nHost: a\r\nConnection: TE\r\nTE: trailers\r\n\r\n')
  assert.match(heard, /\r\nTE: trailers\r\nConnection: TE\r\n\r\n$/)
})

it('joins several cookie fields into the one that HTTP allows', async () => {
  const heard = await heardBy('GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1\r\nX: 1\r\ncookie: b=2; c=3\r\n\r\n')
  assert.match(heard, /\r\nCookie: a=1; b=2; c=3\r\nX: 1\r\nConnection/)
})

it('passes bytes beyond ASCII through unchanged, both ways', async () => {
  assert.match(
    await heardBy('GET / HTTP/1.1\r\nHost: a\r\nX-Name: caf\xe9 \xe3\x81\x82\r\n\r\n'),
    /X-Name: caf\xe9 \xe3\x81\x82\r\n/,
  )
  assert.match(
    await heardOf('HTTP/1.1 200 OK\r\nX-Name: caf\xe9 \xe3\x81\x82\r\nContent-Length: 0\r\n\r\n'),
    /X-Name: caf\xe9 \xe3\x81\x82\r\n/,
  )
})

it('passes a file name beyond ASCII through unchanged, whatever node makes of Content-Disposition', async () => {
  const name = 'Content-Disposition: attachment; filename="\xe3\x81\x82.txt"'
  const answer = await heardOf(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${name}\r\n\r\nok`)
  assert.match(answer, new RegExp(`${name}\r\nContent-Length: 2\r\n`))
  const request = await heardBy(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n${name}\r\n\r\nok`)
  assert.match(request, new RegExp(`${name}\r\nContent-Length: 2\r\n`))
})

it('sends the fields of an answer in their order and case, and its own words for the status', async () => {
  const fields = 'Set-Cookie: a=1\r\nDATE: now\r\nset-cookie: b=2\r\nX-Two: 2\r\ncontent-length: 2\r\n'
  assert.equal(
    await heardOf(`HTTP/1.1 299 Fine & Dandy\r\n${fields}\r\nok`),
    `HTTP/1.1 299 Fine & Dandy\r\n${fields}Connection: close\r\n\r\nok`,
  )
})

it('leaves out of an answer what is for one connection only, and what Connection names', async () => {
  const answer = await heardOf(
    [
      'HTTP/1.1 200 OK',
      'Date: now',
      'Connection: close, X-Once',
      'X-Once: 1',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: close',
      'Proxy-Authenticate: Basic',
      'Proxy-Authentication-Info: x',
      'Upgrade: h2c',
      'Content-Length: 2\r\n\r\nok',
    ].join('\r\n'),
  )
  assert.equal(answer, 'HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
})

it('does not let an answer of HTTP/1.0 or a closed connection stop the client from using its own again', async () => {
  await using scene = await Scene.open()
  const { app, client } = scene
  for (const number of [0, 1]) {
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    const connection = await app.connection(number)
    await connection.heard('\r\n\r\n')
    connection.send('HTTP/1.0 200 OK\r\n\r\n')
    connection.socket.end(`answer ${number}`)
    await client.heard(new RegExp(`answer ${number}\r\n0\r\n\r\n`))
  }
  assert.match(client.text, /^HTTP\/1\.1 200 OK\r\n/)
  assert.doesNotMatch(client.text, /Connection: close/)
})

it('answers a client of HTTP/1.0 without chunks', async () => {
  const answer = await heardOf(
    'HTTP/1.1 200 OK\r\nDate: now\r\nTrailer: X-End\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-End: 1\r\n\r\n',
    'GET / HTTP/1.0\r\n\r\n',
  )
  assert.equal(answer, 'HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\nok')
})
