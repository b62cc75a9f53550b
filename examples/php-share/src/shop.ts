/**
 * The half of the site that is written in TypeScript: the shelf, and a login. Its sessions are those of PHP.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { readFileSync } from 'node:fs'
import { compare } from 'bcryptjs'
import koffi from 'koffi'
import { defineSession, type Session } from 'sekisho'
import { csrfGuard } from 'sekisho/csrf'
import { nodeListener } from 'sekisho/node'
import { sharedWithPhp } from 'sekisho/php'
import { koffiFlock, phpFileRows } from 'sekisho/php/node'
import { page, type Catalogue } from './page.ts'

/** What is in a session, for PHP and for us. PHP's empty array is a list. */
interface Data {
  cart?: Record<string, number> | never[]
}

/** What the shop is given. */
export interface ShopOptions {
  /** PHP's `session.save_path`. */
  readonly sessions: string
  readonly catalogue: Catalogue
  /** bcrypt hashes by name. */
  readonly users: Readonly<Record<string, string>>
}

/** A shop, to be opened with `listen`. */
export interface Shop {
  readonly server: Server
  close(): Promise<void>
}

/** What an answer is made of. */
interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

const style = readFileSync(new URL('style.css', import.meta.url))
const longestForm = 10_000

/** Makes the server. */
export function createShop({ sessions: savePath, catalogue, users }: ShopOptions): Shop {
  const rows = phpFileRows({ savePath, flock: koffiFlock(koffi) })
  const sessions = defineSession<Data>({
    name: 'php-share',
    // For https, leave `development` out: the cookie is then Secure, and `session.cookie_secure` must say so too.
    ...sharedWithPhp({ rows, principal: 'user', development: true }),
    keys: { cart: { beforeLogin: 'keep' } },
  })
  const csrf = csrfGuard()
  const pages = nodeListener(sessions, async (req, res, session) => {
    const isRefused = csrf.check({ method: req.method ?? 'GET', headers: req.headers }) !== undefined
    const answer = isRefused
      ? plain(403, 'This form was not sent from a page of this site.')
      : await route(req, session)
    send(res, answer)
  })
  const route = async (req: IncomingMessage, session: Session<Data>): Promise<Answer> => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://shop')
    switch (`${req.method} ${pathname}`) {
      case 'GET /':
        return html(
          page({ catalogue, cart: cartOf(session), user: session.principal, isRefused: searchParams.has('refused') }),
        )
      case 'POST /add':
        await add(session, catalogue, (await formOf(req)).get('sku') ?? '')
        return seeOther('/')
      case 'POST /login':
        return seeOther((await login(session, users, await formOf(req))) ? '/' : '/?refused')
      case 'POST /logout':
        await session.logout()
        return seeOther('/')
      default:
        return plain(404, 'There is no such page.')
    }
  }
  const server = createServer((req, res) => (req.url === '/style.css' ? sendStyle(res) : pages(req, res)))
  return { server, close: () => closed(server, () => sessions.close()) }
}

/** Two clicks at once, or one here and one in the PHP page, are both counted: `update` changes what is there, atomically. */
async function add(session: Session<Data>, catalogue: Catalogue, sku: string): Promise<void> {
  if (!Object.hasOwn(catalogue, sku)) return
  await session.update((data) => {
    const cart = { ...data.cart } as Record<string, number>
    data.cart = { ...cart, [sku]: (cart[sku] ?? 0) + 1 }
  })
}

async function login(session: Session<Data>, users: ShopOptions['users'], form: URLSearchParams): Promise<boolean> {
  const [name, password] = [form.get('name') ?? '', form.get('password') ?? '']
  if (!Object.hasOwn(users, name) || !(await compare(password, users[name] ?? ''))) return false
  session.login(name)
  return true
}

function cartOf({ data }: Session<Data>): Readonly<Record<string, number>> {
  return { ...data.cart } as Record<string, number>
}

async function formOf(req: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  for await (const part of req) {
    text += String(part)
    if (text.length > longestForm) break
  }
  return new URLSearchParams(text)
}

function html(body: string): Answer {
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}

function plain(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

function seeOther(location: string): Answer {
  return { status: 303, headers: { location } }
}

function send(res: ServerResponse, { status, headers, body }: Answer): void {
  res.writeHead(status, headers)
  res.end(body)
}

function sendStyle(res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'text/css' })
  res.end(style)
}

async function closed(server: Server, release: () => Promise<void>): Promise<void> {
  server.closeAllConnections()
  if (server.listening) await new Promise((resolve) => server.close(resolve))
  await release()
}
