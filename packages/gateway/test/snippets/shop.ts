import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type Certificate, selfSigned } from '../proxy/certificate.ts'
import { type AppHandler, RecordingApp } from '../gateway/app.ts'
import { serveSite, type TestSite } from '../gateway/harness.ts'
import type { Visitor, VisitorAnswer, VisitorOptions } from '../gateway/visitor.ts'
import { listingFile, listingText } from './article.ts'

/** The lines that make a site of a listing. */
export interface Around {
  /** In front of it (default {@link contents}). */
  readonly before?: string
  readonly after?: string
  /** Texts by their paths below the folder of the test, `${ROOT}`. */
  readonly files?: Readonly<Record<string, string>>
  /** True: the gateway is a program of its own (default: in this process). */
  readonly process?: boolean
}

/** The app is told what is in a session, and writes it in a header, unless the listing names another. */
export const contents = 'SessionEnv On\nSessionHeader X-Session'

/** A file of the shop's users, whose passwords are their names twice. */
export const users: string = ['hana', 'taro']
  .map((user) => `${user}:{SHA}${createHash('sha1').update(`${user}${user}`).digest('base64')}\n`)
  .join('')

/**
 * A shop whose sessions are those of a configuration: an app that shows what it is told in the header `Session`, and answers with
 * the headers that the query names. Dispose of it.
 */
export class Shop {
  readonly site: TestSite
  readonly app: RecordingApp
  /** The header by which the app writes. */
  readonly header: string
  readonly #around: Around

  private constructor(site: TestSite, app: RecordingApp, { header, around }: { header: string; around: Around }) {
    this.site = site
    this.app = app
    this.header = header
    this.#around = around
  }

  /** Serves a listing as it is printed. */
  static listing(number: number, around: Around = {}): Promise<Shop> {
    return Shop.serve(`Include ${listingFile(number)}`, around, headerIn(listingText(number)))
  }

  /** Serves other lines. @throws Error with what the gateway says, when it does not start. */
  static async serve(
    lines: string,
    around: Around = {},
    header: string = headerIn(lines) ?? 'X-Session',
  ): Promise<Shop> {
    const app = await RecordingApp.start(keeper)
    try {
      const { files = {}, process = false } = around
      const site = await serveSite(siteOf(app, lines, around), { files, process })
      return new Shop(site, app, { header, around })
    } catch (error) {
      await app[Symbol.asyncDispose]()
      throw error
    }
  }

  /** What the gateway says when it does not start with a listing; where it does, that it serves. */
  static async refusal(number: number, around: Around): Promise<string> {
    try {
      await using shop = await Shop.listing(number, around)
      return `it serves ${shop.site.url}`
    } catch (error) {
      return (error as Error).message
    }
  }

  /** Serves other lines from now on, in the place of those before. */
  async reload(lines: string): Promise<void> {
    await this.site.reload(siteOf(this.app, lines, this.#around))
  }

  /** Somebody with cookies of his own. */
  guest(options: VisitorOptions & { readonly url?: string } = {}): Guest {
    return new Guest(this.site.visitor(options), this.header)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]()
    await this.app[Symbol.asyncDispose]()
  }
}

/** Somebody in the shop. */
export class Guest {
  readonly visitor: Visitor
  readonly #header: string

  constructor(visitor: Visitor, header: string) {
    this.visitor = visitor
    this.#header = header
  }

  /** Visits a page where the app writes. @param session As the app writes it: `cart=tea`. */
  write(session: string, path = '/buy'): Promise<VisitorAnswer> {
    return this.visitor.get(`${path}?${new URLSearchParams({ [this.#header]: session })}`)
  }

  /** What the app is told of the session in yet another page, without its time of expiry. */
  async session(path = '/page'): Promise<string> {
    const { text } = await this.visitor.get(path)
    return withoutExpiry(text)
  }

  /** The value of the cookie. */
  get cookie(): string {
    const [cookie] = this.visitor.cookies.values()
    if (cookie === undefined) throw new Error('there is no cookie')
    return cookie.value
  }

  /** Comes with the cookie of somebody else. */
  takeCookieOf({ visitor }: Guest): void {
    for (const [name, cookie] of visitor.cookies) this.visitor.cookies.set(name, cookie)
  }
}

/** Nobody can be served as the store of the sessions has failed: the app is not asked, and the cookie stays as it is. */
export async function isUnavailable(shop: Shop, { visitor }: Guest): Promise<void> {
  const asked = shop.app.requests.length
  const failed = await visitor.get('/')
  assert.deepEqual([failed.status, failed.setCookies, shop.app.requests.length], [503, [], asked])
  assert.match(failed.headers['retry-after'] ?? '', /^\d+$/)
}

/** `cart=tea&expiry=1795286717556000` without the time. */
export function withoutExpiry(session: string): string {
  return session
    .split('&')
    .filter((pair) => !pair.startsWith('expiry='))
    .join('&')
}

/** The time in it, in seconds since 1970. */
export function expiryOf(session: string): number {
  return Number(/(?:^|&)expiry=(\d+)/.exec(session)?.[1]) / 1e6
}

/** Lines by which a site speaks TLS, with the files that they need. */
export function tls(): { readonly lines: string; readonly files: Readonly<Record<string, string>> } {
  const { cert, key }: Certificate = selfSigned('IP:127.0.0.1')
  const lines = 'SSLEngine on\nSSLCertificateFile ${ROOT}/cert.pem\nSSLCertificateKeyFile ${ROOT}/key.pem'
  return { lines, files: { 'cert.pem': cert, 'key.pem': key } }
}

function siteOf(app: RecordingApp, lines: string, { before = contents, after = '' }: Around): string {
  return [`ProxyPass / ${app.url}/`, before, lines, after].join('\n')
}

const keeper: AppHandler = ({ url, headers }, response) => {
  for (const [name, value] of new URL(url, 'http://app').searchParams) response.appendHeader(name, value)
  response.end(headers['session'])
}

function headerIn(lines: string): string | undefined {
  return /^\s*SessionHeader\s+(\S+)/m.exec(lines)?.[1]
}
