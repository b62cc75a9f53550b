import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingMessage, request as ask, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { it } from 'node:test'
import { App } from '../../test/proxy/apps.ts'

const chunk = Buffer.alloc(256 * 1024, 'x')
const megabyte = 1024 * 1024
/** More than this of a body must never be on its way at once: the buffers of four sockets, generously. */
const mostOnTheWay = 48 * megabyte

/** A gateway in a process of its own. */
class Process {
  readonly port: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  static async open(app: string): Promise<Process> {
    const program = new URL('../../test/proxy/gateway-process.ts', import.meta.url)
    const child = fork(program, [app], { execArgv: ['--conditions=source'] })
    const [port] = (await once(child, 'message')) as [number]
    return new Process(child, port)
  }

  /** The largest size that it ever had, in bytes. */
  async peak(): Promise<number> {
    this.#child.send('peak')
    const [bytes] = (await once(this.#child, 'message')) as [number]
    return bytes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill()
    await once(this.#child, 'exit')
  }
}

/** Writes so many bytes as fast as they are taken. @returns How many were given away so far, while it writes. */
function pour(
  to: { write(data: Buffer): boolean; once(event: 'drain', then: () => void): unknown; end(): unknown },
  bytes: number,
): { given: number } {
  const progress = { given: 0 }
  const go = (): void => {
    while (progress.given < bytes) {
      progress.given += chunk.length
      if (!to.write(chunk)) {
        to.once('drain', go)
        return
      }
    }
    to.end()
  }
  go()
  return progress
}

/** Reads a message to its end. @returns Its length. */
async function drain(from: IncomingMessage): Promise<number> {
  let bytes = 0
  from.on('data', (data: Buffer) => (bytes += data.length))
  await once(from, 'end')
  return bytes
}

/** Waits until a number stands still. */
async function settled(read: () => number): Promise<number> {
  for (let before = -1; ; await wait(150)) {
    const now = read()
    if (now === before) return now
    before = now
  }
}

it('needs no more memory for large bodies than for small ones, both ways', async () => {
  await using app = await App.open(async (request, response) => {
    if (request.method === 'GET') pour(response, Number(request.headers['x-bytes']))
    else response.end(String(await drain(request)))
  })
  await using gateway = await Process.open(app.url)
  const pass = async (bytes: number): Promise<void> => {
    const download = ask({ port: gateway.port, headers: { 'X-Bytes': bytes } }).end()
    const [answer] = (await once(download, 'response')) as [IncomingMessage]
    assert.equal(await drain(answer), bytes)
    const upload = ask({ port: gateway.port, method: 'POST' })
    pour(upload, bytes)
    const [told] = (await once(upload, 'response')) as [IncomingMessage]
    assert.equal(Number(await text(told)), bytes)
  }
  await pass(64 * megabyte)
  const before = await gateway.peak()
  await pass(256 * megabyte)
  const grown = (await gateway.peak()) - before
  // What is left to be collected comes and goes; a body that is kept would be twice as much.
  assert.ok(grown < 128 * megabyte, `grew by ${grown} bytes`)
})

it('takes no more from an app than the client reads', async () => {
  const bytes = 128 * megabyte
  const progress: { given: number }[] = []
  await using app = await App.open((_, response: ServerResponse) => void progress.push(pour(response, bytes)))
  await using gateway = await Process.open(app.url)
  const [answer] = (await once(ask({ port: gateway.port }).end(), 'response')) as [IncomingMessage]
  const given = await settled(() => progress[0]?.given ?? 0)
  assert.ok(given < mostOnTheWay, `${given} bytes are on their way`)
  assert.equal(await drain(answer), bytes)
})

it('takes no more from a client than the app reads', async () => {
  const bytes = 128 * megabyte
  let app = 0
  const held: IncomingMessage[] = []
  await using server = await App.open(async (request, response) => {
    held.push(request)
    await once(server.server, 'go on')
    app = await drain(request)
    response.end()
  })
  await using gateway = await Process.open(server.url)
  const upload = ask({ port: gateway.port, method: 'PUT' })
  const progress = pour(upload, bytes)
  const given = await settled(() => progress.given)
  assert.ok(given < mostOnTheWay, `${given} bytes are on their way`)
  assert.equal(held.length, 1)
  server.server.emit('go on')
  await once(upload, 'response')
  assert.equal(app, bytes)
})
