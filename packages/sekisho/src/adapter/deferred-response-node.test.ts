import assert from 'node:assert/strict'
import { once } from 'node:events'
import { ServerResponse, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test, type TestContext } from 'node:test'
import { exchange, get, promised, serve } from '../../test/http-server.ts'
import { deferResponse, type Committer } from './deferred-response-node.ts'

type Handler = (req: IncomingMessage, res: ServerResponse) => unknown

const nothing: Committer['commit'] = () => undefined

/** Takes a moment, then says nothing. */
const slow: Committer['commit'] = () => sleep(5)

/** Takes a moment, then sets a cookie and its caching rules. */
const slowCookie: Committer['commit'] = async ({ headers }) => {
  await sleep(5)
  setCookie(headers)
}

/** Sets them at once. */
const quickCookie: Committer['commit'] = ({ headers }) => setCookie(headers)

function setCookie(headers: Parameters<Committer['commit']>[0]['headers']): undefined {
  headers.append('Set-Cookie', 'sid=1')
  headers.set('Cache-Control', [headers.get('Cache-Control'), 'no-store'].filter(Boolean).join(', '))
  headers.append('Vary', 'Cookie')
}

/** Serves `handler` behind `commit` and asks once. @returns The bytes of the answer. */
async function answer(t: TestContext, commit: Committer['commit'], handler: Handler, request = get()): Promise<string> {
  const port = await serve(t, (req, res) => {
    res.sendDate = false
    deferResponse(res, { commit, onError: assert.ifError }).watch()
    handler(req, res)
  })
  return exchange(port, request)
}

/** Asserts that an answer has the same bytes with nobody between, with an immediate and with a slow commit. */
async function sameBytes(t: TestContext, handler: Handler, request = get()): Promise<void> {
  const port = await serve(t, (req, res) => {
    res.sendDate = false
    handler(req, res)
  })
  const plain = await exchange(port, request)
  assert.ok(plain.startsWith('HTTP/1.1 '), plain)
  assert.equal(await answer(t, nothing, handler, request), plain, 'immediate')
  assert.equal(await answer(t, slow, handler, request), plain, 'slow')
}

/** The lines of an answer's head, without what Node adds for the connection. */
function head(bytes: string): string[] {
  const [lines = ''] = bytes.split('\r\n\r\n')
  return lines.split('\r\n').filter((line) => !/^(Connection|Transfer-Encoding|Content-Length)/.test(line))
}

