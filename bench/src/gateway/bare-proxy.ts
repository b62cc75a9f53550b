/**
 * The least code of `node:http` that passes a request on: what Node itself costs. It drops no field, limits nothing, and knows
 * nothing of bodies, trailers, upgrades or clients that go away.
 *
 *     node bench/src/gateway/bare-proxy.ts <port> <port of the app>
 *
 * @module
 */
import http from 'node:http'

const [port, app] = process.argv.slice(2).map(Number)
const agent = new http.Agent({ keepAlive: true, scheduling: 'lifo' })

const server = http.createServer(({ method, url: path, rawHeaders }, response) => {
  const headers = [...rawHeaders]
  http
    .request({ agent, host: '127.0.0.1', port: app, method, path, headers, setHost: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    .end()
})
server.keepAliveTimeout = 0
server.listen(port, '127.0.0.1', () => console.log('the proxy is ready'))
