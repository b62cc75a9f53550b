/**
 * A real Apache in front of an application that says what it was sent, and writes what a client asks it to.
 *
 * @module
 */
import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startApache, type Server } from '../../../../scripts/services.ts'

/** What a client sends. Texts have one character for each octet. */
export interface Sent {
  readonly cookie?: string
  /** What the application answers in `SessionHeader`, a line for each; default: it does not. */
  readonly write?: readonly string[]
}

/** What came of it. */
export interface Answer {
  /** The session as the application got it; `(null)` without one. */
  readonly session: string | undefined
  /** The Cookie header as the application got it. */
  readonly cookie: string | undefined
  readonly setCookie: readonly string[]
}

/** A running Apache. */
export interface RealServer {
  /** Sends a request to a section. */
  ask(section: string, sent?: Sent): Promise<Answer>
  stop(): Promise<void>
}

const modules = ['proxy', 'proxy_http', 'headers', 'session', 'session_cookie', 'session_crypto']

/** @param sections The directives of each section besides those that all have, by its path. */
export async function startRealServer(sections: Readonly<Record<string, string>>): Promise<RealServer> {
  const application = await startApplication()
  const { port } = application.address() as AddressInfo
  const conf = Object.entries(sections).map(([section, directives]) => sectionOf(section, directives, port))
  const apache = await startApache({
    modules,
    conf: ['KeepAliveTimeout 60', 'MaxKeepAliveRequests 0', ...conf].join('\n'),
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  return {
    ask: (section, sent = {}) => ask(apache, agent, { section, ...sent }),
    async stop() {
      agent.destroy()
      application.closeAllConnections()
      application.close()
      await apache.stop()
    },
  }
}

function sectionOf(section: string, directives: string, port: number): string {
  return `<Location /${section}>
ProxyPass http://127.0.0.1:${port}/
Session On
SessionEnv On
RequestHeader set X-Session %{HTTP_SESSION}e
SessionHeader X-Write
${directives}
</Location>`
}

async function startApplication(): Promise<HttpServer> {
  const server = createServer(({ headers }, response) => {
    const write = headers['x-write']
    if (write !== undefined) response.setHeader('X-Write', JSON.parse(String(write)) as string[])
    response.setHeader('X-Seen', JSON.stringify({ session: headers['x-session'], cookie: headers.cookie }))
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function ask(
  apache: Server,
  agent: Agent,
  { section, cookie, write }: Sent & { section: string },
): Promise<Answer> {
  const headers = {
    ...(cookie === undefined ? {} : { cookie }),
    ...(write === undefined ? {} : { 'x-write': JSON.stringify(write) }),
  }
  const sending = request({ port: apache.port, path: `/${section}`, headers, agent }).end()
  const [message] = (await once(sending, 'response')) as [IncomingMessage]
  message.resume()
  await once(message, 'end')
  const seen = message.headers['x-seen']
  if (typeof seen !== 'string') throw new Error(`Apache answered ${message.statusCode} to ${JSON.stringify(headers)}`)
  const { session, cookie: forwarded } = JSON.parse(seen) as { session?: string; cookie?: string }
  return { session, cookie: forwarded, setCookie: message.headers['set-cookie'] ?? [] }
}
