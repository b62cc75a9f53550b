/**
 * One small site in two languages, each over session files in a folder of its own: real PHP, and the session functions here.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import http, { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, createServer as createListener, type AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import koffi from 'koffi'
import { phpSessions } from '../../../src/php/adapter/sessions-node.ts'
import { uploadOf } from '../../../src/php/upload-progress/observe-node.ts'
import { files, koffiFlock } from '../../../src/php/files-node.ts'
import type { PhpSession } from '../../../src/php/functions/php-session.ts'
import type { PhpPreset } from '../../../src/php/ini/settings.ts'
import { type Directives, prefixed } from '../directives.ts'

/** The page of PHP's site. */
const script = fileURLToPath(new URL('page.php', import.meta.url))

/** A site that runs. */
export interface Site {
  readonly port: number
  readonly folder: string
  /** Whether this is the safe behaviour: the differences that are named in the tests. */
  readonly isSafe: boolean
  stop(): Promise<void>
}

/** What a site is made with. */
export interface SiteSettings {
  readonly folder: string
  readonly ini: Directives
}

/** Real PHP's own server. */
export async function phpSite({ folder, ini }: SiteSettings): Promise<Site> {
  const port = await freePort()
  const settings = Object.entries({
    'session.save_path': folder,
    display_errors: 0,
    error_log: '/dev/null',
    ...prefixed(ini),
  })
  const args = settings.flatMap(([name, value]) => ['-d', `${name}="${String(value)}"`])
  const child = spawn('php', ['-n', ...args, '-S', `127.0.0.1:${port}`, '-t', dirname(script)], { stdio: 'ignore' })
  const failed = once(child, 'error').then(([error]) => {
    throw new Error('php could not be started: apt-get install php-cli', { cause: error })
  })
  await Promise.race([failed, listening(port)])
  return {
    port,
    folder,
    isSafe: false,
    async stop() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

/** The session functions here. */
export async function ourSite({ folder, ini }: SiteSettings, php: PhpPreset): Promise<Site> {
  const sessions = phpSessions(
    { 'session.save_path': folder, ...prefixed(ini) },
    {
      php,
      modules: [files({ flock: koffiFlock(koffi) })],
      onNotice: () => {},
      modified: () => statSync(script).mtimeMs,
    },
  )
  const server = createServer(sessions.node(serve, { onError: () => {} }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, folder, isSafe: php === 'safe', stop: () => stop(server) }
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

const states = { disabled: 0, none: 1, active: 2 } as const

type Deed = (session: PhpSession, query: URLSearchParams) => Promise<Record<string, unknown>>

/** What `page.php` does, deed by deed. */
const deeds: Readonly<Record<string, Deed>> = {
  nothing: async () => ({}),
  start: async (session) => ({ started: await session.start() }),
  async count(session) {
    await session.start()
    session.vars['n'] = Number(session.vars['n'] ?? 0) + 1
    return { n: session.vars['n'] }
  },
  async read(session) {
    await session.start()
    return { vars: session.vars }
  },
  async throw(session) {
    await session.start()
    session.vars['before'] = 'kept'
    throw new Error('the page fails')
  },
  again: async (session) => ({ started: await session.start(), again: await session.start() }),
  async destroy(session) {
    await session.start()
    return { destroyed: await session.destroy(), vars: session.vars }
  },
  async 'destroy-start'(session) {
    await session.start()
    await session.destroy()
    await session.start()
    return { vars: session.vars }
  },
  async recipe(session) {
    await session.start()
    return { destroyed: await session.destroy({ cookie: true }) }
  },
  async regenerate(session, query) {
    await session.start()
    const old = session.id()
    return { old, done: await session.regenerateId(query.has('delete')) }
  },
}

async function serve(
  req: IncomingMessage & { body?: unknown },
  res: ServerResponse,
  session: PhpSession,
): Promise<void> {
  const query = new URL(req.url ?? '/', 'http://site.test').searchParams
  if (req.method === 'POST') req.body = Object.fromEntries(new URLSearchParams(await textOf(req)))
  await uploadOf(req)?.settled
  const deed = query.get('do') ?? 'count'
  if (deed === 'links') return links(res, session)
  const more = await deeds[deed]?.(session, query)
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify({ id: session.id(), status: states[session.status()], sid: session.sid ?? null, ...more }))
}

async function links(res: ServerResponse, session: PhpSession): Promise<void> {
  await session.start()
  res.setHeader('Content-Type', 'text/html; charset=UTF-8')
  res.end('<a href="next.html">on</a><a href="http://elsewhere.test/">away</a><form action="form.html"><p></form>')
}

/** An answer of either site. */
export interface SiteAnswer {
  readonly status: number
  readonly body: string
  /** What the page said. */
  readonly said: Readonly<Record<string, unknown>>
  readonly cookies: readonly string[]
  header(name: string): string | undefined
}

/** A browser: it keeps the session's cookie. */
export class Browser {
  readonly #site: Site
  /** `name=value`, as it is sent. */
  cookie: string | undefined

  constructor(site: Site, cookie?: string) {
    this.#site = site
    this.cookie = cookie
  }

  /** Asks for a page. @param form Sent as a form. */
  async ask(path: string, form?: string, type = 'application/x-www-form-urlencoded'): Promise<SiteAnswer> {
    const headers = {
      ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
      ...(form === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(form) }),
    }
    const method = form === undefined ? 'GET' : 'POST'
    const request = http
      .request({ port: this.#site.port, path: `/page.php${path}`, method, headers, agent: false })
      .end(form)
    const [message] = (await once(request, 'response')) as [IncomingMessage]
    const body = await textOf(message)
    const cookies = message.headers['set-cookie'] ?? []
    for (const line of cookies) this.#keep(line)
    const header = (name: string): string | undefined => message.headersDistinct[name]?.join(', ')
    const isJson = header('content-type') === 'application/json' && body.startsWith('{')
    return {
      status: message.statusCode ?? 0,
      body,
      said: isJson ? (JSON.parse(body) as Record<string, unknown>) : {},
      cookies,
      header,
    }
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';')
    this.cookie = /expires=Thu, 01[ -]Jan[ -]1970|Max-Age=0/i.test(line) ? undefined : pair
  }
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of message.setEncoding('utf8')) text += String(chunk)
  return text
}

async function freePort(): Promise<number> {
  const listener = createListener().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  listener.close()
  await once(listener, 'close')
  return port
}

async function listening(port: number): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.end())
    })
    if (isUp) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('php -S did not listen within 20 s')
}
