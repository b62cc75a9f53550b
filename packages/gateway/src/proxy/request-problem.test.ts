import assert from 'node:assert/strict'
import { it } from 'node:test'
import { originTarget, type RequestHead, requestProblem } from './request-problem.ts'

function head(fields: readonly string[], rest: Partial<RequestHead> = {}): RequestHead {
  return { method: 'GET', url: '/', httpVersionMajor: 1, httpVersionMinor: 1, rawHeaders: fields, ...rest }
}

it('finds nothing wrong with plain requests', () => {
  const plain = [
    head(['Host', 'shop.example:8080']),
    head(['Host', '[2001:db8::1]:443'], { url: '/a?b=c|d{e}"f' }),
    head([], { httpVersionMinor: 0 }),
    head(['host', 'a', 'CONTENT-LENGTH', '5', 'Connection', 'keep-alive, X-A'], { method: 'POST' }),
    head(['Host', 'a', 'Transfer-Encoding', 'Chunked'], { method: 'PUT' }),
    head(['Host', 'a.'], { url: 'HTTP://A:80/x' }),
    head([':method', 'GET', ':path', '/', ':authority', 'a', ':scheme', 'https'], {
      httpVersionMajor: 2,
      httpVersionMinor: 0,
    }),
    head([':method', 'GET', ':authority', 'a:443', 'host', 'A'], { httpVersionMajor: 2, httpVersionMinor: 0 }),
  ]
  for (const request of plain) assert.equal(requestProblem(request), undefined)
})

it('says which status and why', () => {
  assert.deepEqual(requestProblem(head(['Host', 'a', 'host', 'b'])), { status: 400, reason: 'several Host fields' })
  assert.deepEqual(requestProblem(head(['Host', 'a', 'Transfer-Encoding', 'gzip'])), {
    status: 501,
    reason: 'a Transfer-Encoding other than chunked',
  })
  assert.deepEqual(requestProblem(head(['Host', 'a'], { method: 'TRACE' })), {
    status: 405,
    reason: 'the method is TRACE',
  })
  assert.deepEqual(requestProblem(head(['Host', 'a'], { httpVersionMajor: 2, httpVersionMinor: 0 })), {
    status: 505,
    reason: 'the request line says HTTP/2.0',
  })
})

it('does not rely on a parser to have refused the rest', () => {
  const broken = [
    head(['Host', 'a', 'Content-Length', '5', 'Content-Length', '5']),
    head(['Host', 'a', 'Content-Length', '5', 'Transfer-Encoding', 'chunked']),
    head(['Host', 'a', 'Content-Length', '+5']),
    head(['Host', 'a', 'Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked']),
    head(['Host', 'a', 'Transfer-Encoding', 'chunked'], { httpVersionMinor: 0 }),
    head(['X', 'a']),
    head(['Host', 'a'], { url: '/a b' }),
    head(['Host', 'a'], { url: '/a\r\nb' }),
    head(['Host', 'a'], { url: '' }),
    head([':method', 'GET', ':path', '/'], { httpVersionMajor: 2, httpVersionMinor: 0 }),
    head([':method', 'GET', ':authority', 'user@a'], { httpVersionMajor: 2, httpVersionMinor: 0 }),
  ]
  for (const request of broken) assert.equal(requestProblem(request)?.status, 400, JSON.stringify(request))
})

it('makes a target a path with ASCII alone', () => {
  assert.deepEqual(
    ['/a?b', '*', 'http://a/b?c', 'https://a:81', 'http://a?b', '//a/b', '/\xe9?\xff'].map(originTarget),
    ['/a?b', '*', '/b?c', '/', '/?b', '//a/b', '/%E9?%FF'],
  )
})