describe('an answer that waited has the bytes of one that did not', () => {
  test('for a single end, in any encoding', async (t) => {
    await sameBytes(t, (_, res) => res.end('grüße'))
    await sameBytes(t, (_, res) => res.end('grüße', 'latin1'))
    await sameBytes(t, (_, res) => res.end(Buffer.from([0, 255, 10])))
    await sameBytes(t, (_, res) => res.end())
    await sameBytes(t, (_, res) => res.end(() => {}))
    await sameBytes(t, (_, res) => res.end(''))
  })

  test('for writes in several encodings, in their order', async (t) => {
    await sameBytes(t, (_, res) => {
      res.write('grüße', 'latin1')
      res.write('6772c3bc', 'hex', () => {})
      res.write(Buffer.from('three'), () => {})
      res.end('four', 'utf16le', () => {})
    })
    await sameBytes(t, (_, res) => {
      res.write('')
      res.end('rest')
    })
  })

  test('for every form of writeHead', async (t) => {
    const cookies = ['a=1', 'b=2']
    await sameBytes(t, (_, res) => res.writeHead(201).end())
    await sameBytes(t, (_, res) => res.writeHead(404, 'Lost').end('x'))
    await sameBytes(t, (_, res) => res.writeHead(200, { 'X-A': 1, 'set-cookie': cookies }).end('x'))
    await sameBytes(t, (_, res) => res.writeHead(200, 'Fine', { 'X-A': '1', 'Content-Length': 1 }).end('x'))
    await sameBytes(t, (_, res) => res.writeHead(200, ['X-A', '1', 'X-A', '2', 'Set-Cookie', 'c=3']).end('x'))
    const pairs = [['X-A', '1'], ['x-b', cookies]] as unknown as string[] // prettier-ignore
    await sameBytes(t, (_, res) => res.writeHead(200, 'Fine', pairs).end('x'))
  })

  test('for headers set before, which writeHead replaces or leaves alone', async (t) => {
    await sameBytes(t, (_, res) => {
      res.setHeader('X-A', 'old').setHeader('X-Kept', ['1', '2'])
      res.appendHeader('X-Kept', '3')
      res.writeHead(200, { 'x-a': 'new' }).end('x')
    })
    await sameBytes(t, (_, res) => {
      res.setHeaders(new Map([['x-a', 'old']])) // prettier-ignore
      res.writeHead(200, ['X-A', 'new', 'X-B', 'other']).end('x')
    })
    await sameBytes(t, (_, res) => {
      res.statusCode = 418
      res.statusMessage = 'Teapot'
      res.removeHeader('connection')
      res.end('x')
    })
  })

  test('for answers without a body', async (t) => {
    await sameBytes(t, (_, res) => res.writeHead(304, { ETag: '"1"' }).end())
    await sameBytes(t, (_, res) => res.writeHead(204).end())
    await sameBytes(t, (_, res) => res.writeHead(302, { Location: '/next' }).end())
    await sameBytes(t, (_, res) => res.end('for GET only'), get().replace('GET', 'HEAD'))
    await sameBytes(t, (_, res) => void (res.write('for GET only'), res.end()), get().replace('GET', 'HEAD'))
  })

  test('for HTTP/1.0 and for a connection that the handler closes', async (t) => {
    await sameBytes(t, (_, res) => void (res.write('one'), res.end('two')), 'GET / HTTP/1.0\r\n\r\n')
    await sameBytes(t, (_, res) => res.writeHead(200, { Connection: 'close' }).end('x'), get('/', []))
  })

  test('for trailers, cork, flushed headers and a strict length', async (t) => {
    await sameBytes(t, (_, res) => {
      res.setHeader('Trailer', 'X-Sum')
      res.write('body')
      res.addTrailers({ 'X-Sum': '4' })
      res.end()
    })
    await sameBytes(t, (_, res) => {
      res.write('before')
      res.cork()
      res.write('one')
      res.write('two')
      setTimeout(() => res.uncork(), 20)
      setTimeout(() => res.end(), 30)
    })
    await sameBytes(t, (_, res) => {
      res.flushHeaders()
      setTimeout(() => res.end('late'), 20)
    })
    await sameBytes(t, (_, res) => {
      res.strictContentLength = true
      res.writeHead(200, { 'Content-Length': 6 })
      res.write('one')
      res.end('two')
    })
  })

  test('for informational answers, which commit nothing', async (t) => {
    let commits = 0
    const counted: Committer['commit'] = () => void (commits += 1)
    const handler: Handler = (_, res) => {
      res.writeContinue()
      res.writeProcessing()
      res.writeEarlyHints({ link: '</style.css>; rel=preload' })
      assert.equal(commits, 0)
      res.end('x')
    }
    const bytes = await answer(t, counted, handler)
    assert.match(bytes, /^HTTP\/1.1 100 [^]*HTTP\/1.1 102 [^]*HTTP\/1.1 103 [^]*HTTP\/1.1 200 OK/)
    assert.equal(commits, 1)
  })
})

