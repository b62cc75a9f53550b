/**
 * The guard before a real browser: what Chromium says of its requests, over plain http, where it says little, and where
 * it takes the connection for a secure one.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { chromium, type Browser, type Page } from 'playwright-core'
import { ensureChromium } from '../../../scripts/browser.ts'
import { nodeListener } from '../src/adapter/node.ts'
import { csrfGuard } from '../src/guard/csrf.ts'
import { defineSession, type Session, type Sessions } from '../src/index.ts'
import { MemoryStore } from '../src/store/memory.ts'
import { textOf } from './http-server.ts'

const guard = csrfGuard()
const hosts = ['a.test', 'sub.a.test', 'b.test'] as const
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--host-resolver-rules=${hosts.map((host) => `MAP ${host} 127.0.0.1`).join(',')}`,
]

/** One application under all names, over plain http. */
class Site {
  readonly sessions: Sessions<{ orders: number }> = defineSession({
    name: 'test',
    store: new MemoryStore(),
    development: true,
  })
  readonly server: Server = createServer(nodeListener(this.sessions, (req, res, session) => answer(req, res, session)))
  /** What the guard said to the last WebSocket handshake. */
  handshake: string | undefined

  async open(): Promise<void> {
    this.server.on('upgrade', (req, socket) => {
      this.handshake = guard.check(req) ?? 'welcome'
      socket.destroy()
    })
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
  }

  url(host: (typeof hosts)[number], path = '/'): string {
    return `http://${host}:${(this.server.address() as AddressInfo).port}${path}`
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
    await this.sessions.close()
  }
}

async function answer(req: IncomingMessage, res: ServerResponse, session: Session<{ orders: number }>): Promise<void> {
  const { searchParams, pathname } = new URL(req.url ?? '/', 'http://localhost')
  if (req.method === 'POST') {
    const form = new URLSearchParams(await textOf(req))
    const refused =
      guard.check(req) ?? (pathname === '/order' ? guard.checkToken(session, form.get('token')) : undefined)
    res.statusCode = refused === undefined ? 200 : 403
    return void res.end(`${refused ?? 'welcome'}; ${req.headers['sec-fetch-site'] ?? 'silent'}`)
  }
  if (searchParams.has('sandbox')) res.setHeader('Content-Security-Policy', 'sandbox allow-forms')
  res.setHeader('Content-Type', 'text/html')
  const token = searchParams.has('token') ? guard.token(session) : 'stolen'
  res.end(
    `<form method="post" action="${searchParams.get('to')}"><input name="token" value="${token}"><button>Send</button></form>`,
  )
}

const plain = new Site()
const secure = new Site()
let browser: Browser

before(async () => {
  await Promise.all([plain.open(), secure.open()])
  const trusted = hosts.map((host) => new URL(secure.url(host)).origin).join(',')
  browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: [...flags, `--unsafely-treat-insecure-origin-as-secure=${trusted}`],
  })
})

after(async () => {
  await browser?.close()
  await Promise.all([plain.close(), secure.close()])
})

/** Opens a page with a form and sends it. @returns What the application answered. */
async function submit(page: Page, from: string, to: string, more = ''): Promise<string> {
  await page.goto(`${from}?to=${encodeURIComponent(to)}${more}`)
  await page.getByRole('button').click()
  await page.waitForURL(to)
  return page.locator('body').innerText()
}

async function shakeHands(site: Site, from: string, to: string): Promise<string | undefined> {
  const page = await browser.newPage()
  await page.goto(from)
  await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        new WebSocket(url).addEventListener('error', resolve)
      }),
    to.replace('http:', 'ws:'),
  )
  await page.close()
  return site.handshake
}

describe('the guard before Chromium', () => {
  test('welcomes the own form, and refuses those of a subdomain and of another site', async () => {
    const page = await browser.newPage()
    const to = secure.url('a.test', '/post')
    assert.equal(await submit(page, secure.url('a.test'), to), 'welcome; same-origin')
    assert.equal(await submit(page, secure.url('sub.a.test'), to), 'same-site; same-site')
    assert.equal(await submit(page, secure.url('b.test'), to), 'cross-site; cross-site')
    await page.close()
  })

  test('does the same over plain http, where the browser sends Origin only', async () => {
    const page = await browser.newPage()
    const to = plain.url('a.test', '/post')
    assert.equal(await submit(page, plain.url('a.test'), to), 'welcome; silent')
    assert.equal(await submit(page, plain.url('sub.a.test'), to), 'foreign-origin; silent')
    assert.equal(await submit(page, plain.url('b.test'), to), 'foreign-origin; silent')
    await page.close()
  })

  test('takes another port of the same host for a sibling', async () => {
    const page = await browser.newPage()
    assert.equal(await submit(page, plain.url('a.test'), secure.url('a.test', '/post')), 'same-site; same-site')
    assert.equal(await submit(page, secure.url('a.test'), plain.url('a.test', '/post')), 'foreign-origin; silent')
    await page.close()
  })

  test('refuses a page that has no origin', async () => {
    const page = await browser.newPage()
    const sandboxed = await submit(page, secure.url('a.test'), secure.url('a.test', '/post'), '&sandbox')
    assert.equal(sandboxed, 'cross-site; cross-site')
    assert.equal(await submit(page, plain.url('a.test'), plain.url('a.test', '/post'), '&sandbox'), 'foreign-origin; silent') // prettier-ignore
    await page.close()
  })

  test('welcomes a form that brings the token of its session, and no other', async () => {
    const page = await browser.newPage()
    const [from, to] = [secure.url('a.test'), secure.url('a.test', '/order')]
    assert.equal(await submit(page, from, to), 'token; same-origin')
    assert.equal(await submit(page, from, to, '&token'), 'welcome; same-origin')
    assert.equal(await submit(page, from, to, '&token'), 'welcome; same-origin')
    assert.equal(await submit(page, from, to), 'token; same-origin')
    await page.close()
  })

  test('judges WebSocket handshakes by their Origin, which is all that they have', async () => {
    for (const site of [secure, plain]) {
      const to = site.url('a.test', '/socket')
      assert.equal(await shakeHands(site, site.url('a.test'), to), 'welcome')
      assert.equal(await shakeHands(site, site.url('sub.a.test'), to), 'foreign-origin')
      assert.equal(await shakeHands(site, site.url('b.test'), to), 'foreign-origin')
    }
  })
})
