/**
 * Real servers and raw sockets on loopback, for tests of adapters over Node's `http`.
 *
 * @module
 */
import { once } from 'node:events'
import http, { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { Received, TestRequest } from './adapter-contract.ts'

/** Serves on a free port until the test ends. @returns The port. */
export async function serve(t: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  t.after(() => stop(server))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

/** Sends a request without a body. */
export async function send(port: number, { method = 'GET', path = '/', cookie }: TestRequest = {}): Promise<Received> {
  const headers = cookie === undefined ? {} : { cookie }
  const request = http.request({ port, method, path, headers, agent: false }).end()
  const [message] = (await once(request, 'response')) as [IncomingMessage]
  const received = new Headers()
  for (const [name, values = []] of Object.entries(message.headersDistinct)) {
    for (const value of values) received.append(name, value)
  }
  return { status: message.statusCode ?? 0, headers: received, body: await textOf(message) }
}

/** The cookie of a request as a header line, for {@link get}. */
export function cookieLines({ cookie }: TestRequest = {}): string[] {
  return cookie === undefined ? [] : [`Cookie: ${cookie}`]
}

/** A client that has sent some text and goes on listening. */
export async function dial(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}) // an aborted connection is what some tests are about
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

/** Sends requests as text, the last of them with `Connection: close`. @returns Every byte of the answers, as latin1. */
export async function exchange(port: number, text: string): Promise<string> {
  const socket = await dial(port, text)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(socket, 'close')
  return Buffer.concat(chunks).toString('latin1')
}

/** The text of a request without a body; the connection closes after the answer unless `headers` say otherwise. */
export function get(path = '/', headers: readonly string[] = ['Connection: close']): string {
  return [`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')
}

/** The whole body of a message, as text. */
export async function textOf(message: IncomingMessage): Promise<string> {
  message.setEncoding('latin1')
  let text = ''
  for await (const chunk of message) text += chunk
  return text
}

/** A promise with its `resolve`; `Promise.withResolvers` is not in Node 20. */
export function promised<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