describe('headers of the commit', () => {
  test('join those of the application, whose own are kept', async (t) => {
    const handler: Handler = (_, res) => {
      res.setHeader('Vary', 'Accept')
      res.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], 'cache-control': 'private' }).end('x')
    }
    const expected = [
      'HTTP/1.1 200 OK', 'Vary: Accept', 'Vary: Cookie',
      'Set-Cookie: a=1', 'Set-Cookie: b=2', 'Set-Cookie: sid=1', 'Cache-Control: private, no-store',
    ] // prettier-ignore
    assert.deepEqual(head(await answer(t, quickCookie, handler)).toSorted(), expected.toSorted())
    assert.deepEqual(head(await answer(t, slowCookie, handler)).toSorted(), expected.toSorted())
  })

  test('are added where the application set none', async (t) => {
    const expected = ['HTTP/1.1 200 OK', 'Set-Cookie: sid=1', 'Cache-Control: no-store', 'Vary: Cookie']
    assert.deepEqual(head(await answer(t, quickCookie, (_, res) => res.end())), expected)
    assert.deepEqual(head(await answer(t, slowCookie, (_, res) => res.end())), expected)
  })

  test('never reach an array of the application, which may serve other visitors too', async (t) => {
    const shared = ['a=1']
    await answer(t, slowCookie, (_, res) => res.setHeader('Set-Cookie', shared).end())
    await answer(t, quickCookie, (_, res) => res.writeHead(200, { 'Set-Cookie': shared }).end())
    assert.deepEqual(shared, ['a=1'])
  })

  test('can be read as they will be sent', async (t) => {
    const seen: unknown[] = []
    const commit: Committer['commit'] = ({ status, headers }) =>
      void seen.push(status, headers.get('x-list'), headers.get('X-Number'), headers.get('x-none'))
    await answer(t, commit, (_, res) => {
      res.setHeader('X-Number', 7)
      res.writeHead(202, { 'X-List': ['1', '2'] }).end()
    })
    assert.deepEqual(seen, [202, '1, 2', '7', null])
  })
})

describe('the first byte', () => {
  test('asks for one commit, whichever call brings it', async (t) => {
    const asked: string[] = []
    const commit: Committer['commit'] = ({ status }, options) => {
      asked.push(`${status} ${options?.deliverable}`)
      return sleep(2)
    }
    await answer(t, commit, (_, res) => void (res.writeHead(201), res.write('1'), res.write('2'), res.end('3')))
    await answer(t, commit, (_, res) => void (res.write('1'), res.end()))
    await answer(t, commit, (_, res) => res.end('1'))
    await answer(t, commit, (_, res) => void (res.flushHeaders(), res.flushHeaders(), res.end()))
    await answer(t, commit, (_, res) => Readable.from(['1', '2']).pipe(res))
    assert.deepEqual(asked, ['201 undefined', ...Array.from({ length: 4 }, () => '200 undefined')])
  })

  test('leaves in the same tick when there is nothing to wait for, and the methods are what they were', async (t) => {
    const { writeHead, write, end, flushHeaders } = ServerResponse.prototype
    await answer(t, nothing, (_, res) => {
      res.write('x')
      assert.equal(res.headersSent, true)
      assert.deepEqual([res.writeHead, res.write, res.end, res.flushHeaders], [writeHead, write, end, flushHeaders])
      assert.deepEqual(Object.keys(Object.getOwnPropertyDescriptors(res)).includes('headersSent'), false)
      res.end()
    })
  })

  test('leaves no listener and no property behind', async (t) => {
    let before = 0
    const port = await serve(t, async (_, res) => {
      before = res.listenerCount('close')
      deferResponse(res, { commit: slow, onError: assert.ifError }).watch()
      res.write('x')
      await sleep(20)
      assert.equal(res.listenerCount('close'), before)
      assert.equal(Object.hasOwn(res, 'headersSent') || Object.hasOwn(res, 'setHeader'), false)
      assert.equal(res.write, ServerResponse.prototype.write)
      res.end()
    })
    assert.match(await exchange(port, get()), /\r\n\r\n1\r\nx\r\n0\r\n/)
  })

  test('cannot be asked for with what Node refuses, and the handler may try again', async (t) => {
    let commits = 0
    const commit: Committer['commit'] = () => void (commits += 1)
    const bytes = await answer(t, commit, (_, res) => {
      assert.throws(() => res.writeHead(99), { code: 'ERR_HTTP_INVALID_STATUS_CODE' })
      assert.throws(() => res.writeHead(200, 'a\nb'), { code: 'ERR_INVALID_CHAR' })
      assert.throws(() => res.writeHead(302, 'Found', { Location: '/\n' }), { code: 'ERR_INVALID_CHAR' })
      assert.throws(() => res.writeHead(200, 'OK', ['X-Odd']), { code: 'ERR_INVALID_ARG_VALUE' })
      assert.throws(() => res.write(5 as never), { code: 'ERR_INVALID_ARG_TYPE' })
      assert.throws(() => res.write(null as never), { code: 'ERR_STREAM_NULL_VALUES' })
      assert.equal(commits, 0)
      assert.equal(res.headersSent, false)
      res.statusMessage = 'a\nb'
      assert.throws(() => res.end(), { code: 'ERR_INVALID_CHAR' })
      assert.equal(commits, 0)
      res.writeHead(200, 'OK').end('again')
    })
    assert.equal(commits, 1)
    assert.match(bytes, /^HTTP\/1.1 200 OK\r\n[^]*again/)
  })

  test('that somebody else has sent before is not waited for', async (t) => {
    const seen: unknown[] = []
    const port = await serve(t, (_, res) => {
      res.flushHeaders()
      deferResponse(res, { commit: (_answer, options) => void seen.push(options), onError: assert.ifError }).watch()
      res.end('x')
    })
    assert.match(await exchange(port, get()), /^HTTP\/1.1 200 OK/)
    assert.deepEqual(seen, [{ deliverable: false }])
  })
})

