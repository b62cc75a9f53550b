import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { FaultyProxy, type Direction, type ProxyOptions } from './proxy.ts'

/** A server that sends back what it is sent, behind a proxy. */
async function echo(t: TestContext, options: Partial<ProxyOptions> = {}): Promise<FaultyProxy> {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const proxy = await FaultyProxy.start({ host: '127.0.0.1', port, ...options })
  t.after(async () => {
    await proxy.close()
    server.close()
  })
  return proxy
}

async function dial(t: TestContext, { port }: FaultyProxy): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Sends a word. @returns What comes back, and after how many milliseconds; `nothing` when nothing does in that time. */
async function say(socket: Socket, word: string, patienceMs = 2_000): Promise<{ back: string; ms: number }> {
  const began = performance.now()
  const coming = once(socket, 'data') as Promise<[Buffer]>
  socket.write(word)
  const back = await Promise.race([coming.then(([chunk]) => chunk.toString()), pause(patienceMs, 'nothing')])
  return { back, ms: performance.now() - began }
}

async function assertKeepsBack(t: TestContext, dead: Direction): Promise<void> {
  const proxy = await echo(t)
  const socket = await dial(t, proxy)
  await say(socket, 'before')
  await proxy.become({ kind: 'half-open', dead })
  assert.equal((await say(socket, 'hello', 150)).back, 'nothing')
  const coming = once(socket, 'data') as Promise<[Buffer]>
  await proxy.heal()
  assert.equal((await coming)[0].toString(), 'hello')
}

describe('a proxy', () => {
  test('passes everything on, and ends with either end', async (t) => {
    const socket = await dial(t, await echo(t))
    assert.equal((await say(socket, 'hello')).back, 'hello')
    socket.end('bye')
    const chunks = await socket.toArray()
    assert.equal(Buffer.concat(chunks as Buffer[]).toString(), 'bye')
  })

  test('makes all chunks late, in both directions', async (t) => {
    const proxy = await echo(t)
    const socket = await dial(t, proxy)
    await proxy.become({ kind: 'latency', ms: 60 })
    const { back, ms } = await say(socket, 'hello')
    assert.equal(back, 'hello')
    assert.ok(ms >= 118, `${ms}`)
  })

  test('makes a share of the chunks late', async (t) => {
    const dice = [0.9, 0.9, 0.9, 0.1, 0.9]
    const proxy = await echo(t, { random: () => dice.shift() ?? 0.9 })
    const socket = await dial(t, proxy)
    await proxy.become({ kind: 'latency', ms: 100, share: 0.5 })
    assert.ok((await say(socket, 'one')).ms < 90)
    assert.ok((await say(socket, 'two')).ms >= 98)
  })

  test('resets the connections that are open, and accepts new ones', async (t) => {
    const proxy = await echo(t)
    const socket = await dial(t, proxy)
    await say(socket, 'hello')
    proxy.reset()
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNRESET')
    assert.equal((await say(await dial(t, proxy), 'again')).back, 'again')
    assert.equal(proxy.accepted, 2)
  })

  test('keeps back what is sent to the server until it heals', (t) => assertKeepsBack(t, 'to-server'))

  test('keeps back what is sent to the client until it heals', (t) => assertKeepsBack(t, 'to-client'))

  test('is a black hole for open and for new connections until it heals', async (t) => {
    const proxy = await echo(t)
    const open = await dial(t, proxy)
    await proxy.become({ kind: 'blackhole' })
    const fresh = await dial(t, proxy)
    const unanswered = await Promise.all([say(open, 'one', 150), say(fresh, 'two', 150)])
    assert.deepEqual(
      unanswered.map(({ back }) => back),
      ['nothing', 'nothing'],
    )
    const coming = Promise.all([once(open, 'data'), once(fresh, 'data')]) as Promise<[[Buffer], [Buffer]]>
    await proxy.heal()
    assert.deepEqual(
      (await coming).map(([chunk]) => chunk.toString()),
      ['one', 'two'],
    )
  })

  test('refuses new connections until it heals, on the same port', async (t) => {
    const proxy = await echo(t)
    const open = await dial(t, proxy)
    await proxy.become({ kind: 'refuse' })
    await assert.rejects(dial(t, proxy), { code: 'ECONNREFUSED' })
    assert.equal((await say(open, 'still here')).back, 'still here')
    await proxy.heal()
    assert.equal((await say(await dial(t, proxy), 'back')).back, 'back')
  })

  test('ends everything when it is closed, whatever its fault', async (t) => {
    const proxy = await echo(t)
    await proxy.become({ kind: 'blackhole' })
    const socket = await dial(t, proxy)
    socket.on('error', () => {})
    await Promise.all([new Promise((resolve) => socket.once('close', resolve)), proxy.close()])
    await assert.rejects(dial(t, proxy), { code: 'ECONNREFUSED' })
  })
})
