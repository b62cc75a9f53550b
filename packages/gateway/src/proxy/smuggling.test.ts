/**
 * Requests that a gateway and the app behind it could read in two ways. Behind each stands a second request: were there an
 * ambiguity, the app would take the beginning of the one for the end of the other, or the other way round.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Gateway } from '../../test/proxy/gateway.ts'
import { RawClient } from '../../test/proxy/raw-client.ts'
import { RecordingApp } from '../../test/proxy/recording-app.ts'

const next = 'GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
const evil = 'GET /evil HTTP/1.1\r\nX: '

/**
 * What becomes of bytes: `refused` when the connection is closed with an error and no app heard of it; `broken` when the app
 * got the beginning of one request, and no end; otherwise the lines of the requests that the app got, each with its body.
 */
async function fate(bytes: string): Promise<string> {
  await using app = await RecordingApp.open()
  await using gateway = await Gateway.open(app.url)
  using client = await RawClient.open(gateway.port)
  client.send(bytes + next)
  const answers = await client.closed()
  await gateway.proxy.close()
  const { requests, rests } = app.read()
  if (requests.length === 0) {
    assert.match(answers, /^(?:HTTP\/1\.1 [45]\d\d |$)/)
    assert.ok(rests.length <= 1)
    return rests.length === 0 ? 'refused' : 'broken'
  }
  assert.deepEqual(rests, [])
  return requests.map(({ line, body }) => (body === '' ? line : `${line} ${body}`)).join(', ')
}

async function fates(cases: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const result: Record<string, string> = {}
  for (const [name, bytes] of Object.entries(cases)) result[name] = await fate(bytes)
  return result
}

function all(cases: Readonly<Record<string, string>>, end: string): Record<string, string> {
  return Object.fromEntries(Object.keys(cases).map((name) => [name, end]))
}

/** A POST with these lines between its Host and its body. */
function post(lines: string, body: string): string {
  return `POST /post HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n${body}`
}

it('refuses a request with two lengths, or with one that is none', async () => {
  const cases = {
    'equal lengths': post('Content-Length: 5\r\nContent-Length: 5', 'hello'),
    'different lengths': post('Content-Length: 5\r\nContent-Length: 0', 'hello'),
    'a list of lengths': post('Content-Length: 5, 5', 'hello'),
    'two numbers': post('Content-Length: 5 5', 'hello'),
    'a sign': post('Content-Length: +5', 'hello'),
    'a negative length': post('Content-Length: -1', 'hello'),
    hexadecimal: post('Content-Length: 0x5', 'hello'),
    'a fraction': post('Content-Length: 5.0', 'hello'),
    'an exponent': post('Content-Length: 5e0', 'hello'),
    'no number': post('Content-Length: ', 'hello'),
    'a number beyond 64 bits': post('Content-Length: 18446744073709551621', 'hello'),
    'a number beyond 53 bits': post('Content-Length: 9007199254740993', 'hello'),
    'a blank before the colon': post('Content-Length : 5', 'hello'),
    'one without a colon': post('Content-Length', 'hello'),
  }
  assert.deepEqual(await fates(cases), all(cases, 'refused'))
})

