/**
 * The app behind all contenders, a program of its own: `node:http`, which is wherever the bench is. It answers 1 KiB at once, and
 * counts the requests and those among them that came with a session. At `/seen` it answers what it saw of the session, at `/make`
 * it fills one, at `/counted` it tells and forgets its counts.
 *
 *     node bench/src/gateway/upstream.ts <port>
 *
 * @module
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { answerOctets, header, makePath } from './site.ts'

const body = Buffer.alloc(answerOctets, 'x')
const fields = ['Content-Type', 'text/plain', 'Content-Length', String(answerOctets)]
const seenField = header.seen.toLowerCase()
let counted = { requests: 0, sessions: 0 }

const server = http.createServer((request, response) => {
  const [path = '/', query = ''] = (request.url ?? '').split('?', 2)
  if (path === '/') return answer(request, response)
  if (path === '/seen') return response.end(seenOf(request))
  if (path === makePath) return response.setHeader(header.made, query).end()
  response.end(JSON.stringify(counted))
  counted = { requests: 0, sessions: 0 }
})
// The contenders say how long connections last, and the first request of one may come late.
server.keepAliveTimeout = 0
server.headersTimeout = 0
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('the app is ready'))

function answer(request: IncomingMessage, response: ServerResponse): void {
  counted.requests += 1
  if (seenOf(request).includes('visitor=')) counted.sessions += 1
  response.writeHead(200, fields).end(body)
}

function seenOf({ headers }: IncomingMessage): string {
  return String(headers[seenField] ?? '')
}
