import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { chromium } from 'playwright-core'
import { ensureChromium } from '../../../../scripts/browser.ts'
import { jarProblems, type PageAddress } from '../../src/doctor/browser/jar.ts'
import { selfSigned } from '../proxy/certificate.ts'

const host = 'www.shop.example'
const flags = ['--no-sandbox', '--disable-gpu', '--no-first-run', `--host-resolver-rules=MAP ${host} 127.0.0.1`]

/** What is asked of both, at a page of `/secure/page`: does the cookie come back to where it was set? */
const attributes = [
  '',
  'path=/; HttpOnly; SameSite=Lax',
  'path=/; Secure',
  'path=/secure',
  'path=/secure/',
  'path=/secured',
  'path=/other',
  'Path=relative',
  'path=/; Domain=shop.example',
  'path=/; Domain=.shop.example',
  'path=/; Domain=www.shop.example',
  'path=/; Domain=other.example',
  'path=/; Domain=example',
  'path=/; SameSite=None',
  'path=/; SameSite=None; Secure',
  'path=/; Max-Age=0',
  'path=/; Max-Age=-5',
  'path=/; Max-Age=soon',
  'path=/; Max-Age=60',
  'path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
  'path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60',
  'path=/; Version=1; HttpOnly',
]
const names = ['sid', '__Host-sid', '__Secure-sid', '__host-sid']
/** Octets of name and value together. */
const sizes = [4095, 4096, 4097]

describe('what is said of cookies', () => {
  it('is what Chromium does with them, over http and https, at a name and at this machine', async () => {
    await using servers = await Servers.start()
    const browser = await chromium.launch({ executablePath: await ensureChromium(), args: flags })
    try {
      const context = await browser.newContext({ ignoreHTTPSErrors: true })
      const page = await context.newPage()
      for (const scheme of ['http', 'https'] as const)
        for (const at of [host, 'localhost']) {
          await page.goto(servers.url(scheme, at, linesFor()))
          const answer = await page.goto(servers.url(scheme, at, []))
          isAgreed({ scheme, host: at, path: '/secure/page' }, (await answer?.text())?.split('; ') ?? [])
          await context.clearCookies()
        }
    } finally {
      await browser.close()
    }
  })
})

/** @param returned The cookies that the browser has brought back to the page. */
function isAgreed(page: PageAddress, returned: readonly string[]): void {
  for (const line of linesFor()) {
    const isBack = returned.includes(line.split(';', 1)[0] ?? '')
    const problems = jarProblems(line, page).filter((problem) => !('isAtHome' in problem && problem.isAtHome))
    const shown = line.replace(/v{9,}/, 'v…')
    assert.equal(problems.length === 0, isBack, `${page.scheme}://${page.host}: ${shown}: ${JSON.stringify(problems)}`)
  }
}

/** Each name once, so that no cookie takes the place of another. */
function linesFor(): string[] {
  let count = 0
  const next = (name: string) => `${name}${(count += 1)}`
  const byAttribute = attributes.map((attribute) => `${next('a')}=v; ${attribute}`)
  const byName = names.flatMap((name) =>
    ['path=/; Secure', 'path=/', 'path=/secure; Secure', 'path=/; Secure; Domain=shop.example'].map(
      (attribute) => `${next(name)}=v; ${attribute}`,
    ),
  )
  const bySize = sizes.map((size) => {
    const name = next('s')
    return `${name}=${'v'.repeat(size - name.length)}; path=/`
  })
  return [...byAttribute, ...byName, ...bySize]
}

/** Sets the cookies that it is asked for, and answers with those that came back. */
class Servers implements AsyncDisposable {
  readonly #http = createServer({ maxHeaderSize: 65_536 }, (request, response) => this.#answer(request, response))
  readonly #https = createSecureServer({ ...selfSigned(`DNS:${host}`), maxHeaderSize: 65_536 }, (request, response) =>
    this.#answer(request, response),
  )
  #lines: readonly string[] = []

  static async start(): Promise<Servers> {
    const servers = new Servers()
    for (const server of [servers.#http, servers.#https]) {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
    }
    return servers
  }

  /** The address of the page, which sets these cookies when it is next asked for. */
  url(scheme: 'http' | 'https', at: string, lines: readonly string[]): string {
    this.#lines = lines
    const { port } = (scheme === 'http' ? this.#http : this.#https).address() as AddressInfo
    return `${scheme}://${at}:${port}/secure/page`
  }

  #answer({ headers, url }: IncomingMessage, response: ServerResponse): void {
    if (url === '/secure/page') response.setHeader('Set-Cookie', [...this.#lines])
    response.setHeader('Cache-Control', 'no-store')
    response.end(headers.cookie ?? '')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [this.#http, this.#https]) {
      server.closeAllConnections()
      server.close()
    }
  }
}
