import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { SessionGoneError, SessionSupersededError, type SessionStore } from 'sekisho'
import { csrfGuard } from 'sekisho/csrf'
import { nodeListener } from 'sekisho/node'
import { redirect, refusal } from './answers.ts'
import { serveAsset } from './assets.ts'
import { shopSessions, type ShopSession } from './data.ts'
import { ownPath, readForm } from './form.ts'
import { findRoute } from './routes.ts'
import { languageOf, textsIn } from './texts.ts'
import { createUsers, type Users } from './users.ts'
import type { Answer, Handler, Services, Visit } from './visit.ts'

/** What a shop is made of. */
export interface ShopOptions {
  /** Where sessions are kept. */
  readonly store: SessionStore
  /** Those who may sign in (default: the two of the demo). */
  readonly users?: Users
  /** Whether the shop is served over plain http, as on a developer's machine. */
  readonly development: boolean
}

/** A shop that can be opened with `server.listen` and closed. */
export interface Shop {
  readonly server: Server
  /** Takes no more requests, finishes those under way, and lets go of the sessions. */
  close(): Promise<void>
}

/** How long requests under way may take to finish when the shop closes. */
const CLOSING_MS = 5000

/** Makes a shop. */
export async function createShop({ store, development, users }: ShopOptions): Promise<Shop> {
  const sessions = shopSessions(store, development)
  const services: Services = { users: users ?? (await createUsers()), admin: sessions.admin, csrf: csrfGuard() }
  const withSession = nodeListener(sessions, async (req, res, session) => {
    send(res, await answerTo(req, session, services))
  })
  // Pictures and styles are the same for everybody: they need no session.
  const server = createServer((req, res) => {
    // Once the shop is closing, a connection ends with its answer instead of waiting for another request.
    res.once('close', () => server.listening || server.closeIdleConnections())
    if (!serveAsset(req, res)) withSession(req, res)
  })
  return {
    server,
    async close() {
      await closed(server)
      await sessions.close()
    },
  }
}

async function answerTo(req: IncomingMessage, session: ShopSession, services: Services): Promise<Answer> {
  const visit = visitOf(req, session, services)
  const found = findRoute(visit.path)
  if (found === undefined) return refusal(visit, 404)
  const { route, id } = found
  if (req.method === 'POST' && route.post !== undefined) {
    // Refused before its body is read; the rest of it would stand in the way of the next request.
    if (services.csrf.check(req) !== undefined) return refusal(visit, 403, { connection: 'close' })
    const form = await readForm(req)
    if (typeof form === 'number') return refusal(visit, form, { connection: 'close' })
    if (route.forUser === true && lacksToken(visit, form)) return refusal(visit, 403)
    return post(route.post, { ...visit, id, form, page: ownPath(form.get('return')) })
  }
  const isGet = req.method === 'GET' || req.method === 'HEAD'
  if (isGet && route.get !== undefined) return route.get({ ...visit, id })
  const allow = [route.get && 'GET, HEAD', route.post && 'POST'].filter((methods) => methods !== undefined)
  return refusal(visit, 405, { allow: allow.join(', '), connection: 'close' })
}

/** A form that acts in a user's name brings a token of the user's session. Whoever is not signed in is asked to do that. */
function lacksToken({ session, user, services }: Visit, form: URLSearchParams): boolean {
  return user !== undefined && services.csrf.checkToken(session, form.get('token')) !== undefined
}

async function post(handler: Handler, visit: Visit): Promise<Answer> {
  try {
    return await handler(visit)
  } catch (error) {
    // The session was ended from elsewhere while this request was under way: the next page shows how things stand.
    if (error instanceof SessionGoneError || error instanceof SessionSupersededError) return redirect('/')
    throw error
  }
}

function visitOf(req: IncomingMessage, session: ShopSession, services: Services): Visit {
  const target = req.url ?? '/'
  const [path = '/'] = target.split('?', 1)
  const method = req.method ?? 'GET'
  const language = session.get('language') ?? languageOf(req.headers['accept-language'])
  return {
    method,
    path,
    query: new URLSearchParams(target.slice(path.length)),
    page: method === 'GET' || method === 'HEAD' ? ownPath(target) : '/',
    id: '',
    form: new URLSearchParams(),
    userAgent: req.headers['user-agent'],
    session,
    user: services.users.find(session.principal),
    language,
    texts: textsIn(language),
    services,
  }
}

function send(res: ServerResponse, { status, headers, body }: Answer): void {
  res.writeHead(status, {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'content-length': Buffer.byteLength(body),
    ...headers,
  })
  res.end(body)
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return
  const impatience = setTimeout(() => server.closeAllConnections(), CLOSING_MS)
  await new Promise((resolve) => server.close(resolve))
  clearTimeout(impatience)
}