describe('while the commit runs', () => {
  test('the answer looks as if its headers were sent', async (t) => {
    const late = { code: 'ERR_HTTP_HEADERS_SENT' }
    const bytes = await answer(t, slowCookie, (_, res) => {
      assert.equal(res.headersSent, false)
      assert.equal(res.writeHead(201, { 'X-A': '1' }), res)
      assert.equal(res.headersSent, true)
      assert.equal(res.statusCode, 201)
      assert.equal(res.getHeader('x-a'), '1')
      assert.throws(() => res.setHeader('X-B', '2'), late)
      assert.throws(() => res.appendHeader('X-B', '2'), late)
      assert.throws(() => res.setHeaders(new Map()), late)
      assert.throws(() => res.removeHeader('X-A'), late)
      assert.throws(() => res.writeHead(200), late)
      res.statusCode = 500 // without effect once headers are sent
      assert.equal(res.writableEnded, false)
      assert.equal(res.end('x'), res)
      assert.equal(res.writableEnded, true)
      assert.equal(res.writableFinished, false)
    })
    assert.match(bytes, /^HTTP\/1.1 201 Created\r\nX-A: 1\r\nSet-Cookie: sid=1/)
  })

  test('the status stays what it was at the first byte', async (t) => {
    const bytes = await answer(t, slowCookie, (_, res) => {
      res.statusCode = 201
      res.write('1')
      res.statusCode = 500
      res.statusMessage = 'Too late'
      res.end()
    })
    assert.match(bytes, /^HTTP\/1.1 201 Created\r\n/)
  })

  test('writes report a full buffer, and drain comes once', async (t) => {
    let drains = 0
    const port = await serve(t, async (_, res) => {
      deferResponse(res, { commit: slow, onError: assert.ifError }).watch()
      res.on('drain', () => (drains += 1))
      assert.equal(res.write('one'), false)
      assert.equal(res.write('two'), false)
      assert.equal(res.writableNeedDrain, true)
      assert.equal(res.writableLength, 6)
      await once(res, 'drain')
      assert.equal(res.writableNeedDrain, false)
      assert.equal(res.write('three'), true)
      await sleep(10)
      res.end()
    })
    assert.match(await exchange(port, get()), /one[^]*two[^]*three/)
    assert.equal(drains, 1)
  })

  test('drain is left to Node when its own buffer is full', async (t) => {
    let drains = 0
    const port = await serve(t, async (_, res) => {
      deferResponse(res, { commit: slow, onError: assert.ifError }).watch()
      res.on('drain', () => (drains += 1))
      res.write(Buffer.alloc(8_000_000))
      await once(res, 'drain')
      assert.equal(res.writableLength, 0)
      await sleep(10)
      res.end()
    })
    assert.equal((await exchange(port, get())).split('\0').length - 1, 8_000_000)
    assert.equal(drains, 1)
  })

  test('callbacks of write and end are kept, in order', async (t) => {
    const called: string[] = []
    await answer(t, slow, (_, res) => {
      res.on('finish', () => called.push('finish'))
      res.write('1', () => called.push('write'))
      res.write('2', 'utf8', () => called.push('write with encoding'))
      res.end('3', () => called.push('end'))
      assert.deepEqual(called, [])
    })
    assert.deepEqual(called.slice(0, 2), ['write', 'write with encoding'])
    assert.deepEqual(called.slice(2).toSorted(), ['end', 'finish']) // Node 24 turned these two round
  })

  test('ending twice, writing after the end and wrong chunks are as with Node', async (t) => {
    const seen: unknown[] = []
    const tell = (error?: Error | null) => seen.push(Reflect.get(error ?? {}, 'code'))
    const bytes = await answer(t, slow, (_, res) => {
      res.on('error', tell)
      res.write('1')
      assert.throws(() => res.write(5 as never), { code: 'ERR_INVALID_ARG_TYPE' })
      assert.throws(() => res.end(5 as never), { code: 'ERR_INVALID_ARG_TYPE' })
      res.end('2')
      assert.equal(res.end(), res)
      assert.equal(res.write('3', tell), false)
    })
    assert.match(bytes, /\r\n\r\n1\r\n1\r\n1\r\n2\r\n0\r\n\r\n$/)
    assert.deepEqual(seen, ['ERR_STREAM_WRITE_AFTER_END', 'ERR_STREAM_WRITE_AFTER_END'])
  })

  test('a body of another length than a strict one announced breaks the connection off', async (t) => {
    const { promise, resolve } = promised<unknown>()
    const port = await serve(t, (_, res) => {
      deferResponse(res, { commit: slow, onError: resolve }).watch()
      res.strictContentLength = true
      res.writeHead(200, { 'Content-Length': 3 })
      res.end('four')
    })
    assert.equal(await exchange(port, get()), '')
    assert.equal(Reflect.get((await promise) as object, 'code'), 'ERR_HTTP_CONTENT_LENGTH_MISMATCH')
  })

  test('destroying the answer ends it', async (t) => {
    const seen: unknown[] = []
    const port = await serve(t, async (_, res) => {
      deferResponse(res, { commit: () => sleep(5), onError: assert.ifError }).watch()
      res.write('x', (error) => seen.push(Reflect.get(error ?? {}, 'code')))
      res.destroy()
      assert.equal(
        res.write('y', (error) => seen.push(Reflect.get(error ?? {}, 'code'))),
        false,
      )
    })
    assert.equal(await exchange(port, get()), '')
    await sleep(10)
    assert.deepEqual(seen, ['ERR_STREAM_DESTROYED', 'ERR_STREAM_DESTROYED'])
  })
})

test('a commit is told of a status as the number that is sent', async (t) => {
  const told: unknown[] = []
  const commit: Committer['commit'] = ({ status }) => void told.push(status)
  const handler: Handler = (_, res) => {
    // As `res.status('304')` of Express 4 leaves it.
    Object.assign(res, { statusCode: '304' })
    res.end()
  }
  assert.match(await answer(t, commit, handler), /^HTTP\/1\.1 304 /)
  assert.deepEqual(told, [304])
})