it('refuses a request with a length and chunks, or with a coding that is not just chunked', async () => {
  const body = `0\r\n\r\n${evil}`
  const cases = {
    'length, then chunks': post('Content-Length: 24\r\nTransfer-Encoding: chunked', body),
    'chunks, then length': post('Transfer-Encoding: chunked\r\nContent-Length: 24', body),
    'length, then another spelling of chunks': post('Content-Length: 24\r\ntransfer-ENCODING: Chunked', body),
    'twice chunked': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', body),
    'chunked and identity': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', body),
    'a list that ends with identity': post('Transfer-Encoding: chunked, identity', body),
    'a list that ends with chunked': post('Transfer-Encoding: gzip, chunked', body),
    'a list that begins with nothing': post('Transfer-Encoding: , chunked', body),
    'an unknown coding': post('Transfer-Encoding: xchunked', body),
    'a quoted coding': post('Transfer-Encoding: "chunked"', body),
    'a coding with a parameter': post('Transfer-Encoding: chunked;q=1', body),
    identity: post('Transfer-Encoding: identity', body),
    nothing: post('Transfer-Encoding: ', body),
    'a vertical tab': post('Transfer-Encoding:\x0bchunked', body),
    'a zero byte': post('Transfer-Encoding: chunked\0', body),
    'a blank before the colon': post('Transfer-Encoding : chunked', body),
    'a tab before the colon': post('Transfer-Encoding\t: chunked', body),
    'a folded line': post('Transfer-Encoding:\r\n chunked', body),
    'a line that continues another': post('X: 1\r\n Transfer-Encoding: chunked', body),
    'a line of its own after a bare line feed': post('X: 1\nTransfer-Encoding: chunked', body),
    'a line of its own after a bare return': post('X: 1\rTransfer-Encoding: chunked', body),
    'HTTP/1.0': `POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
  }
  assert.deepEqual(await fates(cases), all(cases, 'refused'))
})

it('lets no other spelling of a framing field through to the app', async () => {
  assert.deepEqual(
    await fates({
      underscores: post('Transfer_Encoding: chunked\r\nContent-Length: 5', 'hello'),
      dots: post('Content.Length: 0\r\nContent-Length: 5', 'hello'),
      'another Host': post('host_: b\r\nHost.: c\r\nContent-Length: 5', 'hello'),
    }),
    {
      underscores: 'POST /post hello, GET /next',
      dots: 'POST /post hello, GET /next',
      'another Host': 'POST /post hello, GET /next',
    },
  )
})

it('breaks off a request whose chunks are none', async () => {
  const chunks = (body: string): string => post('Transfer-Encoding: chunked', body)
  const cases = {
    'a prefix before the size': chunks('0x5\r\nhello\r\n0\r\n\r\n'),
    'a negative size': chunks('-5\r\nhello\r\n0\r\n\r\n'),
    'a size beyond 64 bits': chunks('10000000000000005\r\nhello\r\n0\r\n\r\n'),
    'a size with an underscore': chunks('0_5\r\nhello\r\n0\r\n\r\n'),
    'no size': chunks('\r\nhello\r\n0\r\n\r\n'),
    'a blank behind the size': chunks('5 \r\nhello\r\n0\r\n\r\n'),
    'a bare line feed behind the size': chunks('5\nhello\r\n0\r\n\r\n'),
    'a bare line feed in an extension': chunks('5;a\nhello\r\n0\r\n\r\n'),
    'a bare return behind the size': chunks('5\rhello\r\n0\r\n\r\n'),
    'more data than its size': chunks('4\r\nhello\r\n0\r\n\r\n'),
    'a bare line feed behind the data': chunks('5\r\nhello\n0\r\n\r\n'),
    'a bare line feed at the end': chunks('5\r\nhello\r\n0\r\n\n'),
    'trailers with a length': chunks(`0\r\nContent-Length: 24\r\n\r\n${evil}`),
  }
  for (const [name, end] of Object.entries(await fates(cases))) assert.match(end, /^(?:refused|broken)$/, name)
})

it('passes chunks on without their extensions and with one framing', async () => {
  assert.deepEqual(
    await fates({
      'an extension': post('Transfer-Encoding: chunked', '5;a="b;c"\r\nhello\r\n0\r\n\r\n'),
      'leading zeros': post('Transfer-Encoding: chunked', '0005\r\nhello\r\n000\r\n\r\n'),
      'capital letters': post('Transfer-Encoding: CHUNKED', 'A\r\nhelloworld\r\n0\r\n\r\n'),
      'a trailer with a framing': post('Transfer-Encoding: chunked', '0\r\nX: 1\r\nTransfer_Encoding: chunked\r\n\r\n'),
      'a request behind the last chunk': post('Transfer-Encoding: chunked', '0\r\n\r\n'),
      'a length that is zero': post('Content-Length: 0', ''),
    }),
    {
      'an extension': 'POST /post hello, GET /next',
      'leading zeros': 'POST /post hello, GET /next',
      'capital letters': 'POST /post helloworld, GET /next',
      'a trailer with a framing': 'POST /post, GET /next',
      'a request behind the last chunk': 'POST /post, GET /next',
      'a length that is zero': 'POST /post, GET /next',
    },
  )
})

it('refuses a request whose Host is missing, repeated or none', async () => {
  const get = (lines: string): string => `GET /get HTTP/1.1\r\n${lines}\r\n\r\n`
  const cases = {
    'two hosts': get('Host: a\r\nHost: b'),
    'the same host twice': get('Host: a\r\nHost: a'),
    none: get('X: 1'),
    empty: get('Host: '),
    'a list': get('Host: a, b'),
    'a user': get('Host: user@a'),
    'a path': get('Host: a/b'),
    'a query': get('Host: a?b'),
    'a blank': get('Host: a b'),
    'a scheme': get('Host: http://a'),
    'a port that is none': get('Host: a:http'),
    'a port out of range': get('Host: a:65536'),
    'two ports': get('Host: a:80:80'),
    'brackets that hold no address': get('Host: [a]'),
    'letters beyond ASCII': get('Host: \xe3\x81\x82'),
    'a folded line': get('Host: a\r\n b'),
    'a blank before the name': 'GET /get HTTP/1.1\r\n Host: a\r\n\r\n',
  }
  assert.deepEqual(await fates(cases), all(cases, 'refused'))
})

it('refuses a target that is not a path of the site that Host names', async () => {
  const get = (target: string, method = 'GET'): string => `${method} ${target} HTTP/1.1\r\nHost: a\r\n\r\n`
  const cases = {
    'another host': get('http://b/'),
    'another port': get('http://a:81/'),
    'a user': get('http://user@a/'),
    'another scheme': get('ftp://a/'),
    'no host': get('http:///get'),
    'an authority': get('a:80'),
    'a relative path': get('get'),
    'an asterisk': get('*'),
    'a fragment': get('/get#x'),
    'a blank': get('/a b'),
    'a tab': get('/a\tb'),
    'a control character': get('/a\x01b'),
    'a zero byte': get('/a\0b'),
    DEL: get('/a\x7fb'),
    'bytes beyond ASCII': get('/\xe3\x81\x82?\xff'),
    'a bare line feed': get('/a\nb'),
    CONNECT: get('a:80', 'CONNECT'),
    TRACE: get('/get', 'TRACE'),
  }
  assert.deepEqual(await fates(cases), all(cases, 'refused'))
})

it('makes a path of a target that is a URL of the site, and of nothing else', async () => {
  const get = (target: string, host = 'a'): string => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  assert.deepEqual(
    await fates({
      'a URL': get('http://a/get?x'),
      'a URL with the usual port': get('http://A:80/get'),
      'a URL without a path': get('http://a?x'),
      'a path that looks like a host': get('//b/get'),
      'escaped line ends': get('/a%0d%0aX:%201'),
      'an address in brackets': get('/get', '[::1]:8080'),
      'an asterisk': 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
    }),
    {
      'a URL': 'GET /get?x, GET /next',
      'a URL with the usual port': 'GET /get, GET /next',
      'a URL without a path': 'GET /?x, GET /next',
      'a path that looks like a host': 'GET //b/get, GET /next',
      'escaped line ends': 'GET /a%0d%0aX:%201, GET /next',
      'an address in brackets': 'GET /get, GET /next',
      'an asterisk': 'OPTIONS *, GET /next',
    },
  )
})

it('refuses a request line or a line of a field that is none', async () => {
  const cases = {
    'another version': 'GET / HTTP/1.2\r\nHost: a\r\n\r\n',
    'HTTP/2 over HTTP/1': 'GET / HTTP/2.0\r\nHost: a\r\n\r\n',
    'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'HTTP/0.9 with a version': 'GET / HTTP/0.9\r\nHost: a\r\n\r\n',
    'HTTP/0.9': 'GET /\r\n',
    'small letters in the version': 'GET / http/1.1\r\nHost: a\r\n\r\n',
    'something behind the version': 'GET / HTTP/1.1 x\r\nHost: a\r\n\r\n',
    'an unknown method': 'GETX / HTTP/1.1\r\nHost: a\r\n\r\n',
    'small letters in the method': 'get / HTTP/1.1\r\nHost: a\r\n\r\n',
    'a tab behind the method': 'GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n',
    'a blank in a name': 'GET / HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n',
    'a zero byte in a name': 'GET / HTTP/1.1\r\nHost: a\r\nX\0Y: 1\r\n\r\n',
    'no name': 'GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n',
    'a zero byte in a value': 'GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n',
    'bare line feeds': 'GET / HTTP/1.1\nHost: a\n\n',
    'a bare return in a value': 'GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n',
  }
  assert.deepEqual(await fates(cases), all(cases, 'refused'))
})

it('refuses a Connection field that names what routes or frames', async () => {
  const cases = {
    'a length': post('Content-Length: 5\r\nConnection: close, content-length', 'hello'),
    chunks: post('Transfer-Encoding: chunked\r\nConnection: Transfer-Encoding', '0\r\n\r\n'),
    'a host': post('Content-Length: 5\r\nConnection: Host', 'hello'),
    'in a second field': post('Content-Length: 5\r\nConnection: x\r\nConnection: Content-Length', 'hello'),
  }
  assert.deepEqual(await fates(cases), all(cases, 'refused'))
})

it('passes a body on as the body of its own request, whatever the method', async () => {
  const inner = `${evil}1\r\n\r\n`
  const withBody = (method: string): string =>
    `${method} /own HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`
  assert.deepEqual(
    await fates({
      GET: withBody('GET'),
      HEAD: withBody('HEAD'),
      OPTIONS: withBody('OPTIONS'),
      DELETE: withBody('DELETE'),
      'GET in chunks': `GET /own HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
      'an upgrade': `GET /own HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
      'a body that is asked about': post(`Expect: 100-continue\r\nContent-Length: ${inner.length}`, inner),
    }),
    {
      GET: `GET /own ${inner}, GET /next`,
      HEAD: `HEAD /own ${inner}, GET /next`,
      OPTIONS: `OPTIONS /own ${inner}, GET /next`,
      DELETE: `DELETE /own ${inner}, GET /next`,
      'GET in chunks': 'GET /own hello, GET /next',
      // Node loses what comes behind; the connection is closed.
      'an upgrade': `GET /own ${inner}`,
      'a body that is asked about': `POST /post ${inner}, GET /next`,
    },
  )
})
